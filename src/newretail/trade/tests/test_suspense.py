"""Money in suspense is sent on by a person: to its provider or to a wallet, once an id, never more than is there."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from newretail.kit.ids import uuid7
from newretail.pay.api import CallKind, EventKind, Outcome, SuspenseAsk, Way, payment_id
from newretail.trade.rules import State
from newretail.trade.tests.paying_work import CARD, WALLET, Cashier, said

REFUND = int(CallKind.REFUND)
E = EventKind


@pytest.fixture
def cashier(open_cashier: Callable[[], Cashier]) -> Cashier:
    return open_cashier()


@pytest.fixture
def stuck(cashier) -> UUID:
    """An order of 1000 by card, 300 of which went back and came again: they are in suspense."""
    order_id: UUID = cashier.buy(2, CARD)
    for kind in (E.AUTHORISED, E.CAPTURED):
        assert cashier.hear(order_id, kind, 1000) == Outcome.APPLIED
    assert cashier.refund(order_id, amount=300).done
    failed = said(order_id, E.REFUND_FAILED, 300, call_id=cashier.call_id(order_id, REFUND))
    assert cashier.ask(failed)[0].outcome == Outcome.APPLIED
    assert (cashier.sales, cashier.suspense, cashier.stripe) == (700, 300, 1000)
    return order_id


def ask(order_id: UUID, way: Way, amount: int = 300, ask_id: UUID | None = None, **more) -> SuspenseAsk:
    buyer = more.pop("buyer_id", 7 if way == Way.WALLET else 0)
    its_id = ask_id or uuid4()
    return SuspenseAsk(its_id, order_id, payment_id(order_id, 0), way, amount, "the card is gone", "ann", buyer, **more)


def test_it_goes_back_to_its_provider_who_is_asked_once(cashier, stuck) -> None:
    wish = ask(stuck, Way.PROVIDER)
    assert [cashier.money(wish).done for _ in range(3)] == [True] * 3
    assert (cashier.suspense, cashier.stripe) == (0, 700)
    assert cashier.calls(stuck).count((REFUND, 300)) == 2, "the one that failed, and this one"
    assert cashier.hear(stuck, E.REFUNDED, 300) == Outcome.APPLIED
    assert (cashier.suspense, cashier.stripe) == (0, 700)
    assert cashier.payment(stuck)["returned_minor"] == 300


def test_it_is_credited_to_the_wallet_once_and_pays_another_order(cashier, stuck) -> None:
    wish = ask(stuck, Way.WALLET)
    assert [cashier.money(wish).done for _ in range(2)] == [True, True]
    assert (cashier.suspense, cashier.wallet(), cashier.stripe) == (0, 300, 1000)
    assert cashier.payment(stuck)["credited_minor"] == 300
    assert not cashier.money(ask(stuck, Way.WALLET, 200, wish.ask_id)).done, "another content under the same id"
    waiting = cashier.buy(1, CARD)
    cashier.fund(7, 200)
    assert cashier.open(waiting, WALLET).done
    assert cashier.state(waiting) == State.PLACED
    assert cashier.wallet() == 0


def test_what_was_credited_and_then_given_back_by_the_provider_contradicts_the_books(cashier, stuck) -> None:
    assert cashier.money(ask(stuck, Way.WALLET)).done
    assert cashier.hear(stuck, E.REFUNDED, 800) == Outcome.CONTRADICTION
    assert (cashier.suspense, cashier.stripe) == (0, 1000)


def test_never_more_than_is_there_and_parts_add_up(cashier, stuck) -> None:
    assert not cashier.money(ask(stuck, Way.WALLET, 301)).done
    assert not cashier.money(ask(stuck, Way.WALLET, 0)).done
    assert (
        cashier.ask(ask(stuck, Way.WALLET, 100), ask(stuck, Way.PROVIDER, 200), ask(stuck, Way.WALLET, 1))[2].done
        is False
    )
    assert (cashier.suspense, cashier.wallet(), cashier.stripe) == (0, 100, 800)


@pytest.mark.parametrize(
    ("change", "said_why"),
    [
        ({"approved_by": "ann"}, "somebody else"),
        ({"buyer_id": 0}, "whose wallet"),
    ],
)
def test_what_cannot_be_says_why_and_moves_nothing(cashier, stuck, change, said_why) -> None:
    verdict = cashier.money(ask(stuck, Way.WALLET, **change))
    assert not verdict.done
    assert said_why in verdict.detail
    assert cashier.suspense == 300


def test_an_order_that_is_not_here_has_no_suspense(cashier, stuck) -> None:
    assert not cashier.money(ask(uuid7(), Way.WALLET)).done


def test_what_is_left_of_each_line_is_what_the_engine_would_give(cashier) -> None:
    from newretail.pay.api import lines_left, refund_amount
    from newretail.trade.moves import read_standing

    order_id = cashier.buy(3, CARD)
    for kind in (E.AUTHORISED, E.CAPTURED):
        cashier.hear(order_id, kind, 1500)
    cashier.refund(order_id, (1, 1, None))
    with cashier.connection.cursor() as cursor:
        money = read_standing(cursor, cashier.cell, [order_id])[order_id].money
    assert money is not None
    assert lines_left(money) == [(2, 1000)]
    assert refund_amount(money, [(1, 2)]) == (1000, "")
    assert refund_amount(money, [(1, 3)])[1] != ""
