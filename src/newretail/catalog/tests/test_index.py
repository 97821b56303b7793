"""Columns in memory: what is counted, narrowed, suggested and meant; and that they never outlive a change."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from newretail.catalog import api, work
from newretail.catalog.index import BURST, current_revision, forget
from newretail.catalog.models import Category, Price, Product, Sku
from newretail.catalog.vocabulary import faults, vocabulary


def _product(number: int, name: str, category: Category, cents: int, brand: str, popularity: int) -> Sku:
    size = name.partition(", ")[2]
    values = {"name": name, "brand": brand, "category": category, "package_size": size, "popularity": popularity}
    sku = Sku.objects.create(id=number, code=f"B-{number}", product=Product.objects.create(id=number, **values))
    Price.objects.create(sku=sku, market_code="US", currency="USD", amount_minor=cents)
    return sku


@pytest.fixture
def shop(in_rollback):
    """Dairy (milk, cheese) and bread, of three brands."""
    Product.objects.all().delete()
    dairy = Category.objects.create(slug="dairy", name="Dairy")
    milk = Category.objects.create(slug="dairy-milk", name="Milk & Cream", parent=dairy)
    cheese = Category.objects.create(slug="dairy-cheese", name="Cheese", parent=dairy)
    bread = Category.objects.create(slug="bread", name="Bread")
    _product(1, "White Milk, 1 gal", milk, 269, "Own Brand", 1000)
    _product(2, "White Milk, 1 qt", milk, 120, "Own Brand", 500)
    _product(3, "Chocolate Milk, 1 qt", milk, 199, "Maker 7", 400)
    _product(4, "Cheddar, 8 oz", cheese, 550, "Maker 7", 300)
    _product(5, "Brie", cheese, 1200, "Maker 8", 30)
    _product(6, "White Bread, 20 oz", bread, 199, "Own Brand", 900)
    work.refresh_search()
    return {"dairy": dairy, "milk": milk, "cheese": cheese, "bread": bread}


ENDS = (200, 500, 1000)


def _dairy(index: api.Index) -> api.Ints:
    here = index.by_slug["dairy"]
    return index.places_in([here.category_id, *(below.category_id for below in index.below(here.category_id))])


def _ids(index: api.Index, places: api.Ints) -> list[int]:
    return [int(number) for number in index.product_id[places]]


def test_a_department_holds_what_is_in_its_categories_the_most_bought_first(shop):
    index = api.index("US")
    assert _ids(index, _dairy(index)) == [1, 2, 3, 4, 5]
    assert [place.name for place in index.above(shop["milk"].pk)] == ["Dairy"]


def test_every_count_is_what_choosing_it_would_leave(shop):
    """Of each facet, all other choices kept: the promise of the number beside a choice."""
    index = api.index("US")
    stocked = np.array([1, 4, 5], np.int32)
    for band in (None, 0, 1, 2, 3):
        for brands in ((), ("Own Brand",), ("Maker 7", "Maker 8")):
            for only in (False, True):
                wish = api.Wish(ENDS, band, brands, only, stocked)
                found, counts = api.narrow(index, _dairy(index), wish)
                assert counts.total == len(found) == sum(counts.categories.values())
                for at in range(4):
                    left, _ = api.narrow(index, _dairy(index), api.Wish(ENDS, at, brands, only, stocked))
                    assert counts.bands[at] == len(left)
                for name, count in counts.brands:
                    left, _ = api.narrow(index, _dairy(index), api.Wish(ENDS, band, (name,), only, stocked))
                    assert count == len(left)
                left, _ = api.narrow(index, _dairy(index), api.Wish(ENDS, band, brands, True, stocked))
                assert counts.stocked == len(left)


def test_a_price_on_the_edge_of_a_band_belongs_to_the_upper_one(shop):
    Price.objects.filter(sku_id=3).update(amount_minor=200)
    index = api.index("US")
    assert _ids(index, api.narrow(index, _dairy(index), api.Wish(ENDS, 0))[0]) == [2]
    assert 3 in _ids(index, api.narrow(index, _dairy(index), api.Wish(ENDS, 1))[0])


def test_orders_of_a_list(shop):
    index = api.index("US")
    cheap = _ids(index, api.narrow(index, _dairy(index), api.Wish(order="price"))[0])
    assert cheap == [2, 3, 1, 4, 5]
    assert _ids(index, api.narrow(index, _dairy(index), api.Wish(order="-price"))[0]) == cheap[::-1]


def test_a_change_is_seen_at_once(shop):
    """Whoever changes a price moves the revision, and the columns are read anew."""
    assert api.narrow(api.index("US"), _dairy(api.index("US")), api.Wish(ENDS, 0))[1].total == 2
    work.set_price(Sku.objects.get(id=1), "US", "USD", 150)
    assert api.narrow(api.index("US"), _dairy(api.index("US")), api.Wish(ENDS, 0))[1].total == 3


def test_changes_in_quick_succession_wait_when_reading_is_dear(shop, monkeypatch):
    """Whoever publishes now and then sees it at once; a storm of changes may not take all of the time."""
    half_seconds = itertools.count()  # a clock by which each reading takes half a second
    waited = [0.0]
    clock = SimpleNamespace(monotonic=lambda: next(half_seconds) / 2 + waited[0])
    monkeypatch.setattr("newretail.catalog.index.time", clock)
    forget()

    def seen() -> bool:
        with work.catalog_change():
            pass
        return api.index("US").revision == current_revision()

    assert [seen() for _ in range(6)] == [True] * BURST + [False] * (6 - BURST)
    waited[0] = 1000.0
    assert seen()


def test_a_shelfs_prices_count_instead_of_the_catalogues(shop):
    """And what the shelf does not know costs what the catalogue says."""
    index = api.index("US")
    shelf = np.array([0, 269, 0, 199, 150])  # cheddar for 1.50; SKU 5 and 6 are newer than this shelf
    found, counts = api.narrow(index, index.within(shop["dairy"].pk), api.Wish(ends=ENDS, order="price", prices=shelf))
    assert index.product_id[found].tolist() == [2, 4, 3, 1, 5]
    assert counts.bands == (3, 1, 0, 1)


def test_a_market_that_sells_nothing_has_empty_lists(shop):
    index = api.index("KR")
    found, counts = api.narrow(index, _dairy(index), api.Wish(ENDS))
    assert (len(found), counts.total, counts.brands) == (0, 0, ())
    assert api.suggest(index, "milk", "en").products == []
    assert len(index.places_of(np.array([1], np.int32))) == 0


def test_similar_is_of_the_same_shelf_and_not_the_thing_itself(shop):
    """The other size first, then other kinds; bread is no kind of milk."""
    assert api.like(api.index("US"), 1, 6) == [2, 3]
    assert api.like(api.index("US"), 4, 6) == [5]
    assert api.like(api.index("US"), 404, 6) == []


def test_suggestions_begin_with_what_is_written(shop):
    index = api.index("US")
    found = api.suggest(index, "mil", "en")
    assert found.phrases == ["White Milk", "Chocolate Milk"]
    assert [place.slug for place in found.categories] == ["dairy-milk"]
    assert found.products == [1, 3]
    assert api.suggest(index, "white b", "en").phrases == ["White Bread"]
    assert api.suggest(index, "maker", "en").brands == ["Maker 7", "Maker 8"]
    assert api.suggest(index, "  ", "en") == api.Suggestions([], [], [], [])


def test_suggestions_forgive_a_slip(shop):
    found = api.suggest(api.index("US"), "chedar", "en")
    assert (found.phrases, found.instead) == (["Cheddar"], "cheddar")
    assert api.suggest(api.index("US"), "zzzzz", "en").phrases == []


@pytest.mark.parametrize("written", ["우유", "우", "웅", "우ㅇ", "크림"])
def test_korean_is_understood_while_it_is_composed(shop, written):
    """웅 and 우ㅇ stand in the field on the way to 우유."""
    index = api.index("US")
    assert [place.name for place in api.categories_named(index, written, "ko")] == ["Milk & Cream"]


def test_categories_are_found_in_the_readers_language_and_in_english(shop):
    index = api.index("US")
    assert [place.name for place in api.categories_named(index, "奶酪", "zh-hans")] == ["Cheese"]
    assert [place.name for place in api.categories_named(index, "chee", "ko")] == ["Cheese"]
    assert api.categories_named(index, "", "ko") == []
    assert api.categories_named(index, "heese", "en") == []  # the middle of a word is no beginning


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("milk", "milk", 0),
        ("milk", "mikl", 1),
        ("milk", "mlk", 1),
        ("milk", "milks", 1),
        ("milk", "silk", 1),
        ("", "ab", 2),
    ],
)
def test_faults_are_counted_as_fingers_make_them(one, other, count):
    assert faults(one, other) == faults(other, one) == count


def test_every_single_slip_in_a_long_word_is_forgiven():
    """Of each letter: left out, doubled, swapped with the next, or another in its place."""
    known = vocabulary(["Strawberry Yogurt", "Bread"], [5.0, 1.0])
    word = "strawberry"
    for at in range(len(word)):
        slips = [word[:at] + word[at + 1 :], word[: at + 1] + word[at:], word[:at] + "x" + word[at + 1 :]]
        slips += [word[:at] + word[at + 1] + word[at] + word[at + 2 :]] if at + 1 < len(word) else []
        for slip in slips:
            assert known.meant(slip) == word, slip
    assert known.corrected(["strawbery", "yogurt"]) == ["strawberry", "yogurt"]
    assert known.corrected(["bread"]) is None
    assert known.corrected(["bread", "qqqqqqq"]) is None


def test_hostile_words_end_quickly():
    """A word of a thousand letters has a million neighbours; it is not looked for."""
    known = vocabulary(["Bread"], [1.0])
    assert known.meant("a" * 100_000) is None
    assert known.beginning_with(["a" * 100_000], 5) == []
