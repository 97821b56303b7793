"""The pages of taxes: the list, a rate that is to begin, and one that is there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.markets import api as markets
from newretail.office.audit.trail import Deed, changes_of, write_down
from newretail.office.audit.words import differences
from newretail.office.desk import EDIT_PRICING, Desk, desk_of, page, staff_only, with_right
from newretail.office.lists.views import show
from newretail.office.offers.words import in_language
from newretail.office.taxes import preview
from newretail.office.taxes.forms import RateForm
from newretail.office.taxes.listing import TAXES, class_name, per_cent


@staff_only
@require_GET
def taxes(request: HttpRequest) -> HttpResponse:
    return show(request, TAXES, "taxes/list.html")


@with_right(EDIT_PRICING)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A rate that begins today or later: looked at first, then saved."""
    desk = desk_of(request)
    zones = {market.code: market.time_zone for market in desk.markets}
    tomorrow = markets.today_in(zones.get(desk.market, "UTC")) + timedelta(days=1)
    start = {"market": desk.market, "from_day": tomorrow, "tax_class": request.GET.get("class", "")}
    form = RateForm(request.POST if request.method == "POST" else None, desk.markets, start)
    sheet = None
    if request.method == "POST" and form.is_valid():
        sheet = form.wanted()
        if request.POST.get("do") == "save" and (rate_id := _add(form, desk, sheet, zones[sheet.market_code])):
            messages.success(request, _("Saved. The shop reckons with it from that day on."))
            return redirect("office-tax", rate_id=rate_id)
    seen = preview.of_rate(sheet, zones[sheet.market_code]) if sheet and not form.errors else None
    context = {"form": form, "sheet": sheet, "seen": seen, "name_of": in_language}
    return page(request, "taxes/new.html", status=422 if form.errors else 200, desk=desk, **context)


def _add(form: RateForm, desk: Desk, sheet: markets.RateSheet, zone: str) -> int | None:
    """Add the rate and write it down; its number, or None with the fault in the form."""
    try:
        with transaction.atomic():
            rate_id = markets.add_tax_rate(sheet, markets.today_in(zone))
            write_down(desk.staff, [deed_of_rate(sheet, rate_id, is_new=True)])
    except markets.Unsound:
        form.add_error("from_day", _("A rate of this class begins on that day already. Choose another day."))
        return None
    return rate_id


def deed_of_rate(sheet: markets.RateSheet, rate_id: int, *, is_new: bool) -> Deed:
    fields = {"market_code": sheet.market_code, "percent": f"{sheet.basis_points / 100:g}"}
    fields["first_day"] = sheet.from_day.isoformat()
    label = f"{sheet.market_code} {sheet.tax_class} {per_cent(sheet.basis_points)}"
    if is_new:
        return Deed("add", "tax_rate", str(rate_id), label, None, fields)
    return Deed("remove", "tax_rate", str(rate_id), label, fields, None)


@staff_only
@require_GET
def rate(request: HttpRequest, rate_id: int) -> HttpResponse:
    """One rate: when it begins, who made it, and whether it can still be taken back."""
    desk, sheet = desk_of(request), markets.tax_rate(rate_id)
    if sheet is None:
        raise Http404
    zone = markets.market(sheet.market_code).time_zone
    history = changes_of("tax_rate", rate_id)
    context: dict[str, Any] = {
        "sheet": sheet,
        "class_name": class_name(sheet.tax_class),
        "rate": per_cent(sheet.basis_points),
        "is_coming": sheet.from_day > markets.today_in(zone),
        "history": [(each, differences(each.before, each.after, desk)) for each in history],
    }
    return page(request, "taxes/one.html", desk=desk, **context)


@with_right(EDIT_PRICING)
@require_POST
def take_back(request: HttpRequest, rate_id: int) -> HttpResponse:
    """Remove a rate that has not begun."""
    sheet = markets.tax_rate(rate_id)
    if sheet is None:
        raise Http404
    zone = markets.market(sheet.market_code).time_zone
    try:
        with transaction.atomic():
            markets.take_back_tax_rate(rate_id, markets.today_in(zone))
            write_down(desk_of(request).staff, [deed_of_rate(sheet, rate_id, is_new=False)])
    except markets.Unsound:
        messages.error(request, _("It has begun, and orders were made with it. Let another rate begin on a later day."))
        return redirect("office-tax", rate_id=rate_id)
    messages.success(request, _("Taken back. It will not begin."))
    return redirect("office-taxes")
