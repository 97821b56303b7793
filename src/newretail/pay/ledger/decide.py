"""Decide: which chains of a batch keep within the limits of accounts. Pure: arrays in, arrays out.

A *chain* is what happens whole or not at all: one transfer, or several that are linked. An *entry* says that a chain
changes what is free on a limited account: less than zero takes, more than zero gives. Accounts without a limit have no
entries, so that an account which everybody touches costs nothing here.

The answer is the same as going through the chains one by one, each seeing what those before it left:

* An account is uncontested when all that the batch takes from it fits into what is free before the batch, whatever
  comes in; chains that touch uncontested accounts only are accepted together.
* The others are walked in order, over their entries on contested accounts alone.

This is trade's idea, but not its function: a pool only runs out, an account is also filled within the batch, so that
what earlier chains bring in must be counted, and only if they were accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Decision:
    """`accepted[c]` for each chain; `blocker[c]` is the entry that refused chain c (-1 where accepted)."""

    accepted: npt.NDArray[np.bool_]
    blocker: Ints


def decide(chain_count: int, chain: Ints, account: Ints, delta: Ints, free: Ints) -> Decision:
    """Decide a batch.

    `chain`, `account`, `delta`: one entry each, in the order in which they happen, chains one after the other.
    `free`: what may be taken from each account before the batch, minor units.
    """
    accepted = np.ones(chain_count, np.bool_)
    blocker = np.full(chain_count, -1, np.int64)
    takes = delta < 0
    demand = np.zeros(len(free), np.int64)
    np.subtract.at(demand, account[takes], delta[takes])  # whole numbers: sums of money are exact
    contested = demand > free
    if contested.any():
        # A chain that gives back more than it takes never asks; only takers can be refused.
        _walk(np.flatnonzero(contested[account]), chain, account, delta, free, accepted, blocker)
    return Decision(accepted, blocker)


def _walk(
    entry: Ints,
    chain: Ints,
    account: Ints,
    delta: Ints,
    free: Ints,
    accepted: npt.NDArray[np.bool_],
    blocker: Ints,
) -> None:
    used, which = np.unique(account[entry], return_inverse=True)
    left = free[used].tolist()
    done: list[tuple[int, int]] = []  # what the chain at hand has changed so far
    at_hand = -1
    rows = zip(entry.tolist(), chain[entry].tolist(), which.tolist(), delta[entry].tolist(), strict=True)
    for number, of_chain, place, change in rows:
        if of_chain != at_hand:
            at_hand = of_chain
            done.clear()
        elif not accepted[of_chain]:
            continue
        if change < 0 and left[place] + change < 0:
            accepted[of_chain] = False
            blocker[of_chain] = number
            for changed, by in done:
                left[changed] -= by
            continue
        left[place] += change
        done.append((place, change))
