"""What is on offer at the visitor's store now: the list that a sale leads to, and a row of it for the front window."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.facets import facets
from newretail.shopfront.front import SHELF_OF_A_ROW, front_of
from newretail.shopfront.listing import listed
from newretail.shopfront.summary import offer_name
from newretail.shopfront.visit import Visit, page, visit_of

Kept = TypeVar("Kept")
LOOKED_AT = 200  # of the most bought products on offer, for the row of the front window
A_CATEGORY = 2  # at most, of that row: a week of cheese is more than cheese


class OfferChoice(NamedTuple):
    """An offer with how many products it is for."""

    offer_id: int
    name: str
    products: int


@require_GET
def on_offer(request: HttpRequest) -> HttpResponse:
    """All that some offer is for, the most bought first, narrowed as any list and by offer."""
    shop = visit_of(request)
    chosen = facets(request.GET, shop.market.currency, shop.index.brand_codes)
    offers = _kept(shop, "offer of place", _offer_of_place)
    choices = _choices(shop, offers)
    places = np.flatnonzero(offers >= 0)
    wanted = next((choice for choice in choices if str(choice.offer_id) == request.GET.get("offer")), None)
    if wanted is not None and shop.shelf is not None:
        chosen = chosen.of_offer(wanted.offer_id)
        places = places[shop.shelf.offers.offer_id[offers[places]] == wanted.offer_id]
    found = listed(request, catalog.narrow(shop.index, places.astype(np.int32), chosen.wish(shop)), chosen)
    return page(request, "on_offer.html", choices=choices, chosen_offer=wanted, **found)


def first_on_offer(shop: Visit) -> list[int]:
    """Ids of a row of products on offer, the most bought ones that the window may show and does not show already."""
    return _kept(shop, "first on offer", _first_on_offer)


def _kept(shop: Visit, what: str, make: Callable[[Visit], Kept]) -> Kept:
    """What `make` makes of the index and the shelf, made once while the same offers are in force."""
    return shop.index.kept_while((shop.shelf,), what, lambda: make(shop))


def _first_on_offer(shop: Visit) -> list[int]:
    index, front = shop.index, front_of(shop.index)
    offers = _kept(shop, "offer of place", _offer_of_place)
    shown, of_category, found = set(front.popular), dict[int, int](), list[int]()
    for place in np.flatnonzero((offers >= 0) & front.may_be_shown)[:LOOKED_AT].tolist():
        product_id, category_id = int(index.product_id[place]), int(index.category_id[place])
        if product_id not in shown and of_category.get(category_id, 0) < A_CATEGORY:
            of_category[category_id] = of_category.get(category_id, 0) + 1
            found.append(product_id)
        if len(found) == SHELF_OF_A_ROW:
            break
    return found


def _offer_of_place(shop: Visit) -> npt.NDArray[np.int64]:
    """By place of the index: the place of the offer that counts for the product; -1: none."""
    sku_id, shelf = shop.index.sku_id, shop.shelf
    if shelf is None or not len(shelf.offer):
        return np.full(len(sku_id), -1)
    known = sku_id < len(shelf.offer)
    return np.where(known, shelf.offer[np.minimum(sku_id, len(shelf.offer) - 1)], -1)


def _choices(shop: Visit, offers: npt.NDArray[np.int64]) -> tuple[OfferChoice, ...]:
    """The offers that are for something, that for most products first."""
    if shop.shelf is None:
        return ()
    counts = np.bincount(offers[offers >= 0], minlength=len(shop.shelf.offers)).tolist()
    found = [
        OfferChoice(int(offer_id), offer_name(shop.shelf.names(place), shop.language), count)
        for place, (offer_id, count) in enumerate(zip(shop.shelf.offers.offer_id, counts, strict=True))
        if count
    ]
    return tuple(sorted(found, key=lambda choice: -choice.products))
