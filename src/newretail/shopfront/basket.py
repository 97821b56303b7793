"""The cart's pages: see it, add to it, change it in place; every change gives held stock back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from newretail.catalog import api as catalog
from newretail.shopfront import holds
from newretail.shopfront.accounts import next_page
from newretail.shopfront.cart import LINE_LIMIT, QUANTITY_LIMIT
from newretail.shopfront.visit import Visit, page, visit_of


@dataclass(frozen=True, slots=True)
class CartLine:
    """A line as it is shown: the ware as the catalogue has it now, and how many."""

    ware: catalog.Ware
    quantity: int

    @property
    def total_minor(self) -> int:
        return self.ware.price_minor * self.quantity


def priced(shop: Visit) -> list[CartLine]:
    """The cart at today's prices; what is not sold in the market (any more) is left out."""
    wares = catalog.wares(shop.market.code, list(shop.cart.lines))
    return [CartLine(wares[code], quantity) for code, quantity in shop.cart.lines.items() if code in wares]


def total_of(lines: list[CartLine]) -> int:
    return sum(line.total_minor for line in lines)


def whole_number(text: str | None, otherwise: int) -> int:
    """A quantity that somebody typed, 0 to the limit; `otherwise` when it is no number."""
    text = (text or "").strip()
    return min(int(text), QUANTITY_LIMIT) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


@never_cache
@require_GET
def cart(request: HttpRequest) -> HttpResponse:
    shop = visit_of(request)
    lines = priced(shop)
    shown = {line.ware.sku_code for line in lines}
    missing = [code for code in shop.cart.lines if code not in shown]
    for code in missing:
        shop.cart.put(code, 0)
    if missing:
        text = ngettext(
            "%(num)d product in your cart is not sold in this market and was taken out.",
            "%(num)d products in your cart are not sold in this market and were taken out.",
            len(missing),
        )
        messages.warning(request, text % {"num": len(missing)})
    return page(request, "cart.html", lines=lines, total_minor=total_of(lines), limit=QUANTITY_LIMIT)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    shop = visit_of(request)
    code = request.POST.get("sku", "")
    ware = catalog.wares(shop.market.code, [code]).get(code)
    if ware is None:
        messages.error(request, _("This product is not sold in this market."))
    elif not shop.cart.add(code, max(1, whole_number(request.POST.get("quantity"), 1))):
        messages.error(request, _("A cart holds up to %(limit)d products. Order these first.") % {"limit": LINE_LIMIT})
    else:
        holds.drop(request)
        messages.success(request, _("In your cart: %(name)s.") % {"name": ware.name})
    return redirect(next_page(request, "cart"))


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Take the quantities over; then remove a line, or go on to the checkout, as the button says."""
    shop = visit_of(request)
    before = dict(shop.cart.lines)
    for code, quantity in before.items():
        shop.cart.put(code, whole_number(request.POST.get(f"quantity-{code}"), quantity))
    if removed := request.POST.get("remove"):
        shop.cart.put(removed, 0)
    if shop.cart.lines != before:
        holds.drop(request)
    if "checkout" in request.POST and shop.cart.lines:
        return holds.start(request)
    return redirect("cart")
