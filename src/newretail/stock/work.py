"""The transactions on stock that are not orders: holds, receipts, counts. Each takes the cell's lock first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from newretail.cloud.api import Head, advance_head, lock_head
from newretail.kit.arrays import Int4s, register
from newretail.kit.ids import uuid7
from newretail.kit.sql import in_cell
from newretail.stock import rules
from newretail.stock.reserve import add_reserved, give_back

ROOM = "newretail.stock"


@dataclass(frozen=True, slots=True)
class HoldVerdict:
    """`sku_id` is the first that ran out (0: none); `detail` says in English what to do."""

    held: bool
    detail: str = ""
    sku_id: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool after a movement; `short` when more is promised than is there."""

    on_hand: int
    reserved: int
    short: bool


@contextmanager
def written(connection: psycopg.Connection[Any], cell: str) -> Iterator[tuple[psycopg.Cursor[Any], Head]]:
    """One transaction under the cell's lock that ends with the next batch number."""
    register(connection)
    with connection.transaction(), connection.cursor() as cursor:
        head = lock_head(cursor, cell)
        yield cursor, head
        advance_head(cursor, cell, head.batch_number + 1)


def place_hold(
    connection: psycopg.Connection[Any],
    cell: str,
    hold_id: UUID,
    buyer_id: int,
    node_id: int,
    lines: Sequence[tuple[int, int]],
    minutes: int,
    at: datetime,
) -> HoldVerdict:
    """Reserve (sku_id, quantity) lines for a cart until `at` + `minutes`; all lines or none.

    A hold id that exists already is answered as it stands: asking twice holds once.
    """
    fault = rules.fault_of_hold(lines, minutes)
    if fault:
        return HoldVerdict(False, fault)
    wanted = np.array(sorted(lines), np.int64)
    nodes = np.full(len(wanted), node_id, np.int64)
    with written(connection, cell) as (cursor, _):
        there = cursor.execute(in_cell(ROOM, "pools.sql", "find_hold", cell), [hold_id]).fetchone()
        if there is not None:
            return HoldVerdict(True, expires_at=there[2])
        cursor.execute(in_cell(ROOM, "pools.sql", "read_some", cell), [Int4s(nodes), Int4s(wanted[:, 0])])
        free = {sku: on_hand - reserved if not endless else 1 << 40 for _, sku, on_hand, reserved, endless in cursor}
        for sku_id, quantity in wanted.tolist():
            if free.get(sku_id, 0) < quantity:
                left = max(free.get(sku_id, 0), 0)
                return HoldVerdict(False, f"Only {left} left at this node: take fewer or another node.", sku_id)
        expires_at = at + timedelta(minutes=minutes)
        insert = in_cell(ROOM, "pools.sql", "add_hold", cell)
        cursor.execute(insert, [hold_id, buyer_id, node_id, expires_at, wanted.tolist()])
        add_reserved(cursor, cell, nodes, wanted[:, 0], wanted[:, 1])
    return HoldVerdict(True, expires_at=expires_at)


def release_hold(connection: psycopg.Connection[Any], cell: str, hold_id: UUID) -> bool:
    """Give a hold's units back; False where it is gone already, so a second call changes nothing."""
    with written(connection, cell) as (cursor, _):
        row = cursor.execute(in_cell(ROOM, "pools.sql", "release_hold", cell), [hold_id]).fetchone()
        if row is None:
            return False
        give_back(cursor, cell, [(row[0], sku_id, quantity) for sku_id, quantity in row[1]])
    return True


def expire_holds(connection: psycopg.Connection[Any], cell: str, at: datetime) -> int:
    """Give back all holds whose time is over; return how many there were. Where there are none, nothing is locked."""
    if connection.execute(in_cell(ROOM, "pools.sql", "some_expired", cell), [at]).fetchone() is None:
        return 0
    with written(connection, cell) as (cursor, _):
        rows = cursor.execute(in_cell(ROOM, "pools.sql", "expire_holds", cell), [at]).fetchall()
        give_back(cursor, cell, [(node_id, sku_id, units) for node_id, lines in rows for sku_id, units in lines])
    return len(rows)


def receive(
    connection: psycopg.Connection[Any],
    cell: str,
    node_id: int,
    sku_id: int,
    quantity: int,
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> PoolState:
    """Goods came in: on hand grows, a new pool is opened where there was none. ValueError on a bad quantity."""
    fault = rules.fault_of_receipt(quantity)
    if fault:
        raise ValueError(fault)
    with written(connection, cell) as (cursor, head):
        row = cursor.execute(in_cell(ROOM, "pools.sql", "receive", cell), [node_id, sku_id, quantity]).fetchone()
        assert row is not None
        cursor.execute(
            in_cell(ROOM, "pools.sql", "settle_short", cell),
            [Int4s(np.array([node_id])), Int4s(np.array([sku_id]))],
        )
        _log(cursor, cell, head, node_id, sku_id, "receive", quantity, actor, reason, at)
    return PoolState(row[0], row[1], row[3] is not None and row[0] < row[1])


def count(
    connection: psycopg.Connection[Any],
    cell: str,
    node_id: int,
    sku_id: int,
    counted: int,
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> PoolState:
    """Somebody counted: that is a fact. Less than is promised opens a shortage, a line of the worklist."""
    fault = rules.fault_of_count(counted)
    if fault:
        raise ValueError(fault)
    with written(connection, cell) as (cursor, head):
        values = {"node": node_id, "sku": sku_id, "counted": counted, "at": at}
        row = cursor.execute(in_cell(ROOM, "pools.sql", "count", cell), values).fetchone()
        assert row is not None
        _log(cursor, cell, head, node_id, sku_id, "count", counted, actor, reason, at)
    return PoolState(row[0], row[1], row[3] is not None)


def _log(
    cursor: psycopg.Cursor[Any],
    cell: str,
    head: Head,
    node_id: int,
    sku_id: int,
    kind: str,
    quantity: int,
    actor: str,
    reason: str,
    at: datetime,
) -> None:
    values = [uuid7(), head.batch_number + 1, node_id, sku_id, kind, quantity, actor, reason, at]
    cursor.execute(in_cell(ROOM, "pools.sql", "add_movement", cell), values)
