"""Sets of numbers are those of a plain Python set."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from newretail.kit.distinct import distinct, distinct_pairs, is_among

numbers = st.lists(st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1), max_size=40)


@given(numbers, numbers)
def test_they_are_what_python_says(some, others):
    values, rest = np.array(some, np.int64), np.array(others, np.int64)
    assert distinct(values).tolist() == sorted(set(some))
    assert is_among(values, rest).tolist() == [number in set(others) for number in some]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_halves_of_ids_are_numbers_without_a_sign(some):
    halves = np.array(some, np.uint64)
    assert distinct(halves).tolist() == sorted(set(some))
    assert is_among(halves, halves[:1]).tolist() == [number == some[0] for number in some]


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-(2**62), 2**62) | st.integers(0, 2)), max_size=30))
def test_pairs_are_numbered(some):
    rows = np.array(some, np.int64).reshape(-1, 2)
    pairs, which = distinct_pairs(rows)
    assert [tuple(pair) for pair in pairs.tolist()] == sorted(set(some))
    assert pairs[which].tolist() == rows.tolist()
