"""The checkout: one page from a held cart to placed orders. Whatever was typed survives every answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newretail.kit.ids import uuid7
from newretail.people import api as people
from newretail.shopfront import holds
from newretail.shopfront.deliveries import Delivery, deliveries
from newretail.shopfront.forms import ContactForm, DeliveryForm, contact_of
from newretail.shopfront.summary import of_quotes
from newretail.shopfront.tenders import (
    Bill,
    PayForm,
    cards_of,
    demo_code,
    drop_card,
    funds_of,
    last_way,
    put_card,
    tender_choice,
)
from newretail.shopfront.times import delivered_by, pick_up_from
from newretail.shopfront.visit import Visit, page, visit_of
from newretail.stock import api as stock

DRAFT_KEY = "checkout"  # what was typed, by the names of the fields
DRAFT_LIMIT = 300  # characters of a field that are kept: more than any field may have
NOT_KEPT = ("csrfmiddlewaretoken", "order_id", "total", "total_delivery", "pay_card")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One delivery on the page: what goes, its form, its hold."""

    part: Delivery
    form: DeliveryForm
    hold: holds.CartHold | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole form: who, one sheet a delivery, and how all of it is paid."""

    contact: ContactForm
    sheets: list[Sheet]
    pay: PayForm

    @property
    def forms(self) -> list[Form]:
        return [self.contact, *(sheet.form for sheet in self.sheets), self.pay]

    def is_valid(self) -> bool:
        faults = [form.errors for form in self.forms]  # of all of them: every error is shown at once
        return not any(faults)


def keep_draft(request: HttpRequest) -> None:
    """Keep what was typed for whatever comes next: another store, a sign-in, an answer that went wrong."""
    typed = {name: value[:DRAFT_LIMIT] for name, value in request.POST.items() if not name.endswith(NOT_KEPT)}
    request.session[DRAFT_KEY] = dict(list(typed.items())[:80])


def read_draft(request: HttpRequest, sent: bool) -> Draft:
    """The forms of the cart's deliveries with what was sent, or else with what is known already."""
    shop = visit_of(request)
    data = request.POST if sent else None
    known = {**contact_of(shop.buyer), **request.session.get(DRAFT_KEY, {})}
    book = people.addresses(shop.member, shop.market.code) if shop.member else []
    held = holds.current(request)
    sheets = []
    for part in deliveries(shop):
        start = f"{part.prefix}-" if part.prefix else ""
        initial = {name.removeprefix(start): text for name, text in known.items() if name.startswith(start)}
        form = DeliveryForm(
            data, prefix=part.prefix or None, country=shop.market.code, book=book, initial=initial, auto_id="id_%s"
        )
        sheets.append(Sheet(part.by(form["way"].value()), form, held.get(part.number)))
    return Draft(ContactForm(data, initial=known), sheets, _pay_form(request, data, sheets, known))


def _pay_form(request: HttpRequest, data: Any, sheets: list[Sheet], known: dict[str, Any]) -> PayForm:
    """How the sheets may be paid; what a member chose last is chosen again."""
    shop, cards = visit_of(request), cards_of(request)
    nodes = {sheet.part.number: code for sheet in sheets if (code := node_of(sheet))}
    cells, funds = funds_of(shop, list(nodes.values()), cards)
    bills = [
        Bill(sheet.part.number, sheet.part.total_minor, cells.get(nodes.get(sheet.part.number, ""), ""))
        for sheet in sheets
    ]
    if shop.member and "pay_with" not in known:
        known = {**known, "pay_with": last_way(shop.member)}
    return PayForm(data, shop=shop, bills=bills, funds=funds, initial=known, cards=cards)


def node_of(sheet: Sheet) -> str | None:
    """The store that a delivery is held at, or would be."""
    if sheet.hold is not None:
        return sheet.hold.node_code
    return sheet.part.node.node_code if sheet.part.node else None


def show(request: HttpRequest) -> HttpResponse:
    """The form, with what was typed before; a hold whose time is over, or that covers too little, is taken anew."""
    held = holds.current(request)
    if not visit_of(request).cart.lines or not held:
        return redirect("cart")
    draft = read_draft(request, sent=False)
    if not draft.sheets:
        return redirect("cart")
    if any(sheet.hold is None or not sheet.hold.covers(sheet.part) for sheet in draft.sheets):
        return holds.start(request)
    return render_checkout(request, draft)


