"""Unit prices from package sizes as people write them, facets from addresses, and the map."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from newretail.shopfront.facets import facets
from newretail.shopfront.geography import GAP, HEIGHT, LETTER, NEAREST, WIDTH, city_map
from newretail.shopfront.measure import distance_text, unit_price
from newretail.stock.api import NodeView

BRANDS = {"Own Brand", "A&B"}


@pytest.mark.parametrize(
    ("price", "size", "expected"),
    [
        (299, "16 oz", (19, "oz")),
        (129, "2 L", (65, "L")),
        (170, "8 1/2 oz", (20, "oz")),
        (170, "1/2 gal", (340, "gal")),
        (300, "236 ml", (127, "100 ml")),
        (600, "6 × 1.5 oz", (67, "oz")),
        (269, "1 gal", None),
        (269, "", None),
        (269, "large", None),
        (269, "0 oz", None),
        (269, "1/0 oz", None),
        (1, "100 oz", None),
    ],
)
def test_unit_price(price, size, expected):
    assert unit_price(price, size) == expected


@given(st.integers(1, 10**9), st.text())
def test_no_size_breaks_the_page(price, size):
    found = unit_price(price, size)
    assert found is None or found.amount_minor > 0


@pytest.mark.parametrize(
    "query",
    [
        *("", "price=x", "price=-&brand=", "price=200-500&brand=own", "price=1-2", "brand=%00", "order=up"),
        *("stock=here&order=-price", "brand=A%26B&brand=own&brand=A%26B&brand=nobody"),
    ],
)
def test_facets_keep_what_makes_sense(query):
    """What the address says survives its own round trip; bands cover every price once."""
    chosen = facets(QueryDict(query), "USD", BRANDS)
    assert facets(QueryDict(chosen.query()), "USD", BRANDS) == chosen
    assert not facets(QueryDict(chosen.nothing()), "USD", BRANDS).any
    assert set(chosen.brands) <= BRANDS
    for brand in BRANDS:
        turned = facets(QueryDict(chosen.turned(brand)), "USD", BRANDS)
        assert (brand in turned.brands) != (brand in chosen.brands)
        assert set(facets(QueryDict(turned.turned(brand)), "USD", BRANDS).brands) == set(chosen.brands)
    ends = [(band.low, band.high) for band in chosen.bands]
    assert ends[0][0] is None
    assert ends[-1][1] is None
    assert all(before[1] == after[0] for before, after in pairwise(ends))
    assert facets(QueryDict("price=200-500"), "XXX", BRANDS).bands == ()


@given(
    st.dictionaries(st.integers(1, 60), st.tuples(st.floats(-80, 80), st.floats(-180, 180)), min_size=1, max_size=60)
)
def test_cities_lie_on_the_map(points):
    """All of a small market, the nearest of a large one; ours is always there."""
    nodes = [NodeView(number, str(number), str(number), "store", f"City {number % 30}", "US", "c") for number in points]
    mine = nodes[0].city
    cities = city_map(nodes, points, mine, mine)
    assert all(0 <= city.x <= WIDTH and 0 <= city.y <= HEIGHT for city in cities)
    assert len(cities) == min(NEAREST, len({node.city for node in nodes}))
    assert [city.name for city in cities if city.is_mine] == [mine]
    assert city_map([], {}, "", "") == []


def test_names_on_the_map_cover_no_dot_and_no_other_name():
    nodes = [NodeView(number, str(number), name, "store", name, "US", "c") for number, name in enumerate("ABCDEF")]
    points = dict(zip(range(6), [(36, -84), (36, -84.2), (36, -84.4), (36.1, -84), (38, -86), (34, -82)], strict=True))
    cities = city_map(nodes, points, "A", "A")
    named = [city for city in cities if city.label]
    assert named[-1].name == "A", "the visitor's own city has its name first and is drawn on top"
    assert {"E", "F"} < {city.name for city in named}, "where there is room, there are names"
    for city in named:
        edge = city.radius + GAP
        start, end = (city.x - edge - LETTER, city.x - edge) if city.left else (city.x + edge, city.x + edge + LETTER)
        for other in cities:
            beside = other.x + other.radius < start or other.x - other.radius > end
            assert other is city or beside or abs(other.y - city.y) > other.radius, (city, other)


@pytest.mark.parametrize(("language", "expected"), [("en", "1.6 mi"), ("ko", "2.6km"), ("zh-hans", "2.6公里")])
def test_distances_are_said_as_readers_measure(language, expected):
    assert distance_text(2.6, language) == expected


@pytest.mark.parametrize(
    ("price", "size", "language", "expected"),
    [
        (2580, "16 oz", "ko", (569, "100g")),
        (2580, "12 × 12 fl oz", "ko", (61, "100ml")),
        (1899, "1 gal", "zh-hans", (50, "100毫升")),
        (1200, "12 ct", "zh-hans", (100, "件")),
        (1200, "10 in", "ko", None),
        (2580, "100 g", "ko", None),
    ],
)
def test_korean_and_chinese_shelves_say_the_price_of_metric_measures(price, size, language, expected):
    """The same goods, the same money: only the measure is another."""
    assert unit_price(price, size, language) == expected
