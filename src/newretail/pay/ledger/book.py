"""What a writer remembers of a cell's accounts, so that a batch need not read them.

As with stock's pools: exact as long as the cell's batch number is the one this writer left, which is checked under
the lock of the head for every batch. After somebody else wrote, accounts are read again as batches touch them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.cloud.api import lock_head
from newretail.kit.arrays import Int8s, read_copy
from newretail.kit.distinct import is_among
from newretail.kit.sql import in_cell
from newretail.pay.ledger.rules import Limit

ROOM = "newretail.pay"
Ints = npt.NDArray[np.int64]
_FIELDS = [
    ("id", ">i8"),
    ("dp", ">i8"),
    ("cp", ">i8"),
    ("dh", ">i8"),
    ("ch", ">i8"),
    ("ledger", ">i2"),
    ("limit", ">i2"),
    ("closed_from", ">i8"),
]
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


@dataclass(slots=True)
class Touched:
    """The accounts that a batch names, each once: place in the book (-1: not there), ledger, limit, what is free, and
    the moment they are closed from (microseconds since 1970; far beyond every clock for one that stays open)."""

    place: Ints
    ledger: Ints
    limit: Ints
    free: Ints
    closed_from: Ints

    def closed(self, at: datetime) -> npt.NDArray[np.bool_]:
        """Which of the accounts give nothing any more, whatever is on them."""
        closed: npt.NDArray[np.bool_] = self.closed_from <= (at - _EPOCH) // _MICROSECOND
        return closed


def free_of(debits: Ints, credits_: Ints, debits_held: Ints, credits_held: Ints, limit: Ints) -> Ints:
    """What may still be taken from accounts; 0 where nothing limits it, for nobody asks there."""
    by_credits = credits_ - debits - debits_held
    by_debits = debits - credits_ - credits_held
    free: Ints = np.where(
        limit == Limit.DEBITS_WITHIN_CREDITS, by_credits, np.where(limit == Limit.CREDITS_WITHIN_DEBITS, by_debits, 0)
    )
    return free


class AccountBook:
    """The accounts of one cell as sorted arrays. Not thread-safe: it belongs to one writer."""

    def __init__(self, cell: str) -> None:
        self.cell = cell
        self.batch_number = -1  # never equal to a head's, so the first batch reads what it touches
        self._ids: Ints = np.empty(0, np.int64)
        self._ledger = np.empty(0, np.int16)
        self._limit = np.empty(0, np.int8)
        self._free: Ints = np.empty(0, np.int64)
        self._closed_from: Ints = np.empty(0, np.int64)
        self._known: npt.NDArray[np.bool_] = np.empty(0, np.bool_)
        self._opened: Ints = np.empty(0, np.int64)  # by the transaction that is under way

    def load(self, connection: psycopg.Connection[Any]) -> None:
        """Read all accounts under the lock, so that the memory is exact for the head's number."""
        with connection.transaction(), connection.cursor() as cursor:
            head = lock_head(cursor, self.cell)
            rows = read_copy(connection, in_cell(ROOM, "ledger.sql", "read_all", self.cell), _FIELDS)
        columns = [rows[name].astype(np.int64) for name, _ in _FIELDS]
        self._ids, limit = columns[0], columns[6]
        self._ledger, self._limit = columns[5].astype(np.int16), limit.astype(np.int8)
        self._free = free_of(columns[1], columns[2], columns[3], columns[4], limit)
        self._closed_from = columns[7]
        self._known = np.ones(len(rows), np.bool_)
        self.batch_number = head.batch_number

    def _places(self, ids: Ints) -> Ints:
        if not len(self._ids):
            return np.full(len(ids), -1, np.int64)
        at = np.searchsorted(self._ids, ids)
        at[at == len(self._ids)] = 0
        return np.where(self._ids[at] == ids, at, -1)

    def touch(self, cursor: psycopg.Cursor[Any], batch_number: int, ids: Ints) -> Touched:
        """Under the lock: the accounts `ids` (sorted, unique). `batch_number` is the head's."""
        if batch_number != self.batch_number:
            self._known[:] = False
            self.batch_number = batch_number
        at = self._places(ids)
        unknown = at < 0
        unknown[~unknown] = ~self._known[at[~unknown]]
        if unknown.any():
            self._read(cursor, ids[unknown])
            at = self._places(ids)
        there = at >= 0
        ledger, limit, free, closed_from = np.zeros((4, len(ids)), np.int64)
        ledger[there] = self._ledger[at[there]]
        limit[there] = self._limit[at[there]]
        free[there], closed_from[there] = self._free[at[there]], self._closed_from[at[there]]
        return Touched(at, ledger, limit, free, closed_from)

    def _read(self, cursor: psycopg.Cursor[Any], ids: Ints) -> None:
        cursor.execute(in_cell(ROOM, "ledger.sql", "read_some", self.cell), [Int8s(ids)], binary=True)
        rows = np.array(cursor.fetchall(), np.int64).reshape(-1, len(_FIELDS))
        self._drop(ids[~is_among(ids, rows[:, 0])])
        if not len(rows):
            return
        rows = rows[np.argsort(rows[:, 0])]
        new = rows[self._places(rows[:, 0]) < 0, 0]
        if len(new):
            where = np.searchsorted(self._ids, new)
            self._ids = np.insert(self._ids, where, new)
            self._ledger, self._limit = np.insert(self._ledger, where, 0), np.insert(self._limit, where, 0)
            self._free, self._known = np.insert(self._free, where, 0), np.insert(self._known, where, False)
            self._closed_from = np.insert(self._closed_from, where, 0)
        at = self._places(rows[:, 0])
        self._ledger[at], self._limit[at] = rows[:, 5], rows[:, 6]
        self._free[at] = free_of(rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4], rows[:, 6])
        self._closed_from[at], self._known[at] = rows[:, 7], True

    def _drop(self, ids: Ints) -> None:
        """Forget accounts that are not there (any more): what opened them was rolled back."""
        at = self._places(ids)
        at = at[at >= 0]
        for name in ("_ids", "_ledger", "_limit", "_free", "_closed_from", "_known"):
            setattr(self, name, np.delete(getattr(self, name), at))

    def remembered(self) -> dict[int, int]:
        """What is free on the accounts that need not be read again, by id."""
        known = self._known
        return dict(zip(self._ids[known].tolist(), self._free[known].tolist(), strict=True))

    def keep(self, batch_number: int, touched: Touched, free: Ints) -> None:
        """After the commit of the batch `batch_number`: what is free now on the accounts it touched."""
        self.batch_number = batch_number
        self._opened = self._opened[:0]
        there = touched.place >= 0
        self._free[touched.place[there]] = free[there]

    def pass_on(self, batch_number: int) -> None:
        """After the commit of the batch after the one it is exact for, when that batch moved no money."""
        if self.batch_number == batch_number - 1:
            self.batch_number = batch_number

    def opens(self, ids: Ints) -> None:
        """The transaction under way opens these accounts: should it be rolled back, they are not there."""
        self._opened = np.union1d(self._opened, ids)

    def take_back(self) -> None:
        """After a rollback that was certain: all is as it was before, but for accounts that it had opened."""
        at = self._places(self._opened)
        self._known[at[at >= 0]] = False
        self._opened = self._opened[:0]

    def forget(self) -> None:
        """After a commit whose end is unknown: trust nothing."""
        self.batch_number = -1
        self._opened = self._opened[:0]
