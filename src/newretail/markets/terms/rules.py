"""Pure rules of what a market adds to prices: taxes by class, what delivery costs. Arrays in, arrays out.

Amounts are whole minor units of a currency (KRW and JPY have no cents: their minor unit is the won, the yen), so every
rounding lands on what can be paid. A tax is reckoned once for all lines of an order that share its class, a half goes
up (`markets.rules`), and dealt out to these lines by largest remainder; among equals the first line goes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from newretail.kit.sums import sums_at

Ints = npt.NDArray[np.int64]
WHOLE = 10_000  # basis points
UNPAID_MINUTES, SHORTEST_UNPAID_MINUTES, LONGEST_UNPAID_MINUTES = 15, 5, 24 * 60
MOST_GIFT_CARD_MONTHS = 240
GENERAL = "general"  # the tax class of whatever has no other
_LARGEST_WHOLE = 1 << 38  # times the largest fee it fits 63 bits
_SHIFT = 14


class Way(IntEnum):
    """How the goods of an order get to the buyer. The number is what the database keeps."""

    PICK_UP = 0
    DELIVERY = 1

    @property
    def slug(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a way costs: a flat fee, nothing from an amount of goods on (None: never free)."""

    way: int
    fee_minor: int
    free_from_minor: int | None
    is_taxed: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of a tax class from a moment on (Unix milliseconds), in 1/100 per cent."""

    tax_class: str
    from_ms: int
    basis_points: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a market adds to prices. `rates`: by time; `standard_basis_points`: of the general class before any rate.

    `unpaid_minutes`: how long its orders hold their goods while they wait for money from outside.
    """

    includes_tax: bool = False
    standard_basis_points: int = 0
    rates: tuple[Rate, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    unpaid_minutes: int = UNPAID_MINUTES

    def rate(self, tax_class: str, at_ms: int) -> int:
        """The rate of a class at a moment; a class that nobody gave a rate pays the general one."""
        found = [rate.basis_points for rate in self.rates if rate.tax_class == tax_class and rate.from_ms <= at_ms]
        if found:
            return found[-1]
        return self.standard_basis_points if tax_class == GENERAL else self.rate(GENERAL, at_ms)

    def tariff(self, way: int) -> Tariff | None:
        """What a way costs; None where it costs nothing."""
        return next((tariff for tariff in self.tariffs if tariff.way == way), None)


def fees(terms: Terms, way: Ints, goods_minor: Ints) -> Ints:
    """What the way of each order costs; both arrays by order."""
    fee = np.zeros(len(way), np.int64)
    for tariff in terms.tariffs:
        pays = way == tariff.way
        if tariff.free_from_minor is not None:
            pays &= goods_minor < tariff.free_from_minor
        fee[pays & (goods_minor > 0)] = tariff.fee_minor
    return fee


def _odd_units(group: Ints, remainder: Ints, odd: Ints) -> npt.NDArray[np.bool_]:
    """Which lines get one of the `odd` units of their group: those with the largest remainders."""
    extra = np.zeros(len(group), np.bool_)
    some = np.flatnonzero((remainder > 0) & (odd[group] > 0))
    if len(some):
        by = some[np.lexsort((some, -remainder[some], group[some]))]
        groups = group[by]
        first = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
        rank = np.arange(len(by)) - np.repeat(first, np.diff(np.r_[first, len(by)]))
        extra[by[rank < odd[groups]]] = True
    return extra


def split(amount: Ints, weight: Ints, group: Ints) -> Ints:
    """Split an amount (one a group, none below zero) over the lines of its group in proportion to their weights.

    Shares add up to the amount, and each is less than one unit from its exact part.
    """
    whole = sums_at(group, weight, len(amount))
    large = whole > _LARGEST_WHOLE
    if large.any():  # the ratio of very large weights, in fewer digits: by order, so that its batch does not matter
        weight = np.where(large[group], weight >> _SHIFT, weight)
        whole = sums_at(group, weight, len(amount))
    whole = np.maximum(whole, 1)
    share, remainder = np.divmod(amount[group] * weight, whole[group])
    odd = amount - sums_at(group, share, len(amount))
    shares: Ints = share + _odd_units(group, remainder, odd)
    return shares


def taxes(base_minor: Ints, basis_points: Ints, group: Ints, groups: int, *, included: bool) -> Ints:
    """The tax of each line; lines of one `group` (an order's tax class) share a rate and add up to its tax.

    `included`: whether `base_minor` includes the tax (Korea, China) or it comes on top (the United States).
    """
    divisor = WHOLE + basis_points if included else np.full(len(base_minor), WHOLE)
    share, remainder = np.divmod(base_minor * basis_points, divisor)
    whole = np.ones(groups, np.int64)
    whole[group] = divisor
    odd = (2 * sums_at(group, remainder, groups) + whole) // (2 * whole)
    found: Ints = share + _odd_units(group, remainder, odd)
    return found
