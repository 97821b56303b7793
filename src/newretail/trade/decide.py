"""Decide: which orders of a batch get what they ask for. Pure: arrays in, arrays out.

First come, first served, all lines or none. A *requirement* says that an order needs so many units of a pool;
a *pool* is anything that can run out: units of a SKU at a node, what a buyer may still take of a capped SKU, or the
money in a wallet.
The answer is the same as walking the orders one by one (`walk` does just that, and the tests compare both), but
most orders are decided together:

* A pool whose whole demand fits is uncontested; orders that touch no contested pool are accepted at once.
* Among the others we go by rounds. Let `before` be what all undecided earlier orders want of a pool. An order is
  surely accepted when each of its requirements fits even after `before`; it is surely refused when one of them
  exceeds what is left. The first undecided order is always one of the two, so every round makes progress.
* Accepted quantities are taken off the pools at once. That is safe for the orders before them: what was granted
  fits beside all the earlier demand, so those earlier orders still have enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from newretail.kit.sums import sums_at

Ints = npt.NDArray[np.int64]
ROUNDS_BEFORE_WALK = 24


@dataclass(frozen=True, slots=True)
class Decision:
    """`accepted[i]` for each order; `blocker[i]` is the requirement that refused order i (-1 where accepted)."""

    accepted: npt.NDArray[np.bool_]
    blocker: Ints


def decide(order_count: int, order: Ints, pool: Ints, quantity: Ints, available: Ints) -> Decision:
    """Decide a batch.

    `order`, `pool`, `quantity`: one entry a requirement, sorted by order (first come first), quantities > 0, no
    order twice in one pool. `available`: units free in each pool, negative counts as none.
    """
    accepted = np.ones(order_count, np.bool_)
    blocker = np.full(order_count, -1, np.int64)
    demand = sums_at(pool, quantity, len(available))
    contested_pool = demand > available
    if not contested_pool.any():
        return Decision(accepted, blocker)
    left = available.copy()
    # Only the contested pools can refuse, so only requirements on them are looked at.
    entry = np.flatnonzero(contested_pool[pool])
    rounds = 0
    while len(entry):
        if rounds == ROUNDS_BEFORE_WALK:
            _walk(entry, order, pool, quantity, left, accepted, blocker)
            break
        entry = _round(entry, order, pool, quantity, left, accepted, blocker)
        rounds += 1
    return Decision(accepted, blocker)


def _round(
    entry: Ints,
    order: Ints,
    pool: Ints,
    quantity: Ints,
    left: Ints,
    accepted: npt.NDArray[np.bool_],
    blocker: Ints,
) -> Ints:
    """Settle what can be settled; return the entries of the orders that are still undecided."""
    orders, pools, wanted = order[entry], pool[entry], quantity[entry]
    too_much = wanted > left[pools]
    if too_much.any():
        at = np.flatnonzero(too_much)[::-1]
        blocker[orders[at]] = entry[at]  # reversed, so that the first failing line wins
        accepted[orders[at]] = False
        keep = accepted[orders]
        entry, orders, pools, wanted = entry[keep], orders[keep], pools[keep], wanted[keep]
        if not len(entry):
            return entry
    ahead = _cumulative_by_pool(pools, wanted)
    starts = np.flatnonzero(np.r_[True, orders[1:] != orders[:-1]])
    fits = np.logical_and.reduceat(ahead <= left[pools], starts)
    lengths = np.diff(np.r_[starts, len(orders)])
    granted = np.repeat(fits, lengths)
    np.subtract.at(left, pools[granted], wanted[granted])
    undecided: Ints = entry[~granted]
    return undecided


def _cumulative_by_pool(pools: Ints, wanted: Ints) -> Ints:
    """For each entry, what it and all earlier entries want of its pool."""
    by_pool = np.argsort(pools, kind="stable")
    total = np.cumsum(wanted[by_pool])
    sorted_pools = pools[by_pool]
    first = np.flatnonzero(np.r_[True, sorted_pools[1:] != sorted_pools[:-1]])
    base = np.repeat(np.r_[0, total[first[1:] - 1]], np.diff(np.r_[first, len(pools)]))
    ahead: Ints = np.empty_like(total)
    ahead[by_pool] = total - base
    return ahead


def _walk(
    entry: Ints,
    order: Ints,
    pool: Ints,
    quantity: Ints,
    left: Ints,
    accepted: npt.NDArray[np.bool_],
    blocker: Ints,
) -> None:
    """One by one; for the rare batch that the rounds take too long over."""
    remaining = left.tolist()
    rows = list(zip(entry.tolist(), order[entry].tolist(), pool[entry].tolist(), quantity[entry].tolist(), strict=True))
    start = 0
    while start < len(rows):
        end = start
        failed = -1
        number = rows[start][1]
        while end < len(rows) and rows[end][1] == number:
            if failed < 0 and rows[end][3] > remaining[rows[end][2]]:
                failed = rows[end][0]
            end += 1
        if failed >= 0:
            accepted[number], blocker[number] = False, failed
        else:
            for _, _, which, wanted in rows[start:end]:
                remaining[which] -= wanted
        start = end
