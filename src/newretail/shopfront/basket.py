"""The cart's pages: see it, add to it, change it in place; every change gives held stock back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from newretail.shopfront import holds
from newretail.shopfront.accounts import next_page
from newretail.shopfront.cart import DELIVERY_LIMIT, LINE_LIMIT, QUANTITY_LIMIT
from newretail.shopfront.deliveries import deliveries, shortages
from newretail.shopfront.summary import of_quotes
from newretail.shopfront.visit import Visit, page, visit_of

PLACED_KEY = "placed"  # ids of the orders of the checkout that is going on or was the last
UNDO_KEY = "cart_undo"  # what was taken out last: code, units, delivery, and from where
PART_HEADER = "X-Part"  # a script that asks for the changed part only says so


def whole_number(text: str | None, otherwise: int) -> int:
    """A quantity that somebody typed, 0 to the limit; `otherwise` when it is no number."""
    text = (text or "").strip()
    return min(int(text), QUANTITY_LIMIT) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


@never_cache
@require_GET
def cart(request: HttpRequest) -> HttpResponse:
    _take_out_unsold(request)
    return page(request, "cart.html", **contents(request))


def _take_out_unsold(request: HttpRequest) -> None:
    """What this market does not sell is saved for later: in its own market it can be moved back."""
    shop = visit_of(request)
    sold = shop.wares_of([*shop.cart.lines, *shop.cart.saved])
    missing = [code for code in shop.cart.lines if code not in sold]
    for code in missing:
        shop.cart.save_for_later(code)
    if missing:
        text = ngettext(
            "%(num)d product in your cart is not sold in this market. It is saved for later.",
            "%(num)d products in your cart are not sold in this market. They are saved for later.",
            len(missing),
        )
        messages.warning(request, text % {"num": len(missing)})


def contents(request: HttpRequest) -> dict[str, Any]:
    """What the page shows of the cart: deliveries, what is short, what is saved, what can be undone."""
    shop = visit_of(request)
    parts = deliveries(shop)
    undo = request.session.get(UNDO_KEY)
    wares = shop.wares_of([*shop.cart.saved, *([undo["code"]] if undo else [])])
    highest = max((part.number for part in parts), default=1)
    return {
        "deliveries": parts,
        "short": shortages(shop, parts, {number: hold.lines for number, hold in holds.current(request).items()}),
        "summary": of_quotes([part.quote for part in parts], shop.language),
        "total_minor": sum(part.total_minor for part in parts),
        "limit": QUANTITY_LIMIT,
        "saved": [(shop.on_shelf(wares[code]), units) for code, units in shop.cart.saved.items() if code in wares],
        "undo": wares.get(undo["code"]) if undo else None,
        "numbers": range(1, min(max(highest + 1, 2), DELIVERY_LIMIT) + 1),
    }


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    shop = visit_of(request)
    code = request.POST.get("sku", "")
    ware = shop.wares_of([code]).get(code)
    if ware is None:
        messages.error(request, _("This product is not sold in this market."))
    elif not shop.cart.add(code, max(1, whole_number(request.POST.get("quantity"), 1))):
        messages.error(request, _("A cart holds up to %(limit)d products. Order these first.") % {"limit": LINE_LIMIT})
    else:
        holds.drop(request)
        request.session.pop(UNDO_KEY, None)
        if request.headers.get(PART_HEADER) == "added":
            return page(request, "added.html", ware=ware)
        said = _("In your cart: %(name)s.") % {"name": ware.name}
        messages.success(request, format_html('{} <a href="{}">{}</a>', said, reverse("cart"), _("See the cart")))
    return redirect(next_page(request, "cart"))


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Take quantities and deliveries over; then do what the button says. A script gets the changed part alone."""
    shop = visit_of(request)
    before = (dict(shop.cart.lines), dict(shop.cart.numbers))
    undo = request.session.pop(UNDO_KEY, None)
    _take_over(request, shop)
    _press(request, shop, undo)
    if (shop.cart.lines, shop.cart.numbers) != before:
        holds.drop(request)
    if "checkout" in request.POST and shop.cart.lines:
        request.session.pop(PLACED_KEY, None)  # a checkout of its own begins
        return holds.start(request)
    if request.headers.get(PART_HEADER) == "cart":
        return page(request, "cart_part.html", **contents(request))
    return redirect("cart")


def _take_over(request: HttpRequest, shop: Visit) -> None:
    """What stands in the fields counts, whichever button was pressed."""
    sent = request.POST
    quantities = {code: whole_number(sent.get(f"quantity-{code}"), units) for code, units in shop.cart.lines.items()}
    gone = [code for code, units in quantities.items() if units == 0]
    if gone:
        _remember(request, shop, gone[0])
    shop.cart.put(quantities)
    now = shop.cart.numbers
    shop.cart.assign({code: whole_number(sent.get(f"delivery-{code}"), number) for code, number in now.items()})


def _press(request: HttpRequest, shop: Visit, undo: dict[str, Any] | None) -> None:
    """One button was pressed: its name says what, its value which product (and how many)."""
    sent, cart_ = request.POST, shop.cart
    if step := sent.get("step"):
        _step(request, shop, step)
    elif fit := sent.get("fit"):
        code, _sep, left = fit.partition(":")
        if code in cart_.lines:
            cart_.put({code: whole_number(left, cart_.lines[code])})
    elif code := sent.get("remove", ""):
        _remember(request, shop, code)
        cart_.take_out([code])
    elif code := sent.get("later", ""):
        cart_.save_for_later(code)
    elif code := sent.get("back", ""):
        cart_.move_back(code)
    elif code := sent.get("drop", ""):
        _remember(request, shop, code, saved=True)
        cart_.drop_saved(code)
    elif "undo" in sent and undo:
        _undo(shop, undo)


def _step(request: HttpRequest, shop: Visit, step: str) -> None:
    """One more or one fewer; fewer than one takes the line out."""
    code, _sep, by = step.partition(":")
    if code in shop.cart.lines and by in ("1", "-1"):
        if shop.cart.lines[code] + int(by) == 0:
            _remember(request, shop, code)
        shop.cart.put({code: shop.cart.lines[code] + int(by)})


def _remember(request: HttpRequest, shop: Visit, code: str, saved: bool = False) -> None:
    units = (shop.cart.saved if saved else shop.cart.lines).get(code, 0)
    if units:
        number = shop.cart.numbers.get(code, 1)
        request.session[UNDO_KEY] = {"code": code, "units": units, "number": number, "saved": saved}


def _undo(shop: Visit, undo: dict[str, Any]) -> None:
    if undo["saved"]:
        shop.cart.keep_saved(undo["code"], undo["units"])
    elif undo["code"] not in shop.cart.lines:
        shop.cart.add(undo["code"], undo["units"], undo["number"])
