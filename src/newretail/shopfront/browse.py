"""Looking around: home and one product. Lists are in `listing`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.checkout import usual_times
from newretail.shopfront.facts import told
from newretail.shopfront.visit import Visit, page, visit_of
from newretail.shopfront.voices.look import look_at
from newretail.stock import api as stock
from newretail.trade import api as trade

SHELF_OF_A_ROW = 6  # products in one row of a desk
POPULAR, DEPARTMENTS, SHELF = 10, 3, 8  # products at the top, then departments with so many products each
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


class Department(NamedTuple):
    """A department of the home page with what is bought most of it."""

    place: catalog.Place
    wares: list[catalog.Ware]


def _departments(index: catalog.Index, shown: set[int]) -> list[tuple[catalog.Place, list[int]]]:
    """The busiest departments with their most bought products, none of which the page shows already."""
    found = []
    for place in index.busiest[:DEPARTMENTS]:
        first = index.product_id[index.within(place.category_id)[: len(shown) + SHELF]].tolist()
        left = [product_id for product_id in first if product_id not in shown][:SHELF]
        if len(left) >= SHELF_OF_A_ROW:
            found.append((place, left))
            shown.update(left)
    return found


def _scene(index: catalog.Index) -> tuple[int, ...]:
    """Products for the picture at the top: the most bought ones of six categories."""
    of_category: dict[int, int] = {}
    for category_id, product_id in zip(index.category_id[:40].tolist(), index.product_id[:40].tolist(), strict=True):
        of_category.setdefault(category_id, product_id)
    return tuple(of_category.values())[:6]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The departments, what is bought most, here and in the busiest of them, and what this visitor bought or saw."""
    shop = visit_of(request)
    index = shop.index
    popular = index.product_id[:POPULAR].tolist()
    shelves = _departments(index, set(popular))
    ids = [*popular, *(product_id for _, wanted in shelves for product_id in wanted)]
    sold = {ware.product_id: ware for ware in shop.wares(ids)}
    bought, seen = bought_codes(shop), seen_codes(request)
    mine = catalog.wares(shop.market.code, [*bought, *seen]) if bought or seen else {}
    shop.look_up([*sold.values(), *mine.values()])
    return page(
        request,
        "home.html",
        wares=[sold[product_id] for product_id in popular if product_id in sold],
        shelves=[Department(place, [sold[number] for number in wanted if number in sold]) for place, wanted in shelves],
        categories=tuple(index.children_of(None)),
        scene=_scene(index),
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


def _on_shelf(shop: Visit, wares: Iterable[catalog.Ware]) -> tuple[catalog.Ware, ...]:
    """The wares at the prices of this moment, the cheapest first."""
    return tuple(sorted(map(shop.on_shelf, wares), key=lambda ware: (ware.price_minor, ware.sku_id)))


@require_GET
def product(request: HttpRequest, product_id: int, slug: str = "") -> HttpResponse:
    """One product; an address with an old name in it leads on to the right one."""
    shop = visit_of(request)
    detail = catalog.product(shop.market.code, product_id, revision=shop.revision)
    if detail is None:
        raise Http404
    if request.path != (path := shop.path_of(detail)):
        return redirect(path, permanent=True)
    detail = replace(detail, wares=_on_shelf(shop, detail.wares))
    alike = catalog.like(shop.index, product_id, SHELF_OF_A_ROW) if detail.wares else []
    together, similar = catalog.beside(shop.market.code, product_id, alike, revision=shop.revision)
    where = whereabouts(shop, detail, [*together, *similar])
    shop.ratings([*together, *similar])
    look = look_at(shop, product_id)
    host = request.build_absolute_uri("/")[:-1]
    in_stock = where is None or where.nodes > 0
    response = page(
        request,
        "product.html",
        product=detail,
        where=where,
        times=usual_times(shop, timezone.now()),
        together=together,
        similar=similar,
        look=look,
        told=told(shop.reader, detail, look.all, look.reviews, in_stock, host),
    )
    if detail.wares and shop.remembers:
        _keep_seen(request, response, detail.wares[0].sku_code)
    return response
