"""What is asked about the money of orders, and its answers: pay's rules, applied to trade's orders. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np

from newretail.kit.sentences import sentence
from newretail.pay.api import (
    HOUSE,
    CallKind,
    CallStanding,
    CallState,
    Effects,
    EventKind,
    MoneyVerdict,
    OrderMoney,
    Outcome,
    ProviderEvent,
    Tender,
    apply_event,
    capture,
    currency_of,
    give_up,
    open_payments,
)
from newretail.trade.moves import Standing
from newretail.trade.orders import TenderRequest, tenders_of
from newretail.trade.paying import new_payment
from newretail.trade.rules import SENTENCES, Reason
from newretail.trade.tenders import Bill, bill_of

# Which of our calls an event can answer, and what it makes of it.
_ANSWERS: dict[EventKind, dict[CallKind, CallState]] = {
    EventKind.AUTHORISED: {CallKind.CREATE: CallState.CONFIRMED},
    EventKind.CAPTURED: {CallKind.CREATE: CallState.CONFIRMED, CallKind.CAPTURE: CallState.CONFIRMED},
    EventKind.DECLINED: {CallKind.CREATE: CallState.FAILED, CallKind.CAPTURE: CallState.FAILED},
    EventKind.VOIDED: {CallKind.VOID: CallState.CONFIRMED, CallKind.CAPTURE: CallState.FAILED},
    EventKind.EXPIRED: {CallKind.VOID: CallState.CONFIRMED, CallKind.CAPTURE: CallState.FAILED},
    EventKind.REFUNDED: {CallKind.REFUND: CallState.CONFIRMED},
    EventKind.REFUND_FAILED: {CallKind.REFUND: CallState.FAILED},
    EventKind.CHARGED_BACK: {},
}
_ONCE = (CallKind.CAPTURE, CallKind.REFUND)  # a call of these kinds moves money once: its answer again is no news


@dataclass(frozen=True, slots=True)
class EventVerdict:
    """What was made of an event; `outcome` is None when it failed on our side and should be sent again."""

    provider: str
    event_id: str
    outcome: Outcome | None
    detail: str
    order_id: UUID | None


@dataclass(frozen=True, slots=True)
class CaptureAsk:
    """Have providers capture what they hold for an order: all of it (None), or an amount."""

    order_id: UUID
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """Try other tenders for an order that waits for its money; together they pay what is missing."""

    order_id: UUID
    tenders: tuple[TenderRequest, ...]

    def own_accounts(self, effects: Effects, orders: Mapping[UUID, Standing]) -> list[int]:
        """The accounts with us that these tenders would take from."""
        order = orders.get(self.order_id)
        if order is None or order.money is None:
            return []
        bill, _ = bill_for(order, order.money, self, effects.ledger)
        return [int(account) for account in bill.account[bill.is_house] if account > 0]


@dataclass(frozen=True, slots=True)
class GiveUpAsk:
    """Give up orders and top-ups whose time to be paid is over, at most `limit` of them."""

    limit: int = 1000


def bill_for(order: Standing, money: OrderMoney, ask: OpenAsk, ledger: int) -> tuple[Bill, Reason]:
    """What tenders come to for one order that still lacks money, and what is wrong with them."""
    reason = np.zeros(1, np.uint8)
    missing, channel, buyer, node = (
        np.array([value]) for value in (money.missing_minor, order.channel, order.buyer_id, order.node_id)
    )
    tenders = tenders_of([(0, tender) for tender in ask.tenders])
    bill = bill_of(tenders, reason, missing, channel, buyer, node, ledger)
    if not ask.tenders:
        return bill, Reason.TENDER_AMOUNTS
    return bill, Reason(int(reason[0]))


def open_again(
    effects: Effects, order: Standing, ask: OpenAsk, balances: Mapping[int, int], batch_number: int
) -> MoneyVerdict:
    """Open payments for an order that waits. `balances`: of the buyers' own accounts among the tenders."""
    money = order.money
    assert money is not None
    bill, reason = bill_for(order, money, ask, effects.ledger)
    if reason != Reason.ACCEPTED:
        total = f"{money.missing_minor} {currency_of(effects.ledger)}"
        sentence = SENTENCES[reason].format(sku=None, number=0, total=total)
        return MoneyVerdict(ask.order_id, False, 0, sentence)
    until = effects.at + timedelta(seconds=effects.unpaid_seconds)
    wanted = []
    for number, tender in enumerate(bill.tender.tolist()):
        account, amount = int(bill.account[number]), int(bill.amount[number])
        place = len(money.payments) + number
        opened = new_payment(order.order_id, place, Tender(tender), account, amount, effects.at, until, batch_number)
        wanted.append(opened)
    house = {payment.account_id for payment in wanted if payment.tender in HOUSE}
    return open_payments(effects, money, wanted, {account: balances.get(account, 0) for account in house})


def take(effects: Effects, money: OrderMoney, ask: CaptureAsk) -> MoneyVerdict:
    return capture(effects, money, ask.amount_minor)


def give_up_all(effects: Effects, due: Sequence[OrderMoney]) -> int:
    """Give those up whose time is over; return how many."""
    return sum(give_up(effects, money) for money in due)


def apply(
    effects: Effects,
    money: OrderMoney | None,
    event: ProviderEvent,
    heard: dict[tuple[str, str], tuple[Outcome, str]],
    calls: dict[UUID, CallStanding],
    events: list[tuple[ProviderEvent, Outcome, str]],
    ended: dict[UUID, CallState],
) -> EventVerdict:
    """Apply an event that was not heard before; `heard`, `calls`, `events` and `ended` are kept up to date."""
    key = (event.provider, event.event_id)
    order_id = None if money is None else money.order_id
    if key in heard:
        return EventVerdict(*key, Outcome.DUPLICATE, heard[key][1], order_id)
    call = calls.get(event.call_id) if event.call_id is not None else None
    if call is not None and (call.payment_id != event.payment_id or call.kind not in _ANSWERS[event.kind]):
        call = None
    outcome, detail = _outcome(effects, money, event, call)
    if call is not None and event.call_id is not None and outcome != Outcome.CONTRADICTION:
        call.state = ended[event.call_id] = _ANSWERS[event.kind][call.kind]
    heard[key] = (outcome, detail)
    events.append((event, outcome, detail))
    return EventVerdict(*key, outcome, detail, order_id)


def _outcome(
    effects: Effects, money: OrderMoney | None, event: ProviderEvent, call: CallStanding | None
) -> tuple[Outcome, str]:
    payments = [] if money is None else [p for p in money.payments if p.payment_id == event.payment_id]
    if money is None or not payments:
        return Outcome.UNKNOWN_PAYMENT, sentence("No payment here has this id.")
    if payments[0].provider != event.provider:
        return Outcome.CONTRADICTION, sentence("This payment is another provider’s.")
    if event.currency != currency_of(effects.ledger):
        return Outcome.WRONG_CURRENCY, sentence("This payment is in another currency.")
    return apply_event(effects, money, payments[0], event, call.state if call and call.kind in _ONCE else None)
