"""Lists of products: a category and a search, as far as the address narrows them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.facets import Facets, facets
from newretail.shopfront.visit import Visit, category_path, page, visit_of

PAGE_SIZE = 24
LAST_PAGE = 400  # of 24: more than anybody reads, and what is asked for stays small


class Branch(NamedTuple):
    """A category beside a list: made here and not in the template, because there may be a hundred."""

    path: str
    name: str
    left: str
    is_here: bool


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1; nonsense counts as 1."""
    text = request.GET.get("page", "1")
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 and text != "0" else 1


def _listed(request: HttpRequest, index: catalog.Index, places: catalog.Ints, chosen: Facets) -> dict[str, Any]:
    """One page of the list, with the counts beside it. Asks the tables for the shown products only."""
    shop, number = visit_of(request), page_number(request)
    found, counts = catalog.narrow(index, places, chosen.wish(shop))
    last = min(max(1, -(-len(found) // PAGE_SIZE)), LAST_PAGE)
    number = min(number, last)
    shown = index.product_id[found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]].tolist()
    wares = catalog.by_products(shop.market.code, shown)
    return {"wares": wares, "counts": counts, "facets": chosen, "number": number, "last": last}


@require_GET
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A department or category."""
    shop = visit_of(request)
    index = catalog.index(shop.market.code)
    shelf = index.by_slug.get(slug)
    if shelf is None:
        raise Http404
    below = [place.category_id for place in index.below(shelf.category_id)]
    places = index.places_in([shelf.category_id, *below])
    chosen = facets(request.GET, shop.market.currency, index.brand_codes)
    listed = _listed(request, index, places, chosen)
    return page(
        request,
        "category.html",
        shelf=shelf,
        parents=index.above(shelf.category_id),
        tree=_tree(index, shelf, shop, listed["counts"].categories),
        **listed,
    )


def _tree(index: catalog.Index, shelf: catalog.Place, shop: Visit, counts: dict[int, int]) -> list[Branch]:
    """The categories right below with what is left in them; where there are none, those beside."""
    children = index.children_of(shelf.category_id)
    if not children and shelf.parent_id is not None:
        return [_branch(place, shop, None, place is shelf) for place in index.children_of(shelf.parent_id)]
    return [
        _branch(place, shop, count, False)
        for place in children
        if (count := sum(counts.get(deep.category_id, 0) for deep in [place, *index.below(place.category_id)]))
    ]


def _branch(place: catalog.Place, shop: Visit, count: int | None, is_here: bool) -> Branch:
    name = catalog.category_name(place.name, shop.language)
    return Branch(category_path(place.slug), name, "" if count is None else shop.number(count), is_here)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Products by words, in any language of the shop, or by the name of a category."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    shop = visit_of(request)
    index = catalog.index(shop.market.code)
    chosen = facets(request.GET, shop.market.currency, index.brand_codes, words)
    if not words:
        return page(request, "search.html", words="", wares=[], departments=index.children_of(None))
    places = catalog.find(index, words)
    named = catalog.categories_named(index, words, shop.language, limit=4)
    instead, meant = "", ""
    if not len(places):
        instead, places = _otherwise(index, words, shop, named)
    elif len(places) < PAGE_SIZE // 4:
        meant = catalog.corrected(index, words)
    listed = _listed(request, index, places, chosen)
    departments = index.children_of(None) if not len(places) else []
    return page(
        request,
        "search.html",
        words=words,
        instead=instead,
        meant=meant,
        named=named,
        departments=departments,
        **listed,
    )


def _otherwise(index: catalog.Index, words: str, shop: Visit, named: list[catalog.Place]) -> tuple[str, catalog.Ints]:
    """Where nothing fits: what a category of that name holds, else what was probably meant; with what it is."""
    if named:
        first = named[0]
        below = [place.category_id for place in index.below(first.category_id)]
        return catalog.category_name(first.name, shop.language), index.places_in([first.category_id, *below])
    meant = catalog.corrected(index, words)
    return (meant, catalog.find(index, meant)) if meant else ("", index.product_id[:0])
