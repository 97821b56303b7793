"""Who is visiting: market, store, account and cart of one request, and how a page is rendered for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from babel.numbers import format_decimal
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.people import api as people
from newretail.shopfront.cart import Cart, MemberShelf, SessionShelf
from newretail.shopfront.measure import each_text, unit_price
from newretail.shopfront.summary import offer_name
from newretail.stock import api as stock
from newretail.trade import api as trade

MARKET_KEY, NODE_KEY, GUEST_KEY = "market", "node", "guest"
# The number is that of the question's wording (people/consents.py): an answer to an older one does not count.
CONSENT_COOKIE, CONSENT_YES, CONSENT_NO = "remember", "yes-1", "no-1"
SEEN_COOKIE = "seen"
MULTIPACK = "multi"
MARKET_OF_LANGUAGE = {"ko": "KR", "zh-hans": "CN"}


@lru_cache(maxsize=20_000)
def _product_path(product_id: int, slug: str) -> str:
    return reverse("product", kwargs={"product_id": product_id, "slug": slug})


@lru_cache(maxsize=20_000)
def category_path(slug: str) -> str:
    return reverse("category", args=[slug])


@lru_cache(maxsize=5000)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=language.replace("-", "_"))


class Visit:
    """What every page needs to know of the visitor; each part is looked up once, when a page asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self._asked: set[int] = set()
        self._available: dict[int, int] = {}

    @cached_property
    def all_markets(self) -> list[markets.Market]:
        return markets.markets_lately()

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
    def language(self) -> str:
        return get_language() or "en"

    def number(self, value: float) -> str:
        """A figure grouped as the reader's language does."""
        return _number(value, self.language)

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
    def node(self) -> stock.NodeView | None:
        """The store whose stock is shown: chosen in this session, else the account's own, else the market's first."""
        chosen = self.request.session.get(NODE_KEY)
        home = self.buyer.home_node_id if self.buyer else None
        return stock.near_node_lately(self.market.code, code=chosen, node_id=home)

    def money(self, amount_minor: int, currency: str | None = None) -> str:
        return markets.format_money(amount_minor, currency or self.market.currency, self.language)

    @cached_property
    def _shelf(self) -> trade.Shelf | None:
        return trade.shelf(self.market.code, self.node.node_id if self.node else 0)

    def tag(self, ware: catalog.Ware) -> trade.Tag:
        """What stands at a ware on the shelf: what one unit costs now, the former price, the offer's names."""
        found = self._shelf.tag(ware.sku_id) if self._shelf is not None else None
        return found or trade.Tag(ware.price_minor)

    def price_of(self, ware: catalog.Ware) -> int:
        return self.tag(ware).price_minor

    def offer_name(self, names: Mapping[str, str]) -> str:
        """An offer in the reader's language."""
        return offer_name(names, self.language)

    def each(self, ware: catalog.Ware) -> str:
        """The price of one ounce, litre … of a ware, as a text; empty where its size does not say.

        The size of a multipack is that of one piece, and nobody says how many: better no price than a wrong one.
        """
        is_several = MULTIPACK in (ware.base_name or ware.name).lower()
        size = ware.base_size or ware.package_size
        found = None if is_several else unit_price(self.price_of(ware), size, self.language)
        return each_text(self.money(found.amount_minor, ware.currency), found.unit) if found else ""

    def availability(self, wares: list[catalog.Ware]) -> dict[int, int]:
        """Units of each ware's SKU that the visitor's store can promise; empty when nobody can tell just now."""
        if self.node is None:
            return {}
        asked = {ware.sku_id for ware in wares}
        try:
            if not asked <= self._asked:
                self.know_stock(asked, stock.available_at(self.node, asked - self._asked))
        except stock.DatabaseAway:
            return {}
        return {sku_id: self._available[sku_id] for sku_id in asked if sku_id in self._available}

    def know_stock(self, asked: Iterable[int], available: Mapping[int, int]) -> None:
        """Remember for this request what the store has of the SKUs that were asked for."""
        self._asked.update(asked)
        self._available.update(available)

    def moment(self, value: datetime) -> str:
        """A date with its time, in the market's time zone and the reader's language."""
        return markets.moment_text(value, self.market.time_zone, self.language)

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
        return _product_path(product.product_id, product.slug or "-")

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
