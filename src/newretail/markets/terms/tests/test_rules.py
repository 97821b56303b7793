"""What a market adds to prices: taxes and fees, dealt out to lines without a rest."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from newretail.markets.terms.rules import Rate, Tariff, Terms, Way, fees, split, taxes

LINES = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2 * 10**13)), min_size=1, max_size=30)


def columns(lines):
    group, weight = np.array(sorted(lines), np.int64).T
    return group, weight


@given(LINES, st.lists(st.integers(0, 20_000_000), min_size=4, max_size=4))
def test_shares_add_up_and_are_within_one_unit_of_exact(lines, amounts) -> None:
    group, weight = columns(lines)
    shares = split(np.array(amounts, np.int64), weight, group)
    for number, amount in enumerate(amounts):
        mine = group == number
        if mine.any():
            assert shares[mine].sum() == amount
            whole = int(weight[mine].sum())
            for share, part in zip(shares[mine].tolist(), weight[mine].tolist(), strict=True):
                # Of very large weights only the first digits count.
                assert abs(share - Fraction(amount * part, whole)) < (1 if whole <= 1 << 38 else 10)


@given(LINES, st.integers(0, 10_000), st.booleans())
def test_the_taxes_of_lines_are_the_tax_of_the_whole(lines, points, included) -> None:
    group, base = columns(lines)
    found = taxes(base, np.full(len(base), points), group, 4, included=included)
    below = 10_000 + points if included else 10_000
    for number in range(4):
        mine = group == number
        exact = Fraction(int(base[mine].sum()) * points, below)
        assert found[mine].sum() == int(exact + Fraction(1, 2))


def test_among_equals_the_first_line_gets_the_odd_unit() -> None:
    group, weight = np.zeros(3, np.int64), np.ones(3, np.int64)
    assert split(np.array([1000]), weight, group).tolist() == [334, 333, 333]
    assert taxes(weight * 1005, np.full(3, 875), group, 1, included=False).tolist() == [88, 88, 88]  # 263.8 of 3,015
    assert taxes(weight * 11_000, np.full(3, 1000), group, 1, included=True).tolist() == [1000] * 3


def test_a_way_is_free_from_an_amount_of_goods_on() -> None:
    terms = Terms(tariffs=(Tariff(Way.DELIVERY, 499, 3500, True),))
    way, goods = np.array([0, 1, 1, 1]), np.array([100, 3499, 3500, 0])
    assert fees(terms, way, goods).tolist() == [0, 499, 0, 0]


def test_a_class_without_a_rate_pays_the_general_one() -> None:
    terms = Terms(False, 700, (Rate("general", 100, 900), Rate("food", 50, 400)))
    assert [terms.rate("food", at) for at in (49, 50)] == [700, 400]
    assert [terms.rate("books", at) for at in (99, 100)] == [700, 900]


@pytest.mark.usefixtures("in_rollback")
def test_the_engine_reads_what_the_office_wrote() -> None:
    from newretail.markets.models import Currency, Market, ShippingTariff, TaxRate
    from newretail.markets.terms.api import all_terms

    won = Currency.objects.create(code="KRW", minor_digits=0, symbol="₩")
    values = {"time_zone": "Asia/Seoul", "tax_basis_points": 1000, "prices_include_tax": True}
    market = Market.objects.create(code="KR", name="South Korea", currency=won, **values)
    TaxRate.objects.create(market=market, tax_class="food", from_day=date(2026, 11, 11), basis_points=0)
    ShippingTariff.objects.create(market=market, way=Way.DELIVERY, fee_minor=3000, free_from_minor=40_000)
    connection.ensure_connection()
    midnight_in_seoul = 1_794_322_800_000
    assert all_terms(connection.connection)["KR"] == Terms(
        True, 1000, (Rate("food", midnight_in_seoul, 0),), (Tariff(1, 3000, 40_000, True),)
    )
