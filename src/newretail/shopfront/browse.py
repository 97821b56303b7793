"""Looking around: home, search, categories, one product."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.visit import page, visit_of
from newretail.stock import api as stock

PAGE_SIZE = 24
LAST_PAGE = 40  # deeper than this nobody reads; a search should be made narrower


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1; nonsense counts as 1."""
    text = request.GET.get("page", "1")
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and text != "0" else 1


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    shop = visit_of(request)
    return page(
        request,
        "home.html",
        wares=catalog.popular(shop.market.code, limit=12),
        categories=catalog.top_categories(),
    )


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Products by words; without words, the categories to choose from."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    number = page_number(request)
    market = visit_of(request).market.code
    found = catalog.search(market, words, page=number, size=PAGE_SIZE) if words else None
    return page(request, "search.html", words=words, found=found, number=number, categories=catalog.top_categories())


@require_GET
def category(request: HttpRequest, slug: str) -> HttpResponse:
    shelf = catalog.category(slug)
    if shelf is None:
        raise Http404
    number = page_number(request)
    found = catalog.in_category(visit_of(request).market.code, shelf.category_id, page=number, size=PAGE_SIZE)
    return page(request, "category.html", shelf=shelf, found=found, number=number)


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
    elsewhere = sorted((at for at in stocks if at.available > 0 and at is not here), key=lambda at: -at.available)
    return page(request, "product.html", product=detail, here=here, elsewhere=elsewhere[:5])
