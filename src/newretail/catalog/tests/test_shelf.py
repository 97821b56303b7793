"""The shelf: what is found, in which order, and never with more queries than one."""

from __future__ import annotations

import re

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newretail.catalog import api, work
from newretail.catalog.models import Category, Price, Product, Sku
from newretail.catalog.names import names


def _product(
    number: int, name: str, category: Category, *, sold: bool = True, popularity: int = 1, us: int = 100
) -> Sku:
    product = Product.objects.create(
        id=number, name=name, brand="Maker 7", category=category, package_size="8 oz", popularity=popularity
    )
    sku = Sku.objects.create(id=number, code=f"A-{number}", product=product, is_sold=sold)
    Price.objects.create(sku=sku, market_code="US", currency="USD", amount_minor=us)
    return sku


@pytest.fixture
def shop(in_rollback):
    """Dairy (cheese, milk) and Bakery in two markets; only the milk is sold in Korea."""
    Product.objects.all().delete()
    dairy = Category.objects.create(slug="dairy", name="Dairy")
    cheese = Category.objects.create(slug="dairy-cheese", name="Cheese", parent=dairy)
    milk = Category.objects.create(slug="dairy-milk", name="Milk", parent=dairy)
    bakery = Category.objects.create(slug="bakery", name="Bakery")
    _product(1, "Shredded Cheddar, 8 oz", cheese, popularity=50)
    _product(2, "Goat Brie", cheese, popularity=5)
    fresh = _product(3, "Chocolate Milk", milk, popularity=900, us=250)
    _product(4, "White Milk", milk, popularity=1000)
    _product(5, "Chocolate Cake", bakery, popularity=2)
    _product(6, "Chocolate of Yesterday", bakery, sold=False, popularity=9999)
    Price.objects.create(sku=fresh, market_code="KR", currency="KRW", amount_minor=2860)
    second = Sku.objects.create(id=7, code="A-3-SMALL", product_id=3, cap_per_buyer=2)
    Price.objects.create(sku=second, market_code="US", currency="USD", amount_minor=120)
    work.refresh_search()
    return {"dairy": dairy, "cheese": cheese, "milk": milk, "bakery": bakery}


def _found(words: str, market: str = "US") -> list[str]:
    """Names of what a search shows, in its order."""
    index = api.index(market)
    places = index.places_of(np.frombuffer(api.hits(words), ">i4"))
    return [ware.name for ware in api.by_products(market, index.product_id[places].tolist())]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("milk", ["White Milk", "Chocolate Milk"]),
        ("choc", ["Chocolate Milk", "Chocolate Cake"]),
        ("chocolate mil", ["Chocolate Milk"]),
        ("chocolate -milk", ["Chocolate Cake"]),
        ('"white milk"', ["White Milk"]),
        ("cheeses", ["Shredded Cheddar, 8 oz", "Goat Brie"]),
        ("A-3-SMALL", ["Chocolate Milk"]),
        ("bakery", ["Chocolate Cake"]),
        ("nothing of the sort", []),
        ("", []),
        ("' & | ! :* \0 \\", []),
    ],
)
def test_search(shop, words, names):
    """Words, parts of words, phrases, exclusions, categories and codes; what is not sold is not found."""
    assert sorted(_found(words)) == sorted(names)


def test_search_puts_the_better_known_first(shop):
    """Among equal fits the one that is bought more comes first."""
    assert _found("milk") == ["White Milk", "Chocolate Milk"]


def test_search_knows_the_market(shop):
    """Korea sells one product, at its price and in its currency."""
    assert _found("milk", "KR") == ["Chocolate Milk"]
    (ware,) = api.by_products("KR", [3, 4])
    assert (ware.sku_code, ware.price_minor, ware.currency) == ("A-3", 2860, "KRW")


def test_a_card_shows_the_cheapest_sku(shop):
    """A product with two SKUs is one card with the lower price and that SKU's cap."""
    ware = next(ware for ware in api.popular("US") if ware.product_id == 3)
    assert (ware.sku_code, ware.price_minor, ware.cap_per_buyer) == ("A-3-SMALL", 120, 2)
    assert ware.slug == "chocolate-milk"


def test_product_page(shop):
    """Everything a product's page needs: its shelf with the department, its SKUs by price."""
    detail = api.product("US", 3)
    assert detail is not None
    assert [parent.slug for parent in detail.shelf.parents] == ["dairy"]
    assert [ware.sku_code for ware in detail.wares] == ["A-3-SMALL", "A-3"]
    unsold = api.product("US", 6)
    assert unsold is not None
    assert unsold.wares == ()
    assert api.product("US", 999) is None


def test_categories(shop):
    """Each with what is above and right below it."""
    shelf = api.category("dairy-cheese")
    assert shelf is not None
    assert [parent.name for parent in shelf.parents] == ["Dairy"]
    dairy = api.category("dairy")
    assert dairy is not None
    assert [child.name for child in dairy.children] == ["Cheese", "Milk"]
    assert api.category("no-such") is None
    assert {"dairy", "bakery"} <= {shelf.slug for shelf in api.top_categories()}


def test_lookups_by_sku(shop):
    """Carts ask by code, order pages by id; what is not sold in the market is missing, not wrong."""
    assert set(api.wares("US", ["A-3", "A-6", "A-404"])) == {"A-3"}
    assert set(api.wares("KR", ["A-3", "A-4"])) == {"A-3"}
    assert api.sku_names([3, 7, 404]) == {3: ("A-3", "Chocolate Milk"), 7: ("A-3-SMALL", "Chocolate Milk")}
    assert (api.sku_id("A-3"), api.sku_id("A-404")) == (3, None)
    assert api.find_skus("A-6") == [6]
    assert set(api.find_skus("chocolate")) == {3, 5, 6, 7}


def test_queries_do_not_grow_with_rows(shop):
    """A page of one card and a page of many ask the same number of times."""
    calls = [
        lambda size: api.hits("milk"),
        lambda size: api.by_products("US", range(1, size)),
        lambda size: api.popular("US", limit=size),
        lambda size: api.wares("US", [f"A-{number}" for number in range(size)]),
        lambda size: api.beside("US", 3, range(1, size)),
    ]
    for call in calls:
        for size in (2, 100):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                call(size)
            assert len(queries) == 1


def test_renamed_things_are_found_by_their_new_name(shop):
    """A product's and a category's words are made anew when they are renamed."""
    Product.objects.filter(id=2).update(name="Sheep Feta")
    work.refresh_search(product_id=2)
    assert _found("feta") == ["Sheep Feta"]
    Category.objects.filter(id=shop["dairy"].id).update(name="Cold Shelf")
    work.refresh_search(category_id=shop["dairy"].id)
    assert len(_found("cold shelf")) == 4


def test_categories_are_named_in_every_language():
    """Korean and Chinese for every name of the demo; what nobody translated stays English."""
    for name, translated in names().items():
        assert len(translated) == 2, name
        assert re.search("[가-힣]", translated[0]), name
        assert re.search("[一-鿿]", translated[1]), name
    assert api.category_name("Cheese", "ko") == "치즈"
    assert api.category_name("Cheese", "en") == "Cheese"
    assert api.category_name("Something of ours", "ko") == "Something of ours"
