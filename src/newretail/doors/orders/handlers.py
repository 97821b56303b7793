"""The public API: what each path does. Handlers are coroutines of (Door, Request) that return an Answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from newretail.cloud.api import CellPlace, DatabaseAway, Key, Links
from newretail.doors.orders.guards import Doorkeeper
from newretail.doors.orders.problems import Problem, status_of_refusal
from newretail.kit.ids import is_uuid7
from newretail.stock.api import NodeStock, node_names, stock_in_cell
from newretail.trade.desk import Busy, Ticket, Unavailable
from newretail.trade.engine import Engine, UnknownCell
from newretail.trade.moves import MoveRequest, MoveVerdict
from newretail.trade.orders import NO_ID, OrderRequest, OrderView, Verdict
from newretail.trade.quotes import QuoteRequest, Unquotable, quotes_by
from newretail.trade.reads import find_order
from newretail.trade.rules import SENTENCES, Reason, State

JSON = b"application/json"
_ORDER = msgspec.json.Decoder(OrderRequest)
_QUOTE = msgspec.json.Decoder(QuoteRequest)
_ENCODE = msgspec.json.Encoder().encode
T = TypeVar("T")


@dataclass(slots=True)
class Request:
    """A request whose size and host were checked; `headers` by lower-case name."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    body: bytes


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes
    content_type: bytes = JSON
    headers: Sequence[tuple[bytes, bytes]] = ()


@dataclass(slots=True)
class Door:
    """What the handlers share in a process."""

    engine: Engine
    links: Links
    keeper: Doorkeeper = field(default_factory=Doorkeeper)

    def key(self, request: Request, scope: str) -> Key:
        return self.keeper.key_of(request.headers.get(b"authorization", b""), self.engine.map.keys, scope)

    async def ask(self, cell: str, ticket: Ticket) -> Any:
        """Give a ticket to the desk of a cell and wait for its answer. Raises 429 and 503 problems."""
        ticket.waiter = asyncio.get_running_loop().create_future()
        try:
            self.engine.desk(cell).submit(ticket)
        except Busy as error:
            raise Problem(429, "busy", str(error), retry_after=1) from None
        await ticket.waiter
        if isinstance(ticket.answer, Unavailable):
            raise Problem(503, "unavailable", str(ticket.answer), retry_after=1)
        return ticket.answer


def order_id_of(text: str) -> UUID:
    """The UUIDv7 in a path. Raises a 422 problem."""
    try:
        order_id = msgspec.convert(text, UUID) if len(text) == 36 else None
    except msgspec.ValidationError:
        order_id = None
    if order_id is None or not is_uuid7(order_id):
        raise Problem(422, Reason.BAD_ID.slug, SENTENCES[Reason.BAD_ID])
    return order_id


