"""Pure rules of what a line costs before tax: which price list counts, which offer is best. Arrays in, arrays out.

One offer a line, the one that saves most; among equals the one that was made first. Offers are never added up. What
an offer takes off a unit is rounded to the minor unit (a half in the buyer's favour), so that the price which a page
shows, times the quantity, is what the line costs; and no unit and no line becomes free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
WHOLE = 10_000  # basis points
FOR_EVER_MS = 1 << 62
ANY_CHANNEL = 0


class OfferKind(IntEnum):
    """What an offer does; `value` means something else for each. The number is what the database keeps."""

    PER_CENT = 1  # basis points off the price of a unit
    AMOUNT_OFF = 2  # minor units off the price of a unit
    FIXED_PRICE = 3  # what a unit costs instead, where that is less
    BUY_PAY = 4  # of every `buy` units `pay` are paid


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of a market in columns, by id, and which of them may be for each SKU.

    `start[sku] … start[sku + 1]` are the places in `of_sku` that hold the places of a SKU's offers. `names`: by
    language.
    """

    offer_id: Ints = field(default_factory=_none)
    kind: Ints = field(default_factory=_none)
    value: Ints = field(default_factory=_none)
    buy: Ints = field(default_factory=_none)
    pay: Ints = field(default_factory=_none)
    min_quantity: Ints = field(default_factory=_none)
    channel: Ints = field(default_factory=_none)
    from_ms: Ints = field(default_factory=_none)
    until_ms: Ints = field(default_factory=_none)
    start: Numbers = field(default_factory=lambda: np.zeros(1, np.int32))
    of_sku: Numbers = field(default_factory=lambda: np.empty(0, np.int32))
    names: tuple[Mapping[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.offer_id)

    def live(self, at_ms: int) -> npt.NDArray[np.bool_]:
        """Which offers are in force at a moment."""
        live: npt.NDArray[np.bool_] = (self.from_ms <= at_ms) & (at_ms < self.until_ms)
        return live


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices that count instead of the base price, where the list is for the order's channel and node. SKUs sorted.

    `nodes` empty: every node of the market.
    """

    list_id: int
    channel: int
    nodes: Numbers
    from_ms: int
    until_ms: int
    sku_id: Numbers
    price_minor: Numbers


def listed(lists: tuple[PriceList, ...], sku: Ints, price: Ints, channel: Ints, node: Ints, at_ms: int) -> Ints:
    """The price of each line; `lists` in the order of their priority, the last one that fits counts.

    All by line. Only what has a base price in the market is for sale: a list changes a price and adds nothing.
    """
    for one in lists:
        if not len(one.sku_id) or not one.from_ms <= at_ms < one.until_ms:
            continue
        place = np.minimum(np.searchsorted(one.sku_id, sku), len(one.sku_id) - 1)
        hit = (one.sku_id[place] == sku) & (price > 0)
        if one.channel != ANY_CHANNEL:
            hit &= channel == one.channel
        if len(one.nodes):
            hit &= np.isin(node, one.nodes)
        if hit.any():
            price = np.where(hit, one.price_minor[place], price)
    return price


def best(offers: Offers, sku: Ints, price: Ints, quantity: Ints, channel: Ints, at_ms: int) -> tuple[Ints, Ints] | None:
    """What the best offer of each line takes off it, and the place of that offer (-1: none). None: no line has one.

    All by line. `sku`: within the snapshot's arrays; 0 for what is unknown.
    """
    live = offers.live(at_ms)
    if not live.any():
        return None
    first = offers.start[sku].astype(np.int64)
    count = offers.start[sku + 1] - first
    some = np.flatnonzero((count > 0) & (price > 0) & (quantity > 0))
    if not len(some):
        return None
    each = count[some]
    starts = np.cumsum(each) - each
    line = np.repeat(some, each)
    offer = offers.of_sku[np.repeat(first[some] - starts, each) + np.arange(len(line))]
    fits = live[offer] & (quantity[line] >= offers.min_quantity[offer])
    fits &= (offers.channel[offer] == ANY_CHANNEL) | (offers.channel[offer] == channel[line])
    saved = np.where(fits, _saved(offers, offer, price[line], quantity[line]), 0)
    most = np.maximum.reduceat(saved, starts)
    if not most.any():
        return None
    # A line's offers come by id, so that the first of its best is the one that was made first.
    best_ones = np.flatnonzero((saved == np.repeat(most, each)) & (saved > 0))
    best_ones = best_ones[np.r_[True, line[best_ones][1:] != line[best_ones][:-1]]]
    discount, which = np.zeros(len(sku), np.int64), np.full(len(sku), -1, np.int64)
    discount[line[best_ones]], which[line[best_ones]] = saved[best_ones], offer[best_ones]
    return discount, which


def _saved(offers: Offers, offer: Numbers, price: Ints, quantity: Ints) -> Ints:
    """What each offer takes off each line."""
    kind, value = offers.kind[offer], offers.value[offer]
    off = np.where(kind == OfferKind.AMOUNT_OFF, value, price - value)
    per_cent = np.flatnonzero(kind == OfferKind.PER_CENT)
    off[per_cent] = (price[per_cent] * value[per_cent] * 2 + WHOLE) // (2 * WHOLE)
    saved: Ints = np.clip(off, 0, price - 1) * quantity
    by_number = np.flatnonzero(kind == OfferKind.BUY_PAY)
    buy, pay = offers.buy[offer[by_number]], offers.pay[offer[by_number]]
    saved[by_number] = price[by_number] * ((buy - pay) * (quantity[by_number] // buy))
    return saved
