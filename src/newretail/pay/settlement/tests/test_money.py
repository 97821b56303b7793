"""Payouts, refunds by four eyes, providers' payouts, months: who may, in which order, what the books say after."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest

from newretail.kit.ids import uuid7
from newretail.pay.api import Chart
from newretail.pay.settlement import payouts
from newretail.pay.settlement.api import (
    PayoutState,
    RefundState,
    RefundWish,
    Refused,
    Terms,
    ask_refund,
    change_payout,
    checklist,
    close_day,
    decide_refund,
    end_refund,
    find_refund,
    lock,
    payable,
    propose_payout,
    read_report,
    refunds_asked,
    set_terms,
    take_in,
)
from newretail.pay.settlement.tests.settlement_work import DAY, NOON, SEOUL, STRIPE, TENANT

ANNA, BORIS = "staff 1", "staff 2"
ONE_DAY = timedelta(days=1)
NOVEMBER = date(2026, 11, 1)


def _sold(open_shop, amount: int = 11_000):
    shop = open_shop("KRW")
    shop.sell(NOON, amount)
    shop.close_days()
    return shop


def test_a_payout_needs_two_people_and_moves_what_is_owed_once(open_shop) -> None:
    shop = _sold(open_shop)
    payout = propose_payout(shop.books, ANNA, NOON)
    with pytest.raises(Refused, match="Four eyes"):
        change_payout(shop.books, payout, PayoutState.APPROVED, ANNA, NOON)
    with pytest.raises(Refused, match="not ready for this step"):
        change_payout(shop.books, payout, PayoutState.SENT, BORIS, NOON)
    change_payout(shop.books, payout, PayoutState.APPROVED, BORIS, NOON)
    for _ in range(2):
        change_payout(shop.books, payout, PayoutState.SENT, ANNA, NOON, "bank file 7")
    assert (shop.owed(Chart.MERCHANT_PAYABLE, TENANT), shop.owed(Chart.BANK)) == (0, 10_000)
    with pytest.raises(Refused, match="Nothing is owed"):
        propose_payout(shop.books, ANNA, NOON)


def test_what_the_bank_returns_is_owed_again(open_shop) -> None:
    shop = _sold(open_shop)
    payout = propose_payout(shop.books, ANNA, NOON)
    change_payout(shop.books, payout, PayoutState.APPROVED, BORIS, NOON)
    change_payout(shop.books, payout, PayoutState.SENT, BORIS, NOON)
    change_payout(shop.books, payout, PayoutState.RETURNED, BORIS, NOON, "account closed")
    assert (payable(shop.books), shop.owed(Chart.BANK)) == (10_000, 0)
    propose_payout(shop.books, ANNA, NOON)


def test_one_payout_is_open_at_a_time(open_shop) -> None:
    shop = _sold(open_shop)
    first = propose_payout(shop.books, ANNA, NOON)
    with pytest.raises(Refused, match="open already"):
        propose_payout(shop.books, BORIS, NOON)
    change_payout(shop.books, first, PayoutState.WITHDRAWN, ANNA, NOON, "wrong day")
    propose_payout(shop.books, BORIS, NOON)
    with pytest.raises(Refused, match="no such payout"):
        change_payout(shop.books, uuid7(), PayoutState.SENT, ANNA, NOON)


def test_a_payout_whose_run_died_before_the_books_is_finished_once(open_shop) -> None:
    shop = _sold(open_shop)
    payout = propose_payout(shop.books, ANNA, NOON)
    change_payout(shop.books, payout, PayoutState.APPROVED, BORIS, NOON)
    shop.books.run("end_payout", [int(PayoutState.SENT), ANNA, NOON, "", False, payout])
    assert [payouts.post_unposted(shop.books, NOON) for _ in range(2)] == [1, 0]
    assert payable(shop.books) == 0


def test_four_eyes_are_a_fence_of_the_tables_too(open_shop) -> None:
    shop = _sold(open_shop)
    payout = propose_payout(shop.books, ANNA, NOON)
    with pytest.raises(psycopg.errors.CheckViolation, match="four_eyes"):
        shop.books.run("approve_payout", [ANNA, NOON, payout])
    request, order = uuid7(), uuid7()
    ask_refund(shop.books, RefundWish(request, order, 5), "broken", ANNA, DAY, NOON)
    with pytest.raises(psycopg.errors.CheckViolation, match="four_eyes"):
        shop.books.run("decide_refund", [int(RefundState.ALLOWED), ANNA, NOON, "", request])
    with pytest.raises(psycopg.errors.CheckViolation, match="large_ones"):
        shop.books.run("end_refund", [int(RefundState.DONE), "", request])


def test_a_refund_above_the_limit_waits_for_a_second_person(open_shop) -> None:
    shop = open_shop("KRW")
    set_terms(shop.books, Terms(DAY, refund_limit_minor=10_000), ANNA, NOON)
    order = uuid7()
    small = ask_refund(shop.books, RefundWish(uuid7(), order, 10_000), "broken", ANNA, DAY, NOON)
    large = ask_refund(shop.books, RefundWish(uuid7(), order, 10_001), "lost", ANNA, DAY, NOON)
    assert (small.state, large.state) == (RefundState.ALLOWED, RefundState.WAITING)
    assert refunds_asked(shop.books, order) == 20_001
    with pytest.raises(Refused, match="Four eyes"):
        decide_refund(shop.books, large.request_id, True, ANNA, NOON)
    with pytest.raises(Refused, match="not allowed"):
        end_refund(shop.books, large.request_id, True, "")
    assert decide_refund(shop.books, large.request_id, True, BORIS, NOON).state == RefundState.ALLOWED
    with pytest.raises(Refused, match="decided already"):
        decide_refund(shop.books, large.request_id, False, BORIS, NOON)
    for _ in range(2):
        end_refund(shop.books, large.request_id, True, "refund 1")
    assert find_refund(shop.books, large.request_id).state == RefundState.DONE
    assert refunds_asked(shop.books, order) == 10_000


def test_a_refund_says_why_and_how_much(open_shop) -> None:
    shop = open_shop("KRW")
    for amount, reason, fault in ((0, "broken", "more than nothing"), (5, "  ", "Write why")):
        with pytest.raises(Refused, match=fault):
            ask_refund(shop.books, RefundWish(uuid7(), uuid7(), amount), reason, ANNA, DAY, NOON)
    with pytest.raises(Refused, match="no such request"):
        find_refund(shop.books, uuid7())


def test_asking_again_with_the_same_id_is_asking_once(open_shop) -> None:
    shop = open_shop("KRW")
    request = RefundWish(uuid7(), uuid7(), 5)
    first = ask_refund(shop.books, request, "broken", ANNA, DAY, NOON)
    assert ask_refund(shop.books, request, "broken", ANNA, DAY, NOON) == first


REPORT = """payout,paid_on,payment,gross,fee
po_1,2026-11-12,pi_1,100.00,3.20
po_1,2026-11-12,pi_2,-20.00,0
po_2,2026-11-13,pi_3,1.00,0.33
"""


def test_a_providers_payout_is_taken_in_once(open_shop) -> None:
    shop = open_shop("USD")
    shop.sell(NOON, 81_00)
    found = read_report(REPORT, 2)
    assert [(p.reference, p.gross_minor, p.fees_minor, p.lines) for p in found] == [
        ("po_1", 80_00, 3_20, 2),
        ("po_2", 1_00, 33, 1),
    ]
    assert [take_in(shop.books, "stripe", STRIPE, found, ANNA, NOON) for _ in range(2)] == [2, 0]
    assert shop.owed(Chart.PROVIDER_CLEARING, STRIPE) == 0
    assert (shop.owed(Chart.BANK), shop.owed(Chart.PROVIDER_FEES)) == (-77_47, -3_53)
    with pytest.raises(Refused, match="other amounts"):
        take_in(shop.books, "stripe", STRIPE, read_report(REPORT.replace("100.00", "100.01"), 2), ANNA, NOON)


@pytest.mark.parametrize(
    ("report", "digits", "fault"),
    [
        ("payout,paid_on\n", 2, "missing: payment, gross, fee"),
        ("payout,paid_on,payment,gross,fee\n", 2, "no lines"),
        (REPORT, 0, "Line 2: “3.20” is no amount with at most 0 digits"),
        (REPORT.replace("0.33", "a third"), 2, "Line 4"),
        (REPORT.replace("0.33", "NaN"), 2, "Line 4"),
        (REPORT.replace("2026-11-13", "13/11/2026"), 2, "Line 4"),
        (REPORT.replace("po_2", "po_1"), 2, "Line 4: the payout po_1 was paid on 2026-11-12"),
        (REPORT.replace("po_2", ""), 2, "Line 4: the payout has no reference"),
    ],
)
def test_a_report_that_cannot_be_read_says_where(report, digits, fault) -> None:
    with pytest.raises(Refused, match=fault):
        read_report(report, digits)


def _unmet(shop, now) -> set[str]:
    return {check.name for check in checklist(shop.books, NOVEMBER, SEOUL, now) if not check.is_met}


def test_a_month_is_locked_when_everything_in_it_is_done(open_shop) -> None:
    shop = open_shop("KRW")
    shop.sell(NOON, 11_000)
    shop.post(NOON, (shop.account(Chart.PROVIDER_CLEARING, STRIPE), shop.account(Chart.SUSPENSE), 500))
    assert "month_over" in _unmet(shop, NOON)
    assert "days_closed" in _unmet(shop, NOON)
    shop.close_days(days_later=25)
    later = NOON + 25 * ONE_DAY
    assert _unmet(shop, later) == {"suspense_empty"}
    with pytest.raises(Refused, match="suspense_empty"):
        lock(shop.books, NOVEMBER, SEOUL, ANNA, later)
    with pytest.raises(Refused, match="first day"):
        lock(shop.books, DAY, SEOUL, ANNA, later)
    for _ in range(2):
        lock(shop.books, NOVEMBER, SEOUL, ANNA, later, "paid twice, the buyer is asked")
    kept = shop.all("SELECT sum(debits_minor)::int, sum(credits_minor)::int FROM {c}.pay_month_balance")
    assert kept[0][0] == kept[0][1] > 11_000


def test_no_day_of_a_locked_month_is_closed(open_shop) -> None:
    shop = _sold(open_shop)
    shop.all("INSERT INTO {c}.pay_month VALUES ('2026-11-01', %s, 'staff 1', '{{}}', '') RETURNING month", [NOON])
    with pytest.raises(Refused, match="2026-11 is locked"):
        close_day(shop.books, SEOUL, DAY + ONE_DAY, NOON + 9 * ONE_DAY)
