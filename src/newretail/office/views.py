"""The office's pages: today, orders, stock, cells. They change things only by the rooms' own functions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from newretail.catalog import api as catalog
from newretail.cloud import api as cloud
from newretail.kit import settings
from newretail.office import reads
from newretail.office.desk import CANCEL_ORDER, desk_of, page, require, staff_only
from newretail.people import api as people
from newretail.stock import api as stock
from newretail.trade import api as trade

PAGE_SIZE = 50
WORKLIST_SIZE = 200


@staff_only
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    ready = reads.has_cells()
    return page(
        request,
        "today.html",
        days=reads.today() if ready else [],
        short=len(reads.short_pools(WORKLIST_SIZE)) if ready else 0,
        newest=_named(reads.newest_orders(8)) if ready else [],
    )


def _named(found: list[reads.Row]) -> list[reads.Row]:
    """Orders with their state, channel and node in words."""
    nodes = stock.nodes_by_id({row["node_id"] for row in found})
    for row in found:
        row["state"] = trade.State(row["state"]).name.lower()
        row["channel"] = trade.Channel(row["channel"]).name.lower()
        node = nodes.get(row["node_id"])
        row["node_name"] = node.node_name if node else str(row["node_id"])
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@staff_only
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """The order book, newest first. A search is an order id, a buyer's number or an e-mail address."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:254]
    if (order_id := _uuid(words)) is not None and trade.find(order_id) is not None:
        return redirect("office-order", order_id=order_id)
    states = {state.name.lower(): int(state) for state in trade.State}
    state = request.GET.get("state", "")
    found: list[reads.Row] = []
    if reads.has_cells():
        found = reads.newest_orders(
            PAGE_SIZE + 1,
            before=_uuid(request.GET.get("before", "")),
            buyers=people.buyers_by(words) if words else None,
            state=states.get(state),
        )
    return page(
        request,
        "orders.html",
        orders=_named(found[:PAGE_SIZE]),
        has_next=len(found) > PAGE_SIZE,
        words=words,
        state=state,
        states=list(states),
    )


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
        names=catalog.sku_names([line.sku_id for line in found.lines]),
        node=stock.node(found.node_id),
        buyer=people.member(found.buyer_id),
        contact=people.contact(order_id),
        may_cancel=trade.may_move(trade.State[found.state.upper()], trade.State.CANCELLED),
    )


@staff_only
@require_POST
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    require(request, CANCEL_ORDER)
    reason = request.POST.get("reason", "").strip()[:240]
    if not reason:
        messages.error(request, _("Write why the order is cancelled: the buyer and the books will ask."))
        return redirect("office-order", order_id=order_id)
    try:
        verdict = trade.cancel(order_id, actor=desk_of(request).actor, reason=reason)
    except (trade.Busy, trade.Unavailable):
        messages.error(request, _("The order engine is busy. Try again in a few seconds."))
    else:
        if verdict.done:
            messages.success(request, _("The order is cancelled and its goods are free again."))
        else:
            messages.error(request, _("The order cannot be cancelled any more."))
    return redirect("office-order", order_id=order_id)


@staff_only
@require_GET
def cells(request: HttpRequest) -> HttpResponse:
    """Every cell of the routing map; totals of those that lie in the home database."""
    places = list(cloud.places(settings.DATABASE_URL.text).values())
    return page(
        request,
        "cells.html",
        cells=[place for place in places if not place.is_shadow],
        shadows=[place for place in places if place.is_shadow],
        totals=reads.cell_totals() if reads.has_cells() else {},
    )
