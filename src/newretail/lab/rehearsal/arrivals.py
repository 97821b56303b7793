"""When shoppers come on an 11.11: a day's curve pressed into the length of a rehearsal. Pure.

The doors open at midnight with a spike that lasts one second, falls off within minutes, stays level over the day,
and rises once more in the evening. The curve is a rate relative to the level of the day (1.0).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SPIKE_SECONDS = 1.0
DECAY_SHARE = 0.04  # of the length of the day: after this the spike has fallen to 37 %
EVENING = 0.84  # of the day: a little after eight
EVENING_WIDTH = 0.06
EVENING_HEIGHT = 1.2  # above the level
_GRID = 4000


def rate(at: Floats, duration_s: float, peak_factor: float) -> Floats:
    """The relative rate of arrivals at seconds `at` after midnight; `peak_factor` in the spike, about 1 by day."""
    spike_s = min(SPIKE_SECONDS, duration_s / 10)
    after = np.maximum(at - spike_s, 0.0)
    spike = (peak_factor - 1.0) * np.exp(-after / (DECAY_SHARE * duration_s))
    evening = EVENING_HEIGHT * np.exp(-(((at / duration_s - EVENING) / EVENING_WIDTH) ** 2))
    level: Floats = 1.0 + spike + evening
    return level


def arrival_times(count: int, duration_s: float, peak_factor: float, random: np.random.Generator) -> Floats:
    """Seconds after midnight of `count` arrivals, in order: independent shoppers under the curve `rate`.

    The grid is finer where the spike is, so that its one second is hit exactly.
    """
    if count < 0 or duration_s <= 0 or peak_factor < 1:
        raise ValueError("count must be at least 0, duration_s above 0 and peak_factor at least 1")
    spike_s = min(SPIKE_SECONDS, duration_s / 10)
    grid = np.unique(np.r_[np.linspace(0, spike_s, 50), np.linspace(spike_s, duration_s, _GRID)])
    level = rate(grid, duration_s, peak_factor)
    share = np.r_[0.0, np.cumsum((level[1:] + level[:-1]) / 2 * np.diff(grid))]
    chosen = np.sort(random.random(count)) * share[-1]
    times: Floats = np.interp(chosen, share, grid)
    return times
