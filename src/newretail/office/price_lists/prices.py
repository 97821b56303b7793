"""The prices of a list: searched, edited in place, and sent as a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.markets import api as markets
from newretail.office.audit.trail import write_down
from newretail.office.desk import EDIT_PRICING, desk_of, require, staff_only
from newretail.office.imports import list_prices, work
from newretail.office.imports.sheet import Wrong
from newretail.office.imports.views import SheetForm
from newretail.office.lists.views import show
from newretail.office.offers.trail import deed_of_price
from newretail.office.price_lists.listing import PRICES

PRICE = "price-"  # a field of the table is called so, with the code of its SKU


@dataclass(slots=True)
class Told:
    """What somebody wrote into the table: the prices wanted, the texts as written, and the faults, by SKU code.

    The code "" is the row in which a SKU is added.
    """

    wanted: dict[str, int | None] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    new_code: str = ""


@staff_only
@require_http_methods(["GET", "POST"])
def all_prices(request: HttpRequest) -> HttpResponse:
    """The prices of a list; staff without the right see them. `list` in the address says which, else the first."""
    number, lists = request.GET.get("list", ""), pricing.price_lists()
    of_list = next((each for each in lists if str(each.list_id) == number), None)
    if of_list is None and not number:
        of_list = next(iter(lists), None)
    form, told = SheetForm(), Told()
    if request.method == "POST":
        require(request, EDIT_PRICING)
        if of_list is None or of_list.list_id is None:
            raise Http404
        if "sheet" in request.POST:
            form = SheetForm(request.POST, request.FILES)
            if form.is_valid():
                file = form.cleaned_data["file"]
                made = work.take(desk_of(request).staff, PurePath(file.name).name, file.read(), of_list.list_id)
                return redirect("office-import", import_id=made.pk)
        else:
            told = _read(request, of_list)
            if not told.wrong:
                _change(request, of_list, of_list.list_id, told)
                return redirect(request.get_full_path())
    context: dict[str, Any] = {"of_list": of_list, "form": form, "told": told, "columns": list_prices.HEADS}
    return show(request, PRICES, "price_lists/prices.html", status=422 if told.wrong or form.errors else 200, **context)


def _read(request: HttpRequest, of_list: pricing.ListSheet) -> Told:
    """What the fields of the table say; a field that is empty leaves its price as it is."""
    told = Told(new_code=request.POST.get("new-code", "").replace("\0", "").strip()[:40])
    digits = markets.minor_digits(markets.market(of_list.market_code).currency)
    told.texts = {
        name.removeprefix(PRICE): text
        for name in request.POST
        if name.startswith(PRICE) and (text := request.POST[name].replace("\0", "").strip()[:20])
    }
    known = catalog.lines({*told.texts, told.new_code} - {""})
    for row, text in told.texts.items():
        code = row or told.new_code
        try:
            if fault := list_prices.fault_of_code(code, known):
                raise Wrong(fault)
            told.wanted[code] = list_prices.price(text, digits)
        except Wrong as wrong:
            told.wrong[row] = str(wrong)
    if told.new_code and "" not in told.texts:
        told.wrong[""] = list_prices.fault_of_code(told.new_code, known) or _("Write what this SKU shall cost.")
    return told


def _change(request: HttpRequest, of_list: pricing.ListSheet, list_id: int, told: Told) -> None:
    with transaction.atomic():
        changed = pricing.change_list_prices(list_id, told.wanted)
        write_down(desk_of(request).staff, [deed_of_price(change, of_list.market_code) for change in changed])
    if not changed:
        messages.success(request, _("Nothing was different."))
        return
    text = ngettext("%(num)d price is changed.", "%(num)d prices are changed.", len(changed))
    messages.success(request, text % {"num": len(changed)})
