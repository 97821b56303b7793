"""Who is visiting: market, store, account and cart of one request, and how a page is rendered for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from newretail.catalog import api as catalog
from newretail.catalog.voices import api as voices
from newretail.markets import api as markets
from newretail.people import api as people
from newretail.shopfront.cart import Cart, MemberShelf, SessionShelf
from newretail.shopfront.reader import Reader, path_of
from newretail.shopfront.summary import offer_name
from newretail.stock import api as stock
from newretail.trade import api as trade

Card = tuple[catalog.Ware, bool, voices.Rating | None]
MARKET_KEY, NODE_KEY, GUEST_KEY = "market", "node", "guest"
# The number is that of the question's wording (people/consents.py): an answer to an older one does not count.
CONSENT_COOKIE, CONSENT_YES, CONSENT_NO = "remember", "yes-1", "no-1"
SEEN_COOKIE = "seen"
MARKET_OF_LANGUAGE = {"ko": "KR", "zh-hans": "CN"}


@lru_cache(maxsize=20_000)
def category_path(slug: str) -> str:
    return reverse("category", args=[slug])


@lru_cache(maxsize=20_000)
def _tagged(ware: catalog.Ware, price_minor: int, former_minor: int | None, offer: str) -> catalog.Ware:
    return replace(ware, price_minor=price_minor, former_minor=former_minor, offer=offer)


class Visit:
    """What every page needs to know of the visitor; each part is looked up once, when a page asks for it."""

    __hash__ = None  # type: ignore[assignment]  # a visit is no value: no piece of a page is kept under it

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self._asked: set[int] = set()
        self._available: dict[int, int] = {}
        self._rated: dict[int, voices.Rating | None] = {}
        self._by_code: dict[str, catalog.Ware | None] = {}

    @cached_property
    def all_markets(self) -> tuple[markets.Market, ...]:
        return tuple(markets.markets_lately())

    @cached_property
    def market(self) -> markets.Market:
        """The market chosen in this session, else the member's, else that of the language, else the first."""
        by_code = {market.code: market for market in self.all_markets}
        wishes = [self.request.session.get(MARKET_KEY), self.member.market_code if self.member else None]
        wishes += [MARKET_OF_LANGUAGE.get(self.language), "US"]
        for code in wishes:
            if code in by_code:
                return by_code[code]
        return self.all_markets[0]

    @cached_property
    def revision(self) -> int:
        """Of the catalogue, read once a page: what was answered at the same one is not asked for again."""
        return catalog.current_revision()

    @cached_property
    def index(self) -> catalog.Index:
        """All that is sold in the market."""
        return catalog.index(self.market.code, revision=self.revision)

    def wares(self, product_ids: Sequence[int]) -> list[catalog.Ware]:
        """Products as their cards show them, in that order; those that are not sold here are left out."""
        return catalog.by_products(self.market.code, product_ids, revision=self.revision)

    def wares_of(self, codes: Iterable[str]) -> dict[str, catalog.Ware]:
        """The wares of SKU codes, without those that are not sold here; a page asks once, at best for all it shows."""
        asked = list(codes)
        if unknown := [code for code in asked if code not in self._by_code]:
            found = catalog.wares(self.market.code, unknown)
            self._by_code.update({code: found.get(code) for code in unknown})
        return {code: ware for code in asked if (ware := self._by_code[code]) is not None}

    @cached_property
    def language(self) -> str:
        return get_language() or "en"

    @cached_property
    def reader(self) -> Reader:
        """The language and the money of the page: all that most of its words depend on."""
        return Reader(self.language, self.market.currency)

    def number(self, value: float) -> str:
        """A figure grouped as the reader's language does."""
        return self.reader.number(value)

    @cached_property
    def member(self) -> people.Member | None:
        """Who is signed in."""
        user = self.request.user
        return user if isinstance(user, people.Member) else None

    @cached_property
    def guest(self) -> people.Member | None:
        """The account under which this session buys without signing up, once it has begun a checkout."""
        member_id = self.request.session.get(GUEST_KEY)
        return people.find_guest(member_id) if isinstance(member_id, int) else None

    @property
    def remembers(self) -> bool:
        """May we let this browser remember what it looked at?"""
        return self.request.COOKIES.get(CONSENT_COOKIE) == CONSENT_YES

    @property
    def asks_consent(self) -> bool:
        return self.request.COOKIES.get(CONSENT_COOKIE) not in (CONSENT_YES, CONSENT_NO)

    @property
    def buyer(self) -> people.Member | None:
        return self.member or self.guest

    def may_see(self, buyer_id: int) -> bool:
        """Is an order of this buyer the visitor's own?"""
        return any(account is not None and account.pk == buyer_id for account in (self.member, self.guest))

    @cached_property
    def cart(self) -> Cart:
        """The member's, the same on all their devices; a guest's is in the session."""
        return Cart(MemberShelf(self.member) if self.member else SessionShelf(self.request.session))

    @cached_property
    def here(self) -> str:
        """Where a form leads back to: this page, or home where it may not be asked for again."""
        return self.request.get_full_path() if self.request.method == "GET" else reverse("home")

    @cached_property
    def node(self) -> stock.NodeView | None:
        """The store whose stock is shown: chosen in this session, else the account's own, else the market's first."""
        chosen = self.request.session.get(NODE_KEY)
        home = self.buyer.home_node_id if self.buyer else None
        return stock.near_node_lately(self.market.code, code=chosen, node_id=home)

    def money(self, amount_minor: int, currency: str | None = None) -> str:
        return self.reader.money(amount_minor, currency)

    @cached_property
    def shelf(self) -> trade.Shelf | None:
        """Prices and offers at the visitor's store now; None where they are what the catalogue says."""
        return trade.shelf(self.market.code, self.node.node_id if self.node else 0)

    def on_shelf(self, ware: catalog.Ware) -> catalog.Ware:
        """The ware as it stands on the visitor's shelf now: its price; the former one and the offer where there is one.

        Offers begin and end by the clock, so this is never part of an answer that is kept.
        """
        tag = self.shelf.tag(ware.sku_id) if self.shelf is not None else None
        if tag is None or (tag.price_minor == ware.price_minor and tag.former_minor is None and not tag.names):
            return ware
        return _tagged(ware, tag.price_minor, tag.former_minor, offer_name(tag.names, self.language))

    def each(self, ware: catalog.Ware) -> str:
        """The price of one ounce, litre … of a ware, as a text; empty where its size does not say."""
        return self.reader.each(ware)

    def availability(self, wares: list[catalog.Ware]) -> dict[int, int]:
        """Units of each ware's SKU that the visitor's store could promise a second ago; empty when nobody can tell."""
        if self.node is None:
            return {}
        asked = {ware.sku_id for ware in wares}
        try:
            if not asked <= self._asked:
                self.know_stock(asked, stock.available_lately(self.node, asked - self._asked))
        except stock.DatabaseAway:
            return {}
        return {sku_id: self._available[sku_id] for sku_id in asked if sku_id in self._available}

    def ratings(self, wares: Iterable[catalog.Ware]) -> dict[int, voices.Rating]:
        """What people say of these products, by product; without those of which nobody has said anything."""
        asked = {ware.product_id for ware in wares}
        if unknown := asked - self._rated.keys():
            found = voices.ratings(unknown)
            self._rated.update({product_id: found.get(product_id) for product_id in unknown})
        return {product_id: rating for product_id in asked if (rating := self._rated[product_id])}

    def cards(self, wares: list[catalog.Ware]) -> tuple[Card, ...]:
        """What the card of each ware is made of: the ware at its price of now, sold out here?, rating."""
        there, rated = self.availability(wares), self.ratings(wares)
        return tuple([(self.on_shelf(ware), there.get(ware.sku_id) == 0, rated.get(ware.product_id)) for ware in wares])

    def look_up(self, wares: list[catalog.Ware]) -> None:
        """Ask at once what the cards of several shelves will say."""
        self.availability(wares)
        self.ratings(wares)

    def know_stock(self, asked: Iterable[int], available: Mapping[int, int]) -> None:
        """Remember for this request what the store has of the SKUs that were asked for."""
        self._asked.update(asked)
        self._available.update(available)

    def moment(self, value: datetime) -> str:
        """A date with its time, in the market's time zone and the reader's language."""
        return markets.moment_text(value, self.market.time_zone, self.language)

    def last_day(self, end: datetime) -> str:
        """The day that is over at a moment, as a midnight is the end of the day before."""
        return markets.last_day_text(end, self.market.time_zone, self.language)

    @staticmethod
    def brand(brand: str) -> str:
        """A brand in the reader's language; the house's own has no name of its own."""
        return (
            gettext("Our own brand")
            if brand == catalog.OWN_BRAND
            else catalog.brand_name(brand, get_language() or "en")
        )

    @staticmethod
    def path_of(product: catalog.Ware | catalog.Detail) -> str:
        """The address of a product, with its name in it as far as Latin letters can say it."""
        return path_of(product)

    def clock(self, value: datetime) -> str:
        """The time of the day only."""
        return markets.time_text(value, self.market.time_zone, self.language)


def visit_of(request: HttpRequest) -> Visit:
    """The visit of a request, the same one whoever asks."""
    found: Visit | None = getattr(request, "visit", None)
    if found is None:
        found = Visit(request)
        request.visit = found  # type: ignore[attr-defined]
    return found


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page of the shop; templates see the visit as `shop`."""
    context |= {"shop": visit_of(request), "messages": get_messages(request)}
    return render(request, f"shopfront/{template}", context, status=status)