async def put_order(door: Door, request: Request, id_text: str) -> Answer:
    """Place one order. 201: accepted now; 200: it was placed before and says the same."""
    key = door.key(request, "orders:write")
    order_id = order_id_of(id_text)
    try:
        order = _ORDER.decode(request.body)
    except msgspec.ValidationError as error:
        raise Problem(422, "invalid", f"{error}. See /v1/openapi.json for what an order holds.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, "malformed", f"The body is not JSON: {error}.") from None
    if order.order_id not in (NO_ID, order_id):
        raise Problem(422, "invalid", "`order_id` in the body differs from the id in the path. Leave it out.")
    order.order_id = order_id
    door.keeper.rates.spend(key, 1)
    try:
        cell = door.engine.cell_of_node(key.tenant_id, order.node, key.rehearsal_id)
    except UnknownCell as error:
        raise Problem(422, Reason.UNKNOWN_NODE.slug, str(error), node=order.node) from None
    verdict: Verdict = await door.ask(cell, Ticket(order))
    if verdict.accepted:
        return Answer(200 if verdict.replayed else 201, _ENCODE(verdict))
    raise Problem(
        status_of_refusal(verdict.reason),
        verdict.reason,
        verdict.detail,
        order_id=str(order_id),
        sku=verdict.sku,
        total_minor=verdict.total_minor,
        currency=verdict.currency,
    )


async def post_quote(door: Door, request: Request) -> Answer:
    """Say what an order would cost now, line by line; nothing is kept, held or promised."""
    key = door.key(request, "orders:read")
    try:
        asked = _QUOTE.decode(request.body)
    except msgspec.ValidationError as error:
        raise Problem(422, "invalid", f"{error}. See /v1/openapi.json for what a quote asks.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, "malformed", f"The body is not JSON: {error}.") from None
    if asked.node is None:
        raise Problem(422, "invalid", "`node` is missing: the code of the store or warehouse that has the goods.")
    door.keeper.rates.spend(key, 1)
    try:
        place = door.engine.map.places[door.engine.cell_of_node(key.tenant_id, asked.node, key.rehearsal_id)]
        (quote,) = quotes_by(door.engine.map, place.market_code, [asked], datetime.now(UTC), key.tenant_id)
    except UnknownCell as error:
        raise Problem(422, Reason.UNKNOWN_NODE.slug, str(error), node=asked.node) from None
    except Unquotable as error:
        raise Problem(status_of_refusal(error.reason), error.reason, str(error), sku=error.sku) from None
    return Answer(200, _ENCODE(quote))


async def _read(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except DatabaseAway as error:
        raise Problem(503, "unavailable", str(error), retry_after=1) from None


async def _find(door: Door, key: Key, order_id: UUID) -> tuple[CellPlace, OrderView]:
    def work() -> tuple[CellPlace, OrderView] | None:
        for place in door.engine.cells_of(key.tenant_id, key.rehearsal_id):
            codes = door.engine.map.prices[place.tenant_id, place.market_code].code_of
            with door.links.cell(place) as connection:
                order = find_order(connection, place, order_id, codes)
            if order is not None:
                return place, order
        return None

    found = await _read(work)
    if found is None:
        raise Problem(404, "not_found", f"There is no order {order_id}.")
    return found


async def get_order(door: Door, request: Request, id_text: str) -> Answer:
    key = door.key(request, "orders:read")
    _, order = await _find(door, key, order_id_of(id_text))
    return Answer(200, _ENCODE(order))


async def cancel_order(door: Door, request: Request, id_text: str) -> Answer:
    """Cancel an order; doing it twice is doing it once. 409 when it has left its node."""
    key = door.key(request, "orders:write")
    place, order = await _find(door, key, order_id_of(id_text))
    move = MoveRequest(order.order_id, State.CANCELLED, f"key {key.prefix}", "cancelled by the caller")
    verdict: MoveVerdict = await door.ask(place.name, Ticket(move))
    if not verdict.done:
        raise Problem(409, "cannot_cancel", verdict.detail, state=verdict.state)
    return Answer(200, _ENCODE({"order_id": order.order_id, "state": verdict.state, "detail": verdict.detail}))


def _shelf(place: CellPlace, row: NodeStock) -> dict[str, Any]:
    return {
        "node": row.node_code,
        "market": place.market_code,
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "available": row.available,
        "back_order": row.back_order,
    }


async def get_stock(door: Door, request: Request, code: str) -> Answer:
    """Where a SKU lies, by node, over all cells of the caller."""
    key = door.key(request, "stock:read")

    def work() -> dict[str, Any] | None:
        with door.links.home() as connection:
            nodes = node_names(connection, key.tenant_id)
        known, rows = False, []
        for place in door.engine.cells_of(key.tenant_id, key.rehearsal_id):
            sku_id = door.engine.map.prices[place.tenant_id, place.market_code].sku_codes.get(code)
            if sku_id is not None:
                known = True
                with door.links.cell(place) as connection:
                    rows += [_shelf(place, row) for row in stock_in_cell(connection, place, sku_id, nodes)]
        return {"sku": code, "nodes": rows} if known else None

    stock = await _read(work)
    if stock is None:
        raise Problem(404, "not_found", f"There is no SKU {code}. Search the catalogue for the right code.")
    return Answer(200, _ENCODE(stock))
