"""Reading and writing what `together` needs: plain psycopg, for commands and workers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.catalog.snapshot import bump_revision
from newretail.catalog.together import Together
from newretail.kit.sql import statements

Numbers = npt.NDArray[np.int64]


def _columns(
    connection: psycopg.Connection[Any], name: str, tenant_id: int
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    sql = statements("newretail.catalog", "together.sql")[name].encode()
    row = connection.execute(sql, {"tenant": tenant_id}, binary=True).fetchone() or (b"", b"")
    first, second = (np.frombuffer(packed or b"", ">i4").astype(np.int64) for packed in row)
    return first, second


def product_of_sku(connection: psycopg.Connection[Any], tenant_id: int) -> Numbers:
    """The product of each SKU id; 0 where there is none that is sold."""
    skus, products = _columns(connection, "product_of_sku", tenant_id)
    found = np.zeros(int(skus.max(initial=0)) + 2, np.int64)
    found[skus] = products
    return found


def category_of_product(connection: psycopg.Connection[Any], tenant_id: int) -> dict[int, int]:
    products, categories = _columns(connection, "category_of_product", tenant_id)
    return dict(zip(products.tolist(), categories.tolist(), strict=True))


def keep_together(connection: psycopg.Connection[Any], found: Together, tenant_id: int) -> int:
    """Put these rows where the old ones were, in one transaction; returns how many there are."""
    sql = statements("newretail.catalog", "together.sql")
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql["forget"].encode(), {"tenant": tenant_id})
        first: Any = cursor.execute(sql["next_id"].encode()).fetchone()
        with cursor.copy(sql["keep"].encode()) as copy:
            columns = [column.tolist() for column in found]
            for number, row in enumerate(zip(*columns, strict=True), first[0]):
                copy.write_row((number, *row))
        bump_revision(connection)
    return len(found.product)
