"""The pages of orders: the book, and everything about one of them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from newretail.catalog import api as catalog
from newretail.catalog.offers.api import offer_names
from newretail.office.audit.trail import note_down
from newretail.office.desk import CANCEL_ORDER, desk_of, page, require, staff_only
from newretail.office.lists.views import show
from newretail.office.orders.listing import CHANNELS, ORDERS
from newretail.office.orders.timeline import timeline
from newretail.people import api as people
from newretail.stock import api as stock
from newretail.trade import api as trade


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@staff_only
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """The order book, newest first; the id of an order leads to it at once."""
    order_id = _uuid(request.GET.get("q", "").strip())
    if order_id is not None and trade.find(order_id) is not None:
        return redirect("office-order", order_id=order_id)
    return show(request, ORDERS)


@staff_only
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = trade.find(order_id)
    if found is None:
        raise Http404
    return page(
        request,
        "order.html",
        order=found,
        offers=_offer_names(found),
        names=catalog.sku_names([line.sku_id for line in found.lines]),
        node=stock.node(found.node_id),
        buyer=people.member(found.buyer_id),
        contact=people.contact(order_id),
        happenings=timeline(found),
        channel=CHANNELS.get(found.channel, found.channel),
        has_money=found.settlement != "outside" and desk_of(request).may("finance.see_books"),
        may_cancel=trade.may_move(trade.State[found.state.upper()], trade.State.CANCELLED),
    )


def _offer_names(order: trade.OrderView) -> dict[int, str]:
    """The offers that made its lines cheaper, by id, in the reader's language or else in English."""
    ids = {line.offer_id for line in order.lines if line.offer_id}
    language = get_language() or "en"
    return {key: names.get(language, names["en"]) for key, names in offer_names(ids).items()}


@staff_only
@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    require(request, CANCEL_ORDER)
    desk = desk_of(request)
    reason = request.POST.get("reason", "").strip()[:240]
    if not reason:
        messages.error(request, _("Write why the order is cancelled: the buyer and the books will ask."))
        return redirect("office-order", order_id=order_id)
    try:
        verdict = trade.cancel(order_id, actor=desk.actor, reason=reason)
    except (trade.Busy, trade.Unavailable):
        messages.error(request, _("The order engine is busy. Try again in a few seconds."))
    else:
        if verdict.done:
            state = {"state": "cancelled"}
            note_down(desk.staff, "cancel", "order", order_id, str(order_id), after=state, note=reason)
            messages.success(request, _("The order is cancelled and its goods are free again."))
        else:
            messages.error(request, _("The order cannot be cancelled any more."))
    return redirect("office-order", order_id=order_id)
