"""A shopper's orders: the list, one order, cancelling it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from newretail.catalog import api as catalog
from newretail.people import api as people
from newretail.shopfront.visit import page, visit_of
from newretail.stock import api as stock
from newretail.trade import api as trade

SHOWN = 50


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
    return page(request, "orders.html", orders=trade.orders_of(buyer.pk, SHOWN) if buyer else [], shown=SHOWN)


@never_cache
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    return page(
        request,
        "order.html",
        order=found,
        names=catalog.sku_names([line.sku_id for line in found.lines]),
        node=stock.node(found.node_id),
        contact=people.contact(order_id),
        may_cancel=trade.may_move(trade.State[found.state.upper()], trade.State.CANCELLED),
    )


@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    found = own_order(request, order_id)
    try:
        verdict = trade.cancel(order_id, actor=f"buyer {found.buyer_id}", reason="The buyer changed their mind.")
    except (trade.Busy, trade.Unavailable):
        messages.error(request, _("Very many people are ordering now. Try again in a few seconds."))
    else:
        if verdict.done:
            messages.success(request, _("The order is cancelled."))
        else:
            messages.error(request, _("It is too late to cancel: the order has left the store."))
    return redirect("order", order_id=order_id)
