"""Looking around: home and one product. Lists are in `listing`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.checkout import usual_times
from newretail.shopfront.facts import told
from newretail.shopfront.front import SHELF_OF_A_ROW, front_of
from newretail.shopfront.offered import first_on_offer
from newretail.shopfront.visit import Visit, page, visit_of
from newretail.shopfront.voices.look import look_at
from newretail.stock import api as stock
from newretail.trade import api as trade

AMOUNT_SHOWN = 10  # more units are not counted out
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


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Departments, offers, what is bought most here and in the busiest departments, what this visitor bought or saw."""
    shop = visit_of(request)
    front, cheap = front_of(shop.index), first_on_offer(shop)
    sold = {ware.product_id: ware for ware in shop.wares([*front.product_ids, *cheap])}
    bought, seen = bought_codes(shop), seen_codes(request)
    mine = catalog.wares(shop.market.code, [*bought, *seen]) if bought or seen else {}
    shop.look_up([*sold.values(), *mine.values()])
    return page(
        request,
        "home.html",
        wares=[sold[product_id] for product_id in front.popular if product_id in sold],
        cheap=[sold[product_id] for product_id in cheap if product_id in sold],
        shelves=[
            Department(place, [sold[product_id] for product_id in wanted if product_id in sold])
            for place, wanted in front.shelves
        ],
        categories=front.categories,
        scene=front.scene,
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


@dataclass(frozen=True, slots=True)
class Getting:
    """How the product is to be had, as far as the page says it: amounts are 10 for ten and more.

    `nodes`: how many stores have it, None where nobody can tell; `pick_up` and `delivery`: today?, and when;
    `nearest`: code, name, kilometres and amount of each.
    """

    store: str
    here: int
    nodes: int | None
    pick_up: tuple[bool, str]
    delivery: tuple[bool, str]
    nearest: tuple[tuple[str, str, float, int], ...]

    @property
    def is_there(self) -> bool:
        """Whether to say that it can be bought: it can, unless we know better."""
        return self.nodes != 0


def getting(shop: Visit, where: stock.Whereabouts | None) -> Getting:
    """A value, so that what the page says of it is kept by it."""
    times = usual_times(shop, timezone.now())
    nearest = where.nearest if where else ()
    return Getting(
        shop.node.node_name if shop.node else "",
        min(where.here, AMOUNT_SHOWN) if where else 0,
        where.nodes if where else None,
        times["pick_up"],
        times["delivery"],
        tuple((at.node.node_code, at.node.node_name, at.kilometres, min(at.available, AMOUNT_SHOWN)) for at in nearest),
    )


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
    ways = getting(shop, where)
    response = page(
        request,
        "product.html",
        product=detail,
        ways=ways,
        together=together,
        similar=similar,
        look=look,
        told=told(shop.reader, detail, look.all, look.reviews, ways.is_there, host),
    )
    if detail.wares and shop.remembers:
        _keep_seen(request, response, detail.wares[0].sku_code)
    return response
