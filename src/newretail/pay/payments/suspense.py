"""Money in suspense, sent on by a person: back to its provider, or into a wallet. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from newretail.kit.sentences import sentence
from newretail.pay.ledger.rules import Chart
from newretail.pay.payments.decisions import MoneyVerdict
from newretail.pay.payments.messages import CallKind
from newretail.pay.payments.money import Effects, OrderMoney, Payment, SuspenseMove
from newretail.pay.payments.rules import LAST_REFUND_STEP, Why


class Way(IntEnum):
    """Where money in suspense goes."""

    PROVIDER = 1  # who is asked to give it back
    WALLET = 2  # of the buyer, who can pay with it


@dataclass(frozen=True, slots=True)
class SuspenseAsk:
    """Send on what waits in suspense for a payment. The same id is the same move.

    `buyer_id`: whose wallet, for a way that leads to one. `approved_by`: a second person, where one is needed.
    """

    ask_id: UUID
    order_id: UUID
    payment_id: UUID
    way: Way
    amount_minor: int
    reason: str
    actor: str
    buyer_id: int = 0
    approved_by: str = ""


def send_on(
    effects: Effects, money: OrderMoney, ask: SuspenseAsk, moved: Mapping[UUID, tuple[UUID, int, int]]
) -> MoneyVerdict:
    """Carry an ask out, once. `moved`: what asks with these ids did before: payment, way, amount."""

    def no(detail: str) -> MoneyVerdict:
        return MoneyVerdict(money.order_id, False, 0, detail)

    before = moved.get(ask.ask_id)
    if before is None:
        before = next(
            ((m.payment_id, m.way, m.amount_minor) for m in effects.suspense_moves if m.ask_id == ask.ask_id), None
        )
    if before is not None:
        if before != (ask.payment_id, int(ask.way), ask.amount_minor):
            return no(sentence("A move with this id exists and says something else."))
        return MoneyVerdict(money.order_id, True, ask.amount_minor, "This was done before.")
    payment = next((one for one in money.payments if one.payment_id == ask.payment_id and one.by_provider), None)
    fault = _cannot(money, payment, ask)
    if payment is None or fault:
        return no(fault)
    if ask.way == Way.PROVIDER:
        effects.ask(CallKind.REFUND, payment, ask.amount_minor)
        effects.out_of_suspense(money, payment, Why.SENT_BACK, ask.amount_minor)
    else:
        wallet = effects.house(Chart.WALLET, ask.buyer_id)
        effects.book(money, Why.CREDITED, effects.house(Chart.SUSPENSE), wallet, ask.amount_minor)
        payment.suspense_minor -= ask.amount_minor
        payment.credited_minor += ask.amount_minor
        effects.touch(payment)
    effects.suspense_moves.append(_moved(ask, effects.at))
    return MoneyVerdict(money.order_id, True, ask.amount_minor, "")


def _cannot(money: OrderMoney, payment: Payment | None, ask: SuspenseAsk) -> str:
    """Why it cannot be sent on; empty when it can."""
    if payment is None:
        return sentence("This order has no such payment by a provider.")
    if not 0 < ask.amount_minor <= payment.suspense_minor:
        left = max(payment.suspense_minor, 0)
        return sentence("Of this payment %(left_minor)s is in suspense.", left_minor=left)
    if ask.approved_by and ask.approved_by == ask.actor:
        return sentence("It is approved by somebody else than who asks for it.")
    if money.next_step > LAST_REFUND_STEP:
        return sentence("This order’s money has moved too often for another step.")
    if ask.way == Way.WALLET and ask.buyer_id <= 0:
        return sentence("Say whose wallet it goes to.")
    return ""


def _moved(ask: SuspenseAsk, at: datetime) -> SuspenseMove:
    return SuspenseMove(
        *(ask.ask_id, ask.order_id, ask.payment_id, int(ask.way), ask.amount_minor, ask.buyer_id),
        *(ask.reason, ask.actor, ask.approved_by, at),
    )
