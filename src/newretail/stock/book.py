"""What a writer remembers of a cell's pools, so that a batch need not read them.

The memory is exact as long as the cell's batch number is the one this writer left; that is checked under the
lock of the head, for every batch. After somebody else wrote, rows are read again as batches touch them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.cloud.api import lock_head
from newretail.kit.arrays import Int4s, read_copy
from newretail.kit.distinct import is_among
from newretail.kit.sql import in_cell

Ints = npt.NDArray[np.int64]
UNLIMITED = 1 << 40  # what a pool on back-order has to give


def pool_key(node_id: Ints, sku_id: Ints) -> Ints:
    """(node, SKU) as one sortable number; a node or SKU that is unknown (-1) gives a key that no pool has."""
    return (node_id << 32) | (sku_id & 0xFFFFFFFF)


class PoolBook:
    """The pools of one cell as sorted arrays. Not thread-safe: it belongs to one writer."""

    def __init__(self, cell: str) -> None:
        self.cell = cell
        self.batch_number = -1  # never equal to a head's, so the first batch reads what it touches
        self.keys: Ints = np.empty(0, np.int64)
        self._free: Ints = np.empty(0, np.int64)
        self._known: npt.NDArray[np.bool_] = np.empty(0, np.bool_)

    def load(self, connection: psycopg.Connection[Any]) -> None:
        """Read all pools under the lock, so that the memory is exact for the head's number."""
        fields = [("node", ">i4"), ("sku", ">i4"), ("on_hand", ">i4"), ("reserved", ">i4"), ("back_order", "?")]
        with connection.transaction(), connection.cursor() as cursor:
            head = lock_head(cursor, self.cell)
            rows = read_copy(connection, in_cell("newretail.stock", "pools.sql", "read_all", self.cell), fields)
        self.keys = pool_key(rows["node"].astype(np.int64), rows["sku"].astype(np.int64))
        free = rows["on_hand"].astype(np.int64) - rows["reserved"]
        self._free = np.where(rows["back_order"], UNLIMITED, free)
        self._known = np.ones(len(rows), np.bool_)
        self.batch_number = head.batch_number

    def places(self, keys: Ints) -> Ints:
        """The place of each key in the book; -1 where there is no such pool. `keys` sorted is fastest."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        return np.where(self.keys[at] == keys, at, -1)

    def free(self, cursor: psycopg.Cursor[Any], batch_number: int, keys: Ints) -> tuple[Ints, Ints]:
        """Under the lock: the places of the pools `keys` (sorted, unique) and the units free in each.

        A pool that does not exist has place -1 and nothing free. `batch_number` is the head's.
        """
        if batch_number != self.batch_number:
            self._known[:] = False
            self.batch_number = batch_number
        at = self.places(keys)
        missing = at < 0
        unknown = missing.copy()
        unknown[~missing] = ~self._known[at[~missing]]
        if unknown.any():
            self._read(cursor, keys[unknown])
            at = self.places(keys)
            missing = at < 0
        free = self._free[at] if len(self._free) else np.zeros(len(at), np.int64)
        return at, np.where(missing, 0, free)

    def _read(self, cursor: psycopg.Cursor[Any], keys: Ints) -> None:
        statement = in_cell("newretail.stock", "pools.sql", "read_some", self.cell)
        cursor.execute(statement, [Int4s(keys >> 32), Int4s(keys & 0xFFFFFFFF)], binary=True)
        rows = cursor.fetchall()
        found = np.array([row[:4] for row in rows], np.int64).reshape(-1, 4)
        endless = np.array([row[4] for row in rows], np.bool_)
        found_keys = pool_key(found[:, 0], found[:, 1])
        self._drop(keys[~is_among(keys, found_keys)])
        if not rows:
            return
        free = np.where(endless, UNLIMITED, found[:, 2] - found[:, 3])
        new = self.places(found_keys) < 0
        if new.any():
            order = np.argsort(found_keys[new])
            new_keys = found_keys[new][order]
            where = np.searchsorted(self.keys, new_keys)
            self.keys = np.insert(self.keys, where, new_keys)
            self._free = np.insert(self._free, where, 0)
            self._known = np.insert(self._known, where, False)
        at = self.places(found_keys)
        self._free[at] = free
        self._known[at] = True

    def _drop(self, keys: Ints) -> None:
        """Forget pools that were looked for and are gone: what they had must not be granted from memory."""
        at = self.places(keys)
        at = at[at >= 0]
        if len(at):
            self.keys, self._free = np.delete(self.keys, at), np.delete(self._free, at)
            self._known = np.delete(self._known, at)

    def take(self, batch_number: int, at: Ints, quantity: Ints) -> None:
        """After the commit: what the batch `batch_number` reserved (negative: gave back) at the places `at`."""
        self.batch_number = batch_number
        limited = self._free[at] < UNLIMITED
        self._free[at[limited]] -= quantity[limited]

    def pass_on(self, batch_number: int) -> None:
        """After the commit of the batch after the one it is exact for, when that batch moved no stock."""
        if self.batch_number == batch_number - 1:
            self.batch_number = batch_number

    def doubt(self, keys: Ints) -> None:
        """Under the lock: these pools changed within this transaction; read them again when they are needed."""
        at = self.places(keys)
        self._known[at[at >= 0]] = False

    def forget(self) -> None:
        """After a commit whose end is unknown: trust nothing."""
        self.batch_number = -1
