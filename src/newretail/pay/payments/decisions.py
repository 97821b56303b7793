"""What we decide about an order's money ourselves: place, cancel, ship, deliver, give up, capture, refund. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from newretail.kit.sentences import sentence
from newretail.pay.payments.lines import part_of_line
from newretail.pay.payments.messages import CallKind
from newretail.pay.payments.money import Effects, OrderMoney, Payment, Refund
from newretail.pay.payments.rules import (
    LAST_REFUND_STEP,
    MAX_TENDERS,
    PaymentState,
    Settlement,
    Stage,
    Tender,
    Why,
    place_of,
)


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Give money back for an order that stands.

    `lines`: (line number from 1, quantity, amount_minor or None for what these units of the line cost). `amount_minor`:
    for a refund that belongs to no line; leave it out when lines are named. `approved_by`: a second person, where one
    is needed.
    """

    refund_id: UUID
    order_id: UUID
    reason: str
    actor: str
    lines: tuple[tuple[int, int, int | None], ...] = ()
    amount_minor: int | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class MoneyVerdict:
    """`done`: what was asked is so, now or before. `detail` says what to do when it is not."""

    order_id: UUID
    done: bool
    amount_minor: int
    detail: str


def place_if_secured(effects: Effects, money: OrderMoney) -> None:
    """A waiting order whose money is all there is placed: what our own accounts hold is taken, other tries end."""
    if money.stage != Stage.WAITING or money.missing_minor > 0:
        return
    money.stage = Stage.STANDING
    effects.placed.append(money)
    for payment in money.payments:
        if payment.held_minor and not payment.by_provider:
            effects.end_hold(money, payment, payment.held_minor)
            effects.touch(payment, PaymentState.CAPTURED)
        elif payment.by_provider and payment.state == PaymentState.CREATED and not payment.captured_minor:
            effects.ask(CallKind.VOID, payment, payment.amount_minor)
            effects.touch(payment, PaymentState.VOIDED)
        if payment.expires_at is not None:
            payment.expires_at = None
            effects.touch(payment)
    if money.is_top_up:  # nothing has to leave a store first
        capture(effects, money, None)


def cancel(effects: Effects, money: OrderMoney, why: str, dead: PaymentState = PaymentState.VOIDED) -> None:
    """All of an order's money goes back where it came from; what was never there comes to nothing.

    What came of a top-up is in the wallet and may be spent: it stays there, and the top-up stands with it.
    """
    came = money.is_top_up and any(payment.captured_minor for payment in money.payments)
    money.stage = Stage.GONE if came else Stage.CANCELLED
    effects.cancelled.append((money, why))
    for payment in money.payments:
        if payment.held_minor:
            effects.end_hold(money, payment, 0)
            effects.ask(CallKind.VOID, payment, payment.amount_minor)
            effects.touch(payment, PaymentState.CAPTURED if payment.captured_minor else dead)
        elif payment.state == PaymentState.CREATED and not payment.captured_minor:
            effects.ask(CallKind.VOID, payment, payment.amount_minor)
            effects.touch(payment, dead)
        elif payment.state == PaymentState.CREATED and money.is_top_up:
            effects.ask(CallKind.VOID, payment, payment.amount_minor - payment.captured_minor)
            effects.touch(payment, PaymentState.CAPTURED)
        if not money.is_top_up:
            effects.give_back(money, payment, payment.kept_minor)
        effects.send_back(money, payment)
        payment.capture_asked_minor = 0
        if payment.expires_at is not None:
            payment.expires_at = None
            effects.touch(payment)


def ship(effects: Effects, money: OrderMoney) -> None:
    """The goods leave: providers are asked to capture what they hold."""
    money.stage = Stage.GONE
    capture(effects, money, None)


def deliver(effects: Effects, money: OrderMoney) -> None:
    """The goods changed hands: what was to be paid at the door was paid."""
    for payment in money.payments:
        if payment.tender == Tender.ON_DELIVERY and payment.state == PaymentState.CREATED:
            effects.book(money, Why.SALE, payment.account_id, effects.into(money), payment.amount_minor)
            payment.captured_minor = payment.received_minor = payment.amount_minor
            effects.touch(payment, PaymentState.CAPTURED)


def give_up(effects: Effects, money: OrderMoney) -> bool:
    """Cancel an order that waited for its money until its time was over; False when it does not wait (any more)."""
    ends = [payment.expires_at for payment in money.payments if payment.expires_at is not None]
    if money.stage != Stage.WAITING or not ends or max(ends) > effects.at:
        return False
    cancel(effects, money, "not paid in time", PaymentState.EXPIRED)
    return True


