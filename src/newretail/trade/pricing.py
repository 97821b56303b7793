"""Pricing: what the lines of a batch cost, with their discounts, shipping and taxes. Pure; the only place that does it.

    the list that fits, or the base price ──► the best offer ──► shipping, by what the goods come to ──► taxes, by class

Whoever shows a price before it is paid asks the same code by `quotes.py`. What is dealt out over lines adds up to what
was dealt out, so an order's lines always come to its total.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from newretail.catalog.api import PriceSnapshot, best_offers, listed_prices
from newretail.kit.sums import sums_at
from newretail.markets.terms.api import Terms, fees, split, taxes
from newretail.trade.batch import Batch
from newretail.trade.rules import LARGEST_PART_MINOR, MAX_QUANTITY

Ints = npt.NDArray[np.int64]
PARTS = 4  # columns of `parts`, in this order:
DISCOUNT, TAX, SHIPPING, OFFER = range(PARTS)


@dataclass(slots=True)
class Priced:
    """What a batch costs. By line: `unit_price`, `parts` (m x 4: discount, tax, shipping, offer id; or None).

    By order: `total`; `has_parts`, where the parts are to be kept.
    """

    unit_price: Ints
    total: Ints
    parts: Ints | None = None
    has_parts: npt.NDArray[np.bool_] | None = None

    def too_large(self, batch: Batch) -> Ints:
        """Orders with a part that a row cannot hold."""
        if self.parts is None:
            return np.empty(0, np.int64)
        found: Ints = batch.line_order[(self.parts[:, :OFFER] > LARGEST_PART_MINOR).any(axis=1)]
        return found


def price(batch: Batch, prices: PriceSnapshot, terms: Terms, at_ms: int) -> Priced:
    """Price every line of a batch as it is at a moment (Unix milliseconds); what is not for sale costs 0."""
    order, count = batch.line_order, len(batch)
    known = (batch.sku_id >= 0) & (batch.sku_id < len(prices.price_minor))
    sku = np.where(known, batch.sku_id, 0)
    unit_price = prices.price_minor[sku]
    if prices.lists:
        channel, node = batch.channel[order], batch.node_id[order]
        unit_price = listed_prices(prices.lists, sku, unit_price, channel, node, at_ms)
    rates = np.array([terms.rate(name, at_ms) for name in prices.tax_classes], np.int64)
    found = None
    if prices.offers.live(at_ms).any():
        found = best_offers(prices.offers, sku, unit_price, batch.quantity, batch.channel[order], at_ms)
    if found is None and not rates.any() and not terms.tariffs:
        # Float sums of whole numbers are exact below 2**53; an order's total beyond that is refused anyway.
        total = np.bincount(order, weights=unit_price * batch.quantity, minlength=count).astype(np.int64)
        return Priced(unit_price, total)
    # Quantities that are refused must not break the sums of others.
    goods = np.maximum(unit_price, 0) * np.clip(batch.quantity, 0, MAX_QUANTITY)
    parts = np.zeros((len(sku), PARTS), np.int64)
    if found is not None:
        discount, which = found
        parts[:, DISCOUNT] = np.minimum(discount, goods)
        parts[:, OFFER] = np.where(which >= 0, prices.offers.offer_id[which], 0)
    return _with_terms(batch, prices, terms, rates, sku, unit_price, goods, parts)


def _with_terms(
    batch: Batch,
    prices: PriceSnapshot,
    terms: Terms,
    rates: Ints,
    sku: Ints,
    unit_price: Ints,
    goods: Ints,
    parts: Ints,
) -> Priced:
    """Add shipping and taxes to the parts, and all of it up."""
    order, count = batch.line_order, len(batch)
    net = goods - parts[:, DISCOUNT]
    total = sums_at(order, net, count)
    base, fee = net, fees(terms, batch.way, total)
    if fee.any():
        parts[:, SHIPPING] = split(fee, net, order)
        total += fee
        is_taxed = np.array([tariff.way for tariff in terms.tariffs if tariff.is_taxed], np.int64)
        base = net + np.where(np.isin(batch.way, is_taxed)[order], parts[:, SHIPPING], 0)
    if rates.any():
        tax_class = prices.tax_class[sku].astype(np.int64)
        group = order * len(rates) + tax_class
        parts[:, TAX] = taxes(base, rates[tax_class], group, count * len(rates), included=terms.includes_tax)
        if not terms.includes_tax:
            total += sums_at(order, parts[:, TAX], count)
    # Where there are taxes, an order that has none says so: one that is older than its parts says nothing.
    has_parts = np.full(count, bool(rates.any()))
    has_parts[order[parts.any(axis=1)]] = True
    return Priced(unit_price, total, parts, has_parts)


def line_costs(lines: list[list[int]], parts: list[list[int]] | None, total_minor: int) -> list[int]:
    """What each line of an order costs its buyer, by the row: they add up to the total.

    Whether taxes came on top follows from the total: it is what the goods and their way cost, with taxes or without.
    """
    goods = [quantity * unit_price for _, quantity, unit_price in lines]
    if parts is None:
        return goods
    costs = [cost - part[DISCOUNT] + part[SHIPPING] for cost, part in zip(goods, parts, strict=True)]
    if sum(costs) == total_minor:
        return costs
    return [cost + part[TAX] for cost, part in zip(costs, parts, strict=True)]
