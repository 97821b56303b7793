"""Orders that are paid with the order: stock and money are decided together, and stand in one commit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event
from uuid import UUID

import psycopg
import pytest

from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.kit.signing import secret_key
from newretail.pay.api import (
    Chart,
    EventKind,
    LedgerMemory,
    Tender,
    balances,
    card_code,
    card_number,
    close_accounts,
    new_number,
    tender_account,
    transfer_id,
)
from newretail.trade.rules import State
from newretail.trade.tests.paying_work import AT_THE_DOOR, CARD, PRICE, USD, WALLET, part


def test_a_wallet_pays_an_order_in_the_same_commit(open_cashier) -> None:
    cashier = open_cashier()
    cashier.fund(7, 1200)
    order_id = cashier.buy(2, WALLET)
    assert (cashier.wallet(), cashier.sales, cashier.reserved()) == (1200 - 2 * PRICE, 2 * PRICE, 2)
    batches = cashier.one(
        "SELECT o.batch_number, t.batch_number, t.subject_id, o.settlement FROM {c}.trade_order o, {c}.pay_transfer t"
        " WHERE o.order_id = %s AND t.transfer_id = %s",
        [order_id, transfer_id(order_id, 0)],
    )
    assert batches[0] == batches[1]
    assert batches[2:] == (order_id, 1)


def test_who_has_not_enough_gets_nothing_and_holds_nothing(open_cashier) -> None:
    cashier = open_cashier()
    cashier.fund(7, 2 * PRICE - 1)
    verdict = cashier.place(cashier.order(2, WALLET))[0]
    assert (verdict.accepted, verdict.reason) == (False, "payment_declined")
    assert str(2 * PRICE - 1) in verdict.detail
    assert (cashier.wallet(), cashier.reserved()) == (2 * PRICE - 1, 0)


def test_first_come_first_served_holds_for_money_too(open_cashier) -> None:
    cashier = open_cashier()
    cashier.fund(7, 3 * PRICE)
    asked = [cashier.order(units, WALLET) for units in (2, 2, 1)]
    assert cashier.reasons(*asked) == ["accepted", "payment_declined", "accepted"]
    assert cashier.wallet() == 0


def test_money_that_cannot_buy_the_goods_is_there_for_the_next_order(open_cashier) -> None:
    cashier = open_cashier(on_hand=3)
    cashier.fund(7, 4 * PRICE)
    cashier.fund(8, 4 * PRICE)
    asked = [cashier.order(3, WALLET, buyer=8), cashier.order(1, WALLET), cashier.order(4, WALLET, sku="sku-2")]
    assert cashier.reasons(*asked) == ["accepted", "out_of_stock", "out_of_stock"]
    assert cashier.wallet() == 4 * PRICE
    assert cashier.wallet(8) == PRICE


def test_several_tenders_pay_one_order_and_one_of_them_pays_the_rest(open_cashier) -> None:
    cashier = open_cashier()
    number = new_number()
    cashier.fund(7, 400)
    cashier.fund(7, 50, Tender.POINTS)
    cashier.fund(number, 1000, Tender.GIFT_CARD)
    code = card_code(secret_key(), number)
    cashier.buy(2, part("points", 50), part("gift_card", account=code), part("wallet", 300))
    assert cashier.wallet() == 100
    assert cashier.balance(tender_account(USD, Tender.POINTS, 7)) == 0
    assert cashier.balance(tender_account(USD, Tender.GIFT_CARD, number)) == 1000 - 650


@pytest.mark.parametrize(
    ("pay", "reason"),
    [
        ([part("wallet", 400)], "tender_amounts"),
        ([part("wallet", 501)], "tender_amounts"),
        ([part("wallet", 600), part("points")], "tender_amounts"),
        ([part("wallet", 500), part("points")], "tender_amounts"),
        ([part("wallet", 0), part("points")], "tender_amounts"),
        ([part("wallet", -5), part("points")], "tender_amounts"),
        ([part("wallet", 1 << 70)], "tender_amounts"),
        ([part("wallet"), part("points")], "tender_amounts"),
        ([part("wallet", 100), part("wallet")], "tender_amounts"),
        ([part("wallet", 50)] * 10, "tender_amounts"),
        ([part("shells")], "tender_unknown"),
        ([part("card")], "tender_unknown"),
        ([part("card", provider="somebody")], "tender_unknown"),
        ([part("card", provider="terminal")], "tender_unknown"),
        ([part("cash")], "tender_unknown"),
        ([part("gift_card", account="0000-0000-0000-0000")], "no_account"),
        ([part("gift_card")], "no_account"),
        ([part("points")], "no_account"),
    ],
)
def test_tenders_that_make_no_sense_are_refused_for_their_reason(open_cashier, pay, reason: str) -> None:
    cashier = open_cashier()
    cashier.fund(7, 1000)
    assert cashier.reasons(cashier.order(1, *pay)) == [reason]
    assert (cashier.wallet(), cashier.reserved()) == (1000, 0)


def test_the_same_order_again_is_a_replay_and_pays_once(open_cashier) -> None:
    cashier = open_cashier()
    cashier.fund(7, 5000)
    cashier.fund(7, 5000, Tender.POINTS)
    request = cashier.order(2, part("points", 300), part("wallet"))
    other = cashier.order(2, part("points", 200), part("wallet"), order_id=request.order_id)
    on_account = cashier.order(2, order_id=request.order_id)
    assert cashier.reasons(request, request, other) == ["accepted", "replayed", "conflict"]
    assert cashier.reasons(request) == ["replayed"]
    assert cashier.reasons(other, on_account) == ["conflict", "conflict"]
    assert cashier.wallet() == 5000 - 700


def test_an_order_waits_for_its_money_as_long_as_its_market_says(open_cashier) -> None:
    """From the next order on; one that waits already keeps its time, and another try has the time of its moment."""
    cashier = open_cashier()
    early = cashier.buy(1, CARD)
    cashier.memory.terms = replace(cashier.memory.terms, unpaid_minutes=40)
    late = cashier.buy(1, CARD)
    waits = "SELECT expires_at - created_at FROM {c}.pay_payment WHERE order_id = %s ORDER BY payment_id DESC LIMIT 1"
    assert [cashier.one(waits, [order_id])[0] for order_id in (early, late)] == [
        timedelta(minutes=15),
        timedelta(minutes=40),
    ]
    assert cashier.give_up(timedelta(minutes=20)) == 1
    assert (cashier.state(early), cashier.state(late)) == (State.CANCELLED, State.UNPAID)


def test_an_order_by_card_that_is_sent_again_opens_no_second_payment(open_cashier) -> None:
    cashier = open_cashier()
    request = cashier.order(2, CARD)
    assert cashier.reasons(request, request) == ["accepted", "replayed"]
    assert cashier.reasons(request) == ["replayed"]
    assert cashier.reasons(cashier.order(2, part("bank", provider="bank"), order_id=request.order_id)) == ["conflict"]
    assert cashier.calls(request.order_id) == [(1, 2 * PRICE)]


@pytest.mark.parametrize("pay", [WALLET, CARD], ids=["wallet", "card"])
def test_ids_that_differ_in_the_last_byte_only_hurt_nobody_else(open_cashier, pay) -> None:
    """Payments and transfers get their ids from the order's; such a pair is refused, the rest of its batch is not."""
    cashier = open_cashier()
    cashier.fund(7, 50_000)
    first = uuid7()
    sibling, cousin = UUID(int=first.int ^ 1), UUID(int=first.int ^ 2)
    asked = [cashier.order(1, pay, order_id=order_id) for order_id in (first, sibling)]
    assert cashier.reasons(*asked, cashier.order(1, pay)) == ["accepted", "conflict", "accepted"]
    assert cashier.reasons(cashier.order(1, pay, order_id=cousin), cashier.order(1, pay)) == ["conflict", "accepted"]


