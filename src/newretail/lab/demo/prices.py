"""What a product costs: the median price on the shelf, in US cents, and its conversion. Pure functions.

Shelf price of a line: (sales_value + retail_disc + coupon_match_disc) / quantity, see `source`. The median of a
product's lines is its price. A product that was never sold (or only given away) costs the median of the prices of its
type, else of its category, else of its department, else of everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from newretail.lab.demo.source import Floats, Ints
from newretail.lab.demo.world import SCALE, MarketPlan


def group_medians(group: Ints, value: Floats, groups: int) -> Floats:
    """The median of `value` in each group; NaN where a group has none."""
    order = np.lexsort((value, group))
    count = np.bincount(group, minlength=groups)
    first = np.cumsum(count) - count
    medians = np.full(groups, np.nan)
    there = count > 0
    low = first[there] + (count[there] - 1) // 2
    high = first[there] + count[there] // 2
    ordered = value[order]
    medians[there] = (ordered[low] + ordered[high]) / 2
    return medians


def price_in_cents(
    product: Ints, quantity: Ints, shelf_value: Floats, kinds: Sequence[Sequence[Any]], products: int
) -> Ints:
    """The price of every product. `kinds`: for each product its type, its category and its department, finest first."""
    paid = shelf_value > 0
    price = group_medians(product[paid], shelf_value[paid] / quantity[paid], products)
    sold = ~np.isnan(price)
    everywhere = np.median(price[sold])
    for level in range(len(kinds[0])):
        _, group = np.unique(np.array([repr(kind[level:]) for kind in kinds]), return_inverse=True)
        medians = group_medians(group[sold], price[sold], int(group.max()) + 1)
        price = np.where(np.isnan(price), medians[group], price)
    price = np.where(np.isnan(price), everywhere, price)
    return np.maximum(1, np.floor(price * 100 + 0.5)).astype(np.int64)


def convert(cents: Ints, market: MarketPlan, step: int = 1) -> Ints:
    """US cents in the market's minor units: the nearest multiple of `step`, half up, like `markets.rules.convert`."""
    unit = 10**SCALE * step
    converted: Ints = (cents * market.minor_per_cent * 2 + unit) // (2 * unit) * step
    return converted


def shelf_price(cents: Ints, market: MarketPlan) -> Ints:
    """The price on a market's shelf: a multiple of the currency's price step, at least one step."""
    return np.maximum(market.price_step_minor, convert(cents, market, market.price_step_minor))


def paid_price(value: Floats, quantity: Ints, market: MarketPlan) -> Ints:
    """What one unit of a line was sold for, in minor units: the line's dollars, converted once, by its quantity."""
    cents = np.rint(value * 100).astype(np.int64)
    unit = 10**SCALE * quantity
    price: Ints = (cents * market.minor_per_cent * 2 + unit) // (2 * unit)
    return price
