"""Closing days on the books of a cell: once, whole, in order, and to the minor unit."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from newretail.pay.api import Chart
from newretail.pay.settlement import days
from newretail.pay.settlement.api import (
    Refused,
    Terms,
    balances_through,
    close_day,
    end_of,
    follow,
    set_terms,
    terms_on,
)
from newretail.pay.settlement.tests.settlement_work import (
    APP,
    BUYER,
    DAY,
    NEW_YORK,
    NOON,
    SEOUL,
    SHANGHAI,
    TENANT,
    TILL,
    WEB,
)

HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)


def test_a_day_is_closed_once_however_often_it_is_asked_for(open_shop) -> None:
    shop = open_shop("KRW")
    set_terms(shop.books, Terms(DAY, commission_basis_points=1000, fee_basis_points=300), "staff 1", NOON)
    shop.sell(NOON, 11_000)
    shop.sell(NOON, 5_500, channel=TILL, tender=Chart.TILL_CASH)
    shop.refund(NOON + HOUR, 1_100)
    assert shop.close_days() == [DAY]
    owed = {chart: shop.owed(chart) for chart in (Chart.TAX_PAYABLE, Chart.COMMISSION, Chart.PROVIDER_FEES)}
    assert owed == {Chart.TAX_PAYABLE: 1_400, Chart.COMMISSION: 1_400, Chart.PROVIDER_FEES: 330}
    assert shop.owed(Chart.MERCHANT_PAYABLE, TENANT) == 15_400 - 1_400 - 1_400 - 330
    assert [shop.owed(Chart.SALES, channel) for channel in (WEB, TILL)] == [0, 0]
    before = shop.all("SELECT count(*), sum(amount_minor) FROM {c}.pay_transfer")
    assert shop.close_days() == []
    close_day(shop.books, SEOUL, DAY, NOON + ONE_DAY)
    assert shop.all("SELECT count(*), sum(amount_minor) FROM {c}.pay_transfer") == before


@pytest.mark.parametrize("posted", [False, True], ids=["before its postings", "after its postings"])
def test_a_run_that_died_is_finished_by_the_next_one(open_shop, posted) -> None:
    shop = open_shop("KRW")
    shop.sell(NOON, 11_000)
    if posted:
        shop.close_days()
        shop.connection.execute(f"UPDATE {shop.cell}.pay_day SET is_posted = false")
    else:
        with shop.connection.transaction():
            days._keep(shop.books, SEOUL, DAY, NOON + ONE_DAY)
    assert shop.close_days() == []
    assert shop.owed(Chart.TAX_PAYABLE) == 1_000
    assert shop.owed(Chart.SALES, WEB) == 0
    assert shop.all("SELECT bool_and(is_posted) FROM {c}.pay_day") == [(True,)]


@pytest.mark.parametrize(
    ("currency", "rules", "day", "price", "tax"),
    [
        ("USD", NEW_YORK, date(2026, 11, 10), 2_50, 0),
        ("KRW", SEOUL, DAY, 3_660, 333),
        ("CNY", SHANGHAI, DAY, 17_35, 2_00),
    ],
    ids=["US", "KR", "CN"],
)
def test_each_market_closes_its_own_day_with_its_own_tax(open_shop, currency, rules, day, price, tax) -> None:
    """The same moment is the 11th in Seoul and Shanghai, and still the 10th in New York."""
    shop = open_shop(currency)
    shop.sell(NOON, price)
    assert shop.close_days(rules)[0] == day
    assert shop.owed(Chart.TAX_PAYABLE) == tax
    assert shop.owed(Chart.MERCHANT_PAYABLE, TENANT) == price - tax


def test_days_share_no_transfer_and_what_comes_late_belongs_to_the_next(open_shop) -> None:
    shop = open_shop("KRW")
    midnight = end_of(DAY, SEOUL.time_zone)
    shop.sell(midnight - HOUR, 1_000)
    shop.sell(midnight, 200)
    close_day(shop.books, SEOUL, DAY, midnight)
    shop.sell(midnight - timedelta(seconds=1), 30)  # a writer whose clock was read before midnight
    assert shop.close_days(days_later=2) == [DAY + ONE_DAY]
    sold = shop.all("SELECT business_day, sum(captured_minor)::int FROM {c}.pay_day_closing GROUP BY 1 ORDER BY 1")
    assert sold == [(DAY, 1_000), (DAY + ONE_DAY, 230)]
    assert shop.owed(Chart.SALES, WEB) == 0


def test_days_are_closed_in_order_and_only_when_they_are_over(open_shop) -> None:
    shop = open_shop("KRW")
    shop.sell(NOON, 1_000)
    with pytest.raises(Refused, match="not ended"):
        close_day(shop.books, SEOUL, DAY, NOON)
    with pytest.raises(Refused, match="in order"):
        close_day(shop.books, SEOUL, DAY + ONE_DAY, NOON + 5 * ONE_DAY)
    assert shop.close_days(days_later=4) == [DAY + n * ONE_DAY for n in range(4)]  # quiet days too


def test_terms_hold_from_their_day_on_and_never_for_a_closed_one(open_shop) -> None:
    shop = open_shop("KRW")
    set_terms(shop.books, Terms(DAY + ONE_DAY, commission_basis_points=1000), "staff 1", NOON)
    shop.sell(NOON, 11_000)
    shop.sell(NOON + ONE_DAY, 11_000)
    shop.close_days(days_later=2)
    earned = shop.all("SELECT business_day, commission_minor::int FROM {c}.pay_day_closing ORDER BY 1")
    assert earned == [(DAY, 0), (DAY + ONE_DAY, 1_000)]
    with pytest.raises(Refused, match="is closed"):
        set_terms(shop.books, Terms(DAY), "staff 1", NOON)
    assert terms_on(shop.books, DAY).refund_limit_minor == 0


def _trade(shop, seed: int) -> None:
    """Three days of random business in every corner of the chart."""
    draw = random.Random(seed)
    wallet = shop.account(Chart.WALLET, BUYER)
    till, card = shop.account(Chart.TILL_CASH, 9), shop.account(Chart.PROVIDER_CLEARING, 1)
    sales = [shop.account(Chart.SALES, channel) for channel in (WEB, APP, TILL)]
    suspense = shop.account(Chart.SUSPENSE)
    for number in range(60):
        at = NOON + number * timedelta(days=3) / 60
        moves = [(card, wallet, draw.randint(500, 900))]
        for _ in range(draw.randint(1, 6)):
            one = draw.choice(sales)
            kinds = [(wallet, one, 50), (card, one, draw.randint(1, 9_999)), (till, one, draw.randint(1, 999))]
            kinds += [(one, card, draw.randint(1, 999)), (card, suspense, 5), (suspense, one, 1)]
            moves.append(draw.choice(kinds))
        shop.post(at, *moves)


@pytest.mark.parametrize("seed", range(3))
def test_the_trial_balance_balances_and_is_what_the_accounts_say(open_shop, seed) -> None:
    shop = open_shop("CNY")
    _trade(shop, seed)
    assert len(shop.close_days(SHANGHAI, days_later=9)) == 9
    sums = balances_through(shop.books, DAY + 8 * ONE_DAY)
    assert sum(b.debits_minor for b in sums) == sum(b.credits_minor for b in sums) > 0
    now = shop.all("""
        SELECT ledger, chart, CASE WHEN chart = 2010 THEN 0 ELSE account_id & ((1::bigint << 40) - 1) END AS owner,
               sum(debits_posted)::bigint, sum(credits_posted)::bigint
        FROM {c}.pay_account GROUP BY 1, 2, 3 HAVING sum(debits_posted + credits_posted) > 0 ORDER BY 1, 2, 3""")
    assert [(b.ledger, b.chart, b.owner, b.debits_minor, b.credits_minor) for b in sums] == now
    for day in range(9):  # at the end of every day, too
        then = balances_through(shop.books, DAY + day * ONE_DAY)
        assert sum(b.debits_minor - b.credits_minor for b in then) == 0
        assert sum(b.debits_minor - b.credits_minor for b in then if b.chart == Chart.SALES) == 0


def test_every_account_has_its_postings_with_the_balance_after_each(open_shop) -> None:
    """In one step or in many, beside the writer, each transfer once on each side."""
    shop = open_shop("CNY")
    _trade(shop, 1)
    first = follow(shop.books, steps=2, transfers_a_step=20)
    shop.sell(NOON + 4 * ONE_DAY, 100)
    rest = follow(shop.books, transfers_a_step=20)
    assert 0 < first < rest
    assert follow(shop.books) == 0
    assert [(first + rest,)] == shop.all("SELECT 2 * count(*) FROM {c}.pay_transfer WHERE kind IN (0, 2)")
    wrong = shop.all("""
        SELECT account_id FROM {c}.pay_account a
        LEFT JOIN (SELECT DISTINCT ON (account_id) account_id, balance_minor FROM {c}.pay_posting
                   ORDER BY account_id, batch_number DESC, transfer_id DESC) AS p USING (account_id)
        WHERE coalesce(p.balance_minor, 0) <> a.debits_posted - a.credits_posted""")
    assert wrong == []
    flow = "SELECT sum(captured_minor - refunded_minor)::bigint FROM {c}.pay_flow"
    sales = "SELECT sum(credits_posted - debits_posted)::bigint FROM {c}.pay_account WHERE chart = 4010"
    assert shop.all(flow) == shop.all(sales)
    running = shop.all("""
        SELECT count(*) FROM (SELECT balance_minor, sum(amount_minor) OVER (PARTITION BY account_id
            ORDER BY batch_number, transfer_id) AS summed FROM {c}.pay_posting) AS p WHERE balance_minor <> summed""")
    assert running == [(0,)]
