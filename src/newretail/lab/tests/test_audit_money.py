"""Law 4 is broken on purpose in a cell whose orders were paid in every way, and the audit must tell so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newretail.kit.ids import uuid7
from newretail.lab.audit.laws import audit
from newretail.pay.api import EventKind, ledger_of
from newretail.pay.settlement.api import (
    CardDeed,
    CardWish,
    CellBooks,
    DayRules,
    Terms,
    ask_cards,
    carry_out_cards,
    close_days,
    set_terms,
)
from newretail.trade.rules import State
from newretail.trade.tests.paying_work import AT_THE_DOOR, CARD, WALLET, Cashier, part

BREAKS = {
    "an order that nobody paid": (
        "UPDATE trade_order SET settlement = 1 WHERE settlement = 0",
        {(4, "orders")},
    ),
    "money for no order": (
        "UPDATE pay_transfer SET subject_id = gen_random_uuid() WHERE code = 20 AND amount_minor = 1500",
        {(4, "orders")},
    ),
    "a cancelled order whose money stayed": (
        "DELETE FROM pay_transfer WHERE code = 30 AND amount_minor = 1000",
        {(4, "orders"), (3, "balances"), (3, "batches")},
    ),
    "a refund that nobody made": ("DELETE FROM pay_refund", {(4, "orders")}),
    "a payment that says it took more": (
        "UPDATE pay_payment SET captured_minor = captured_minor - 1, received_minor = received_minor - 1"
        " WHERE captured_minor = 2000",
        {(4, "payments")},
    ),
    "a hold that the payment forgot": (
        "UPDATE pay_payment SET held_minor = 0 WHERE held_minor = 2500",
        {(4, "payments")},
    ),
    "a line refunded beyond what it cost": (
        "UPDATE pay_refund SET lines = ARRAY[[1, 9, 500]]",
        {(4, "refunds")},
    ),
    "an order that waits for ever": (
        "UPDATE pay_payment SET expires_at = expires_at - interval '1 day' WHERE expires_at IS NOT NULL",
        {(4, "waiting")},
    ),
    "the door's cash written off": (
        "UPDATE pay_payment SET state = 6 WHERE tender = 8",
        {(4, "orders")},
    ),
    "a blocked card that somebody calls good": ("UPDATE pay_gift_card SET state = 1 WHERE state = 2", {(3, "cards")}),
    "a blocked card that somebody opened": ("UPDATE pay_account SET closed_from = NULL", {(3, "cards")}),
    "a card that ends and whose account does not": (
        "UPDATE pay_gift_card SET expires_at = issued_at + interval '1 year' WHERE state = 1",
        {(3, "cards")},
    ),
    "a card that ended long ago and was not written off": (
        "UPDATE pay_gift_card SET expires_at = issued_at - interval '2 days' WHERE state = 1;"
        " UPDATE pay_account a SET closed_from = g.expires_at FROM pay_gift_card g WHERE g.account_id = a.account_id"
        " AND g.state = 1",
        {(3, "cards")},
    ),
    "a card that was issued for more": (
        "UPDATE pay_gift_card SET value_minor = value_minor + 1 WHERE state = 1",
        {(3, "cards")},
    ),
    "a top-up whose payment says more than its wallet got": (
        "UPDATE pay_payment SET captured_minor = captured_minor + 1, received_minor = received_minor + 1,"
        " amount_minor = amount_minor + 1, asked_minor = asked_minor + 1 WHERE captured_minor = 7700",
        {(4, "payments")},
    ),
    "a top-up's money that the wallet never got": (
        "UPDATE pay_transfer SET credit_id = (SELECT account_id FROM pay_account WHERE chart = 5020)"
        " WHERE amount_minor = 7700 AND kind = 2",
        {(3, "balances"), (3, "pending"), (4, "payments")},
    ),
    "a top-up that is said to be done and has nothing": (
        "UPDATE pay_top_up SET stage = 3, ended_at = made_at WHERE amount_minor = 8800",
        {(4, "top_ups")},
    ),
    "money of a top-up that nobody asked for": (
        "DELETE FROM pay_top_up WHERE amount_minor = 7700",
        {(4, "top_ups")},
    ),
    "a top-up that waits for ever": (
        "UPDATE pay_payment SET expires_at = expires_at - interval '1 day' WHERE amount_minor = 8800",
        {(4, "waiting")},
    ),
    "a history that may be rewritten": ("GRANT DELETE ON pay_event TO newretail_ledger", {(3, "fences")}),
}


@pytest.fixture
def market(open_cells) -> Iterator[Cashier]:
    """Orders of every kind, told apart by what they cost."""
    scratch = open_cells(on_hand=1000)
    cashier = Cashier(scratch.url, scratch.cells[0].name, {scratch.node(): scratch.node_ids[0]})
    cashier.fund(7, 100_000)
    cashier.buy(1)
    cashier.buy(3, WALLET)
    cashier.move(cashier.buy(2, WALLET), State.CANCELLED)
    captured = cashier.buy(5, part("wallet", 500), CARD)
    cashier.hear(captured, EventKind.CAPTURED, 2000, 1)
    cashier.refund(captured, (1, 1, None))
    cashier.hear(cashier.buy(5, CARD), EventKind.AUTHORISED, 2500)
    cashier.hear(cashier.buy(6, CARD), EventKind.CAPTURED, 3000)
    cashier.buy(7, CARD)
    cashier.buy(8, AT_THE_DOOR)
    charged_back = cashier.buy(9, CARD)
    cashier.hear(charged_back, EventKind.CAPTURED, 4500)
    cashier.hear(charged_back, EventKind.CHARGED_BACK, 4500)
    cashier.move(charged_back, State.CANCELLED)
    _two_cards(cashier)
    topped_up = cashier.top_up(7700).order_id
    for kind in (EventKind.AUTHORISED, EventKind.CAPTURED):
        cashier.hear(topped_up, kind, 7700)
    cashier.refund(topped_up, amount=200)
    cashier.top_up(8800)
    yield cashier
    cashier.close()


def _two_cards(cashier: Cashier) -> None:
    """Two gift cards, of which one is blocked."""
    books = CellBooks(cashier.connection, cashier.cell, 1, ledger_of("USD"))
    issue, block = (uuid7() for _ in range(2))
    for wish in (CardWish(issue, CardDeed.ISSUE, 2, 700), CardWish(block, CardDeed.BLOCK)):
        if wish.deed == CardDeed.BLOCK:
            wish = replace(wish, account_id=cashier.one("SELECT min(account_id) FROM {c}.pay_gift_card")[0])
        ask_cards(books, wish, "fair", "staff 1", cashier.now.date(), cashier.now, "staff 2")
        carry_out_cards(books, wish.request_id, "a secret of tests", cashier.now)


def broken(cashier: Cashier) -> set[tuple[int, str]]:
    return {
        (law.number, check.name)
        for law in audit(cashier.url)
        for check in law.checks
        if check.broken and check.where == cashier.cell
    }


def test_orders_that_were_paid_in_every_way_keep_the_laws(market: Cashier) -> None:
    assert broken(market) == set()
    assert market.give_up(timedelta(hours=1)) == 2
    assert broken(market) == set()


@pytest.mark.parametrize("name", BREAKS)
def test_the_audit_tells_what_is_wrong_with_the_money(market: Cashier, name: str) -> None:
    statement, expected = BREAKS[name]
    market.connection.execute(f"SET search_path = {market.cell}")
    market.connection.execute(statement.replace("[[1, 9, 500]]", "[[1::bigint, 9, 500]]"))
    assert broken(market) == expected


def test_the_laws_hold_when_the_days_are_closed(market: Cashier) -> None:
    """Closing empties the sales into tax, commission, fees and payables; the orders' money stays what it is."""
    books = CellBooks(market.connection, market.cell, 1, ledger_of("USD"))
    now = datetime.now(UTC)
    set_terms(books, Terms((now - timedelta(days=9)).date(), 500, 290, 30), "staff 1", now)
    closed = close_days(books, DayRules("America/New_York", 1000), now + timedelta(days=2))
    assert closed
    left = market.one("SELECT sum(debits_posted - credits_posted) FROM {c}.pay_account WHERE chart = 4010")
    assert left == (0,)
    assert market.one("SELECT count(*) > 0 FROM {c}.pay_transfer WHERE code > 900") == (True,)
    assert broken(market) == set()
