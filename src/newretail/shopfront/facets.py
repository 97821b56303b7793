"""How a list may be narrowed: price, brand, what my store has, and the order; all of it is in the page's address."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote_plus

from django.http import QueryDict

from newretail.catalog.api import OWN_BRAND, Ints, Wish
from newretail.shopfront.visit import Visit
from newretail.stock import api as stock

# Where one price band ends and the next begins, in minor units; a currency that is not here has no bands.
BANDS = {"USD": (200, 500, 1000), "KRW": (3_000, 6_000, 12_000), "CNY": (1_500, 3_500, 7_000)}
ORDERS = ("", "price", "-price")
MOST_BRANDS = 12  # chosen at once
OWN_KEY = "own"


@dataclass(frozen=True, slots=True)
class Band:
    """A range of prices in minor units: from `low` up to, but without, `high`; None is open."""

    low: int | None
    high: int | None

    @property
    def key(self) -> str:
        return f"{self.low or ''}-{self.high or ''}"


@dataclass(frozen=True, slots=True)
class Facets:
    """What is chosen, as a value; `words` are those of a search, which stay whatever is chosen; `offer` an id, or 0."""

    bands: tuple[Band, ...]
    band: Band | None = None
    brands: tuple[str, ...] = ()
    only_stocked: bool = False
    order: str = ""
    words: str = ""
    offer: int = 0

    def query(self) -> str:
        """The address's query that says all this."""
        chosen = [("q", self.words), ("price", self.band.key if self.band else "")]
        chosen += [("brand", OWN_KEY if brand == OWN_BRAND else brand) for brand in self.brands]
        chosen += [
            ("offer", str(self.offer or "")),
            ("stock", "here" if self.only_stocked else ""),
            ("order", self.order),
        ]
        return "&".join([_pair(name, value) for name, value in chosen if value])

    def with_band(self, band: Band | None) -> str:
        return replace(self, band=band).query()

    def with_order(self, order: str) -> str:
        return replace(self, order=order).query()

    def of_offer(self, offer: int) -> Facets:
        return replace(self, offer=offer)

    def turned_stock(self) -> str:
        """With the choice of what my store has turned round."""
        return replace(self, only_stocked=not self.only_stocked).query()

    def turned(self, brand: str) -> str:
        """With a brand chosen that was not, or the other way round."""
        others = tuple(name for name in self.brands if name != brand)
        return replace(self, brands=others if brand in self.brands else (*others, brand)).query()

    def nothing(self) -> str:
        """With no choice but the words."""
        return Facets(self.bands, words=self.words).query()

    @property
    def any(self) -> bool:
        return self.band is not None or bool(self.brands) or self.only_stocked or self.offer != 0

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """As fields of a form that changes one of them."""
        return [pair for pair in _pairs(self.query()) if pair[0] not in without]

    def wish(self, shop: Visit) -> Wish:
        """For the catalogue; whoever has no store, or whose store cannot be asked just now, is not told what it has."""
        return Wish(
            ends=tuple(band.high for band in self.bands if band.high is not None),
            band=self.bands.index(self.band) if self.band else None,
            brands=self.brands,
            only_stocked=self.only_stocked,
            stocked=_stocked(shop),
            order=self.order,
            prices=shop.shelf.now_minor if shop.shelf is not None else None,
        )


@lru_cache(maxsize=10_000)
def _pair(name: str, value: str) -> str:
    return f"{name}={quote_plus(value)}"


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(name, value) for name, values in QueryDict(query).lists() for value in values]


def _stocked(shop: Visit) -> Ints | None:
    if shop.node is None:
        return None
    try:
        return stock.stocked_at(shop.node)
    except stock.DatabaseAway:
        return None


@lru_cache
def _bands(ends: tuple[int, ...]) -> tuple[Band, ...]:
    return tuple(Band(low, high) for low, high in zip((None, *ends), (*ends, None), strict=True)) if ends else ()


def facets(asked: QueryDict, currency: str, known_brands: Container[str], words: str = "") -> Facets:
    """From the address of a page; what makes no sense there counts as not chosen."""
    ends = BANDS.get(currency, ())
    bands = _bands(ends)
    band = next((band for band in bands if band.key == asked.get("price")), None)
    named = [OWN_BRAND if brand == OWN_KEY else brand for brand in asked.getlist("brand")[:MOST_BRANDS]]
    brands = tuple(dict.fromkeys(brand for brand in named if brand in known_brands))
    order = asked.get("order", "")
    return Facets(bands, band, brands, asked.get("stock") == "here", order if order in ORDERS else "", words)
