"""Stores: near the visitor's own, near where they are, or by name; and the choice of one."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from newretail.catalog import api as catalog
from newretail.kit.lately import Lately
from newretail.shopfront.accounts import next_page
from newretail.shopfront.geography import City, city_map
from newretail.shopfront.visit import NODE_KEY, Visit, page, visit_of
from newretail.stock import api as stock

SHOWN = 12  # stores
MAP_SECONDS = 10.0  # how old a map may be
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)")


class StoreRow(NamedTuple):
    """A store of the list; `kilometres` from the visitor's own store or from where they are."""

    code: str
    name: str
    city: str
    kilometres: float


def _draw(key: tuple[str, str, str, str]) -> tuple[tuple[City, ...], tuple[str, ...]]:
    """A market's map: the visitor's city, the one in the middle; and the names of all. In the language of the page."""
    market_code, _language, mine, around = key
    known = stock.directory(market_code)
    return tuple(city_map(known.nodes, known.points, mine, around)), tuple(sorted({node.city for node in known.nodes}))


def _fold(market_code: str) -> dict[int, str]:
    """What the stores of a market are called in any language, by node id, as far as spelling counts."""
    known = stock.directory(market_code)
    return {node.node_id: catalog.letters(called) for node, called in zip(known.nodes, known.called, strict=True)}


_drawn, _called = Lately(MAP_SECONDS, _draw), Lately(MAP_SECONDS, _fold)


def _point(request: HttpRequest) -> tuple[float, float] | None:
    """Where the visitor said that they are, in degrees; None for what is no place on earth."""
    found = _POINT.fullmatch(request.GET.get("at", ""))
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _rows(shop: Visit, words: str, point: tuple[float, float] | None) -> tuple[StoreRow, ...]:
    """The stores nearest to the point, or else to the own one, of those that any language calls so, or their city."""
    known = stock.directory(shop.market.code)
    if not known.nodes:
        return ()
    here = shop.node if shop.node and shop.node.node_id in known.place_of else known.first
    far = known.kilometres_around(*point) if point else known.kilometres_from(here.node_id)
    wanted = catalog.letters(words)
    called = _called(shop.market.code) if wanted else {}
    found = []
    for place in np.argsort(far, kind="stable").tolist():
        node = known.nodes[place]
        if not wanted or wanted in called.get(node.node_id, ""):
            found.append(StoreRow(node.node_code, node.node_name, node.city, float(far[place])))
        if len(found) == SHOWN:
            break
    return tuple(found)


@require_GET
def stores(request: HttpRequest) -> HttpResponse:
    """Where the market's stores are, the nearest ones, and any other by its name or city."""
    shop = visit_of(request)
    asked, point = " ".join(request.GET.get("q", "").split())[:60], _point(request)
    rows, mine = _rows(shop, asked, point), shop.node.city if shop.node else ""
    drawn, cities = _drawn((shop.market.code, shop.language, mine, rows[0].city if rows else mine))
    return page(
        request,
        "stores.html",
        rows=rows,
        asked=asked,
        is_from_here=point is not None,
        drawn=drawn,
        cities=cities,
        next=next_page(request),
    )


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Shop at this store from now on; one that is not of the market changes nothing."""
    shop = visit_of(request)
    node = stock.node_of_market(shop.market.code, request.POST.get("store", ""))
    if node is not None:
        request.session[NODE_KEY] = node.node_code
        messages.success(request, _("Your store is now %(store)s.") % {"store": node.node_name})
    return redirect(next_page(request))


def forget() -> None:
    """Read all anew: for tests, whose stores change within a second."""
    _drawn.forget()
    _called.forget()
