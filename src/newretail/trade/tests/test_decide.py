"""Decide: first come, first served, all lines or none, never more than there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newretail.trade import decide as module
from newretail.trade.decide import decide

Order = list[tuple[int, int]]  # (pool, quantity), no pool twice
POOLS = 5


def orders() -> st.SearchStrategy[list[Order]]:
    line = st.tuples(st.integers(0, POOLS - 1), st.integers(1, 6))
    return st.lists(st.lists(line, min_size=1, max_size=4, unique_by=lambda entry: entry[0]), max_size=40)


def one_by_one(batch: list[Order], available: list[int]) -> list[bool]:
    """What deciding means, said as plainly as can be."""
    left = list(available)
    verdicts = []
    for order in batch:
        fits = all(quantity <= left[pool] for pool, quantity in order)
        if fits:
            for pool, quantity in order:
                left[pool] -= quantity
        verdicts.append(fits)
    return verdicts


def columns(batch: list[Order]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = [(number, pool, quantity) for number, order in enumerate(batch) for pool, quantity in order]
    table = np.array(rows, np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


@given(orders(), st.lists(st.integers(-2, 30), min_size=POOLS, max_size=POOLS))
def test_the_set_is_decided_as_if_orders_came_one_by_one(batch: list[Order], available: list[int]) -> None:
    decision = decide(len(batch), *columns(batch), np.array(available, np.int64))
    assert decision.accepted.tolist() == one_by_one(batch, available)


@pytest.mark.parametrize("rounds", [0, 1, 3])
@settings(max_examples=60)
@given(batch=orders(), available=st.lists(st.integers(0, 30), min_size=POOLS, max_size=POOLS))
def test_walking_the_rest_gives_the_same_answer_as_going_by_rounds(
    rounds: int, batch: list[Order], available: list[int]
) -> None:
    usual = module.ROUNDS_BEFORE_WALK
    module.ROUNDS_BEFORE_WALK = rounds
    try:
        decision = decide(len(batch), *columns(batch), np.array(available, np.int64))
    finally:
        module.ROUNDS_BEFORE_WALK = usual
    assert decision.accepted.tolist() == one_by_one(batch, available)


@given(orders(), st.lists(st.integers(0, 30), min_size=POOLS, max_size=POOLS))
def test_no_pool_gives_more_than_it_has(batch: list[Order], available: list[int]) -> None:
    order, pool, quantity = columns(batch)
    decision = decide(len(batch), order, pool, quantity, np.array(available, np.int64))
    taken = np.bincount(pool, weights=quantity * decision.accepted[order], minlength=POOLS)
    assert (taken <= np.array(available)).all()


@given(orders(), st.lists(st.integers(0, 30), min_size=POOLS, max_size=POOLS))
def test_a_refused_order_names_a_line_of_its_own_that_ran_out(batch: list[Order], available: list[int]) -> None:
    order, pool, quantity = columns(batch)
    decision = decide(len(batch), order, pool, quantity, np.array(available, np.int64))
    for number, accepted in enumerate(decision.accepted):
        blocker = decision.blocker[number]
        assert (blocker == -1) == accepted
        if not accepted:
            assert order[blocker] == number
            before = [i for i in range(len(order)) if order[i] < number and pool[i] == pool[blocker]]
            used = sum(quantity[i] for i in before if decision.accepted[order[i]])
            assert quantity[blocker] > available[pool[blocker]] - used