def test_an_order_on_account_moves_no_money(open_cashier) -> None:
    cashier = open_cashier()
    cashier.buy(2)
    assert cashier.one("SELECT count(*) FROM {c}.pay_transfer") == (0,)
    assert cashier.one("SELECT settlement FROM {c}.trade_order") == (0,)


def test_cash_at_the_till_is_a_fact_and_goes_into_the_drawer(open_cashier) -> None:
    cashier = open_cashier()
    drawer = tender_account(USD, Tender.CASH, cashier.node_id)
    order_id = cashier.buy(2, part("cash", 600), part("till_card"), channel="till")
    assert (cashier.balance(drawer), cashier.sales) == (-600, 1000)
    assert cashier.move(order_id, State.CANCELLED)
    assert (cashier.balance(drawer), cashier.sales) == (0, 0)


def test_cash_that_the_drawer_does_not_have_goes_back_into_the_wallet(open_cashier) -> None:
    cashier = open_cashier()
    order_id = cashier.buy(2, part("cash"), channel="till")
    drawer = tender_account(USD, Tender.CASH, cashier.node_id)
    cashier.connection.execute(
        f"UPDATE {cashier.cell}.pay_account SET credits_posted = 700 WHERE account_id = %s", [drawer]
    )
    cashier.memory.forget()
    assert cashier.move(order_id, State.CANCELLED)
    assert cashier.wallet() == 700


