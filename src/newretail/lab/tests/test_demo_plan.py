"""The parts of the demo's plan: prices, places, clocks and ids, each on inputs small enough to check by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.kit.ids import is_uuid7, made_at
from newretail.lab.demo import history, places, prices
from newretail.lab.demo.world import DEAL, MARKETS
from newretail.markets import rules

US, KR, CN = MARKETS


def test_rates_are_the_central_banks():
    """The euro reference rates of 30 June 2017, crossed: 1304.56 / 1.1412 and 7.7385 / 1.1412."""
    assert (KR.usd_rate, CN.usd_rate) == (Decimal("1143.14756397"), Decimal("6.78101998"))


@given(st.integers(0, 10_000_000), st.sampled_from(MARKETS), st.sampled_from([1, 10]))
def test_prices_convert_as_money_does(cents, market, step):
    """The arrays of the import and the money rules of `markets` agree on every amount."""
    exact = rules.convert(cents, market.usd_rate, 2, market.minor_digits, step)
    assert prices.convert(np.array([cents]), market, step).tolist() == [exact]


def test_shelf_prices_are_multiples_of_the_step_and_never_nothing():
    """₩10, 0.1 yuan and one cent are the smallest prices."""
    cents = np.array([1, 42, 299])
    assert prices.shelf_price(cents, KR).tolist() == [10, 480, 3420]
    assert prices.shelf_price(cents, CN).tolist() == [10, 280, 2030]
    assert prices.shelf_price(cents, US).tolist() == [1, 42, 299]


def test_the_paid_price_is_the_lines_money_by_its_quantity():
    """Three units for 5 dollars are 1.67 each; the rounding is done once, in the market's currency."""
    value, quantity = np.array([5.0, 5.0, 0.0]), np.array([3, 1, 2])
    assert prices.paid_price(value, quantity, US).tolist() == [167, 500, 0]
    assert prices.paid_price(value, quantity, KR).tolist() == [1905, 5716, 0]


def test_the_price_is_the_median_and_falls_back_to_its_kind():
    """Sold: the median of its lines. Never sold, or only given away: that of the type, category, department, all."""
    kinds = [("A", "X", "1"), ("A", "X", "1"), ("B", "X", "1"), ("C", "Y", "1"), ("D", "Z", "2")]
    product = np.array([0, 0, 0, 1, 2])
    quantity = np.array([1, 1, 2, 1, 1])
    value = np.array([1.0, 9.0, 4.0, 0.0, 6.0])
    assert prices.price_in_cents(product, quantity, value, kinds, 5).tolist() == [200, 200, 600, 400, 400]


def test_medians_of_groups():
    """Even and odd groups, and one without values."""
    medians = prices.group_medians(np.array([0, 2, 0, 2, 2]), np.array([1.0, 5, 2, 7, 6]), 3)
    assert medians.tolist()[::2] == [1.5, 6.0]
    assert np.isnan(medians[1])


def test_cities_get_stores_by_their_people():
    """The biggest city has the first store and the most stores; every store has its own place and name."""
    sites = places.sites("KR", 92)
    assert sites[0].name == "Seoul 1"
    assert max(sites, key=lambda site: sum(other.city == site.city for other in sites)).city == "Seoul"
    assert len({site.name for site in sites}) == len({(site.latitude, site.longitude) for site in sites}) == 92


def test_further_stores_of_a_city_stay_near_it():
    """The spiral keeps even the 40th store within ten kilometres."""
    city = places.City("X", 1, 37.5, 127.0)
    for turn in range(40):
        latitude, longitude = places._beside(city, turn)
        north = (latitude - city.latitude) * places.KM_PER_DEGREE
        east = (longitude - city.longitude) * places.KM_PER_DEGREE * np.cos(np.radians(city.latitude))
        assert np.hypot(north, east) == pytest.approx(places.SPIRAL_KM * turn**0.5, abs=0.01)


def test_stores_are_dealt_out_60_20_20():
    """Of five stores in order of their sales three are American, one Korean and one Chinese."""
    assert sorted(DEAL) == ["CN", "KR", "US", "US", "US"]


@pytest.mark.parametrize(
    ("utc", "seoul"),
    [
        (datetime(2017, 1, 1, 11, 53, tzinfo=UTC), datetime(2016, 12, 31, 21, 53, tzinfo=UTC)),  # 6:53 in winter
        (datetime(2017, 7, 1, 22, 0, tzinfo=UTC), datetime(2017, 7, 1, 9, 0, tzinfo=UTC)),  # 18:00 in summer
    ],
)
def test_the_clock_on_the_wall_stays(utc, seoul):
    """A basket of 6:53 in New York is one of 6:53 in Seoul; summer time is minded."""
    moved = history.same_wall_clock(np.array([int(utc.timestamp() * 1000)]), "Asia/Seoul")
    assert datetime.fromtimestamp(moved[0] / 1000, UTC) == seoul


def test_ids_tell_the_moment_and_the_basket():
    """An order's id is the same at every import, is a UUIDv7, and ends with the basket's number in the source."""
    high, low = history.order_ids(np.array([1_483_271_606_000]), np.array([31198570044]))
    order_id = UUID(int=(int(high[0]) << 64) | int(low[0]))
    assert is_uuid7(order_id)
    assert order_id.variant == "specified in RFC 4122"
    assert made_at(order_id) == datetime(2017, 1, 1, 11, 53, 26, tzinfo=UTC)
    assert order_id.int & ((1 << 62) - 1) == 31198570044
