"""What other rooms may use of trade.

Pages and commands call from threads and wait: they share one engine a process, opened at the first call. The
orders' door is asynchronous and runs an engine of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from uuid import UUID

from newretail.cloud.api import DatabaseAway, Links
from newretail.kit import settings
from newretail.kit.ids import is_uuid7
from newretail.trade.desk import Busy, Ticket, Unavailable
from newretail.trade.engine import Engine, UnknownCell
from newretail.trade.moves import MoveRequest, MoveVerdict
from newretail.trade.orders import LineView, MoveView, OrderLine, OrderRequest, OrderView, Verdict
from newretail.trade.reads import find_order, orders_of_buyer
from newretail.trade.rules import MOVES, SENTENCES, Channel, Reason, State, leaves_stock, may_move
from newretail.trade.together import learn_together

__all__ = [
    "MOVES",
    "Busy",
    "Channel",
    "DatabaseAway",
    "LineView",
    "MoveVerdict",
    "MoveView",
    "OrderLine",
    "OrderRequest",
    "OrderView",
    "Reason",
    "State",
    "Unavailable",
    "Verdict",
    "cancel",
    "find",
    "learn_together",
    "leaves_stock",
    "may_move",
    "move",
    "orders_of",
    "place",
]

DEFAULT_TENANT = 1


class _House:
    """The engine and the connections of a process that calls from threads (pages, commands)."""

    def __init__(self, home_url: str) -> None:
        self.engine = Engine(home_url, _wake)
        self.links = Links(home_url)


def _wake(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        ticket.waiter.set()


@cache
def _house(home_url: str) -> _House:
    return _House(home_url)


def house() -> _House:
    """The process's engine on the database that the settings name."""
    return _house(settings.DATABASE_URL.text)


def close() -> None:
    """End the process's engine; the next call opens a new one."""
    if _house.cache_info().currsize:
        home = house()
        home.engine.close()
        home.links.close()
        _house.cache_clear()


def _ask(cell: str, what: OrderRequest | MoveRequest) -> object:
    ticket = Ticket(what, waiter=threading.Event())
    house().engine.desk(cell).submit(ticket)
    ticket.waiter.wait()
    if isinstance(ticket.answer, Unavailable):
        raise ticket.answer
    return ticket.answer


def place(request: OrderRequest, tenant_id: int = DEFAULT_TENANT) -> Verdict:
    """Place an order and wait for its verdict. Raises Busy and Unavailable; both may be tried again."""
    try:
        cell = house().engine.cell_of_node(tenant_id, request.node)
    except UnknownCell:
        return unknown_node(request.order_id, request.node)
    answer = _ask(cell, request)
    assert isinstance(answer, Verdict)
    return answer


def unknown_node(order_id: UUID, node: str) -> Verdict:
    """The verdict of an order whose node no cell has."""
    reason = Reason.UNKNOWN_NODE if is_uuid7(order_id) else Reason.BAD_ID
    detail = SENTENCES[reason].format(sku=node)
    return Verdict(order_id, False, False, reason.slug, detail, None, 0, "", "")


def move(order_id: UUID, to_state: State, *, actor: str, reason: str, tenant_id: int = DEFAULT_TENANT) -> MoveVerdict:
    """Move an order on, as `MOVES` allows. Doing it twice is doing it once."""
    order = find(order_id, tenant_id)
    if order is None:
        return MoveVerdict(order_id, False, "", "There is no order with this id.")
    answer = _ask(order.cell, MoveRequest(order_id, to_state, actor, reason))
    assert isinstance(answer, MoveVerdict)
    return answer


def cancel(order_id: UUID, *, actor: str, reason: str, tenant_id: int = DEFAULT_TENANT) -> MoveVerdict:
    """Cancel an order that has not left its node; its units are free again, once."""
    return move(order_id, State.CANCELLED, actor=actor, reason=reason, tenant_id=tenant_id)


def find(order_id: UUID, tenant_id: int = DEFAULT_TENANT) -> OrderView | None:
    """The order as it stands in whichever real cell of the tenant has it. Raises DatabaseAway."""
    here = house()
    for place_ in here.engine.cells_of(tenant_id):
        codes = here.engine.map.prices[place_.tenant_id, place_.market_code].code_of
        with here.links.cell(place_) as connection:
            order = find_order(connection, place_, order_id, codes)
        if order is not None:
            return order
    return None


def orders_of(buyer_id: int, limit: int = 50, tenant_id: int = DEFAULT_TENANT) -> list[OrderView]:
    """A buyer's orders, newest first, of all real cells of the tenant. Raises DatabaseAway."""
    here = house()
    found: list[OrderView] = []
    for place_ in here.engine.cells_of(tenant_id):
        codes = here.engine.map.prices[place_.tenant_id, place_.market_code].code_of
        with here.links.cell(place_) as connection:
            found += orders_of_buyer(connection, place_, buyer_id, limit, codes)
    return sorted(found, key=lambda order: order.order_id.int, reverse=True)[:limit]
