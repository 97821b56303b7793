"""Gift cards by hand: money comes onto them once, stays while they are blocked, and goes back when they are void."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from newretail.kit.ids import uuid7
from newretail.pay.api import (
    Chart,
    Kind,
    Tender,
    Transfer,
    batch_of,
    card_code,
    card_number,
    funds,
    parts_of,
    post_batch,
)
from newretail.pay.settlement import api as settlement
from newretail.pay.settlement import gift_cards
from newretail.pay.settlement.api import (
    CardDeed,
    CardState,
    CardWish,
    Refused,
    Terms,
    balances_through,
    end_of,
    set_terms,
)
from newretail.pay.settlement.refunds import RefundState
from newretail.pay.settlement.tests.settlement_work import DAY, NOON, SEOUL, WEB, Shop

ANN, BORIS, SECRET, LIMIT = "staff 1", "staff 2", "a secret of tests", 5_000


@pytest.fixture
def shop(open_shop) -> Shop:
    """A Korean cell where one person may give away up to 5,000 won."""
    shop: Shop = open_shop("KRW")
    set_terms(shop.books, Terms(DAY, refund_limit_minor=LIMIT), "staff 0", NOON)
    return shop


def ask(
    shop: Shop, deed: CardDeed, request_id: UUID | None = None, **wish: int | datetime | None
) -> settlement.CardRequest:
    made = CardWish(request_id or uuid7(), deed, **wish)  # type: ignore[arg-type]
    asked = settlement.ask_cards(shop.books, made, "for a complaint", ANN, DAY, NOON)
    return settlement.carry_out_cards(shop.books, asked.request_id, SECRET, NOON)


def issue(shop: Shop, value: int, cards: int = 1) -> list[str]:
    asked = ask(shop, CardDeed.ISSUE, cards=cards, value_minor=value)
    assert asked.state == RefundState.DONE
    return settlement.take_codes(shop.books, asked.request_id, SECRET, ANN, NOON)


def account_of(shop: Shop, code: str) -> int:
    number = card_number(SECRET, code)
    assert number is not None
    return shop.books.account(Chart.GIFT_CARD, number)


def a_card(shop: Shop, value: int = 3_000) -> int:
    return account_of(shop, issue(shop, value)[0])


def spend(shop: Shop, account: int, amount: int) -> None:
    shop.post(NOON, (account, shop.account(Chart.SALES, WEB), amount))


def test_cards_are_issued_once_however_often_it_is_asked_and_their_codes_are_told_once(shop) -> None:
    request_id = uuid7()
    asked = ask(shop, CardDeed.ISSUE, request_id, cards=3, value_minor=1_000)
    assert ask(shop, CardDeed.ISSUE, request_id, cards=3, value_minor=1_000) == asked
    codes = settlement.take_codes(shop.books, request_id, SECRET, ANN, NOON)
    assert len(set(codes)) == 3
    assert [settlement.on_card(shop.books, account_of(shop, code)) for code in codes] == [(1_000, 0)] * 3
    assert shop.owed(Chart.BANK) == -3_000
    assert {code[-4:] for code in codes} == {row[0] for row in shop.all("SELECT ending FROM {c}.pay_gift_card")}
    with pytest.raises(Refused, match="taken already"):
        settlement.take_codes(shop.books, request_id, SECRET, BORIS, NOON)
    with pytest.raises(Refused, match="another request"):
        ask(shop, CardDeed.ISSUE, request_id, cards=4, value_minor=1_000)


def test_above_the_limit_a_second_person_decides_and_nobody_on_their_own_wish(shop) -> None:
    asked = ask(shop, CardDeed.ISSUE, cards=6, value_minor=1_000)
    assert asked.state == RefundState.WAITING
    assert shop.all("SELECT count(*) FROM {c}.pay_gift_card") == [(0,)]
    with pytest.raises(Refused, match="Four eyes"):
        settlement.decide_cards(shop.books, asked.request_id, True, ANN, NOON)
    with pytest.raises(Refused, match="not issued"):
        settlement.take_codes(shop.books, asked.request_id, SECRET, ANN, NOON)
    settlement.decide_cards(shop.books, asked.request_id, True, BORIS, NOON)
    assert settlement.finish_cards(shop.books, SECRET, NOON) == 1
    assert shop.owed(Chart.BANK) == -6_000
    declined = ask(shop, CardDeed.ISSUE, cards=6, value_minor=1_000)
    settlement.decide_cards(shop.books, declined.request_id, False, BORIS, NOON, "too many")
    taken_back = ask(shop, CardDeed.ISSUE, cards=6, value_minor=1_000)
    with pytest.raises(Refused, match="who asked"):
        settlement.withdraw_cards(shop.books, taken_back.request_id, BORIS, NOON)
    settlement.withdraw_cards(shop.books, taken_back.request_id, ANN, NOON)
    assert settlement.finish_cards(shop.books, SECRET, NOON) == 0
    assert shop.owed(Chart.BANK) == -6_000


def test_a_blocked_card_keeps_what_is_on_it_and_what_comes_back_until_it_is_let_go(shop) -> None:
    account = a_card(shop)
    spend(shop, account, 500)
    ask(shop, CardDeed.BLOCK, account_id=account)
    assert settlement.on_card(shop.books, account) == (2_500, 0)
    shop.post(NOON, (shop.account(Chart.SALES, WEB), account, 200))  # a refund of something that it paid
    holder = (Tender.GIFT_CARD, parts_of(account)[2])
    there = funds(shop.connection, shop.cell, shop.books.ledger, [holder])[holder]
    assert (there.free_minor, there.is_good) == (0, False), "what comes back onto it cannot be spent either"
    for kind in (Kind.SINGLE, Kind.PENDING):
        taken = Transfer(uuid7(), account, shop.account(Chart.SALES, WEB), 1, 20, kind)
        answer = post_batch(shop.connection, shop.books.memory, batch_of([taken]), NOON)
        assert answer.names() == ["debit_account_closed"]
    ask(shop, CardDeed.LET_GO, account_id=account)
    assert settlement.on_card(shop.books, account) == (2_700, 0)
    assert funds(shop.connection, shop.cell, shop.books.ledger, [holder])[holder].is_good
    with pytest.raises(Refused, match="good"):
        ask(shop, CardDeed.LET_GO, account_id=account)


@pytest.mark.parametrize("blocked", [False, True], ids=["a good card", "a blocked card"])
def test_what_is_on_a_void_card_goes_back_to_the_bank(shop, blocked) -> None:
    account = a_card(shop)
    spend(shop, account, 500)
    if blocked:
        ask(shop, CardDeed.BLOCK, account_id=account)
    assert ask(shop, CardDeed.VOID, account_id=account).amount_minor == 2_500
    assert settlement.on_card(shop.books, account) == (0, 0)
    assert shop.owed(Chart.BANK) == -500
    with pytest.raises(Refused, match="nothing is on it"):
        ask(shop, CardDeed.VOID, account_id=account)
    shop.post(NOON, (shop.account(Chart.SALES, WEB), account, 200))
    assert ask(shop, CardDeed.VOID, account_id=account).state == RefundState.DONE
    assert shop.owed(Chart.BANK) == -300


def test_a_valuable_card_is_blocked_by_one_person_and_let_go_or_made_void_by_two(shop) -> None:
    issued = ask(shop, CardDeed.ISSUE, cards=1, value_minor=LIMIT + 1)
    settlement.decide_cards(shop.books, issued.request_id, True, BORIS, NOON)
    settlement.carry_out_cards(shop.books, issued.request_id, SECRET, NOON)
    account = account_of(shop, settlement.take_codes(shop.books, issued.request_id, SECRET, ANN, NOON)[0])
    waiting = ask(shop, CardDeed.VOID, account_id=account)
    assert waiting.state == RefundState.WAITING
    with pytest.raises(Refused, match="waits already"):
        ask(shop, CardDeed.VOID, account_id=account)
    assert ask(shop, CardDeed.BLOCK, account_id=account).state == RefundState.DONE, "blocking takes nothing away"
    settlement.decide_cards(shop.books, waiting.request_id, True, BORIS, NOON)
    settlement.carry_out_cards(shop.books, waiting.request_id, SECRET, NOON)
    assert settlement.on_card(shop.books, account) == (0, 0)
    assert shop.owed(Chart.BANK) == 0


def test_a_request_that_became_impossible_ends_and_says_why(shop) -> None:
    account = a_card(shop)
    request = settlement.ask_cards(
        shop.books, CardWish(uuid7(), CardDeed.BLOCK, account_id=account), "lost", ANN, DAY, NOON
    )
    ask(shop, CardDeed.BLOCK, account_id=account)
    ended = settlement.carry_out_cards(shop.books, request.request_id, SECRET, NOON)
    assert ended.state == RefundState.FAILED
    assert "blocked" in ended.note


@pytest.mark.parametrize("deed", [CardDeed.ISSUE, CardDeed.BLOCK, CardDeed.VOID])
def test_a_run_that_died_between_keeping_and_posting_is_finished_by_the_next(shop, deed, monkeypatch) -> None:
    account = a_card(shop) if deed != CardDeed.ISSUE else None
    wish = CardWish(uuid7(), deed, account_id=account) if account else CardWish(uuid7(), deed, 2, 700)
    settlement.ask_cards(shop.books, wish, "for a complaint", ANN, DAY, NOON)
    with monkeypatch.context() as patched:
        patched.setitem(gift_cards._POSTED, deed, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            settlement.carry_out_cards(shop.books, wish.request_id, SECRET, NOON)
    assert settlement.finish_cards(shop.books, SECRET, NOON + timedelta(minutes=1)) == 1
    assert settlement.find_card_request(shop.books, wish.request_id).state == RefundState.DONE
    held = {CardDeed.ISSUE: -1_400, CardDeed.BLOCK: -3_000, CardDeed.VOID: 0}
    assert shop.owed(Chart.BANK) == held[deed]
    if account is not None and deed == CardDeed.BLOCK:
        query = "SELECT closed_from IS NOT NULL FROM {c}.pay_account WHERE account_id = %s"
        assert shop.all(query, [account]) == [(True,)]


def test_cards_of_the_books_that_nobody_wrote_down_are_listed_with_what_they_were_issued_with(shop) -> None:
    account = shop.account(Chart.GIFT_CARD, 0xAB)
    shop.post(NOON, (shop.account(Chart.BANK), account, 900))
    spend(shop, account, 100)
    settlement.follow(shop.books)
    assert settlement.finish_cards(shop.books, SECRET, NOON) == 1
    found = settlement.find_card(shop.books, account)
    assert found is not None
    assert (found.value_minor, found.state, found.ending) == (900, CardState.GOOD, card_code(SECRET, 0xAB)[-4:])
    assert settlement.finish_cards(shop.books, SECRET, NOON) == 0


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"cards": 0, "value_minor": 5}, "at least one"),
        ({"cards": 5_001, "value_minor": 5}, "At most"),
        ({"cards": 1, "value_minor": 0}, "more than nothing"),
    ],
)
def test_what_makes_no_sense_is_not_asked(shop, wish, why) -> None:
    with pytest.raises(Refused, match=why):
        ask(shop, CardDeed.ISSUE, **wish)
    with pytest.raises(Refused, match="no such card"):
        ask(shop, CardDeed.BLOCK, account_id=1)
    with pytest.raises(Refused, match="Write why"):
        settlement.ask_cards(shop.books, CardWish(uuid7(), CardDeed.ISSUE, 1, 5), " ", ANN, DAY, NOON)


END = end_of(DAY + timedelta(days=2), "Asia/Seoul")


def ended_card(shop: Shop, value: int = 3_000) -> int:
    """A card that ends in three days, of which 1,000 are spent."""
    asked = ask(shop, CardDeed.ISSUE, cards=1, value_minor=value, expires_at=END)
    account = account_of(shop, settlement.take_codes(shop.books, asked.request_id, SECRET, ANN, NOON)[0])
    spend(shop, account, 1_000)
    return account


def test_a_card_pays_until_its_end_and_what_is_left_becomes_income_once(shop) -> None:
    account, later = ended_card(shop), END + timedelta(minutes=1)
    sales = shop.account(Chart.SALES, WEB)
    for moment, answer in ((END - timedelta(seconds=1), "ok"), (END, "debit_account_closed")):
        taken = Transfer(uuid7(), account, sales, 100, 20)
        assert post_batch(shop.connection, shop.books.memory, batch_of([taken]), moment).names() == [answer]
    assert settlement.end_cards(shop.books, "Asia/Seoul", END - timedelta(seconds=1)) == 0
    assert settlement.end_cards(shop.books, "Asia/Seoul", later) == 1
    assert settlement.end_cards(shop.books, "Asia/Seoul", later) == 0
    assert (settlement.on_card(shop.books, account), shop.owed(Chart.BREAKAGE)) == ((0, 0), 1_900)
    settlement.close_days(shop.books, SEOUL, later + timedelta(days=1))
    of_the_day = {
        b.chart: b.credits_minor - b.debits_minor for b in balances_through(shop.books, DAY + timedelta(days=3))
    }
    assert (of_the_day[Chart.BREAKAGE], of_the_day[Chart.GIFT_CARD], sum(of_the_day.values())) == (1_900, 0, 0)


def test_what_comes_back_after_the_end_can_be_spent_for_ninety_days(shop) -> None:
    """And only that: what was left at the end is income, whether the refund came before the round or after it."""
    account, later = ended_card(shop), END + timedelta(hours=5)
    sales = shop.account(Chart.SALES, WEB)
    shop.post(END + timedelta(seconds=1), (sales, account, 400))
    assert settlement.end_cards(shop.books, "Asia/Seoul", later) == 1
    assert (settlement.on_card(shop.books, account), shop.owed(Chart.BREAKAGE)) == ((400, 0), 2_000)
    found = settlement.find_card(shop.books, account)
    assert found is not None
    again = end_of(DAY + timedelta(days=3 + settlement.DAYS_AFTER_A_REFUND), "Asia/Seoul")
    assert found.expires_at == again
    shop.post(again - timedelta(days=1), (account, sales, 150))
    assert settlement.end_cards(shop.books, "Asia/Seoul", again) == 1
    assert (settlement.on_card(shop.books, account), shop.owed(Chart.BREAKAGE)) == ((0, 0), 2_250)
    shop.post(again + timedelta(seconds=1), (sales, account, 70))
    assert settlement.end_cards(shop.books, "Asia/Seoul", again + timedelta(hours=1)) == 1
    assert (settlement.on_card(shop.books, account), shop.owed(Chart.BREAKAGE)) == ((70, 0), 2_250)


def test_a_blocked_card_past_its_end_waits_for_who_decides_about_it(shop) -> None:
    account = ended_card(shop)
    ask(shop, CardDeed.BLOCK, account_id=account)
    assert settlement.end_cards(shop.books, "Asia/Seoul", END) == 0
    ask(shop, CardDeed.LET_GO, account_id=account)
    taken = Transfer(uuid7(), account, shop.account(Chart.SALES, WEB), 1, 20)
    assert post_batch(shop.connection, shop.books.memory, batch_of([taken]), END).names() == ["debit_account_closed"]
    assert settlement.end_cards(shop.books, "Asia/Seoul", END) == 1
    with pytest.raises(Refused, match="over already"):
        ask(shop, CardDeed.ISSUE, cards=1, value_minor=5, expires_at=NOON)
