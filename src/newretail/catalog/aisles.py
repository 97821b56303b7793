"""Which aisle a SKU stands in: its category on the second level of the tree, or the top one. Does not need Django."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.kit.sql import statements


def aisles(connection: psycopg.Connection[Any], tenant_id: int) -> tuple[dict[int, str], npt.NDArray[np.int32]]:
    """Names of the aisles by category id, and the aisle by SKU id (0: unknown)."""
    sql = statements("newretail.catalog", "aisles.sql")
    names = dict(connection.execute(sql["aisles"].encode(), [tenant_id]).fetchall())
    row = connection.execute(sql["aisle_of_sku"].encode(), {"tenant_id": tenant_id}, binary=True).fetchone()
    skus, found = (np.frombuffer(packed or b"", ">i4") for packed in row or (b"", b""))
    aisle_of = np.zeros(int(skus[-1]) + 1 if len(skus) else 1, np.int32)
    aisle_of[skus] = found
    return names, aisle_of
