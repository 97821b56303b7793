"""Moves of placed orders: cancel, pick, ship, deliver. Many at once, one transaction, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from psycopg.types.json import Jsonb

from newretail.cloud.api import Head, advance_head, lock_head
from newretail.kit.sql import in_cell
from newretail.stock.api import consume, give_back, pool_key, return_cap_use
from newretail.trade.rules import HOLDING, State, may_move
from newretail.trade.work import CellMemory

ROOM = "newretail.trade"
Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """Who wants an order moved, and why."""

    order_id: UUID
    to_state: State
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class MoveVerdict:
    """`done`: the order is in the state asked for, moved now or before. `state` is empty for an unknown order."""

    order_id: UUID
    done: bool
    state: str
    detail: str


@dataclass(slots=True)
class _Order:
    buyer_id: int
    node_id: int
    state: State
    total_minor: int
    lines: list[list[int]]


def move_orders(
    connection: psycopg.Connection[Any], memory: CellMemory, requests: Sequence[MoveRequest], at: datetime
) -> list[MoveVerdict]:
    """Move orders of one cell. An order that stands where it should already is answered as done."""
    cell = memory.cell
    try:
        with connection.transaction(), connection.cursor() as cursor:
            head = lock_head(cursor, cell)
            cursor.execute(in_cell(ROOM, "moves.sql", "read", cell), [[request.order_id for request in requests]])
            orders = {row[0]: _Order(row[1], row[2], State(row[3]), row[4], row[5]) for row in cursor}
            verdicts, moved = _decide(requests, orders)
            if not moved:
                return verdicts
            pools = _move_stock(cursor, memory, moved)
            _record(cursor, cell, head, moved, at)
    except BaseException:
        memory.pools.forget()
        raise
    if memory.pools.batch_number == head.batch_number:
        memory.pools.batch_number = head.batch_number + 1
        memory.pools.doubt(pools)
    return verdicts


def _decide(
    requests: Sequence[MoveRequest], orders: dict[UUID, _Order]
) -> tuple[list[MoveVerdict], list[tuple[MoveRequest, State, _Order]]]:
    """Answer each request; return also those that move: (request, state before, order). States in `orders` advance."""
    verdicts, moved = [], []
    for request in requests:
        order = orders.get(request.order_id)
        if order is None:
            detail = "There is no order with this id in this market."
            verdicts.append(MoveVerdict(request.order_id, False, "", detail))
            continue
        before, wanted = order.state, request.to_state
        if before == wanted:
            detail = f"The order is {wanted.name.lower()} already."
            verdicts.append(MoveVerdict(request.order_id, True, wanted.name.lower(), detail))
        elif may_move(before, wanted):
            order.state = wanted
            moved.append((request, before, order))
            verdicts.append(MoveVerdict(request.order_id, True, wanted.name.lower(), ""))
        else:
            detail = f"An order that is {before.name.lower()} cannot become {wanted.name.lower()} any more."
            verdicts.append(MoveVerdict(request.order_id, False, before.name.lower(), detail))
    return verdicts, moved


def _move_stock(cursor: Cursor, memory: CellMemory, moved: Sequence[tuple[MoveRequest, State, _Order]]) -> Any:
    """Give back what cancelled orders held, take off what was shipped; return the keys of the pools."""
    back, out, caps = [], [], []
    for request, before, order in moved:
        leaves = before in HOLDING and request.to_state not in HOLDING
        if not leaves:
            continue
        lines = [(order.node_id, sku_id, quantity) for sku_id, quantity, _ in order.lines]
        if request.to_state == State.CANCELLED:
            back += lines
            caps += [(sku_id, order.buyer_id, quantity) for _, sku_id, quantity in lines]
        else:
            out += lines
    freed, gone = give_back(cursor, memory.cell, back), consume(cursor, memory.cell, out)
    _return_caps(cursor, memory, caps)
    rows = np.concatenate([freed, gone])
    return np.unique(pool_key(rows[:, 0], rows[:, 1]))


def _return_caps(cursor: Cursor, memory: CellMemory, caps: Sequence[tuple[int, int, int]]) -> None:
    limits = memory.prices.cap_per_buyer
    rows = np.array([row for row in caps if row[0] < len(limits) and limits[row[0]] > 0], np.int64).reshape(-1, 3)
    if len(rows):
        pairs, which = np.unique(rows[:, :2], axis=0, return_inverse=True)
        units = np.bincount(which.ravel(), weights=rows[:, 2]).astype(np.int64)
        return_cap_use(cursor, memory.cell, pairs[:, 0], pairs[:, 1], units)


def _record(
    cursor: Cursor, cell: str, head: Head, moved: Sequence[tuple[MoveRequest, State, _Order]], at: datetime
) -> None:
    """Write the new states, the log of moves, and the batch, whose sums take cancelled orders off the day's."""
    number = head.batch_number + 1
    last = {request.order_id: request.to_state for request, _, _ in moved}
    cursor.execute(in_cell(ROOM, "moves.sql", "move", cell), [list(last), [int(state) for state in last.values()]])
    cursor.execute(
        in_cell(ROOM, "moves.sql", "record", cell),
        [
            number,
            at,
            [request.order_id for request, _, _ in moved],
            [int(request.to_state) for request, _, _ in moved],
            [int(before) for _, before, _ in moved],
            [request.actor for request, _, _ in moved],
            [request.reason for request, _, _ in moved],
        ],
    )
    cancelled = [order for request, _, order in moved if request.to_state == State.CANCELLED]
    cursor.execute(
        in_cell(ROOM, "orders.sql", "add_batch", cell),
        [
            *(number, "move", at, head.tenant_id, head.market_code, head.currency, head.rehearsal_id),
            *(len(moved), 0, Jsonb({}), -sum(len(order.lines) for order in cancelled)),
            -sum(quantity for order in cancelled for _, quantity, _ in order.lines),
            -sum(order.total_minor for order in cancelled),
        ],
    )
    advance_head(cursor, cell, number)
