"""Looking around: home and one product. Lists are in `listing`."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.facts import breadcrumbs, product_facts, share_path
from newretail.shopfront.visit import Visit, page, visit_of
from newretail.shopfront.voices.look import look_at, tell
from newretail.stock import api as stock
from newretail.trade import api as trade

SHELF_OF_A_ROW = 6  # products in one row of a desk
SEEN_KEY, SEEN_LIMIT, SEEN_SECONDS = "seen", 12, 30 * 24 * 3600
_CODES = re.compile(r"^[\w-]{1,40}(?:~[\w-]{1,40}){0,20}$")


def seen_codes(request: HttpRequest) -> list[str]:
    """What this browser looked at, the newest first. It is kept by the browser itself: a GET writes nothing here."""
    text = request.COOKIES.get(SEEN_KEY, "") if visit_of(request).remembers else ""
    return text.split("~")[:SEEN_LIMIT] if _CODES.match(text) else []


def bought_codes(shop: Visit) -> list[str]:
    """What the visitor bought, the newest first; nothing while the books cannot be read: the page lives without it."""
    if shop.member is None:
        return []
    try:
        orders = trade.orders_of(shop.member.pk, limit=SHELF_OF_A_ROW)
    except trade.DatabaseAway:
        return []
    return list(dict.fromkeys(line.sku for order in orders for line in order.lines))[: SHELF_OF_A_ROW * 2]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The departments, what is bought most, and what this visitor bought or saw."""
    shop = visit_of(request)
    bought, seen = bought_codes(shop), seen_codes(request)
    mine = catalog.wares(shop.market.code, [*bought, *seen]) if bought or seen else {}
    return page(
        request,
        "home.html",
        wares=catalog.popular(shop.market.code, limit=20),
        categories=catalog.top_categories(),
        again=[mine[code] for code in bought if code in mine][:SHELF_OF_A_ROW],
        seen=[mine[code] for code in seen if code in mine and code not in bought][:SHELF_OF_A_ROW],
    )


def _keep_seen(request: HttpRequest, response: HttpResponse, code: str) -> None:
    codes = [code, *(old for old in seen_codes(request) if old != code)][:SEEN_LIMIT]
    response.set_cookie(
        SEEN_KEY, "~".join(codes), SEEN_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
    )


def whereabouts(shop: Visit, detail: catalog.Detail, beside: list[catalog.Ware]) -> stock.Whereabouts | None:
    """Where the product is to be had, and (for the cards below) what the store has; None: nobody can tell just now."""
    if not detail.wares:
        return None
    asked = [ware.sku_id for ware in beside]
    try:
        found, available = stock.whereabouts(shop.market.code, shop.node, detail.wares[0].sku_id, asked)
    except stock.DatabaseAway:
        return None
    shop.know_stock(asked, available)
    return found


@require_GET
def product(request: HttpRequest, product_id: int, slug: str = "") -> HttpResponse:
    """One product; an address with an old name in it leads on to the right one."""
    shop = visit_of(request)
    detail = catalog.product(shop.market.code, product_id)
    if detail is None:
        raise Http404
    if request.path != (path := shop.path_of(detail)):
        return redirect(path, permanent=True)
    alike = catalog.like(catalog.index(shop.market.code), product_id, SHELF_OF_A_ROW) if detail.wares else []
    together, similar = catalog.beside(shop.market.code, product_id, alike)
    where = whereabouts(shop, detail, [*together, *similar])
    address = request.build_absolute_uri("/")[:-1].__add__
    look = look_at(shop, product_id)
    facts = product_facts(shop, detail, address, where is None or where.nodes > 0)
    response = page(
        request,
        "product.html",
        product=detail,
        where=where,
        together=together,
        similar=similar,
        summary=summary_of(shop, detail),
        share=address(share_path(product_id, shop.language)),
        trail=breadcrumbs(shop, detail, address),
        look=look,
        facts=tell(facts, look, address),
    )
    if detail.wares and shop.remembers:
        _keep_seen(request, response, detail.wares[0].sku_code)
    return response


def summary_of(shop: Visit, detail: catalog.Detail) -> str:
    """One line of what it is, for whoever shows a link to it."""
    parts = [shop.brand(detail.brand), detail.package_size, catalog.category_name(detail.shelf.name, shop.language)]
    if detail.wares:
        parts.insert(0, shop.money(shop.price_of(detail.wares[0]), detail.wares[0].currency))
    return " · ".join(part for part in parts if part)


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, live."""
    shop = visit_of(request)
    return page(request, "styleguide.html", wares=catalog.popular(shop.market.code, limit=4))
