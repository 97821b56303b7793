"""Which department a SKU belongs to: the top of its category's tree. Does not need Django."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.kit.sql import statements


def departments(connection: psycopg.Connection[Any], tenant_id: int) -> tuple[dict[int, str], npt.NDArray[np.int32]]:
    """Names of the top categories by id, and the id of the top category by SKU id (0: unknown)."""
    sql = statements("newretail.catalog", "roots.sql")
    names = dict(connection.execute(sql["roots"].encode(), [tenant_id]).fetchall())
    row = connection.execute(sql["root_of_sku"].encode(), {"tenant_id": tenant_id}, binary=True).fetchone()
    skus, roots = (np.frombuffer(packed or b"", ">i4") for packed in row or (b"", b""))
    root_of = np.zeros(int(skus[-1]) + 1 if len(skus) else 1, np.int32)
    root_of[skus] = roots
    return names, root_of
