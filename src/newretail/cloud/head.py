"""The one lock of a cell. Every writer of a cell takes it first, so writers are serial and batch numbers too.

Law of locks: inside a cell's transaction, `lock_head` comes before any other statement that writes or decides;
whoever changed stock or orders ends with `advance_head`. That makes (cell, batch number) a safe watermark for
followers, and lets a writer trust what it remembers of the stock as long as the number is the one it left.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

from newretail.kit.journey import Result, Step
from newretail.kit.sql import in_cell


class Head(NamedTuple):
    """Who the cell is, and the number of the last batch."""

    batch_number: int
    tenant_id: int
    market_code: str
    currency: str
    rehearsal_id: int | None


def lock_head(cursor: psycopg.Cursor[Any], cell: str) -> Head:
    """Lock the cell until the transaction ends, and return its head."""
    row = cursor.execute(*lock_step(cell)).fetchone()
    assert row is not None, f"the cell {cell} has no head"
    return Head(*row)


def advance_head(cursor: psycopg.Cursor[Any], cell: str, batch_number: int) -> None:
    cursor.execute(*advance_step(cell, batch_number))


def lock_step(cell: str) -> Step:
    """The lock as a step of a journey; `head_of` reads its result."""
    return in_cell("newretail.cloud", "head.sql", "lock", cell), []


def advance_step(cell: str, batch_number: int) -> Step:
    return in_cell("newretail.cloud", "head.sql", "advance", cell), [batch_number]


def head_of(result: Result) -> Head:
    number, tenant, market, currency, rehearsal = (value or "" for value in result.rows[0])
    return Head(int(number), int(tenant), market, currency, int(rehearsal) if rehearsal else None)
