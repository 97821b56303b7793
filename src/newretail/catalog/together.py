"""What is bought together, out of baskets. Pure NumPy: counts every pair once, in bounded memory.

The measure is lift: how many times as many baskets have both as would by chance. One buyer's habits are not a pattern,
and nobody's business: a pair counts only when LEAST_BUYERS bought it, and is ordered by the lift that it has at least
(less CAUTION standard errors, taking buyers and not baskets for independent). Products of one category are left out,
for those are *similar*; and of each other category only the best is taken, so that a shelf of eight kinds of pasta
does not push out the sauce.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PAIRS_LIMIT = 30_000_000  # counted; older baskets are left out beyond it
PARTS = 8  # in which they are counted, so that no more than a few million lie in memory at once
LONGEST_BASKET = 60  # lines; a longer one is a month's shopping and says little of what goes with what
LEAST_BUYERS = 8  # of a pair; never less than a crowd in which nobody stands out
LEAST_LIFT = 1.5
CAUTION = 1.64
KEPT = 6  # a product
Numbers = npt.NDArray[np.int64]


class Together(NamedTuple):
    """Rows in order of product and place; `place` is from 1, the best first."""

    product: Numbers
    place: Numbers
    other: Numbers
    baskets: Numbers
    lift: npt.NDArray[np.float64]


def together(sizes: Numbers, buyers: Numbers, products: Numbers, category_of: dict[int, int]) -> Together:
    """`products` of the baskets one after the other; `sizes` says how many each has, `buyers` whose it is.

    The newest basket is the last. A product stands in a basket once; one without a category is left out.
    """
    ids, product = np.unique(products, return_inverse=True)
    category = np.array([category_of.get(int(number), -1) for number in ids], np.int64)
    basket = np.repeat(np.arange(len(sizes)), sizes)
    own = np.bincount(product, minlength=len(ids))
    kept = (own[product] >= LEAST_BUYERS) & (category[product] >= 0) & (sizes[basket] <= LONGEST_BASKET)
    low, high, count, crowd = _pairs(basket[kept], product[kept], np.unique(buyers, return_inverse=True)[1], len(ids))
    lift = count * (len(sizes) / np.maximum(own[low] * own[high], 1))
    sure = lift * (1 - CAUTION / np.sqrt(crowd))
    good = (sure >= LEAST_LIFT) & (category[low] != category[high])
    low, high, count, lift, sure = (column[good] for column in (low, high, count, lift, sure))
    here, other = np.concatenate([low, high]), np.concatenate([high, low])
    count, lift, sure = (np.concatenate([column, column]) for column in (count, lift, sure))
    # The best of each other category, then the best of those.
    order = np.lexsort((other, -sure, category[other], here))
    order = order[_first_of(here[order] * (int(category.max(initial=0)) + 1) + category[other[order]])]
    order = order[np.lexsort((other[order], -sure[order], here[order]))]
    place = _place_in_group(here[order])
    order, place = order[place <= KEPT], place[place <= KEPT]
    return Together(ids[here[order]], place, ids[other[order]], count[order], lift[order])


def _pairs(basket: Numbers, product: Numbers, buyer: Numbers, kinds: int) -> list[Numbers]:
    """Every pair that enough buyers had: lower product, higher product, baskets that have both, buyers of those."""
    order = np.lexsort((product, basket))
    basket, product = basket[order], product[order]
    numbers, starts, sizes = np.unique(basket, return_index=True, return_counts=True)
    # The newest baskets first, until there would be too many pairs.
    taken = np.cumsum((sizes * (sizes - 1) // 2)[::-1])[::-1] <= PAIRS_LIMIT
    groups = []
    for size in np.unique(sizes[taken & (sizes > 1)]).tolist():
        mine = taken & (sizes == size)
        groups.append((product[starts[mine][:, None] + np.arange(size)], buyer[numbers[mine]]))
    parts = [_part(groups, part, kinds, int(buyer.max(initial=0)) + 1) for part in range(PARTS)]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _part(groups: list[tuple[Numbers, Numbers]], part: int, kinds: int, people: int) -> list[Numbers]:
    """The same for the pairs of every so-manieth lower product."""
    keys = [np.zeros(0, np.int64)]
    for rows, buyer in groups:  # baskets of one size
        low, high = np.triu_indices(rows.shape[1], 1)
        lower = rows[:, low]
        mine = lower % PARTS == part
        pair = lower[mine] * kinds + rows[:, high][mine]
        keys.append(pair * people + np.broadcast_to(buyer[:, None], mine.shape)[mine])
    # Sorted once, keys of one pair lie together, and in them those of one buyer.
    found, baskets = np.unique(np.concatenate(keys), return_counts=True)
    pair, first, crowd = np.unique(found // people, return_index=True, return_counts=True)
    count = np.add.reduceat(baskets, first) if len(first) else baskets
    good = crowd >= LEAST_BUYERS
    return [pair[good] // max(kinds, 1), pair[good] % max(kinds, 1), count[good], crowd[good]]


def _first_of(groups: Numbers) -> npt.NDArray[np.bool_]:
    """Whether a place is the first of its group; groups lie together."""
    first: npt.NDArray[np.bool_] = np.diff(groups, prepend=-1) != 0
    return first


def _place_in_group(groups: Numbers) -> Numbers:
    """1, 2, 3 … inside each group; groups lie together."""
    starts = np.flatnonzero(_first_of(groups))
    return np.arange(len(groups)) - np.repeat(starts, np.diff(starts, append=len(groups))) + 1