def test_cancelling_gives_every_tender_its_own_back_in_the_same_commit(open_cashier) -> None:
    cashier = open_cashier()
    cashier.fund(7, 600)
    cashier.fund(7, 400, Tender.POINTS)
    order_id = cashier.buy(2, part("points", 400), part("wallet"))
    assert cashier.move(order_id, State.CANCELLED)
    assert cashier.move(order_id, State.CANCELLED)
    assert (cashier.wallet(), cashier.sales, cashier.reserved()) == (600, 0, 0)
    assert cashier.balance(tender_account(USD, Tender.POINTS, 7)) == 400


def test_pay_on_delivery_is_captured_when_the_goods_change_hands(open_cashier) -> None:
    cashier = open_cashier()
    order_id = cashier.buy(2, AT_THE_DOOR)
    assert (cashier.state(order_id), cashier.sales) == (State.PLACED, 0)
    cashier.move(order_id, State.SHIPPED)
    assert cashier.sales == 0
    cashier.move(order_id, State.DELIVERED)
    assert (cashier.sales, cashier.payment(order_id)["state"]) == (1000, 3)


def test_two_writers_of_one_cell_never_spend_the_same_money(open_cashier) -> None:
    first = open_cashier()
    second = open_cashier(beside=first)
    first.fund(7, 3 * PRICE)
    taken = [writer.reasons(writer.order(1, WALLET))[0] for writer in (first, second, first, second, first)]
    assert taken == ["accepted"] * 3 + ["payment_declined"] * 2
    assert first.wallet() == 0


def test_a_batch_by_copy_pays_like_one_by_one(open_cashier) -> None:
    cashier = open_cashier(on_hand=100_000)
    cashier.fund_all({buyer: (buyer % 3) * PRICE or PRICE - 1 for buyer in range(1, 301)})
    asked = [cashier.order(1, WALLET, buyer=buyer) for buyer in range(1, 301)]
    said = cashier.reasons(*asked)
    assert said == ["accepted" if buyer % 3 else "payment_declined" for buyer in range(1, 301)]
    assert cashier.sales == said.count("accepted") * PRICE


def test_codes_of_gift_cards_are_read_as_people_type_them_and_not_guessed() -> None:
    number = new_number()
    code = card_code("secret", number)
    assert card_number("secret", code.lower().replace("-", " ")) == number
    assert card_number("other", code) is None
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert card_number("secret", wrong) is None
    assert card_number("secret", "not a code") is None