def capture(effects: Effects, money: OrderMoney, amount: int | None) -> MoneyVerdict:
    """Ask providers to capture what they hold: all of it, or an amount, e.g. of a first parcel."""
    open_minor = sum(p.held_minor - p.capture_asked_minor for p in money.payments if p.by_provider)
    if money.stage not in (Stage.STANDING, Stage.GONE):
        return MoneyVerdict(money.order_id, False, 0, sentence("Only an order that stands can be captured."))
    left = open_minor if amount is None else amount
    if not 0 <= left <= open_minor:
        said = sentence("Providers hold %(open_minor)s that was not asked for yet.", open_minor=open_minor)
        return MoneyVerdict(money.order_id, False, 0, said)
    asked = left
    for payment in money.payments:
        part = min(left, payment.held_minor - payment.capture_asked_minor) if payment.by_provider else 0
        if part > 0:
            payment.capture_asked_minor += part
            effects.ask(CallKind.CAPTURE, payment, part)
            effects.touch(payment)
            left -= part
    return MoneyVerdict(money.order_id, True, asked, "")


def open_payments(
    effects: Effects, money: OrderMoney, wanted: Sequence[Payment], free: Mapping[int, int]
) -> MoneyVerdict:
    """Another try for an order that waits for its money: payments that still wait end, and these take their place.

    `free`: what our own accounts have left, for those among the tenders.
    """
    fault = _cannot_open(money, wanted, free)
    if fault:
        return MoneyVerdict(money.order_id, False, 0, fault)
    for payment in money.payments:
        if payment.by_provider and payment.state == PaymentState.CREATED and not payment.captured_minor:
            effects.ask(CallKind.VOID, payment, payment.amount_minor)
            effects.touch(payment, PaymentState.VOIDED)
    for payment in wanted:
        money.payments.append(payment)
        effects.opened.append(payment)
        if payment.by_provider:
            effects.ask(CallKind.CREATE, payment, payment.amount_minor)
        elif payment.account_id in free:
            effects.hold(money, payment, payment.amount_minor)
            effects.touch(payment, PaymentState.AUTHORISED)
    place_if_secured(effects, money)
    return MoneyVerdict(money.order_id, True, sum(payment.amount_minor for payment in wanted), "")


def _cannot_open(money: OrderMoney, wanted: Sequence[Payment], free: Mapping[int, int]) -> str:
    """Why these payments cannot be tried; empty when they can."""
    if money.stage != Stage.WAITING:
        return sentence("This order does not wait for its money.")
    if len(money.payments) + len(wanted) > MAX_TENDERS:
        tries = len(money.payments)
        return sentence("This order was tried with %(tries)s payments already. Place a new one.", tries=tries)
    if sum(payment.amount_minor for payment in wanted) != money.missing_minor:
        missing = money.missing_minor
        return sentence("The payments must come to what is missing: %(missing_minor)s.", missing_minor=missing)
    for payment in wanted:
        if payment.account_id in free and free[payment.account_id] < payment.amount_minor:
            left = free[payment.account_id]
            return sentence("There is only %(left_minor)s on one of the accounts.", left_minor=left)
    return ""


def refund(effects: Effects, money: OrderMoney, ask: RefundAsk) -> MoneyVerdict:
    """Give money back, within what was captured (or is held) per line and tender. The same id again is the same."""

    def no(detail: str) -> MoneyVerdict:
        return MoneyVerdict(money.order_id, False, 0, detail)

    before = next((refund for refund in money.refunds if refund.refund_id == ask.refund_id), None)
    lines, fault = _refund_lines(money, ask)
    amount = sum(line[2] for line in lines) if ask.lines else ask.amount_minor or 0
    if before is not None:
        same = before.lines == lines and (before.amount_minor == amount or not fault)
        if ask.lines and not same:
            same = [line[:2] for line in before.lines] == [line[:2] for line in ask.lines]
        if same:
            return MoneyVerdict(money.order_id, True, before.amount_minor, "This refund was made before.")
        return no(sentence("A refund with this id exists and says something else."))
    fault = fault or _cannot_refund(effects, money, ask, amount)
    if fault:
        return no(fault)
    parts = _parts(money, amount)
    if sum(part for _, part in parts) < amount:
        left = sum(part for _, part in parts)
        return no(sentence("Only %(left_minor)s of this order can be given back now.", left_minor=left))
    for payment, part in parts:
        _take_back(effects, money, payment, part)
    made = Refund(
        *(money.order_id, ask.refund_id, amount, lines),
        tuple((place_of(payment.payment_id), part) for payment, part in parts),
        *(ask.reason, ask.actor, ask.approved_by, effects.at),
    )
    money.refunds.append(made)
    effects.refunds.append(made)
    return MoneyVerdict(money.order_id, True, amount, "")


