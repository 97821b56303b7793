"""Placing the deliveries of a cart: an order each, one after the other, and an honest word about every one of them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from newretail.people import api as people
from newretail.shopfront import holds, mails
from newretail.shopfront.basket import PLACED_KEY
from newretail.shopfront.checkout import (
    DRAFT_KEY,
    Draft,
    Sheet,
    go_elsewhere,
    keep_draft,
    node_of,
    read_draft,
    render_checkout,
    show,
)
from newretail.shopfront.deliveries import Delivery
from newretail.shopfront.paying import begin
from newretail.shopfront.tenders import CARDS_KEY, funds_of, remember_way
from newretail.shopfront.visit import visit_of
from newretail.trade import api as trade

ASKED_KEY = "asked"  # SKU codes by order id: orders of which nobody knows yet whether they were placed


@never_cache
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    return place(request) if request.method == "POST" else show(request)


def place(request: HttpRequest) -> HttpResponse:
    """Place what can be placed; the same form sent twice is the same orders, because their ids came with it."""
    ids = _sent_ids(request)
    if not ids:
        return redirect("checkout")
    there = {number: found for number, order_id in ids.items() if (found := _own(request, order_id))}
    for number, order in there.items():
        _settle(request, number, order.order_id, request.session.get(ASKED_KEY, {}).get(str(order.order_id), []))
    if len(there) == len(ids):
        return _outcome(request, list(ids.values()))
    keep_draft(request)
    draft = read_draft(request, sent=True)
    if not draft.sheets or any(sheet.hold is None for sheet in draft.sheets):
        messages.warning(request, _("Your cart has changed since. Check it and go on; what you wrote is kept."))
        return redirect("cart")
    if (elsewhere := go_elsewhere(request, draft)) is not None:
        return elsewhere
    if not draft.is_valid():
        return render_checkout(request, draft, ids, status=422)
    return _place_all(request, draft, ids, [order.order_id for order in there.values()])


def _sent_ids(request: HttpRequest) -> dict[int, UUID]:
    """The order ids that came with the form, by number of the delivery."""
    found: dict[int, UUID] = {}
    for number in range(1, 10):
        text = request.POST.get("order_id" if number == 1 else f"d{number}-order_id", "")
        try:
            found[number] = UUID(text)
        except ValueError:
            continue
    return found


def _own(request: HttpRequest, order_id: UUID) -> trade.OrderView | None:
    order = trade.find(order_id)
    return order if order is not None and visit_of(request).may_see(order.buyer_id) else None


def _place_all(request: HttpRequest, draft: Draft, ids: dict[int, UUID], placed: list[UUID]) -> HttpResponse:
    """What was placed leaves the cart at once; what was not stays, with the reason beside it."""
    left: list[Sheet] = []
    again: dict[int, UUID] = {}
    status = 409
    for sheet in draft.sheets:
        number = sheet.part.number
        order_id = ids.get(number)
        if order_id is None:  # put into the cart in another tab since the form was made
            sheet.form.add_error(None, _("This was added to your cart just now. Check it, then place the order."))
            left.append(sheet)
            continue
        try:
            refused = _place_one(request, draft, sheet, order_id)
        except (trade.Busy, trade.Unavailable):
            # Whether it was placed is not known: the same id is sent again, so it cannot become two orders.
            sheet.form.add_error(None, _busy())
            status = 503
            again[number] = order_id
            asked = request.session.get(ASKED_KEY, {})
            request.session[ASKED_KEY] = {**asked, str(order_id): list(sheet.part.wanted)}
            left.append(sheet)
        else:
            if refused:
                sheet.form.add_error(None, refused)
                left.append(sheet)
            else:
                placed.append(order_id)
    if not left:
        return _outcome(request, placed)
    pay = draft.pay  # from here on it pays what is left, with what is left
    pay.bills = [bill for bill in pay.bills if any(sheet.part.number == bill.number for sheet in left)]
    pay.funds = funds_of(visit_of(request), [node for sheet in left if (node := node_of(sheet))], pay.cards)[1]
    return render_checkout(request, Draft(draft.contact, left, pay), again, status, placed)


def _busy() -> str:
    return _("Very many people are ordering now. What you wrote is kept: press the button again in a few seconds.")


def _place_one(request: HttpRequest, draft: Draft, sheet: Sheet, order_id: UUID) -> str:
    """Place one delivery; why it was refused, or nothing. Raises Busy and Unavailable."""
    shop, part, hold = visit_of(request), sheet.part, sheet.hold
    there = trade.find(order_id)
    if there is not None and shop.may_see(there.buyer_id):  # a second click was faster
        _settle(request, part.number, order_id, list(part.wanted))
        return ""
    if hold is None or there is not None:  # somebody else's id: of no use to whoever sent it
        return _("The order could not be placed. Check the cart, then try again.")
    buyer = holds.buyer_of(request)
    people.keep_contact(order_id, buyer, sheet.form.told(draft.contact.cleaned_data))
    verdict = trade.place(
        trade.OrderRequest(
            order_id=order_id,
            buyer_id=buyer.pk,
            node=hold.node_code,
            lines=[trade.OrderLine(code, quantity) for code, quantity in part.wanted.items()],
            channel="web",
            currency=shop.market.currency,
            expected_total_minor=sheet.form.shown_total(),
            way=sheet.form.cleaned_data["way"],
            hold_id=None if hold.is_over else hold.hold_id,
            pay=draft.pay.plan.tenders(part.number, draft.pay.way),
        )
    )
    if not verdict.accepted:
        people.forget_contact(order_id)
        return why_refused(request, part, verdict)
    if shop.member and sheet.form.cleaned_data["way"] == "delivery" and sheet.form.cleaned_data["keep"]:
        _keep_address(shop.member, draft, sheet)
    if shop.member and draft.pay.plan.rest_minor and draft.pay.way is not None:
        remember_way(shop.member, draft.pay.way.key)
    _settle(request, part.number, order_id, list(part.wanted))
    mails.tell_placed(order_id)
    return ""


def _keep_address(member: people.Member, draft: Draft, sheet: Sheet) -> None:
    if sheet.form.chosen is None:
        told = sheet.form.told(draft.contact.cleaned_data)
        try:
            people.keep_address(member, sheet.form.country, told)
        except people.TooManyAddresses:
            return  # the order has its address all the same


def _settle(request: HttpRequest, number: int, order_id: UUID, codes: list[str]) -> None:
    """The order stands: its goods leave the cart, its hold is its own now, its id is shown at the end."""
    session = request.session
    if codes:
        visit_of(request).cart.take_out(codes)
        holds.forget(request, number)
        session[ASKED_KEY] = {k: v for k, v in session.get(ASKED_KEY, {}).items() if k != str(order_id)}
        earlier = [kept for kept in session.get(PLACED_KEY, []) if kept != str(order_id)]
        session[PLACED_KEY] = [*earlier, str(order_id)]


def _outcome(request: HttpRequest, placed: list[UUID]) -> HttpResponse:
    """Everything is placed: to the bank where one waits for it, else the order's page, or one page for all of them."""
    session = request.session
    session.pop(DRAFT_KEY, None)
    session.pop(CARDS_KEY, None)
    all_of_it = list(dict.fromkeys([*session.pop(PLACED_KEY, []), *map(str, placed)]))
    found = [order for text in all_of_it if (order := trade.find(UUID(text))) is not None]
    waiting = [order.order_id for order in found if order.state == "unpaid"]
    if waiting:
        return begin(request, waiting, all_of_it)
    if len(all_of_it) == 1:
        messages.success(request, _("Thank you. Your order is placed."))
        return redirect("order", order_id=placed[0])
    messages.success(request, _("Thank you. Your orders are placed."))
    return redirect(f"/orders/together?ids={'~'.join(all_of_it)}")


