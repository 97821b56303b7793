"""The pages of offers: the list, and one with what it does to real goods."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.office.audit.trail import changes_of, write_down
from newretail.office.audit.words import differences
from newretail.office.desk import EDIT_PRICING, Desk, desk_of, page, require, staff_only, with_right
from newretail.office.lists.views import show
from newretail.office.offers import words
from newretail.office.offers.forms import OfferForm
from newretail.office.offers.listing import OFFERS
from newretail.office.offers.trail import deed_of_offer


@staff_only
@require_GET
def offers(request: HttpRequest) -> HttpResponse:
    return show(request, OFFERS, "offers/list.html")


def seen(sheet: object) -> str:
    """Changes when the thing does: a form that was filled in from an older one is not saved over a newer one."""
    return hashlib.sha256(repr(sheet).encode()).hexdigest()[:32]


def state_of(sheet: pricing.OfferSheet | pricing.ListSheet, now: datetime) -> str:
    """running, coming, over or off."""
    if not sheet.is_on:
        return "off"
    if sheet.until is not None and sheet.until <= now:
        return "over"
    return "coming" if sheet.starts_at is not None and sheet.starts_at > now else "running"


@staff_only
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """One offer; staff without the right see it and cannot save it."""
    if request.method == "POST":
        require(request, EDIT_PRICING)
    there = pricing.offer(offer_id)
    if there is None:
        raise Http404
    return _form(request, desk_of(request), there)


@with_right(EDIT_PRICING)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _form(request, desk_of(request), None)


def _form(request: HttpRequest, desk: Desk, there: pricing.OfferSheet | None) -> HttpResponse:
    sku = request.GET.get("sku", "").replace("\0", "")[:40]
    start = {"market": desk.market, **({"goods": "sku", "sku": sku} if sku else {})}
    form = OfferForm(request.POST if request.method == "POST" else None, desk.markets, there, start)
    looked_at = there
    if request.method == "POST" and form.is_valid():
        looked_at = form.wanted()
        if request.POST.get("do") == "save":
            if request.POST.get("seen") != seen(there):
                form.add_error(None, _("Somebody changed this offer in the meantime. Look at it again, then save."))
            elif (offer_id := _save(form, desk, looked_at)) is not None:
                messages.success(request, _("Saved. The shop reckons with it now."))
                return redirect("office-offer", offer_id=offer_id)
    elif request.method == "POST":
        looked_at = None
    now = datetime.now(UTC)
    history = changes_of("offer", there.offer_id) if there else []
    context: dict[str, Any] = {
        "form": form,
        "there": there,
        "seen": seen(there),
        "state": state_of(there, now) if there else "",
        "effects": _effects(desk, looked_at, now) if looked_at else None,
        "states": words.STATES,
        "looks": words.LOOKS,
        "history": [(each, differences(each.before, each.after, desk)) for each in history],
        "zones": [(market.code, market.time_zone) for market in desk.markets],
    }
    return page(request, "offers/one.html", status=422 if form.errors else 200, desk=desk, **context)


def _save(form: OfferForm, desk: Desk, wanted: pricing.OfferSheet) -> int | None:
    """Save the offer and write it down; its number, or None with the fault in the form."""
    try:
        with transaction.atomic():
            before = pricing.offer(wanted.offer_id) if wanted.offer_id is not None else None
            changed = pricing.change_offers([wanted])
            write_down(desk.staff, [deed_of_offer(change, before, wanted) for change in changed])
    except catalog.Unsound as error:
        form.add_error(None, str(error))
        return None
    return int(changed[0].key) if changed else wanted.offer_id


def _effects(desk: Desk, sheet: pricing.OfferSheet, now: datetime) -> list[dict[str, Any]]:
    """What the offer does to the most bought goods that it is for, in the reader's words."""
    currency = {market.code: market.currency for market in desk.markets}[sheet.market_code]
    return [
        {
            "effect": each,
            "name": words.in_language(each.names),
            "before": desk.money(each.before_minor, currency),
            "after": desk.money(each.after_minor, currency),
            "saved": desk.money(each.before_minor - each.after_minor, currency),
            "better": words.in_language(each.better) if each.better else "",
        }
        for each in pricing.effects(sheet, now)
    ]


@with_right(EDIT_PRICING)
@require_POST
def end(request: HttpRequest, offer_id: int) -> HttpResponse:
    """End an offer that runs at this second; one that has not begun is switched off."""
    desk, now = desk_of(request), datetime.now(UTC).replace(microsecond=0)
    with transaction.atomic():
        there = pricing.offer(offer_id)
        if there is None:
            raise Http404
        state = state_of(there, now)
        wanted = there
        if state == "running" and (there.starts_at is None or there.starts_at < now):
            wanted = replace(there, until=now)
        elif state in ("running", "coming"):
            wanted = replace(there, is_on=False)
        changed = pricing.change_offers([wanted])
        write_down(desk.staff, [deed_of_offer(change, there, wanted) for change in changed])
    messages.success(request, _("The offer is over.") if changed else _("The offer was over already."))
    return redirect("office-offer", offer_id=offer_id)
