"""Moves of orders: cancel, pick, ship, deliver. What each does to the order, its stock and its batch.

The transaction is in `changes.py`, because the money of an order moves with its goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from psycopg.types.json import Jsonb

from newretail.cloud.api import Head
from newretail.kit.distinct import distinct, distinct_pairs
from newretail.kit.sql import in_cell
from newretail.pay.api import Effects, OrderMoney, Settlement, Stage, cancel, deliver, fill, ship
from newretail.stock.api import consume, give_back, pool_key, return_cap_use
from newretail.trade.memory import CellMemory
from newretail.trade.pricing import line_costs
from newretail.trade.rules import HOLDING, State, may_move

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
class Standing:
    """An order as it stands under the lock; `money` where it is paid in this market's books."""

    order_id: UUID
    buyer_id: int
    node_id: int
    state: State
    total_minor: int
    lines: list[list[int]]
    channel: int
    settlement: Settlement
    parts: list[list[int]] | None = None
    money: OrderMoney | None = None

    @property
    def has_payment_rows(self) -> bool:
        return self.settlement >= Settlement.BY_PROVIDER


Moved = tuple[MoveRequest, State, Standing]  # what was asked, where it stood before
_STAGES = {
    State.UNPAID: Stage.WAITING,
    State.PLACED: Stage.STANDING,
    State.PICKING: Stage.STANDING,
    State.SHIPPED: Stage.GONE,
    State.DELIVERED: Stage.GONE,
    State.CANCELLED: Stage.CANCELLED,
}


def money_of(order: Standing) -> OrderMoney:
    """An order as its money sees it, before anything of that was read."""
    return OrderMoney(
        *(order.order_id, order.buyer_id, order.node_id, order.channel, order.settlement),
        *(_STAGES[order.state], order.total_minor, order.lines),
        line_costs(order.lines, order.parts, order.total_minor),
    )


def read_standing(cursor: Cursor, cell: str, order_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Under the lock: the orders with their money."""
    rows = cursor.execute(in_cell(ROOM, "moves.sql", "read", cell), [list(order_ids)]).fetchall()
    orders = {
        order_id: Standing(order_id, buyer, node, State(state), total, lines, channel, Settlement(settlement), parts)
        for order_id, buyer, node, state, total, lines, channel, settlement, parts in rows
    }
    for order in orders.values():
        if order.settlement != Settlement.OUTSIDE:
            order.money = money_of(order)
    fill(cursor, cell, [order.money for order in orders.values() if order.money is not None])
    return orders


def move_order(order: Standing, request: MoveRequest, effects: Effects) -> tuple[MoveVerdict, Moved | None]:
    """Answer a request to move an order, let its money move with it, and say what moved."""
    before, wanted = order.state, request.to_state
    name = wanted.name.lower()
    if before == wanted:
        return MoveVerdict(request.order_id, True, name, f"The order is {name} already."), None
    if wanted == State.PLACED:
        detail = "An order that is unpaid becomes placed when its money is there."
        return MoveVerdict(request.order_id, False, before.name.lower(), detail), None
    if not may_move(before, wanted):
        detail = f"An order that is {before.name.lower()} cannot become {name} any more."
        return MoveVerdict(request.order_id, False, before.name.lower(), detail), None
    if order.money is not None:
        if wanted == State.CANCELLED:
            cancel(effects, order.money, request.reason)
            effects.cancelled.clear()  # this move is that cancel
        elif wanted == State.SHIPPED:
            ship(effects, order.money)
        elif wanted == State.DELIVERED:
            deliver(effects, order.money)
    order.state = wanted
    return MoveVerdict(request.order_id, True, name, ""), (request, before, order)


def move_stock(cursor: Cursor, memory: CellMemory, moved: Sequence[Moved]) -> Any:
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
    return distinct(pool_key(rows[:, 0], rows[:, 1]))


def _return_caps(cursor: Cursor, memory: CellMemory, caps: Sequence[tuple[int, int, int]]) -> None:
    limits = memory.prices.cap_per_buyer
    rows = np.array([row for row in caps if row[0] < len(limits) and limits[row[0]] > 0], np.int64).reshape(-1, 3)
    if len(rows):
        pairs, which = distinct_pairs(rows[:, :2])
        units = np.bincount(which.ravel(), weights=rows[:, 2]).astype(np.int64)
        return_cap_use(cursor, memory.cell, pairs[:, 0], pairs[:, 1], units)


def record(cursor: Cursor, cell: str, head: Head, moved: Sequence[Moved], at: datetime) -> None:
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