def why_refused(request: HttpRequest, part: Delivery, verdict: trade.Verdict) -> str:
    """A refusal in the reader's words; the totals that differ are both named."""
    shop = visit_of(request)
    name = next((line.ware.name for line in part.lines if line.ware.sku_code == verdict.sku), verdict.sku or "")
    sentences = {
        "out_of_stock": _("The store has not enough of %(name)s any more. Take fewer, or choose another store."),
        "buyer_cap": _("Of %(name)s each buyer may take a limited number only. Take fewer."),
        "not_sold_here": _("This store does not carry %(name)s. Take it out, or choose another store."),
        "not_for_sale": _("%(name)s is not sold in this market. Take it out of the cart."),
        "unknown_sku": _("%(name)s is not sold any more. Take it out of the cart."),
        "account_closed": _(
            "A gift card that you pay with is blocked, or its time is over. Take another way of paying."
        ),
        "total_differs": _("Prices have changed: the total is now %(total)s. Check it, then place the order again."),
    }
    if verdict.reason in ("payment_declined", "no_account", "tender_amounts"):
        return _("Your wallet, points or gift card have less than a moment ago. Check how you pay, then order again.")
    sentence = sentences.get(verdict.reason, _("The order could not be placed. Check the cart, then try again."))
    return sentence % {"name": name, "total": shop.money(verdict.total_minor or part.total_minor)}
