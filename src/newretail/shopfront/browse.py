"""Looking around: home, search, categories, one product."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.shopfront.facets import facets
from newretail.shopfront.visit import Visit, page, visit_of
from newretail.stock import api as stock
from newretail.trade import api as trade

PAGE_SIZE = 24
SHELF_OF_A_ROW = 6  # products in one row of a desk
SEEN_KEY, SEEN_LIMIT, SEEN_SECONDS = "seen", 12, 30 * 24 * 3600
_CODES = re.compile(r"^[\w-]{1,40}(?:~[\w-]{1,40}){0,20}$")
LAST_PAGE = 40  # deeper than this nobody reads; a search should be made narrower


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1; nonsense counts as 1."""
    text = request.GET.get("page", "1")
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and text != "0" else 1


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


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Products by words; the name of a category in the reader's language finds that category."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    number = page_number(request)
    shop = visit_of(request)
    found = catalog.search(shop.market.code, words, page=number, size=PAGE_SIZE) if words else None
    if found and not found.total and (named := catalog.named_like(words, shop.language, limit=1)):
        found = catalog.search(shop.market.code, named[0], page=number, size=PAGE_SIZE)
    return page(request, "search.html", words=words, found=found, number=number, categories=catalog.top_categories())


@require_GET
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A department or category, as far as the facets in the address narrow it."""
    shelf = catalog.category(slug)
    if shelf is None:
        raise Http404
    number = page_number(request)
    market = visit_of(request).market
    chosen = facets(request.GET, market.currency)
    found = catalog.in_category(market.code, shelf, page=number, size=PAGE_SIZE, only=chosen.only())
    return page(request, "category.html", shelf=shelf, found=found, number=number, facets=chosen)


def _keep_seen(request: HttpRequest, response: HttpResponse, code: str) -> None:
    codes = [code, *(old for old in seen_codes(request) if old != code)][:SEEN_LIMIT]
    response.set_cookie(
        SEEN_KEY, "~".join(codes), SEEN_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
    )


@require_GET
def product(request: HttpRequest, product_id: int, slug: str = "") -> HttpResponse:
    """One product; an address with an old name in it leads on to the right one."""
    shop = visit_of(request)
    detail = catalog.product(shop.market.code, product_id)
    if detail is None:
        raise Http404
    if request.path != (path := shop.path_of(detail)):
        return redirect(path, permanent=True)
    stocks = stock.stock_of(detail.wares[0].sku_id, shop.market.code) if detail.wares else []
    here = next((at for at in stocks if shop.node and at.node_id == shop.node.node_id), None)
    city = shop.node.city if shop.node else ""
    elsewhere = [at for at in stocks if at.available > 0 and at is not here]
    elsewhere.sort(key=lambda at: (at.city != city, -at.available))  # near ones first
    similar = catalog.in_category(shop.market.code, detail.shelf, size=SHELF_OF_A_ROW + 1).wares
    response = page(
        request,
        "product.html",
        product=detail,
        here=here,
        elsewhere=elsewhere[:5],
        similar=[ware for ware in similar if ware.product_id != product_id][:SHELF_OF_A_ROW],
        facts=product_facts(shop, detail, request.build_absolute_uri, bool(stocks and (here or elsewhere))),
    )
    if detail.wares and shop.remembers:
        _keep_seen(request, response, detail.wares[0].sku_code)
    return response


def product_facts(shop: Visit, detail: catalog.Detail, address: Callable[[str], str], in_stock: bool) -> dict[str, Any]:
    """What search engines read of a product, in the words of schema.org."""
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": detail.name,
        "sku": str(detail.product_id),
        "category": detail.shelf.name,
        "image": address(reverse("art", args=[detail.product_id])),
    }
    if detail.brand:
        facts["brand"] = {"@type": "Brand", "name": detail.brand}
    if detail.wares:
        first = detail.wares[0]
        facts["sku"] = first.sku_code
        facts["offers"] = {
            "@type": "Offer",
            "url": address(shop.path_of(detail)),
            "price": str(Decimal(first.price_minor).scaleb(-markets.minor_digits(first.currency))),
            "priceCurrency": first.currency,
            "availability": f"https://schema.org/{'InStock' if in_stock else 'OutOfStock'}",
        }
    return facts


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, live."""
    shop = visit_of(request)
    return page(request, "styleguide.html", wares=catalog.popular(shop.market.code, limit=4))
