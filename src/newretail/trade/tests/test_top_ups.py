"""Money that shoppers add to their wallets: there when it came, once, and never more of it goes back than is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.kit.ids import is_uuid7, uuid7
from newretail.pay.api import (
    CallKind,
    Chart,
    EventKind,
    Outcome,
    PaymentState,
    RefundAsk,
    Stage,
    SuspenseAsk,
    Tender,
    TopUpAsk,
    TopUpCancelAsk,
    Way,
    account_id,
    is_top_up,
    payment_id,
    suspense_account,
    tender_account,
    top_up_amounts,
    top_up_id,
    transfer_id,
)
from newretail.pay.ledger.currencies import currency_of
from newretail.trade.rules import State
from newretail.trade.tests.paying_work import CARD, USD, WALLET, Cashier, part, said

CREATE, CAPTURE, VOID, REFUND = (int(kind) for kind in CallKind)
E = EventKind
LOSSES = account_id(USD, Chart.CHARGEBACK_LOSSES, 0)


@pytest.fixture
def cashier(open_cashier: Callable[[], Cashier]) -> Cashier:
    return open_cashier()


def asked(cashier: Cashier, amount: int = 2000) -> UUID:
    verdict = cashier.top_up(amount)
    assert verdict.done, verdict.detail
    return verdict.order_id


def came(cashier: Cashier, amount: int = 2000) -> UUID:
    """A top-up whose money is in the wallet."""
    its_id = asked(cashier, amount)
    for kind in (E.AUTHORISED, E.CAPTURED):
        assert cashier.hear(its_id, kind, amount) == Outcome.APPLIED
    assert cashier.stage(its_id) == Stage.GONE
    return its_id


@given(st.integers(0, (1 << 48) - 1))
def test_no_order_can_have_the_id_of_a_top_up(milliseconds) -> None:
    its_id = top_up_id(uuid7(milliseconds))
    assert is_top_up(its_id)
    assert is_top_up(payment_id(its_id, 7))
    assert is_top_up(transfer_id(its_id, 255))
    assert not is_uuid7(its_id)
    assert payment_id(its_id, 0) == its_id
    assert its_id.int >> 80 == milliseconds, "ordered by time like an order's"


def test_every_amount_that_is_offered_is_allowed() -> None:
    for ledger in range(1, 150):
        amounts = top_up_amounts(currency_of(ledger))
        assert all(map(amounts.allows, amounts.offered))
        assert list(amounts.offered) == sorted(set(amounts.offered))
        assert not amounts.allows(amounts.least_minor - 1)
        assert not amounts.allows(amounts.most_minor + 1)


def test_the_money_is_in_the_wallet_when_it_came_and_not_before(cashier) -> None:
    its_id = asked(cashier)
    assert (cashier.wallet(), cashier.calls(its_id)) == (0, [(CREATE, 2000)])
    assert cashier.hear(its_id, E.AUTHORISED, 2000) == Outcome.APPLIED
    assert (cashier.wallet(), cashier.stage(its_id)) == (0, Stage.STANDING)
    assert cashier.calls(its_id)[1:] == [(CAPTURE, 2000)], "nothing has to leave a store first"
    assert cashier.reasons(cashier.order(1, WALLET)) == ["payment_declined"], "what is on its way buys nothing"
    assert cashier.hear(its_id, E.CAPTURED, 2000) == Outcome.APPLIED
    assert (cashier.wallet(), cashier.stripe, cashier.stage(its_id)) == (2000, 2000, Stage.GONE)
    assert cashier.sales == 0
    assert cashier.state(cashier.buy(2, WALLET)) == State.PLACED


def test_the_same_id_is_the_same_top_up(cashier) -> None:
    its_id = asked(cashier)
    assert all(cashier.top_up(2000, its_id=its_id).done for _ in range(2))
    assert cashier.calls(its_id) == [(CREATE, 2000)]
    assert not cashier.top_up(2100, its_id=its_id).done
    assert not cashier.top_up(2000, buyer=8, its_id=its_id).done
    twice = TopUpAsk(top_up_id(uuid7()), 7, 900, Tender.CARD, "stripe")
    assert [verdict.done for verdict in cashier.ask(twice, twice)] == [True, True]
    assert cashier.calls(twice.top_up_id) == [(CREATE, 900)]


@pytest.mark.parametrize(
    ("amount", "buyer", "its_id", "tender", "provider"),
    [
        (499, 7, None, Tender.CARD, "stripe"),
        (100_001, 7, None, Tender.CARD, "stripe"),
        (2000, 0, None, Tender.CARD, "stripe"),
        (2000, 7, uuid7(), Tender.CARD, "stripe"),
        (2000, 7, UUID(int=top_up_id(uuid7()).int | 1), Tender.CARD, "stripe"),
        (2000, 7, top_up_id(uuid7(1_600_000_000_000)), Tender.CARD, "stripe"),
        (2000, 7, top_up_id(uuid7((1 << 48) - 1)), Tender.CARD, "stripe"),
        (2000, 7, None, Tender.WALLET, ""),
        (2000, 7, None, Tender.CARD, "terminal"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_leaves_nothing(cashier, amount, buyer, its_id, tender, provider) -> None:
    verdict = cashier.money(TopUpAsk(its_id or top_up_id(uuid7()), buyer, amount, tender, provider))
    assert not verdict.done
    assert verdict.detail
    assert cashier.one("SELECT count(*) FROM {c}.pay_top_up") == (0,)


def test_who_cancels_a_waiting_top_up_pays_nothing_and_late_money_goes_back(cashier) -> None:
    its_id = asked(cashier)
    assert not cashier.money(TopUpCancelAsk(its_id, 8)).done, "it is another buyer's"
    assert all(cashier.money(TopUpCancelAsk(its_id, 7)).done for _ in range(2))
    assert (cashier.stage(its_id), cashier.calls(its_id)) == (Stage.CANCELLED, [(CREATE, 2000), (VOID, 2000)])
    assert cashier.hear(its_id, E.CAPTURED, 2000) == Outcome.LATE
    assert (cashier.wallet(), cashier.calls(its_id)[-1]) == (0, (REFUND, 2000))
    assert cashier.hear(its_id, E.REFUNDED, 2000, call_id=cashier.call_id(its_id, REFUND)) == Outcome.APPLIED
    assert (cashier.stripe, cashier.suspense) == (0, 0)
    paid = asked(cashier)
    cashier.hear(paid, E.CAPTURED, 2000)
    assert not cashier.money(TopUpCancelAsk(paid, 7)).done
    assert cashier.wallet() == 2000


def test_a_declined_card_leaves_another_try_and_its_reason(cashier) -> None:
    its_id = asked(cashier)
    declined = said(its_id, E.DECLINED, 2000, detail="insufficient_funds")
    assert cashier.ask(declined)[0].outcome == Outcome.APPLIED
    row = cashier.payment(its_id)
    assert (row["state"], row["declined_for"], cashier.stage(its_id)) == (
        PaymentState.DECLINED,
        "insufficient_funds",
        Stage.WAITING,
    )
    assert cashier.top_up(2000, its_id=its_id).done
    assert cashier.calls(its_id) == [(CREATE, 2000), (CREATE, 2000)]
    assert cashier.top_up(2000, its_id=its_id, by="bank").done, "and another way"
    assert cashier.payment(its_id, 1)["state"] == PaymentState.VOIDED
    assert cashier.hear(its_id, E.CAPTURED, 2000, 2, provider="bank") == Outcome.APPLIED
    assert (cashier.wallet(), cashier.stage(its_id)) == (2000, Stage.GONE)


def test_what_is_not_paid_in_time_is_given_up_and_late_money_goes_back(cashier) -> None:
    its_id = asked(cashier)
    assert cashier.give_up() == 1
    assert (cashier.stage(its_id), cashier.calls(its_id)[1:]) == (Stage.CANCELLED, [(VOID, 2000)])
    assert cashier.hear(its_id, E.CAPTURED, 2000) == Outcome.LATE
    assert (cashier.wallet(), cashier.suspense, cashier.calls(its_id)[2:]) == (0, 0, [(REFUND, 2000)])
    assert cashier.hear(its_id, E.REFUNDED, 2000) == Outcome.APPLIED
    assert cashier.stripe == 0


def test_a_part_that_came_stays_when_the_rest_does_not_come(cashier) -> None:
    its_id = asked(cashier)
    assert cashier.hear(its_id, E.CAPTURED, 1200) == Outcome.APPLIED
    assert (cashier.wallet(), cashier.stage(its_id)) == (1200, Stage.WAITING)
    cashier.buy(2, WALLET)  # spent at once
    assert cashier.give_up() == 1
    assert (cashier.wallet(), cashier.stage(its_id)) == (200, Stage.GONE)
    assert cashier.payment(its_id)["state"] == PaymentState.CAPTURED


def test_a_capture_that_fails_adds_nothing(cashier) -> None:
    its_id = asked(cashier)
    assert cashier.hear(its_id, E.AUTHORISED, 2000) == Outcome.APPLIED
    failed = said(its_id, E.DECLINED, 2000, call_id=cashier.call_id(its_id, CAPTURE))
    assert cashier.ask(failed)[0].outcome == Outcome.APPLIED
    assert (cashier.wallet(), cashier.suspense, cashier.stage(its_id)) == (0, 0, Stage.CANCELLED)


def test_it_is_given_back_as_far_as_the_wallet_still_holds_it(cashier) -> None:
    its_id = came(cashier)
    cashier.buy(2, WALLET)
    assert not cashier.refund(its_id, amount=1001).done
    refund_id = uuid4()
    assert cashier.refund(its_id, amount=600, refund_id=refund_id).done
    assert cashier.refund(its_id, amount=600, refund_id=refund_id).done, "the same refund"
    assert (cashier.wallet(), cashier.stripe, cashier.calls(its_id)[2:]) == (400, 1400, [(REFUND, 600)])
    assert not cashier.refund(its_id, amount=401).done
    assert cashier.refund(its_id, amount=400).done
    assert cashier.wallet() == 0


def test_what_the_wallet_holds_for_an_order_cannot_go_back(cashier) -> None:
    its_id = came(cashier)
    cashier.buy(4, part("wallet", 1500), CARD)
    assert cashier.held(tender_account(USD, Tender.WALLET, 7)) == 1500
    assert not cashier.refund(its_id, amount=501).done
    assert cashier.refund(its_id, amount=500).done


def test_two_refunds_in_one_batch_share_what_is_there(cashier) -> None:
    its_id = came(cashier)
    cashier.buy(2, WALLET)
    asks = [RefundAsk(uuid4(), its_id, "why not", "ann", (), 700) for _ in range(2)]
    assert [verdict.done for verdict in cashier.ask(*asks)] == [True, False]
    assert cashier.wallet() == 300


def test_a_provider_that_gives_back_by_itself_leaves_a_hole_where_the_money_is_spent(cashier) -> None:
    its_id = came(cashier)
    cashier.buy(3, WALLET)
    assert cashier.hear(its_id, E.REFUNDED, 2000) == Outcome.APPLIED
    assert (cashier.wallet(), cashier.suspense, cashier.stripe) == (0, -1500, 0)
    assert cashier.payment(its_id)["suspense_minor"] == -1500


def test_captured_and_given_back_heard_in_one_batch_comes_to_nothing(cashier) -> None:
    """As a reconciliation tells it after both webhooks were lost."""
    its_id = asked(cashier)
    events = [said(its_id, kind, 2000) for kind in (E.AUTHORISED, E.CAPTURED, E.REFUNDED)]
    assert [verdict.outcome for verdict in cashier.ask(*events)] == [Outcome.APPLIED] * 3
    assert (cashier.wallet(), cashier.suspense, cashier.stripe) == (0, 0, 0)


def test_a_charge_back_takes_what_the_wallet_still_holds(cashier) -> None:
    its_id = came(cashier)
    cashier.buy(3, WALLET)
    assert cashier.hear(its_id, E.CHARGED_BACK, 2000) == Outcome.APPLIED
    assert (cashier.wallet(), cashier.stripe, cashier.balance(LOSSES)) == (0, 0, -1500)
    assert not cashier.refund(its_id, amount=1).done


def test_a_refund_that_came_back_waits_in_suspense_and_goes_into_the_wallet(cashier) -> None:
    its_id = came(cashier)
    assert cashier.refund(its_id, amount=500).done
    failed = said(its_id, E.REFUND_FAILED, 500, call_id=cashier.call_id(its_id, REFUND))
    assert cashier.ask(failed)[0].outcome == Outcome.APPLIED
    assert cashier.balance(suspense_account(USD)) == 500
    wish = SuspenseAsk(uuid4(), its_id, payment_id(its_id, 0), Way.WALLET, 500, "the card is gone", "ann", 7)
    assert cashier.money(wish).done
    assert (cashier.wallet(), cashier.suspense) == (2000, 0)


def test_an_order_is_never_taken_for_a_top_up_nor_the_other_way_round(cashier) -> None:
    its_id = came(cashier)
    assert not cashier.move(its_id, State.CANCELLED)
    assert not cashier.open(its_id, WALLET).done
    assert cashier.reasons(cashier.order(1, WALLET, order_id=its_id)) == ["bad_id"]
    assert cashier.give_up(timedelta(hours=1)) == 0
