"""The front window shows what most people buy, and nothing that not everybody may have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from newretail.catalog.api import Index, Place
from newretail.shopfront.front import front_of, is_kept_back

FOOD, DAIRY, FRUIT, HEALTH, SMOKES, OTHERS, CARE, DRINKS, BEER, CELLAR, RED = range(1, 12)
TREE = {
    place.category_id: place
    for place in (
        Place(FOOD, None, "food", "Food"),
        Place(DAIRY, FOOD, "dairy", "Dairy"),
        Place(FRUIT, FOOD, "fruit", "Fruit"),
        Place(HEALTH, None, "health", "Health"),
        Place(SMOKES, HEALTH, "smokes", "Cigarettes"),
        Place(OTHERS, SMOKES, "others", "Other brands"),
        Place(CARE, HEALTH, "care", "Stop Smoking"),
        Place(DRINKS, None, "drinks", "Drinks"),
        Place(BEER, DRINKS, "beer", "Beers & Ales"),
        Place(CELLAR, None, "cellar", "Spirits"),
        Place(RED, CELLAR, "red", "Red"),
    )
}
EACH = 12  # products of each category; those that must not be shown are bought most


@pytest.fixture
def index() -> Index:
    category = np.repeat(np.array([SMOKES, OTHERS, BEER, RED, DAIRY, FRUIT, CARE], np.int32), EACH)
    count = len(category)
    zeros = np.zeros(count, np.int32)
    numbers = np.arange(count, dtype=np.int32)
    return Index(1, numbers, category, zeros, zeros, numbers, zeros, count - numbers, [""], [""], TREE)


def shown(index: Index) -> set[int]:
    front = front_of(index)
    return {int(index.category_id[product_id]) for product_id in [*front.product_ids, *front.scene]}


def test_tobacco_and_alcohol_are_not_put_before_everybody(index):
    assert shown(index) == {DAIRY, FRUIT, CARE}


def test_what_stands_in_such_a_category_is_one_of_them(index):
    back = {number for number, place in TREE.items() if is_kept_back(index, place)}
    assert back == {SMOKES, OTHERS, BEER, CELLAR, RED}


def test_a_department_shows_what_may_be_shown_of_it_and_its_category_stays(index):
    front = front_of(index)
    assert [place.category_id for place, _ in front.shelves] == [HEALTH, FOOD]
    assert {place.category_id for place in front.categories} == {FOOD, HEALTH, DRINKS, CELLAR}


def test_nothing_is_shown_twice(index):
    front = front_of(index)
    assert len(set(front.product_ids)) == len(front.product_ids) == 10 + 8 + 8


def test_what_is_called_alike_is_shown_once_while_there_is_something_else(index):
    """Milk of twelve makers is one thing in the window; a shop that sells nothing but milk shows all the same."""
    alike = replace(index, phrase=index.product_id // 4)
    phrases = [int(alike.phrase[product_id]) for product_id in front_of(alike).popular]
    assert len(set(phrases)) == 9, "four of each kind may be shown here: nine kinds, and one once more"
    milk = replace(index, phrase=np.zeros_like(index.phrase))
    assert len(front_of(milk).popular) == 10
