"""Payments that happen in steps: what providers say, in whatever order they say it, and what we decide ourselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from newretail.kit.ids import uuid7
from newretail.pay.api import CallKind, Chart, EventKind, Outcome, Tender, account_id, sales_account
from newretail.trade.money import EventVerdict
from newretail.trade.rules import Channel, State
from newretail.trade.tests.paying_work import CARD, PRICE, USD, WALLET, Cashier, part, said

CREATE, CAPTURE, VOID, REFUND = (int(kind) for kind in CallKind)
E = EventKind
LOSSES = account_id(USD, Chart.CHARGEBACK_LOSSES, 0)


@pytest.fixture
def cashier(open_cashier: Callable[[], Cashier]) -> Cashier:
    return open_cashier()


def paid(cashier: Cashier, units: int = 2, *pay, captured: bool = True):
    """An order by card that is placed: authorised, and captured too."""
    order_id = cashier.buy(units, *(pay or (CARD,)))
    place = len(pay) - 1 if pay else 0
    amount = cashier.payment(order_id, place)["amount_minor"]
    assert cashier.hear(order_id, E.AUTHORISED, amount, place) == Outcome.APPLIED
    if captured:
        assert cashier.hear(order_id, E.CAPTURED, amount, place) == Outcome.APPLIED
    return order_id


def test_an_order_by_card_holds_its_goods_until_the_money_is_held(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    assert (cashier.state(order_id), cashier.reserved(), cashier.calls(order_id)) == (State.UNPAID, 2, [(CREATE, 1000)])
    assert cashier.hear(order_id, E.AUTHORISED, 1000) == Outcome.APPLIED
    assert (cashier.state(order_id), cashier.sales, cashier.payment(order_id)["held_minor"]) == (State.PLACED, 0, 1000)
    cashier.move(order_id, State.SHIPPED)
    assert cashier.calls(order_id)[1:] == [(CAPTURE, 1000)]
    assert cashier.hear(order_id, E.CAPTURED, 1000) == Outcome.APPLIED
    assert (cashier.sales, cashier.stripe) == (1000, 1000)


def test_nobody_can_move_an_unpaid_order_to_placed_but_its_money(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    assert not cashier.move(order_id, State.PLACED)
    assert not cashier.move(order_id, State.SHIPPED)
    assert cashier.state(order_id) == State.UNPAID


def test_a_provider_that_captures_at_once_places_the_order_at_once(cashier) -> None:
    order_id = cashier.buy(2, part("bank", provider="bank"))
    assert cashier.hear(order_id, E.CAPTURED, 1000, provider="bank") == Outcome.APPLIED
    assert (cashier.state(order_id), cashier.sales) == (State.PLACED, 1000)


def test_a_bank_transfer_may_come_in_parts(cashier) -> None:
    order_id = cashier.buy(2, part("bank", provider="bank"))
    assert cashier.hear(order_id, E.CAPTURED, 600, provider="bank", ref="a") == Outcome.APPLIED
    assert cashier.state(order_id) == State.UNPAID
    assert cashier.hear(order_id, E.CAPTURED, 500, provider="bank", ref="b") == Outcome.LATE
    assert (cashier.state(order_id), cashier.sales, cashier.suspense) == (State.PLACED, 1000, 0)
    assert cashier.calls(order_id)[1:] == [(REFUND, 100)]


def test_the_wallets_part_is_held_while_the_cards_part_is_awaited(cashier) -> None:
    cashier.fund(7, 700)
    order_id = cashier.buy(2, part("wallet", 600), CARD)
    assert (cashier.wallet(), cashier.sales) == (700, 0)
    assert cashier.reasons(cashier.order(1, WALLET)) == ["payment_declined"]
    cashier.hear(order_id, E.AUTHORISED, 400, 1)
    assert (cashier.wallet(), cashier.sales, cashier.state(order_id)) == (100, 600, State.PLACED)


def test_an_order_that_is_not_paid_in_time_gives_goods_and_money_free(cashier) -> None:
    cashier.fund(7, 600)
    order_id = cashier.buy(2, part("wallet", 600), CARD)
    assert cashier.give_up(timedelta(minutes=14)) == 0
    assert cashier.give_up(timedelta(minutes=16)) == 1
    assert cashier.give_up(timedelta(minutes=16)) == 0
    assert (cashier.state(order_id), cashier.reserved(), cashier.wallet()) == (State.CANCELLED, 0, 600)
    assert cashier.calls(order_id) == [(CREATE, 400), (VOID, 400)]
    assert cashier.reasons(cashier.order(1, WALLET)) == ["accepted"]


def test_a_declined_card_leaves_time_for_another_try(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    assert cashier.hear(order_id, E.DECLINED, 0) == Outcome.APPLIED
    assert cashier.state(order_id) == State.UNPAID
    cashier.fund(7, 1000)
    assert not cashier.open(order_id, part("wallet", 400)).done
    assert cashier.open(order_id, WALLET).done
    assert (cashier.state(order_id), cashier.sales, cashier.wallet()) == (State.PLACED, 1000, 0)
    assert not cashier.open(order_id, WALLET).done


def test_of_two_tries_only_one_is_taken_and_the_other_is_voided(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    assert cashier.open(order_id, part("card", provider="alipay")).done
    assert cashier.hear(order_id, E.AUTHORISED, 1000, 1, provider="alipay") == Outcome.APPLIED
    assert cashier.state(order_id) == State.PLACED
    assert cashier.hear(order_id, E.AUTHORISED, 1000) == Outcome.LATE
    assert cashier.calls(order_id).count((VOID, 1000)) == 2
    assert cashier.hear(order_id, E.CAPTURED, 1000) == Outcome.LATE
    assert (cashier.suspense, cashier.stripe, cashier.calls(order_id)[-1]) == (0, 0, (REFUND, 1000))


def test_money_for_an_order_that_is_gone_goes_back(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    cashier.move(order_id, State.CANCELLED)
    assert cashier.hear(order_id, E.AUTHORISED, 1000) == Outcome.LATE
    assert cashier.hear(order_id, E.CAPTURED, 1000) == Outcome.LATE
    assert (cashier.sales, cashier.suspense, cashier.calls(order_id)[-1]) == (0, 0, (REFUND, 1000))
    call_id = cashier.call_id(order_id, REFUND)
    assert cashier.hear(order_id, E.REFUNDED, 1000, call_id=call_id) == Outcome.APPLIED
    assert cashier.hear(order_id, E.REFUNDED, 1000, call_id=call_id) == Outcome.DUPLICATE
    assert (cashier.stripe, cashier.payment(order_id)["returned_minor"]) == (0, 1000)


def test_a_refund_that_fails_waits_in_suspense_for_somebody(cashier) -> None:
    order_id = paid(cashier)
    assert cashier.refund(order_id, amount=300).done
    call_id = cashier.call_id(order_id, REFUND)
    assert cashier.hear(order_id, E.REFUND_FAILED, 300, call_id=call_id) == Outcome.APPLIED
    assert cashier.hear(order_id, E.REFUND_FAILED, 300, call_id=call_id) == Outcome.DUPLICATE
    assert (cashier.sales, cashier.suspense, cashier.stripe) == (700, 300, 1000)
    assert cashier.hear(order_id, E.REFUNDED, 300, call_id=call_id) == Outcome.APPLIED
    assert (cashier.sales, cashier.suspense, cashier.stripe) == (700, 0, 700)
    assert cashier.hear(order_id, E.REFUND_FAILED, 300, call_id=call_id) == Outcome.APPLIED
    assert (cashier.suspense, cashier.stripe) == (300, 1000)


def test_a_refund_made_at_the_provider_is_taken_into_the_books(cashier) -> None:
    order_id = paid(cashier)
    assert cashier.hear(order_id, E.REFUNDED, 200) == Outcome.APPLIED
    assert (cashier.sales, cashier.stripe) == (800, 800)
    assert cashier.one("SELECT amount_minor FROM {c}.pay_refund WHERE order_id = %s", [order_id]) == (200,)
    assert cashier.hear(order_id, E.REFUNDED, 900) == Outcome.CONTRADICTION
    assert not cashier.refund(order_id, amount=801).done


@pytest.mark.parametrize("kind", [E.DECLINED, E.VOIDED, E.EXPIRED])
def test_a_hold_that_is_lost_before_the_goods_left_cancels_the_order(cashier, kind: EventKind) -> None:
    cashier.fund(7, 600)
    order_id = paid(cashier, 2, part("wallet", 600), CARD, captured=False)
    cashier.move(order_id, State.PICKING)
    assert cashier.hear(order_id, kind, 400, 1) == Outcome.APPLIED
    assert (cashier.state(order_id), cashier.wallet(), cashier.reserved()) == (State.CANCELLED, 600, 0)
    assert cashier.hear(order_id, kind, 400, 1) == Outcome.DUPLICATE


def test_a_hold_that_is_lost_after_the_goods_left_is_owed_and_may_still_come(cashier) -> None:
    order_id = paid(cashier, captured=False)
    cashier.move(order_id, State.SHIPPED)
    assert cashier.hear(order_id, E.DECLINED, 1000, call_id=cashier.call_id(order_id, CAPTURE)) == Outcome.APPLIED
    assert (cashier.state(order_id), cashier.sales, cashier.suspense) == (State.SHIPPED, 1000, -1000)
    assert not cashier.refund(order_id, amount=1).done
    assert cashier.hear(order_id, E.CAPTURED, 1000) == Outcome.APPLIED
    assert (cashier.sales, cashier.suspense, cashier.stripe) == (1000, 0, 1000)


def test_events_in_the_wrong_order_come_to_the_same(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    assert cashier.hear(order_id, E.CAPTURED, 1000) == Outcome.APPLIED
    assert cashier.hear(order_id, E.AUTHORISED, 1000) == Outcome.DUPLICATE
    assert cashier.hear(order_id, E.DECLINED, 0) == Outcome.CONTRADICTION
    assert cashier.hear(order_id, E.CAPTURED, 1000) == Outcome.DUPLICATE
    assert (cashier.state(order_id), cashier.sales, cashier.stripe) == (State.PLACED, 1000, 1000)


def test_an_event_is_heard_once_also_within_one_batch(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    event = said(order_id, E.CAPTURED, 1000)
    outcomes = [verdict.outcome for verdict in cashier.ask(event, event)]
    assert outcomes == [Outcome.APPLIED, Outcome.DUPLICATE]
    assert cashier.ask(event)[0].outcome == Outcome.DUPLICATE
    assert cashier.one("SELECT count(*) FROM {c}.pay_event") == (1,)


def test_authorised_and_captured_in_one_batch_is_held_and_taken(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    verdicts = cashier.ask(said(order_id, E.AUTHORISED, 1000), said(order_id, E.CAPTURED, 1000))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.APPLIED] * 2
    assert (cashier.sales, cashier.state(order_id)) == (1000, State.PLACED)


def test_what_makes_no_sense_is_kept_and_moves_nothing(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    assert cashier.hear(uuid7(), E.CAPTURED, 1000) == Outcome.UNKNOWN_PAYMENT
    assert cashier.hear(order_id, E.CAPTURED, 1000, currency="EUR") == Outcome.WRONG_CURRENCY
    assert cashier.hear(order_id, E.CAPTURED, 1000, provider="alipay") == Outcome.CONTRADICTION
    assert cashier.hear(order_id, E.CAPTURED, -1) == Outcome.CONTRADICTION
    assert cashier.hear(order_id, E.REFUNDED, 1) == Outcome.CONTRADICTION
    assert cashier.hear(order_id, E.CHARGED_BACK, 1) == Outcome.CONTRADICTION
    assert (cashier.state(order_id), cashier.sales, cashier.suspense) == (State.UNPAID, 0, 0)
    assert cashier.one("SELECT count(*) FROM {c}.pay_event") == (6,)


def test_less_than_was_asked_for_is_not_enough(cashier) -> None:
    order_id = cashier.buy(2, CARD)
    assert cashier.hear(order_id, E.AUTHORISED, 999) == Outcome.APPLIED
    assert (cashier.state(order_id), cashier.calls(order_id)[-1]) == (State.UNPAID, (VOID, 1000))


def test_a_chargeback_is_our_loss_and_is_not_given_back_twice(cashier) -> None:
    order_id = paid(cashier)
    assert cashier.hear(order_id, E.CHARGED_BACK, 1000) == Outcome.APPLIED
    assert cashier.hear(order_id, E.CHARGED_BACK, 1000) == Outcome.CONTRADICTION
    assert (cashier.sales, cashier.balance(LOSSES), cashier.stripe) == (1000, -1000, 0)
    assert not cashier.refund(order_id, amount=1).done


def test_captures_may_come_in_parts(cashier) -> None:
    order_id = paid(cashier, captured=False)
    assert not cashier.capture(order_id, 1001).done
    assert cashier.capture(order_id, 400).done
    assert cashier.hear(order_id, E.CAPTURED, 400, call_id=cashier.call_id(order_id, CAPTURE)) == Outcome.APPLIED
    assert (cashier.sales, cashier.payment(order_id)["held_minor"]) == (400, 600)
    cashier.move(order_id, State.SHIPPED)
    assert cashier.calls(order_id)[-1] == (CAPTURE, 600)
    assert cashier.hear(order_id, E.CAPTURED, 600) == Outcome.APPLIED
    assert (cashier.sales, cashier.payment(order_id)["held_minor"]) == (1000, 0)


def test_refunds_stay_within_line_and_tender_and_are_made_once(cashier) -> None:
    cashier.fund(7, 600)
    order_id = cashier.buy(2, part("wallet", 600), part("card", provider="stripe"))
    cashier.hear(order_id, E.CAPTURED, 400, 1)
    refund_id = uuid4()
    assert cashier.refund(order_id, (1, 1, None), refund_id=refund_id).amount_minor == PRICE
    again = cashier.refund(order_id, (1, 1, None), refund_id=refund_id)
    assert (again.done, again.amount_minor) == (True, PRICE)
    assert not cashier.refund(order_id, (1, 2, None), refund_id=refund_id).done
    assert (cashier.wallet(), cashier.stripe, cashier.sales) == (100, 0, 500)  # the last tender first
    assert not cashier.refund(order_id, (1, 2, None)).done
    assert not cashier.refund(order_id, (2, 1, None)).done
    assert not cashier.refund(order_id, (1, 1, 501)).done
    assert cashier.refund(order_id, (1, 0, 200)).done
    assert cashier.refund(order_id, (1, 1, None)).amount_minor == 300
    assert not cashier.refund(order_id, amount=1).done
    assert (cashier.wallet(), cashier.sales) == (600, 0)


def test_a_refund_before_the_capture_takes_less_instead(cashier) -> None:
    order_id = paid(cashier, captured=False)
    assert cashier.refund(order_id, (1, 1, None)).done
    assert (cashier.payment(order_id)["held_minor"], cashier.sales, cashier.calls(order_id)) == (
        500,
        0,
        [(CREATE, 1000)],
    )
    cashier.move(order_id, State.SHIPPED)
    assert cashier.calls(order_id)[-1] == (CAPTURE, 500)
    cashier.hear(order_id, E.CAPTURED, 500)
    assert (cashier.sales, cashier.payment(order_id)["state"]) == (500, 3)


def test_refunds_of_orders_that_were_paid_with_the_order(cashier) -> None:
    cashier.fund(7, 1000)
    order_id = cashier.buy(2, WALLET)
    assert cashier.refund(order_id, (1, 1, None)).done
    assert (cashier.wallet(), cashier.sales) == (500, 500)
    cashier.move(order_id, State.CANCELLED)
    assert (cashier.wallet(), cashier.sales) == (1000, 0)
    assert not cashier.refund(order_id, amount=1).done


def test_nobody_approves_a_refund_of_their_own(cashier) -> None:
    order_id = paid(cashier)
    assert not cashier.refund(order_id, amount=10, approved_by="ann").done
    assert cashier.refund(order_id, amount=10, approved_by="bob").done


def test_an_order_on_account_is_not_refunded_here(cashier) -> None:
    assert not cashier.refund(cashier.buy(1), amount=1).done
    assert not cashier.refund(uuid7(), amount=1).done


def test_sales_are_kept_by_channel(cashier) -> None:
    cashier.fund(7, 1000)
    cashier.buy(1, WALLET, channel="app")
    assert cashier.balance(sales_account(USD, Channel.APP)) == PRICE


def test_one_bad_ask_does_not_stop_the_others(cashier, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in one ask is told to its caller; the rest of the batch is served."""
    good, bad = cashier.buy(1, CARD), cashier.buy(1, CARD)
    cashier.connection.execute(
        f"ALTER TABLE {cashier.cell}.pay_event ADD CONSTRAINT broken CHECK (provider_ref <> 'broken')"
    )
    verdicts = cashier.ask(said(good, E.CAPTURED, PRICE), said(bad, E.CAPTURED, PRICE, ref="broken"))
    assert all(isinstance(verdict, EventVerdict) for verdict in verdicts)
    assert [verdict.outcome for verdict in verdicts] == [Outcome.APPLIED, None]
    assert (cashier.state(good), cashier.state(bad)) == (State.PLACED, State.UNPAID)


def test_memory_stays_exact_when_moves_orders_and_money_alternate(open_cashier) -> None:
    """Whatever advanced the cell's number: pools and balances are still what the tables say."""
    first = open_cashier(on_hand=10)
    second = open_cashier(beside=first)
    first.fund(7, 4 * PRICE)
    order_id = first.buy(2, WALLET)
    first.fund(8, PRICE)
    assert second.move(order_id, State.CANCELLED)
    assert first.reasons(first.order(1), first.order(4, WALLET)) == ["accepted", "accepted"]
    assert second.reasons(second.order(1, WALLET), second.order(6)) == ["payment_declined", "out_of_stock"]
    assert first.reasons(first.order(5, sku="sku-1"), first.order(1, WALLET, buyer=8, sku="sku-2")) == ["accepted"] * 2
    assert (first.wallet(), first.wallet(8), first.reserved()) == (0, 0, 10)


def test_points_are_given_back_as_points(cashier) -> None:
    cashier.fund(7, 1000, Tender.POINTS)
    order_id = cashier.buy(2, part("points"))
    assert cashier.refund(order_id, amount=250).done
    cashier.move(order_id, State.CANCELLED)
    assert cashier.reasons(cashier.order(2, part("points"))) == ["accepted"]