def _cannot_refund(effects: Effects, money: OrderMoney, ask: RefundAsk, amount: int) -> str:
    """Why nothing of this order or top-up, or not so much, can be given back; empty when it can."""
    if money.stage not in (Stage.STANDING, Stage.GONE) or money.settlement == Settlement.OUTSIDE:
        return sentence("Only what stands and was paid here can be refunded.")
    if amount <= 0:
        return sentence("Say an amount above zero, or which lines.")
    if ask.approved_by and ask.approved_by == ask.actor:
        return sentence("A refund is approved by somebody else than who asks for it.")
    if money.next_step > LAST_REFUND_STEP:
        return sentence("This money has moved too often for another refund.")
    left = effects.within(money, amount)
    if left == amount:
        return ""
    return sentence("The wallet holds only %(left_minor)s of it: the rest is spent.", left_minor=left)


def _refund_lines(money: OrderMoney, ask: RefundAsk) -> tuple[tuple[tuple[int, int, int], ...], str]:
    """The lines with their amounts, or why they cannot be refunded."""
    if ask.lines and ask.amount_minor is not None:
        return (), sentence("Name lines or an amount, not both.")
    found: list[tuple[int, int, int]] = []
    for number, quantity, said in ask.lines:
        if not 1 <= number <= len(money.lines):
            return (), sentence("The order has no line %(line)s.", line=number)
        ordered, cost = money.lines[number - 1][1], money.costs[number - 1]
        earlier = [line for refund in money.refunds for line in refund.lines if line[0] == number]
        earlier += [line for line in found if line[0] == number]
        back = sum(line[1] for line in earlier)
        left, worth = ordered - back, cost - sum(line[2] for line in earlier)
        if not 0 <= quantity <= left:
            return (), sentence("Line %(line)s: %(units)s can still be refunded.", line=number, units=left)
        amount = min(part_of_line(cost, ordered, back, quantity), worth) if said is None else said
        if not 0 < amount <= worth:
            return (), sentence("Line %(line)s: %(left_minor)s can still be refunded.", line=number, left_minor=worth)
        found.append((number, quantity, amount))
    return tuple(found), ""


def refund_amount(money: OrderMoney, lines: Sequence[tuple[int, int]]) -> tuple[int, str]:
    """What (line number from 1, quantity) come to as a refund now, minor units; or why they cannot be given back."""
    found, fault = _refund_lines(
        money, RefundAsk(money.order_id, money.order_id, "", "", tuple((*line, None) for line in lines))
    )
    return sum(line[2] for line in found), fault


def lines_left(money: OrderMoney) -> list[tuple[int, int]]:
    """Of every line: how many units, and how many minor units, can still be given back."""
    left = []
    for number, (_, ordered, *_more) in enumerate(money.lines, 1):
        quantity = ordered - sum(line[1] for refund in money.refunds for line in refund.lines if line[0] == number)
        amount, _fault = refund_amount(money, [(number, quantity)]) if quantity > 0 else (0, "")
        left.append((quantity, amount))
    return left


def _available(payment: Payment) -> int:
    """What can be given back of a payment: what is still kept, what is held and not asked for, what is yet to come."""
    to_come = payment.amount_minor if _pays_later(payment) else 0
    return max(payment.kept_minor, 0) + payment.held_minor - payment.capture_asked_minor + to_come


def _pays_later(payment: Payment) -> bool:
    return payment.tender == Tender.ON_DELIVERY and payment.state == PaymentState.CREATED


def _parts(money: OrderMoney, amount: int) -> list[tuple[Payment, int]]:
    """Who gives how much back: the last tender first, so that a gift card named first is the last to fill again."""
    parts = []
    for payment in reversed(money.payments):
        part = min(amount, _available(payment))
        if part > 0:
            parts.append((payment, part))
            amount -= part
    return parts


def _take_back(effects: Effects, money: OrderMoney, payment: Payment, part: int) -> None:
    """First less is taken of what was not taken yet, then the rest is given back."""
    if _pays_later(payment):
        payment.amount_minor -= part
        effects.touch(payment, None if payment.amount_minor else PaymentState.VOIDED)
        return
    freed = min(part, payment.held_minor - payment.capture_asked_minor)
    if freed:
        left = payment.held_minor - freed
        effects.end_hold(money, payment, 0)
        payment.amount_minor -= freed
        if left:
            effects.hold(money, payment, left)
        elif payment.captured_minor:
            effects.touch(payment, PaymentState.CAPTURED)
        else:
            effects.ask(CallKind.VOID, payment, freed)
            effects.touch(payment, PaymentState.VOIDED)
    effects.give_back(money, payment, part - freed)
