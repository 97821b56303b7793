"""The 11.11 curve: nobody is lost, nobody comes early, and midnight is what it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.lab.rehearsal.arrivals import arrival_times, rate


@given(
    count=st.integers(0, 5_000),
    duration_s=st.floats(0.01, 100_000),
    peak_factor=st.floats(1, 1_000),
    seed=st.integers(0, 2**32 - 1),
)
def test_everybody_comes_once_in_order_within_the_day(count, duration_s, peak_factor, seed):
    """As many arrivals as asked for, none before midnight or after the end, in order of time."""
    times = arrival_times(count, duration_s, peak_factor, np.random.default_rng(seed))
    assert len(times) == count
    assert (times >= 0).all()
    assert (times <= duration_s).all()
    assert (np.diff(times) >= 0).all()


def test_the_first_second_is_many_times_the_level_of_the_day():
    """In the first second come `peak_factor` times as many as in a second of the afternoon."""
    times = arrival_times(1_000_000, 60, 8, np.random.default_rng(1))
    in_second = np.bincount(times.astype(int), minlength=60)
    afternoon = in_second[25:35].mean()
    assert in_second[0] / afternoon == pytest.approx(8, rel=0.05)
    assert in_second[1] < in_second[0]


def test_the_evening_rises_again():
    """A second hump after eight in the evening, lower than midnight."""
    noon, evening, night = rate(np.array([30.0, 0.84 * 60, 60.0]), 60, 8)
    assert noon == pytest.approx(1, abs=0.01)
    assert evening == pytest.approx(2.2, abs=0.01)
    assert night < 1.1


def test_the_same_seed_is_the_same_day():
    first = arrival_times(1000, 60, 8, np.random.default_rng(5))
    assert (first == arrival_times(1000, 60, 8, np.random.default_rng(5))).all()


@pytest.mark.parametrize(("count", "duration_s", "peak_factor"), [(-1, 60, 8), (1, 0, 8), (1, 60, 0.5)])
def test_a_day_that_cannot_be_is_refused(count, duration_s, peak_factor):
    with pytest.raises(ValueError, match="must be at least"):
        arrival_times(count, duration_s, peak_factor, np.random.default_rng(1))
