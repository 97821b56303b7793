"""The pages of price lists: the list of them, and one without its prices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.office.audit.trail import changes_of, write_down
from newretail.office.audit.words import differences
from newretail.office.desk import EDIT_PRICING, Desk, desk_of, page, require, staff_only, with_right
from newretail.office.lists.views import show
from newretail.office.offers import words
from newretail.office.offers.trail import deed_of_list
from newretail.office.offers.views import seen, state_of
from newretail.office.price_lists.forms import PriceListForm
from newretail.office.price_lists.listing import PRICE_LISTS
from newretail.stock import api as stock


@staff_only
@require_GET
def price_lists(request: HttpRequest) -> HttpResponse:
    return show(request, PRICE_LISTS, "price_lists/list.html")


@staff_only
@require_http_methods(["GET", "POST"])
def price_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """One price list; staff without the right see it and cannot save it."""
    if request.method == "POST":
        require(request, EDIT_PRICING)
    return _form(request, list_id)


@with_right(EDIT_PRICING)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _form(request, None)


def _form(request: HttpRequest, list_id: int | None) -> HttpResponse:
    desk, lists = desk_of(request), pricing.price_lists()
    there = next((each for each in lists if each.list_id == list_id), None) if list_id is not None else None
    if list_id is not None and there is None:
        raise Http404
    nodes = {node.node_code: node for node in stock.all_nodes()}
    data = request.POST if request.method == "POST" else None
    form = PriceListForm(data, desk.markets, there, lists, nodes, desk.market)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("seen") != seen(there):
            form.add_error(None, _("Somebody changed this list in the meantime. Look at it again, then save."))
        elif (saved := _save(form, desk)) is not None:
            messages.success(request, _("Saved. The shop reckons with it now."))
            return redirect("office-price-list", list_id=saved)
    history = changes_of("price_list", list_id) if there else []
    context: dict[str, Any] = {
        "form": form,
        "there": there,
        "seen": seen(there),
        "state": state_of(there, datetime.now(UTC)) if there else "",
        "states": words.STATES,
        "looks": words.LOOKS,
        "history": [(each, differences(each.before, each.after, desk)) for each in history],
        "zones": [(market.code, market.time_zone) for market in desk.markets],
    }
    return page(request, "price_lists/one.html", status=422 if form.errors else 200, desk=desk, **context)


def _save(form: PriceListForm, desk: Desk) -> int | None:
    """Save the list and write it down; its number, or None with the fault in the form."""
    wanted = form.wanted()
    stores = {node.node_id: code for code, node in form.nodes.items()}
    try:
        with transaction.atomic():
            changed = pricing.change_lists([wanted])
            write_down(desk.staff, [deed_of_list(change, stores) for change in changed])
    except catalog.Unsound as error:
        form.add_error(None, str(error))
        return None
    return int(changed[0].key) if changed else wanted.list_id
