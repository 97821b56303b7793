"""Whole numbers added up by place, exactly: sums of money are never floats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_EXACT_IN_FLOAT = 1 << 53


def sums_at(place: npt.NDArray[np.int64], amount: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """What the amounts (none below zero) add up to at each of `count` places, exactly.

    The fast way adds in floats, which is exact as long as no sum can pass 2^53; beyond, whole numbers are added.
    """
    if int(amount.sum()) < _EXACT_IN_FLOAT:
        return np.bincount(place, weights=amount, minlength=count).astype(np.int64)
    sums = np.zeros(count, np.int64)
    np.add.at(sums, place, amount)
    return sums