def go_elsewhere(request: HttpRequest, draft: Draft) -> HttpResponse | None:
    """What a button or a choice asks for instead of the order; the draft is kept. None: nothing of that kind."""
    if "sign_in" in request.POST:
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': reverse('checkout')})}")
    if "renew" in request.POST:
        return holds.start(request, anew=True)
    if (card := _card_wish(request, draft)) is not None:
        return card
    for sheet in draft.sheets:
        wish = request.POST.get(sheet.form.add_prefix("store"))
        if wish and sheet.hold is not None and wish != sheet.hold.node_code:
            return holds.move(request, sheet.part, wish)
    return None


def _card_wish(request: HttpRequest, draft: Draft) -> HttpResponse | None:
    """A gift card is put in or taken out. One that is only written in the field is put in before anything is placed:
    what is left to pay has to be seen first."""
    if (place := request.POST.get("pay_drop_card")) is not None:
        drop_card(request, place)
    elif code := request.POST.get("pay_card", "").strip():
        fault = put_card(request, node_of(draft.sheets[0]), code)
        if fault:
            draft.pay.add_error("pay_card", fault)
            return render_checkout(request, draft, status=422)
        messages.success(request, _("The gift card is taken into account. See what is left to pay."))
    elif "pay_use_card" in request.POST:
        draft.pay.add_error("pay_card", _("Write the code of the gift card."))
        return render_checkout(request, draft, status=422)
    else:
        return None
    return redirect(f"{reverse('checkout')}#payment")


@never_cache
@require_POST
def check(request: HttpRequest) -> JsonResponse:
    """What is wrong with the form so far, by field id, by the very rules of placing; what was typed is kept."""
    keep_draft(request)
    draft = read_draft(request, sent=True)
    draft.is_valid()
    wrong = {
        form[name].id_for_label or form[name].auto_id: [str(text) for text in texts]
        for form in draft.forms
        for name, texts in form.errors.items()
        if name in form.fields and name not in ("order_id", "total", "total_delivery")
    }
    context = {"shop": visit_of(request), **tender_choice(draft.pay)}
    return JsonResponse({"errors": wrong, "pay": render_to_string("shopfront/checkout/to_pay.html", context)})


@never_cache
@require_POST
def sums(request: HttpRequest) -> HttpResponse:
    """What the form so far comes to, as the part of the page that says it; for a script, when another way is chosen."""
    keep_draft(request)
    parts = [sheet.part for sheet in read_draft(request, sent=True).sheets]
    summary = of_quotes([part.quote for part in parts], visit_of(request).language)
    return page(request, "checkout/sums.html", summary=summary, total_minor=summary.total_minor)


def render_checkout(
    request: HttpRequest,
    draft: Draft,
    order_ids: dict[int, UUID] | None = None,
    status: int = 200,
    placed: Sequence[UUID] = (),
) -> HttpResponse:
    """The page. `order_ids`: ids that are sent again, by delivery; the others get new ones. `placed`: what stands."""
    shop, ids = visit_of(request), order_ids or {}
    now = datetime.now(UTC)
    sheets = [replace(sheet, hold=holds.current(request).get(sheet.part.number)) for sheet in draft.sheets]
    parts = [sheet.part for sheet in sheets]
    ends = [sheet.hold.expires_at for sheet in sheets if sheet.hold is not None]
    context: dict[str, Any] = {
        "forms": draft.forms,
        "placed": placed,
        "contact": draft.contact,
        "sheets": sheets,
        "order_ids": {part.number: ids.get(part.number) or uuid7() for part in parts},
        "held_until": min(ends) if ends else now,
        "now": now,
        "nodes": stock.nodes(shop.market.code),
        "summary": of_quotes([part.quote for part in parts], shop.language),
        "total_minor": sum(part.total_minor for part in parts),
        "times": usual_times(shop, now),
        "address_lines": people.address_lines,
        "demo_code": demo_code(shop, node_of(sheets[0]) if sheets else None),
        **tender_choice(draft.pay),
    }
    return page(request, "checkout.html", status=status, **context)


def usual_times(shop: Visit, now: datetime) -> dict[str, tuple[bool, str]]:
    """For each way: whether it is today still, and the hour, as people read it."""
    zone = shop.market.time_zone
    found = {"pick_up": pick_up_from(now, zone), "delivery": delivered_by(now, zone)}
    today = pick_up_from(now, zone).tzinfo
    return {way: (at.date() == now.astimezone(today).date(), shop.clock(at)) for way, at in found.items()}
