"""The checkout: one page from a held cart to a placed order. Whatever was typed survives every answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from newretail.kit.ids import uuid7
from newretail.people import api as people
from newretail.shopfront import holds
from newretail.shopfront.basket import CartLine, priced, total_of
from newretail.shopfront.forms import CheckoutForm, contact_of
from newretail.shopfront.visit import page, visit_of
from newretail.stock import api as stock
from newretail.trade import api as trade

DRAFT_KEY = "checkout"  # what was typed, kept over a change of store
DRAFT_FIELDS = ("name", "phone", "email", "way", "address", "city", "postal_code", "note")


@never_cache
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    return place(request) if request.method == "POST" else show(request)


def show(request: HttpRequest) -> HttpResponse:
    """The empty form, or what was typed before; a hold whose time is over is taken anew."""
    shop = visit_of(request)
    hold = holds.current(request)
    if not shop.cart.lines or hold is None:
        return redirect("cart")
    if hold.is_over:
        return holds.start(request)
    form = CheckoutForm(initial={**contact_of(shop.buyer), **request.session.get(DRAFT_KEY, {})})
    return _render(request, form, hold)


def place(request: HttpRequest) -> HttpResponse:
    """Place the order; the same form sent twice is one order, because its id came with the form."""
    form = CheckoutForm(request.POST)
    valid = form.is_valid()
    order_id = form.cleaned_data.get("order_id")
    if order_id is None:
        return redirect("checkout")
    there = trade.find(order_id)
    if there is not None and visit_of(request).may_see(there.buyer_id):
        return redirect("order", order_id=order_id)
    hold = holds.current(request)
    if not visit_of(request).cart.lines or hold is None:
        return redirect("cart")
    wish = request.POST.get("store", hold.node_code)
    if wish != hold.node_code:
        request.session[DRAFT_KEY] = {name: request.POST.get(name, "") for name in DRAFT_FIELDS}
        return holds.start(request, wish)
    if there is not None:  # somebody else's: it is nobody's mistake but the sender's, who gets a new id
        form.add_error(None, _("The order could not be placed. Check the cart, then try again."))
        return _render(request, form, hold, status=409)
    if not valid:
        return _render(request, form, hold, order_id, status=422)
    return _answer(request, form, hold, order_id)


def _answer(request: HttpRequest, form: CheckoutForm, hold: holds.CartHold, order_id: UUID) -> HttpResponse:
    shop = visit_of(request)
    buyer = holds.buyer_of(request)
    people.keep_contact(order_id, buyer, {name: form.cleaned_data[name] for name in DRAFT_FIELDS})
    try:
        verdict = trade.place(
            trade.OrderRequest(
                order_id=order_id,
                buyer_id=buyer.pk,
                node=hold.node_code,
                lines=[trade.OrderLine(code, quantity) for code, quantity in shop.cart.lines.items()],
                channel="web",
                currency=shop.market.currency,
                expected_total_minor=form.cleaned_data["total"],
                hold_id=None if hold.is_over else hold.hold_id,
            )
        )
    except (trade.Busy, trade.Unavailable):
        # Whether it was placed is not known: the same id is sent again, so it cannot become two orders.
        form.add_error(
            None,
            _("Very many people are ordering now. What you wrote is kept: press the button again in a few seconds."),
        )
        return _render(request, form, hold, order_id, status=503)
    if not verdict.accepted:
        people.forget_contact(order_id)
        form.add_error(None, why_refused(request, verdict))
        return _render(request, form, hold, status=409)
    shop.cart.clear()
    holds.forget(request)
    request.session.pop(DRAFT_KEY, None)
    messages.success(request, _("Thank you. Your order is placed."))
    return redirect("order", order_id=order_id)


def why_refused(request: HttpRequest, verdict: trade.Verdict) -> str:
    """A refusal in the reader's words; the totals that differ are both named."""
    shop = visit_of(request)
    name = next((line.ware.name for line in priced(shop) if line.ware.sku_code == verdict.sku), verdict.sku or "")
    sentences = {
        "out_of_stock": _("The store has not enough of %(name)s any more. Take fewer, or choose another store."),
        "buyer_cap": _("Of %(name)s each buyer may take a limited number only. Take fewer."),
        "not_sold_here": _("This store does not carry %(name)s. Take it out, or choose another store."),
        "not_for_sale": _("%(name)s is not sold in this market. Take it out of the cart."),
        "unknown_sku": _("%(name)s is not sold any more. Take it out of the cart."),
        "total_differs": _("Prices have changed: the total is now %(total)s. Check it, then place the order again."),
    }
    sentence = sentences.get(verdict.reason, _("The order could not be placed. Check the cart, then try again."))
    return sentence % {"name": name, "total": shop.money(total_of(priced(shop)))}


def _render(
    request: HttpRequest, form: CheckoutForm, hold: holds.CartHold, order_id: UUID | None = None, status: int = 200
) -> HttpResponse:
    shop = visit_of(request)
    lines: list[CartLine] = priced(shop)
    context: dict[str, Any] = {
        "form": form,
        "order_id": order_id or uuid7(),
        "hold": hold,
        "nodes": stock.nodes(shop.market.code),
        "lines": lines,
        "total_minor": total_of(lines),
    }
    return page(request, "checkout.html", status=status, **context)
