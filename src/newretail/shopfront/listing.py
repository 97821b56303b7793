"""Lists of products: a category and a search, as far as the address narrows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.facets import Facets, facets
from newretail.shopfront.visit import Visit, page, visit_of

PAGE_SIZE = 24
LAST_PAGE = 400  # of 24: more than anybody reads, and what is asked for stays small


Branch = tuple[str, str, int]  # a category beside a list: its slug, its name, and what is left of it (0: not told)


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1; nonsense counts as 1."""
    text = request.GET.get("page", "1")
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 and text != "0" else 1


def listed(request: HttpRequest, narrowed: tuple[catalog.Ints, catalog.Counts], chosen: Facets) -> dict[str, Any]:
    """One page of the list, with the counts beside it. Asks the tables for the shown products only."""
    shop, number = visit_of(request), page_number(request)
    found, counts = narrowed
    last = min(max(1, -(-len(found) // PAGE_SIZE)), LAST_PAGE)
    number = min(number, last)
    wares = shop.wares(shop.index.product_id[found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]].tolist())
    return {"wares": wares, "counts": counts, "facets": chosen, "number": number, "last": last}


@require_GET
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A department or category."""
    shop = visit_of(request)
    index = shop.index
    shelf = index.by_slug.get(slug)
    if shelf is None:
        raise Http404
    chosen = facets(request.GET, shop.market.currency, index.brand_codes)
    found = listed(request, catalog.narrow_shelf(index, shelf.category_id, chosen.wish(shop)), chosen)
    return page(
        request,
        "category.html",
        shelf=shelf,
        parents=tuple(index.above(shelf.category_id)),
        tree=_tree(index, shelf, found["counts"].categories),
        **found,
    )


def _tree(index: catalog.Index, shelf: catalog.Place, counts: dict[int, int]) -> tuple[Branch, ...]:
    """The categories right below with what is left in them; where there are none, those beside."""
    children = index.children_of(shelf.category_id)
    if not children and shelf.parent_id is not None:
        return tuple((place.slug, place.name, 0) for place in index.children_of(shelf.parent_id))
    child_of = index.kept(f"child of {shelf.category_id}", "", lambda index, _: _child_of(index, children))
    left = dict.fromkeys((place.category_id for place in children), 0)
    for deep, count in counts.items():
        if deep in child_of:
            left[child_of[deep]] += count
    return tuple([(place.slug, place.name, left[place.category_id]) for place in children if left[place.category_id]])


def _child_of(index: catalog.Index, children: Sequence[catalog.Place]) -> dict[int, int]:
    """By id: in which of the categories each of those below them stands."""
    return {deep: place.category_id for place in children for deep in index.ids_within(place.category_id)}


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Products by words, in any language of the shop, or by the name of a category."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    shop = visit_of(request)
    index = shop.index
    chosen = facets(request.GET, shop.market.currency, index.brand_codes, words)
    if not words:
        return page(request, "search.html", words="", wares=[], departments=tuple(index.children_of(None)))
    places = catalog.find(index, words)
    named = catalog.categories_named(index, words, shop.language, limit=4)
    instead, meant = "", ""
    if not len(places):
        instead, places = _otherwise(index, words, shop, named)
    elif len(places) < PAGE_SIZE // 4:
        meant = catalog.corrected(index, words)
    found = listed(request, catalog.narrow(index, places, chosen.wish(shop)), chosen)
    departments = tuple(index.children_of(None)) if not len(places) else ()
    return page(
        request,
        "search.html",
        words=words,
        instead=instead,
        meant=meant,
        named=named,
        departments=departments,
        **found,
    )


def _otherwise(index: catalog.Index, words: str, shop: Visit, named: list[catalog.Place]) -> tuple[str, catalog.Ints]:
    """Where nothing fits: what a category of that name holds, else what was probably meant; with what it is."""
    if named:
        first = named[0]
        return catalog.category_name(first.name, shop.language), index.within(first.category_id)
    meant = catalog.corrected(index, words)
    return (meant, catalog.find(index, meant)) if meant else ("", index.product_id[:0])