def test_an_account_opened_in_a_batch_that_was_rolled_back_is_opened_again(open_cashier) -> None:
    """A shopper who sends an order twice makes the database refuse the batch, which is then done again without it.
    The till's account, opened for the first cash sale of its node, was rolled back too: its money must not be lost."""
    cashier = open_cashier()
    seen = cashier.order(1)
    assert cashier.reasons(seen) == ["accepted"]
    sale = cashier.order(2, part("cash"), channel="till")
    cashier.place(sale, seen)
    till = tender_account(USD, Tender.CASH, cashier.node_id)
    row = cashier.one("SELECT debits_posted FROM {c}.pay_account WHERE account_id = %s", [till])
    assert row == (2 * PRICE,)
    assert cashier.sales == 2 * PRICE


def test_an_order_whose_money_would_go_to_no_account_is_not_placed(open_cashier) -> None:
    """The writer remembers an account that is gone: nothing of the batch stays, and the next one looks again."""
    cashier = open_cashier()
    cashier.fund(7, 5000)
    cashier.buy(1, WALLET)
    cashier.connection.execute(f"DELETE FROM {cashier.cell}.pay_account WHERE chart = {int(Chart.SALES)}")
    request = cashier.order(1, WALLET)
    with pytest.raises(psycopg.DataError):
        cashier.place(request)
    assert cashier.one("SELECT count(*) FROM {c}.trade_order WHERE order_id = %s", [request.order_id]) == (0,)
    assert (cashier.wallet(), cashier.reserved()) == (4500, 1)
    assert cashier.reasons(request) == ["accepted"]
    assert cashier.sales == PRICE


def test_no_order_takes_from_a_closed_card_neither_what_is_on_it_nor_what_comes_back(open_cashier) -> None:
    """Whoever closes it, the next batch of every writer knows; what was held before is still paid."""
    cashier = open_cashier()
    number = new_number()
    card = part("gift_card", account=card_code(secret_key(), number))
    account = tender_account(USD, Tender.GIFT_CARD, number)
    cashier.fund(number, 4 * PRICE, Tender.GIFT_CARD)
    paid = cashier.buy(1, card)
    waits = cashier.buy(2, part("gift_card", PRICE, account=card.account), CARD)
    close_accounts(cashier.connection, LedgerMemory(cashier.cell), [account], cashier.now)
    assert cashier.reasons(cashier.order(1, card), cashier.order(1)) == ["account_closed", "accepted"]
    cashier.refund(paid, (1, 1, None))
    assert cashier.balance(account) == 4 * PRICE
    assert cashier.reasons(cashier.order(1, card)) == ["account_closed"]
    assert not cashier.open(waits, card).done
    cashier.hear(waits, EventKind.CAPTURED, PRICE, 1)
    assert cashier.balance(account) == 3 * PRICE
    close_accounts(cashier.connection, LedgerMemory(cashier.cell), [account], cashier.now + timedelta(hours=1))
    assert cashier.reasons(cashier.order(1, card)) == ["accepted"], "it closes in an hour"
    close_accounts(cashier.connection, LedgerMemory(cashier.cell), [account], None)
    assert cashier.reasons(cashier.order(1, card)) == ["accepted"]


def test_what_buyers_take_from_a_card_ends_with_the_moment_it_is_closed(open_cashier) -> None:
    """One buys with it again and again while another closes it: nothing leaves it once the closing is answered."""
    cashier, number = open_cashier(on_hand=1000), new_number()
    account = tender_account(USD, Tender.GIFT_CARD, number)
    cashier.fund(number, 1000 * PRICE, Tender.GIFT_CARD)
    card = part("gift_card", account=card_code(secret_key(), number))
    spent, answers = Event(), list[str]()

    def buy() -> None:
        while "account_closed" not in answers:
            answers.extend(cashier.reasons(cashier.order(1, card), cashier.order(1, card)))
            spent.set()

    with psycopg.connect(cashier.url, autocommit=True) as somebody, ThreadPoolExecutor(1) as buyers:
        register(somebody)
        buying = buyers.submit(buy)
        assert spent.wait(20)
        close_accounts(somebody, LedgerMemory(cashier.cell), [account], cashier.now)
        left = balances(somebody, cashier.cell, [account])[account]
        buying.result(20)
    assert cashier.balance(account) == left.credits_posted - left.debits_posted
    assert answers == ["accepted"] * answers.count("accepted") + ["account_closed"] * 2
