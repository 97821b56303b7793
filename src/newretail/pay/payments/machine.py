"""What a provider's event does to a payment and its order. Pure: the order's money and the event in, effects out.

Events come late, twice, out of order, and contradict each other. The rules:

* The same event id is the same event (its row is the proof; that is checked before this). The answer to a call that
  was answered already, or a capture that repeats what the same provider reference brought, is the same event too.
* Money for an order that is gone, or more than was asked for, never vanishes: it goes to SUSPENSE and from there back,
  by a call.
* A hold that is lost before the goods left cancels the order; after they left, the sale stands against SUSPENSE.
* What a provider gave back of a top-up leaves the wallet as far as it is still there; a charge-back likewise.
* What cannot be true as far as the books know is kept, and moves nothing: the reconciliation asks the provider.
"""

from __future__ import annotations

from collections.abc import Callable

from newretail.kit.sentences import sentence
from newretail.pay.ledger.rules import Chart
from newretail.pay.payments.decisions import cancel, place_if_secured
from newretail.pay.payments.messages import CallKind, EventKind, ProviderEvent
from newretail.pay.payments.money import Effects, OrderMoney, Payment, Refund
from newretail.pay.payments.rules import (
    LAST_STEP,
    CallState,
    Outcome,
    PaymentState,
    Stage,
    Why,
    place_of,
)

Result = tuple[Outcome, str]
DECLINED_FOR_LENGTH = 200
_SPARE_STEPS = 25  # the most that one event and a cancel after it can take
_DONE = (Outcome.APPLIED, "")
_DEAD = {
    EventKind.DECLINED: PaymentState.DECLINED,
    EventKind.VOIDED: PaymentState.VOIDED,
    EventKind.EXPIRED: PaymentState.EXPIRED,
}
_PAST = frozenset({PaymentState.CAPTURED, PaymentState.REFUNDED, PaymentState.CHARGED_BACK})


def apply_event(
    effects: Effects, money: OrderMoney, payment: Payment, event: ProviderEvent, call: CallState | None
) -> Result:
    """Apply one event. `call`: how the call stands that the event answers, None where it answers none of ours."""
    if event.amount_minor < 0 or money.next_step > LAST_STEP - _SPARE_STEPS:
        return Outcome.CONTRADICTION, sentence("An amount below zero, or more movements than an order can have.")
    result = _RULES[event.kind](effects, money, payment, event, call)
    if result[0] in (Outcome.APPLIED, Outcome.LATE) and event.provider_ref and not payment.provider_ref:
        payment.provider_ref = event.provider_ref
        effects.touch(payment)
    return result


def _authorised(
    effects: Effects, money: OrderMoney, payment: Payment, event: ProviderEvent, call: CallState | None
) -> Result:
    if payment.state == PaymentState.AUTHORISED or payment.state in _PAST or payment.captured_minor:
        return Outcome.DUPLICATE, sentence("It was authorised before.")
    if event.amount_minor < payment.amount_minor:
        effects.ask(CallKind.VOID, payment, payment.amount_minor)
        effects.touch(payment, PaymentState.DECLINED)
        return Outcome.APPLIED, sentence("Less was authorised than was asked for, so it is given up.")
    if money.stage != Stage.WAITING or payment.amount_minor > money.missing_minor:
        effects.ask(CallKind.VOID, payment, payment.amount_minor)
        return Outcome.LATE, sentence("The order does not wait for it any more; the provider is asked to void it.")
    effects.hold(money, payment, payment.amount_minor)
    effects.touch(payment, PaymentState.AUTHORISED)
    place_if_secured(effects, money)
    return _DONE


def _said_before(payment: Payment, event: ProviderEvent, call: CallState | None) -> Result | None:
    """A capture that was heard of already: the same reference cannot bring more than was asked of it."""
    if call == CallState.CONFIRMED:
        return Outcome.DUPLICATE, sentence("The call that it answers was confirmed before.")
    other = payment.provider_ref and event.provider_ref and event.provider_ref != payment.provider_ref
    if other or not payment.received_minor or payment.received_minor + event.amount_minor <= payment.asked_minor:
        return None
    if event.amount_minor in (payment.received_minor, payment.asked_minor):
        return Outcome.DUPLICATE, sentence("This capture was heard of before.")
    return Outcome.CONTRADICTION, sentence("More than was asked for, under the same reference.")


def _captured(
    effects: Effects, money: OrderMoney, payment: Payment, event: ProviderEvent, call: CallState | None
) -> Result:
    amount = event.amount_minor
    if amount == 0:
        return Outcome.CONTRADICTION, sentence("A capture of nothing.")
    before = _said_before(payment, event, call)
    if before is not None:
        return before
    payment.received_minor += amount
    effects.touch(payment)
    amount -= _into_sales(effects, money, payment, amount)
    filled = min(amount, max(-payment.suspense_minor, 0))
    effects.to_suspense(money, payment, Why.LATE, filled)  # it fills the hole that goods without money had left
    amount -= filled
    place_if_secured(effects, money)
    if not amount:
        return _DONE
    effects.to_suspense(money, payment, Why.LATE, amount)
    effects.send_back(money, payment)
    return Outcome.LATE, sentence("No order waits for this money; the provider is asked to give it back.")


