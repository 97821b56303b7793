"""Splits add up to the minor unit, whatever is split."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.pay.api import Chart
from newretail.pay.ledger.currencies import ledger_of
from newretail.pay.settlement.rules import (
    Sale,
    Terms,
    closing_transfers,
    day_of,
    deal_out,
    end_of,
    made_id,
    nearest,
    split_day,
    step_id,
)

DAY = date(2026, 11, 11)
CARD = int(Chart.PROVIDER_CLEARING)
amounts = st.integers(0, 10**12)
sales = st.builds(
    Sale,
    channel=st.integers(1, 6),
    tender=st.sampled_from([CARD, int(Chart.WALLET), int(Chart.TILL_CASH)]),
    owner=st.integers(0, 3),
    captured_minor=amounts,
    captures=st.integers(0, 10**6),
    refunded_minor=amounts,
    refunds=st.integers(0, 10**6),
)
points = st.integers(0, 10_000)
terms = st.builds(
    Terms,
    from_day=st.just(DAY),
    commission_basis_points=points,
    fee_basis_points=points,
    fee_fixed_minor=st.integers(0, 500),
)


@given(st.lists(st.fractions(-(10**9), 10**9), max_size=20))
def test_parts_add_up_and_each_is_next_to_its_share(shares):
    parts = deal_out(shares)
    assert sum(parts) == nearest(sum(shares, Fraction()))
    assert all(abs(part - share) < 1 for part, share in zip(parts, shares, strict=True))


@given(st.lists(sales, max_size=12), terms, points)
def test_a_day_is_split_without_a_rest(day, agreed, tax):
    """Tax, commission, fees and what the merchant gets are what came in less what went back, channel by channel."""
    closings = split_day(day, agreed, tax)
    taken = sum(sale.captured_minor - sale.refunded_minor for sale in day)
    assert sum(c.net_minor for c in closings) == taken
    for c in closings:
        assert c.tax_minor + c.commission_minor + c.fees_minor + c.payable_minor == c.net_minor
    assert sum(c.tax_minor for c in closings) == nearest(Fraction(taken * tax, 10_000 + tax))


@given(st.lists(sales, max_size=12), terms, points)
def test_the_postings_of_a_day_leave_nothing_on_sales(day, agreed, tax):
    closings = split_day(day, agreed, tax)
    subject = made_id("day", "cell", DAY)
    transfers = closing_transfers(subject, ledger_of("KRW"), 1, closings)
    assert transfers == closing_transfers(subject, ledger_of("KRW"), 1, closings)
    assert len({transfer.transfer_id for transfer in transfers}) == len(transfers)
    assert [transfer.linked for transfer in transfers] == [True] * (len(transfers) - 1) + [False] * bool(transfers)
    left = {closing.channel: closing.net_minor for closing in closings}
    for transfer in transfers:
        amount = transfer.amount_minor
        for account, change in ((transfer.debit_id, -amount), (transfer.credit_id, amount)):
            if (account >> 40) & 0x3FFF == Chart.SALES:
                left[account & ((1 << 40) - 1)] += change
    assert set(left.values()) <= {0}


def test_tax_as_the_markets_have_it():
    """Korea: a tenth on top is an eleventh inside, no cents. China: 13 per cent. The United States: none."""

    def tax(amount: int, rate: int) -> int:
        return split_day([Sale(1, CARD, 1, amount, 1, 0, 0)], Terms(DAY), rate)[0].tax_minor

    assert tax(11_000, 1000) == 1_000
    assert tax(3_660, 1000) == 333  # 332.7
    assert tax(11_300, 1300) == 1_300
    assert tax(2_50, 0) == 0


def test_commission_is_on_net_sales_before_tax_and_a_fee_is_not_given_back():
    day = [Sale(1, CARD, 1, 22_000, 2, 11_000, 1), Sale(3, int(Chart.TILL_CASH), 9, 11_000, 1, 0, 0)]
    agreed = Terms(DAY, commission_basis_points=500, fee_basis_points=300, fee_fixed_minor=100)
    web, till = split_day(day, agreed, 1000)
    assert (web.tax_minor, web.commission_minor, web.fees_minor, web.payable_minor) == (1_000, 500, 860, 8_640)
    assert (till.tax_minor, till.commission_minor, till.fees_minor, till.payable_minor) == (1_000, 500, 0, 9_500)


def test_more_refunds_than_sales_turn_every_posting_round():
    (only,) = split_day([Sale(1, CARD, 1, 0, 0, 11_000, 1)], Terms(DAY, commission_basis_points=1000), 1000)
    assert (only.tax_minor, only.commission_minor, only.payable_minor) == (-1_000, -1_000, -9_000)
    transfers = closing_transfers(made_id("x"), 1, 1, [only])
    assert all((transfer.credit_id >> 40) & 0x3FFF == Chart.SALES for transfer in transfers)
    assert all(transfer.amount_minor > 0 for transfer in transfers)


def test_a_business_day_is_the_markets_own_also_when_clocks_change():
    assert day_of(datetime(2026, 11, 10, 16, tzinfo=UTC), "Asia/Seoul") == date(2026, 11, 11)
    assert end_of(date(2026, 11, 11), "Asia/Seoul") == datetime(2026, 11, 11, 15, tzinfo=UTC)
    # On 1 November 2026 New York has 25 hours.
    assert end_of(date(2026, 10, 31), "America/New_York") == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert end_of(date(2026, 11, 1), "America/New_York") == datetime(2026, 11, 2, 5, tzinfo=UTC)


def test_terms_and_steps_out_of_range_are_refused():
    with pytest.raises(ValueError, match="0 to 100 per cent"):
        Terms(DAY, commission_basis_points=10_001)
    with pytest.raises(ValueError, match="0 or more"):
        Terms(DAY, fee_fixed_minor=-1)
    with pytest.raises(ValueError, match="1 to 255"):
        step_id(made_id("x"), 256)
