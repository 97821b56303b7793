"""Prices on the shelf: what every SKU of a market costs by itself, reckoned once while the same offers are in force."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from newretail.catalog.api import FOR_EVER_MS, Offers, PriceSnapshot, best_offers, listed_prices
from newretail.trade.orders import channel_numbers

Ints = npt.NDArray[np.int64]
MANY = 1000  # units: enough for any offer that asks for several
KEPT_AT_MOST = 64  # shelves: of markets, channels, and nodes that have lists of their own


@dataclass(frozen=True, slots=True)
class Tag:
    """What stands at a SKU on the shelf: its price, the former one where an offer makes it cheaper, the offer's names.

    An offer for several units makes no unit cheaper: it has names, and `former_minor` is None.
    """

    price_minor: int
    former_minor: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    until_ms: int = FOR_EVER_MS


@dataclass(frozen=True)
class Shelf:
    """The prices of every SKU of a market on the shelf of a node and channel, while the same offers are in force."""

    price_minor: Ints
    discount_minor: Ints
    offer: Ints  # place of the offer that counts for one unit, or else of one for several units; -1: none
    offers: Offers
    _tags: dict[int, Tag | None] = field(default_factory=dict, compare=False, repr=False)  # those asked for so far

    @cached_property
    def now_minor(self) -> Ints:
        """What one unit of every SKU costs now, offers taken off; the same array while the shelf is the same."""
        return self.price_minor - self.discount_minor

    def names(self, place: int) -> Mapping[str, str]:
        """What the offer in this place is called, by language."""
        return self.offers.names[place] if self.offers.names else {}

    def tag(self, sku_id: int) -> Tag | None:
        """None for a SKU that is not for sale here."""
        if sku_id not in self._tags:
            self._tags[sku_id] = self._tag(sku_id)
        return self._tags[sku_id]

    def _tag(self, sku_id: int) -> Tag | None:
        if not 0 < sku_id < len(self.price_minor) or self.price_minor[sku_id] <= 0:
            return None
        price, saved, place = (int(column[sku_id]) for column in (self.price_minor, self.discount_minor, self.offer))
        if place < 0:
            return Tag(price)
        return Tag(price - saved, price if saved else None, self.names(place), int(self.offers.until_ms[place]))


def shelf_key(prices: PriceSnapshot, node_id: int, at_ms: int) -> tuple[bytes, tuple[int, ...]]:
    """What a shelf depends on besides its channel: two moments or nodes with the same key have the same shelf."""
    fits = (one for one in prices.lists if one.from_ms <= at_ms < one.until_ms)
    here = tuple(one.list_id for one in fits if not len(one.nodes) or node_id in one.nodes)
    return prices.offers.live(at_ms).tobytes(), here


def shelf_of(prices: PriceSnapshot, channel: str, node_id: int, at_ms: int) -> Shelf | None:
    """What every SKU costs by itself; None where no offer and no list changes any price."""
    live, lists = shelf_key(prices, node_id, at_ms)
    if not lists and not any(live):
        return None
    count = len(prices.price_minor)
    sku, one, channels = np.arange(count), np.ones(count, np.int64), np.full(count, channel_numbers()[channel])
    price = listed_prices(prices.lists, sku, prices.price_minor, channels, np.full(count, node_id), at_ms)
    offer, discount = np.full(count, -1), np.zeros(count, np.int64)
    # First what counts for very many units, then over it what counts for one: an offer for several units is named only
    # where none makes the single unit cheaper.
    for units in (np.full(count, MANY), one):
        found = best_offers(prices.offers, sku, price, units, channels, at_ms)
        if found is not None:
            offer = np.where(found[1] >= 0, found[1], offer)
            discount = found[0] if units is one else discount
    return Shelf(price, discount, offer, prices.offers)


class Shelves:
    """The shelves that a process has reckoned. Threads may share one: at worst two reckon the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[PriceSnapshot, Shelf | None]] = {}

    def shelf(self, prices: PriceSnapshot, market: tuple[int, str], channel: str, node_id: int) -> Shelf | None:
        """The shelf of this moment. `market`: tenant and code."""
        if not len(prices.offers) and not prices.lists:
            return None
        at_ms = time.time_ns() // 1_000_000
        key = (market, channel, *shelf_key(prices, node_id, at_ms))
        kept = self._kept.get(key)
        if kept is not None and kept[0] is prices:
            return kept[1]
        if len(self._kept) >= KEPT_AT_MOST:
            self._kept.clear()
        found = shelf_of(prices, channel, node_id, at_ms)
        self._kept[key] = prices, found
        return found