def _into_sales(effects: Effects, money: OrderMoney, payment: Payment, amount: int) -> int:
    """Capture what is held, or what a waiting order still lacks; return how much that was."""
    if payment.held_minor:
        held = payment.held_minor
        taken = min(amount, held)
        payment.capture_asked_minor = max(payment.capture_asked_minor - taken, 0)
        effects.end_hold(money, payment, taken)
        if taken < held:
            effects.hold(money, payment, held - taken)
        else:
            effects.touch(payment, PaymentState.CAPTURED)
        return taken
    if money.stage != Stage.WAITING:
        return 0
    taken = min(amount, payment.amount_minor - payment.captured_minor, max(money.missing_minor, 0))
    if taken > 0:
        effects.book(money, money.why, payment.account_id, effects.into(money), taken)
        payment.captured_minor += taken
        whole = payment.captured_minor == payment.amount_minor
        effects.touch(payment, PaymentState.CAPTURED if whole else None)
    return max(taken, 0)


def _lost(
    effects: Effects, money: OrderMoney, payment: Payment, event: ProviderEvent, call: CallState | None
) -> Result:
    """Declined, voided or expired at the provider."""
    if payment.state == PaymentState.CREATED and not payment.captured_minor:
        _keep_reason(payment, event)
        effects.touch(payment, _DEAD[event.kind])
        return _DONE
    if payment.state in _PAST or (payment.captured_minor and not payment.held_minor):
        return Outcome.CONTRADICTION, sentence("The money came, so it cannot have been refused.")
    if not payment.held_minor:
        return Outcome.DUPLICATE, sentence("It had come to nothing before.")
    held = payment.held_minor
    payment.capture_asked_minor = 0
    _keep_reason(payment, event)
    effects.end_hold(money, payment, 0)
    effects.touch(payment, _DEAD[event.kind])
    if money.stage == Stage.STANDING:
        cancel(effects, money, f"payment {event.kind.name.lower()}")
        return Outcome.APPLIED, sentence("The hold was lost before the goods left, so the order is cancelled.")
    if money.stage == Stage.GONE:
        effects.book(money, Why.UNCOLLECTED, effects.house(Chart.SUSPENSE), effects.into(money), held)
        payment.captured_minor += held
        payment.suspense_minor -= held
        return Outcome.APPLIED, sentence("The goods left and the money did not come: it is owed.")
    return _DONE


def _keep_reason(payment: Payment, event: ProviderEvent) -> None:
    if event.kind == EventKind.DECLINED:
        payment.declined_for = event.detail[:DECLINED_FOR_LENGTH].replace("\0", "")


def _refunded(
    effects: Effects, money: OrderMoney, payment: Payment, event: ProviderEvent, call: CallState | None
) -> Result:
    amount = event.amount_minor
    if call == CallState.CONFIRMED:
        return Outcome.DUPLICATE, sentence("The call that it answers was confirmed before.")
    if amount == 0 or payment.returned_minor + payment.credited_minor + amount > payment.received_minor:
        return Outcome.CONTRADICTION, sentence("More given back than had come.")
    amount -= min(amount, payment.on_its_way_back_minor)
    payment.returned_minor += event.amount_minor
    effects.touch(payment)
    waits = min(amount, max(payment.suspense_minor, 0))
    effects.out_of_suspense(money, payment, Why.SENT_BACK, waits)
    amount -= waits
    from_sales = effects.within(money, min(amount, max(payment.kept_minor, 0)))
    if from_sales:
        effects.give_back(money, payment, from_sales, ask=False)
        if money.stage in (Stage.STANDING, Stage.GONE):
            refund = Refund(
                *(money.order_id, effects.new_id(), from_sales, (), ((place_of(payment.payment_id), from_sales),)),
                *("refunded at the provider", payment.provider, "", effects.at),
            )
            money.refunds.append(refund)
            effects.refunds.append(refund)
    effects.out_of_suspense(money, payment, Why.GIVEN_BACK, amount - from_sales)
    return _DONE


def _refund_failed(
    effects: Effects, money: OrderMoney, payment: Payment, event: ProviderEvent, call: CallState | None
) -> Result:
    if call == CallState.FAILED:
        return Outcome.DUPLICATE, sentence("The call that it answers was known to have failed.")
    if call == CallState.CONFIRMED:  # what had been given back came back to us
        amount = min(event.amount_minor, payment.returned_minor)
        payment.returned_minor -= amount
    else:
        amount = min(event.amount_minor, payment.on_its_way_back_minor)
    if not amount:
        return Outcome.CONTRADICTION, sentence("Nothing was on its way back.")
    effects.to_suspense(money, payment, Why.REFUND_FAILED, amount)
    return Outcome.APPLIED, sentence("The money is still with the provider and owed to the buyer: somebody must look.")


def _charged_back(
    effects: Effects, money: OrderMoney, payment: Payment, event: ProviderEvent, call: CallState | None
) -> Result:
    left = payment.received_minor - payment.returned_minor - payment.charged_back_minor
    amount = min(event.amount_minor, left)
    if amount <= 0:
        return Outcome.CONTRADICTION, sentence("More charged back than had come.")
    effects.book(money, Why.CHARGEBACK, effects.house(Chart.CHARGEBACK_LOSSES), payment.account_id, amount)
    if money.is_top_up:
        left = effects.within(money, amount)
        effects.book(money, Why.RECOVERED, money.wallet_id, effects.house(Chart.CHARGEBACK_LOSSES), left)
    payment.charged_back_minor += amount
    effects.touch(payment, PaymentState.CHARGED_BACK)
    return _DONE


_RULES: dict[EventKind, Callable[[Effects, OrderMoney, Payment, ProviderEvent, CallState | None], Result]] = {
    EventKind.AUTHORISED: _authorised,
    EventKind.CAPTURED: _captured,
    EventKind.DECLINED: _lost,
    EventKind.VOIDED: _lost,
    EventKind.EXPIRED: _lost,
    EventKind.REFUNDED: _refunded,
    EventKind.REFUND_FAILED: _refund_failed,
    EventKind.CHARGED_BACK: _charged_back,
}
