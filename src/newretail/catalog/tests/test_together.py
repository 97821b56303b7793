"""What is bought together: against counting by hand, and against what one buyer alone would make of it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from newretail.catalog import together as module
from newretail.catalog.together import CAUTION, KEPT, LEAST_BUYERS, together

Baskets = list[tuple[int, list[int]]]  # buyer, products


def _learn(baskets: Baskets, category_of: dict[int, int]) -> list[tuple[int, int, int, int]]:
    sizes = np.array([len(products) for _, products in baskets], np.int64)
    buyers = np.array([buyer for buyer, _ in baskets], np.int64)
    flat = np.array(list(itertools.chain.from_iterable(products for _, products in baskets)), np.int64)
    found = together(sizes, buyers, flat, category_of)
    return list(zip(*(column.tolist() for column in found[:4]), strict=True))


def _random(seed: int) -> Baskets:
    random = np.random.default_rng(seed)
    worth = 1 / np.arange(1, 41)
    worth /= worth.sum()

    def basket() -> list[int]:
        chosen = random.choice(np.arange(1, 41), random.integers(1, 9), replace=False, p=worth)
        return sorted(chosen.tolist())

    return [(int(random.integers(1, 60)), basket()) for _ in range(1500)]


def _by_hand(
    baskets: list[tuple[int, list[int]]], category_of: dict[int, int]
) -> dict[tuple[int, int], tuple[int, float]]:
    """(baskets with both, the lift at least) of every pair that counts, each way round."""
    found = {}
    for one, other in itertools.permutations(category_of, 2):
        both = [(buyer, products) for buyer, products in baskets if one in products and other in products]
        crowd = len({buyer for buyer, _ in both})
        if crowd < LEAST_BUYERS or category_of[one] == category_of[other]:
            continue
        chance = [sum(number in products for _, products in baskets) for number in (one, other)]
        sure = len(both) * len(baskets) / (chance[0] * chance[1]) * (1 - CAUTION / crowd**0.5)
        if sure >= module.LEAST_LIFT:
            found[one, other] = len(both), sure
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_are_those_that_counting_by_hand_finds(seed, monkeypatch):
    monkeypatch.setattr(module, "LEAST_LIFT", 0.4)
    baskets, category_of = _random(seed), {number: number % 9 for number in range(1, 41)}
    hand = _by_hand(baskets, category_of)
    rows = _learn(baskets, category_of)
    assert len(rows) > 20
    for product in category_of:
        mine = [(place, other, count) for one, place, other, count in rows if one == product]
        assert [place for place, _, _ in mine] == list(range(1, len(mine) + 1))
        assert len(mine) <= KEPT
        best: dict[int, float] = {}
        for (one, other), (_, sure) in hand.items():
            if one == product:
                best[category_of[other]] = max(best.get(category_of[other], 0), sure)
        expected = sorted(best.values(), reverse=True)[:KEPT]
        assert [hand[product, other][1] for _, other, _ in mine] == pytest.approx(expected)
        assert all(hand[product, other][0] == count for _, other, count in mine)


def test_the_habit_of_one_buyer_is_nobodys_business():
    """However often: a pair that too few buy is not shown, and one more buyer shows it."""
    others = [(1000 + number, [3, 5]) for number in range(2000)]
    few = [(buyer, [1, 2]) for buyer in range(LEAST_BUYERS - 1) for _ in range(50)]
    category_of = {1: 10, 2: 20, 3: 30, 5: 30}
    assert _learn(few + others, category_of) == []
    assert [row[:3] for row in _learn([*few, (99, [1, 2]), *others], category_of)] == [(1, 1, 2), (2, 1, 1)]


def test_products_of_one_category_are_similar_and_not_a_pair():
    baskets = [(buyer, [1, 4]) for buyer in range(50)] + [(buyer, [2]) for buyer in range(500)]
    assert _learn(baskets, {1: 10, 4: 10, 2: 20}) == []


def test_no_baskets_and_unknown_products_give_nothing():
    assert _learn([], {}) == []
    assert _learn([(buyer, [1, 2]) for buyer in range(50)], {}) == []


def test_beyond_the_limit_the_oldest_baskets_are_left_out(monkeypatch):
    monkeypatch.setattr(module, "PAIRS_LIMIT", 60)
    old = [(buyer, [1, 2]) for buyer in range(60)]
    new = [(buyer, [1, 3]) for buyer in range(60)]
    rest = [(buyer, [5]) for buyer in range(400)]
    rows = _learn(old + rest + new, {1: 10, 2: 20, 3: 30, 5: 50})
    assert {(one, other) for one, _, other, _ in rows} == {(1, 3), (3, 1)}
