"""Amounts of orders as amounts of lines: nothing is lost to rounding, whoever asks in whatever portions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.pay.payments.lines import line_taxes, part_of_line, split, tax_in, tax_on

AMOUNTS = st.integers(-(10**13), 10**13)
WEIGHTS = st.lists(st.integers(0, 10**10), min_size=1, max_size=30)


@given(AMOUNTS, WEIGHTS)
def test_shares_add_up_and_are_within_one_unit_of_exact(amount: int, weights: list[int]) -> None:
    shares = split(amount, weights)
    assert sum(shares) == amount
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        exact = Fraction(amount * weight, whole) if whole else Fraction(amount, len(weights))
        assert abs(share - exact) < 1
        assert share * amount >= 0


@given(AMOUNTS, WEIGHTS, st.randoms())
def test_equal_lines_differ_by_one_unit_at_most(amount: int, weights: list[int], random) -> None:
    shares = split(amount, [7] * len(weights))
    assert max(shares) - min(shares) <= 1


@given(AMOUNTS, st.lists(st.integers(0, 50), min_size=1, max_size=10))
def test_units_in_any_portions_come_to_the_lines_share(share: int, portions: list[int]) -> None:
    quantity = sum(portions) or 1
    taken, total = 0, 0
    for portion in portions:
        total += part_of_line(share, quantity, taken, portion)
        taken += portion
    assert total == (share if taken == quantity else 0)


@given(st.integers(0, 10**13), st.integers(0, 5000))
def test_tax_in_a_price_is_the_tax_on_what_is_left(gross: int, basis_points: int) -> None:
    tax = tax_in(gross, basis_points)
    assert 0 <= tax <= gross
    assert abs(tax - tax_on(gross - tax, basis_points)) <= 1


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=20), st.integers(0, 3000), st.booleans())
def test_taxes_of_lines_add_up_to_the_tax_of_the_order(lines: list[int], basis_points: int, included: bool) -> None:
    whole = tax_in(sum(lines), basis_points) if included else tax_on(sum(lines), basis_points)
    assert sum(line_taxes(lines, basis_points, included=included)) == whole


def test_a_won_has_no_cents_and_a_thousand_over_three_lines_is_a_thousand() -> None:
    assert split(1000, [1, 1, 1]) == [334, 333, 333]
    assert split(-100, [200, 100]) == [-67, -33]
    assert tax_in(11_000, 1000) == 1000
    assert tax_on(10_05, 875) == 88


@pytest.mark.parametrize("weights", [[], [-1, 2]])
def test_nothing_to_split_over_is_an_error(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="one line or more"):
        split(100, weights)
