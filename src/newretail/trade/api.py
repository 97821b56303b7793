"""What other rooms may use of trade.

Pages and commands call from threads and wait: they share one engine a process, opened at the first call. The
orders' door is asynchronous and runs an engine of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from newretail.cloud.api import DatabaseAway
from newretail.kit.ids import is_uuid7
from newretail.kit.sentences import sentence
from newretail.markets.terms.api import Terms
from newretail.pay.api import (
    Call,
    CallDone,
    End,
    Funds,
    Holder,
    MoneyVerdict,
    Movement,
    OrderMoney,
    Outcome,
    ProviderEvent,
    RefundAsk,
    SuspenseAsk,
    due_calls,
    is_top_up,
    note_calls,
    orders_of_payments,
    provider,
)
from newretail.trade import clearing, purse, top_ups
from newretail.trade.desk import Busy, Unavailable
from newretail.trade.engine import UnknownCell
from newretail.trade.house import DEFAULT_TENANT, ask, ask_all, close, house, place_of_cell
from newretail.trade.money import CaptureAsk, EventVerdict, OpenAsk
from newretail.trade.moves import MoveRequest, MoveVerdict
from newretail.trade.orders import (
    LineView,
    MoveView,
    OrderLine,
    OrderRequest,
    OrderView,
    PricedLine,
    TenderRequest,
    Verdict,
)
from newretail.trade.purse import CellFunds
from newretail.trade.quotes import Quote, QuotedDiscount, QuoteRequest, Unquotable, quotes_by
from newretail.trade.reads import find_order, money_of_order, moneys_of_orders, orders_of_buyer
from newretail.trade.rules import MAX_QUANTITY, MOVES, SENTENCES, Channel, Reason, State, leaves_stock, may_move
from newretail.trade.shelves import Shelf, Tag
from newretail.trade.taxes import taxes_of_sales
from newretail.trade.together import learn_together
from newretail.trade.top_ups import (
    TopUpView,
    cancel_top_up,
    top_up,
    top_ups_declined,
    top_ups_ended_since,
    top_ups_of,
)
from newretail.trade.top_ups import find as find_top_up
from newretail.trade.top_ups import places as places_to_top_up

__all__ = [
    "MAX_QUANTITY",
    "MOVES",
    "Busy",
    "CallDone",
    "CellFunds",
    "Channel",
    "DatabaseAway",
    "EventVerdict",
    "Funds",
    "Holder",
    "LineView",
    "MoneyVerdict",
    "MoveVerdict",
    "MoveView",
    "Movement",
    "OrderLine",
    "OrderMoney",
    "OrderRequest",
    "OrderView",
    "Outcome",
    "PricedLine",
    "Quote",
    "QuoteRequest",
    "QuotedDiscount",
    "Reason",
    "RefundAsk",
    "Shelf",
    "State",
    "SuspenseAsk",
    "Tag",
    "TenderRequest",
    "TopUpView",
    "Unavailable",
    "UnknownCell",
    "Unquotable",
    "Verdict",
    "calls_done",
    "calls_due",
    "cancel",
    "cancel_top_up",
    "capture",
    "close",
    "expire_unpaid",
    "find",
    "find_top_up",
    "funds",
    "funds_everywhere",
    "house",
    "learn_together",
    "leaves_stock",
    "may_move",
    "moneys_of",
    "move",
    "movements",
    "open_payments",
    "orders_of",
    "pay_events",
    "pay_page",
    "payments_of",
    "place",
    "places_to_top_up",
    "quotes",
    "reconcile",
    "refund",
    "refunded_since",
    "send_on",
    "shelf",
    "taxes_of_sales",
    "top_up",
    "top_ups_declined",
    "top_ups_ended_since",
    "top_ups_of",
]


def quotes(
    market_code: str,
    requests: Sequence[QuoteRequest],
    at: datetime | None = None,
    tenant_id: int = DEFAULT_TENANT,
    terms: Terms | None = None,
) -> list[Quote]:
    """What orders would cost in a market now (or `at` a moment), as the engine would price them. Raises Unquotable.

    `terms`: as if the market had these taxes and tariffs.
    """
    return quotes_by(house().engine.map, market_code, requests, at or datetime.now(UTC), tenant_id, terms)


def shelf(market_code: str, node_id: int = 0, channel: str = "web", tenant_id: int = DEFAULT_TENANT) -> Shelf | None:
    """What stands at every SKU of a market on the shelf of a node; None where nothing changes the base prices.

    Looked up: the prices of a market are reckoned when an offer or a list begins, ends or is edited.
    """
    here, market = house(), (tenant_id, market_code)
    prices = here.engine.map.prices.get(market)
    return None if prices is None else here.shelves.shelf(prices, market, channel, node_id)


def place(request: OrderRequest, tenant_id: int = DEFAULT_TENANT) -> Verdict:
    """Place an order and wait for its verdict. Raises Busy and Unavailable; both may be tried again."""
    try:
        cell = house().engine.cell_of_node(tenant_id, request.node)
    except UnknownCell:
        return unknown_node(request.order_id, request.node)
    answer = ask(cell, request)
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
        return MoveVerdict(order_id, False, "", sentence("There is no order with this id."))
    answer = ask(order.cell, MoveRequest(order_id, to_state, actor, reason))
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


def pay_events(events: Sequence[ProviderEvent], cell: str = "", tenant_id: int = DEFAULT_TENANT) -> list[EventVerdict]:
    """Take what a provider says: on disk, and its money moved, when this returns. Saying it again is harmless.

    `cell`: where the provider says that its payments belong (a rehearsal's is only found so); without it the real
    cells of the tenant are searched. An event about no payment of ours is kept in the cell of its currency. An
    `outcome` of None failed on our side: the event is to be sent again. Raises Busy, Unavailable and DatabaseAway.
    """
    where = {event.payment_id: cell for event in events} if cell else _cells_of_payments(events, tenant_id)
    answers: dict[int, object] = {}
    for name in dict.fromkeys(where.values()):
        numbers = [number for number, event in enumerate(events) if where[event.payment_id] == name]
        answers.update(zip(numbers, ask_all(name, [events[number] for number in numbers]), strict=True))
    found = [answers[number] for number in range(len(events))]
    return [answer for answer in found if isinstance(answer, EventVerdict)]


def _cells_of_payments(events: Sequence[ProviderEvent], tenant_id: int) -> dict[UUID, str]:
    here = house()
    cells = here.engine.cells_of(tenant_id)
    of_currency = {place_.currency: place_.name for place_ in reversed(cells)}
    where = {event.payment_id: of_currency.get(event.currency, cells[0].name) for event in events}
    for place_ in cells:
        with here.links.cell(place_) as connection, connection.cursor() as cursor:
            where.update(dict.fromkeys(orders_of_payments(cursor, place_.name, list(where)), place_.name))
    return where


def refund(wish: RefundAsk, tenant_id: int = DEFAULT_TENANT) -> MoneyVerdict:
    """Give money of an order back: lines of it, or an amount, never more than came. The same id is the same refund."""
    return _ask_about_money(wish, tenant_id)


def send_on(wish: SuspenseAsk, tenant_id: int = DEFAULT_TENANT) -> MoneyVerdict:
    """Send money of an order out of suspense: to its provider, or to a wallet. The same id is the same move."""
    return _ask_about_money(wish, tenant_id)


def capture(order_id: UUID, amount_minor: int | None = None, tenant_id: int = DEFAULT_TENANT) -> MoneyVerdict:
    """Have providers capture what they hold for an order. Shipping asks for all of it by itself."""
    return _ask_about_money(CaptureAsk(order_id, amount_minor), tenant_id)


def open_payments(order_id: UUID, tenders: Sequence[TenderRequest], tenant_id: int = DEFAULT_TENANT) -> MoneyVerdict:
    """Try other tenders for an order that waits for its money; together they pay what is missing of it."""
    return _ask_about_money(OpenAsk(order_id, tuple(tenders)), tenant_id)


def _ask_about_money(wish: RefundAsk | SuspenseAsk | CaptureAsk | OpenAsk, tenant_id: int) -> MoneyVerdict:
    there = top_ups.find(wish.order_id, tenant_id) if is_top_up(wish.order_id) else find(wish.order_id, tenant_id)
    if there is None:
        return MoneyVerdict(wish.order_id, False, 0, sentence("There is no order with this id."))
    answer = ask(there.cell, wish)
    assert isinstance(answer, MoneyVerdict)
    return answer


def pay_page(order_id: UUID, tenant_id: int = DEFAULT_TENANT) -> str:
    """The address where the shopper pays what an order lacks: send the browser there. Empty when there is none.

    Raises Unavailable when the provider does not answer; the worker goes on asking it, so try again in a moment.
    """
    here = house()
    reply = clearing.pay_page(here.engine, here.links, here.postman, order_id, tenant_id)
    if reply is not None and reply.end in (End.NO_EFFECT, End.UNKNOWN):
        raise Unavailable("The payment provider does not answer. Try again in a moment.")
    return reply.redirect_url if reply is not None else ""


def expire_unpaid() -> int:
    """Cancel orders of all cells that were not paid in time; return how many. Their goods are free again."""
    return clearing.give_up_unpaid(house().engine, house().links)


def funds(node: str, holders: Sequence[Holder], tenant_id: int = DEFAULT_TENANT) -> tuple[str, dict[Holder, Funds]]:
    """The cell that serves a node, and what shoppers hold there. Raises DatabaseAway and UnknownCell."""
    place_ = place_of_cell(house().engine.cell_of_node(tenant_id, node))
    return place_.name, purse.funds_at(house().links, place_, holders)


def funds_everywhere(holders: Sequence[Holder], tenant_id: int = DEFAULT_TENANT) -> list[CellFunds]:
    """What shoppers hold in every real cell of the tenant, where they hold anything. Raises DatabaseAway."""
    return purse.funds_in(house().links, house().engine.cells_of(tenant_id), holders)


def movements(cell: str, account_id: int, before: tuple[int, UUID] | None = None, limit: int = 20) -> list[Movement]:
    """An account's movements, newest first, or those before a movement's `mark`. Raises DatabaseAway."""
    return purse.movements_at(house().links, place_of_cell(cell), account_id, before, limit)


def refunded_since(since: datetime) -> list[tuple[UUID, UUID, int]]:
    """(order, refund, minor units) of what was given back lately in real cells. Raises DatabaseAway."""
    return purse.refunds_in(house().links, house().engine.map.places.values(), since)


def payments_of(order_id: UUID, tenant_id: int = DEFAULT_TENANT) -> OrderMoney | None:
    """The money of an order (or a top-up) as it stands: payments, refunds, what is missing. None where there is none.

    Raises DatabaseAway.
    """
    here = house()
    if is_top_up(order_id):
        top_up = top_ups.find(order_id, tenant_id)
        return None if top_up is None else top_up.money
    for place_ in here.engine.cells_of(tenant_id):
        with here.links.cell(place_) as connection:
            money = money_of_order(connection, place_, order_id)
        if money is not None:
            return money
    return None


def moneys_of(orders: Sequence[OrderView]) -> dict[UUID, OrderMoney]:
    """The money of those of the orders that are paid here, a cell at a time. Raises DatabaseAway."""
    here = house()
    found: dict[UUID, OrderMoney] = {}
    for cell in dict.fromkeys(order.cell for order in orders):
        place_ = place_of_cell(cell)
        with here.links.cell(place_) as connection:
            found |= moneys_of_orders(connection, place_, [order.order_id for order in orders if order.cell == cell])
    return found


def reconcile(provider_name: str, since: datetime) -> clearing.Reconciled:
    """Compare our books with a provider's list, hear what we missed, and keep what cannot be mended.

    Raises ProviderAway, Busy, Unavailable and DatabaseAway; what was repaired until then stays repaired.
    """
    here = house()
    return clearing.reconcile(here.engine, here.links, provider(provider_name), since)


def calls_due(cell: str, limit: int = 500, at: datetime | None = None) -> list[Call]:
    """What providers are to be asked now, the oldest first. Nobody else is kept from reading the same."""
    with house().links.cell(place_of_cell(cell)) as connection:
        return due_calls(connection, cell, at or datetime.now(UTC), limit)


def calls_done(cell: str, done: Sequence[CallDone]) -> None:
    """Note what came of asking: taken (nobody need ask again), or when to ask again, and why."""
    with house().links.cell(place_of_cell(cell)) as connection:
        note_calls(connection, cell, done)
