"""A shopper's orders: the list, one order, cancelling it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from newretail.catalog import api as catalog
from newretail.people import api as people
from newretail.shopfront import holds, mails
from newretail.shopfront.paid import came_late, gist_of, goes_back, paid_rows, wait_of
from newretail.shopfront.summary import of_order
from newretail.shopfront.visit import page, visit_of
from newretail.stock import api as stock
from newretail.trade import api as trade

SHOWN = 50
WARES_SHOWN = 200
TOGETHER = 9


@dataclass(frozen=True, slots=True)
class Step:
    """A state on the way of an order; `at` is empty while it has not been reached."""

    state: str
    at: datetime | None = None
    is_now: bool = False


def steps(order: trade.OrderView, pick_up: bool) -> list[Step]:
    """The way of an order from its beginning to its end: what was, what is, what is still to come."""
    moved = {move.to_state: move.moved_at for move in order.moves}
    waited = order.state == "unpaid" or any(move.from_state == "unpaid" for move in order.moves)
    reached = {"unpaid" if waited else "placed": order.placed_at, **moved}
    way = [*(["unpaid"] if waited else []), "placed", "picking", "shipped", "delivered"]
    if order.state == "cancelled":
        way = [*(state for state in way if state in reached), "cancelled"]
    elif pick_up and "shipped" not in reached:
        way.remove("shipped")
    last = max((way.index(state) for state in way if state in reached), default=0)
    ways = [state for number, state in enumerate(way) if state in reached or number > last]
    return [Step(state, reached.get(state), state == order.state) for state in ways]


def own_order(request: HttpRequest, order_id: UUID) -> trade.OrderView:
    """The order, when it is the visitor's own; to everybody else it does not exist."""
    order = trade.find(order_id)
    if order is None or not visit_of(request).may_see(order.buyer_id):
        raise Http404
    return order


@never_cache
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    buyer = visit_of(request).buyer
    found = trade.orders_of(buyer.pk, SHOWN) if buyer else []
    moneys = trade.moneys_of(found)
    gists = {one.order_id: gist_of(one, moneys[one.order_id]) for one in found if one.order_id in moneys}
    return page(request, "orders.html", orders=found, shown=SHOWN, wares=_wares(request, found), gists=gists)


def _wares(request: HttpRequest, found: list[trade.OrderView]) -> dict[str, catalog.Ware]:
    """What of these orders is still sold, by SKU code: its name and picture."""
    codes = list(dict.fromkeys(line.sku for order in found for line in order.lines))
    return catalog.wares(visit_of(request).market.code, codes[:WARES_SHOWN])


@never_cache
@require_GET
def together(request: HttpRequest) -> HttpResponse:
    """The orders that one cart became."""
    found = []
    for text in request.GET.get("ids", "").split("~")[:TOGETHER]:
        try:
            found.append(own_order(request, UUID(text)))
        except ValueError:
            raise Http404 from None
    nodes = stock.nodes_by_id([order.node_id for order in found])
    told = {order.order_id: people.contact(order.order_id) for order in found}
    paid = [order for order in found if order.state not in ("unpaid", "cancelled")]
    waiting = [order for order in found if order.state == "unpaid"]
    return page(
        request,
        "together.html",
        orders=found,
        nodes=nodes,
        contacts=told,
        wares=_wares(request, found),
        paid=len(paid),
        waiting=waiting,
    )


@never_cache
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    told = people.contact(order_id)
    parts = {name: getattr(told, name) for name in people.ADDRESS_LIMITS} if told else {}
    money = trade.payments_of(order_id)
    may_cancel = trade.may_move(trade.State[found.state.upper()], trade.State.CANCELLED)
    sums = of_order(found, visit_of(request).language)
    return page(
        request,
        "order.html",
        order=found,
        summary=sums.summary,
        offers=sums.names,
        wares=_wares(request, [found]),
        where=people.address_lines(told.country, parts) if told else [],
        steps=steps(found, bool(told and told.way == "pick_up")),
        names=catalog.sku_names([line.sku_id for line in found.lines]),
        node=stock.node(found.node_id),
        contact=told,
        may_cancel=may_cancel,
        wait=wait_of(found, money),
        now=datetime.now(UTC),
        paid=paid_rows(money) if money else [],
        goes_back=goes_back(money) if money and may_cancel else [],
        late=money is not None and came_late(money),
    )


@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    money = trade.payments_of(order_id)
    back = goes_back(money) if money else []
    try:
        verdict = trade.cancel(order_id, actor=f"buyer {found.buyer_id}", reason="The buyer changed their mind.")
    except (trade.Busy, trade.Unavailable):
        messages.error(request, _("Very many people are ordering now. Try again in a few seconds."))
    else:
        if verdict.done:
            mails.tell_cancelled(order_id, back=back)
            messages.success(request, _("The order is cancelled."))
        else:
            messages.error(request, _("It is too late to cancel: the order has left the store."))
    return redirect("order", order_id=order_id)


@require_POST
def again(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Put what was bought into the cart once more, as far as it is sold today."""
    shop, found = visit_of(request), own_order(request, order_id)
    wares = _wares(request, [found])
    holds.drop(request)
    put = [line for line in found.lines if line.sku in wares and shop.cart.add(line.sku, line.quantity)]
    if len(put) < len(found.lines):
        left = len(found.lines) - len(put)
        text = ngettext("%(num)d product is not sold any more.", "%(num)d products are not sold any more.", left)
        messages.warning(request, text % {"num": left})
    if put:
        text = ngettext("%(num)d product is in your cart again.", "%(num)d products are in your cart again.", len(put))
        messages.success(request, text % {"num": len(put)})
    return redirect("cart")
