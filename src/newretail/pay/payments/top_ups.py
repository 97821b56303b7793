"""Money that a shopper adds to their own wallet: what may be added, and what becomes of a top-up. Pure.

A top-up is money like that of an order, with nothing to be sold: a provider is asked for it, and what really came goes
into the wallet. So it waits, is declined, tried again, late, given up and given back by the very rules of orders; only
three things differ. Its money is taken as soon as it is authorised, because no goods have to leave first. What came
stays in the wallet when the rest does not come. What is given back is taken from the wallet, never more than it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from newretail.pay.ledger.currencies import currency_of
from newretail.pay.payments.decisions import MoneyVerdict, cancel, open_payments
from newretail.pay.payments.money import Effects, OrderMoney, Payment
from newretail.pay.payments.rules import (
    BY_PROVIDER,
    MAX_TENDERS,
    TAKING_PROVIDERS,
    PaymentState,
    Settlement,
    Stage,
    Tender,
    is_top_up,
    payment_id,
    tender_account,
)

AHEAD_MS, BEHIND_MS = 5 * 60_000, 24 * 3_600_000  # how far the clock of who made an id may be off


@dataclass(frozen=True, slots=True)
class TopUpAmounts:
    """What may be added at once, minor units: amounts to choose from, and the limits of one's own."""

    offered: tuple[int, ...]
    least_minor: int
    most_minor: int

    def allows(self, amount_minor: int) -> bool:
        return self.least_minor <= amount_minor <= self.most_minor


# By currency, because a market has one; round amounts there, of about the same worth.
_AMOUNTS = {
    "USD": TopUpAmounts((20_00, 50_00, 100_00, 200_00), 5_00, 1_000_00),
    "EUR": TopUpAmounts((20_00, 50_00, 100_00, 200_00), 5_00, 1_000_00),
    "CNY": TopUpAmounts((100_00, 200_00, 500_00, 1_000_00), 10_00, 5_000_00),
    "KRW": TopUpAmounts((10_000, 30_000, 50_000, 100_000), 1_000, 1_000_000),
    "JPY": TopUpAmounts((1_000, 3_000, 5_000, 10_000), 500, 100_000),
}
_USUAL = TopUpAmounts((20_00, 50_00, 100_00, 200_00), 5_00, 1_000_00)


def top_up_amounts(currency: str) -> TopUpAmounts:
    """What may be added to a wallet of this currency at once."""
    return _AMOUNTS.get(currency, _USUAL)


@dataclass(frozen=True, slots=True)
class TopUpAsk:
    """Add money to a buyer's wallet by a provider. The same id is the same top-up.

    While it waits for its money, asking again tries once more where the last try came to nothing, or named another way.
    """

    top_up_id: UUID
    buyer_id: int
    amount_minor: int
    tender: Tender
    provider: str


@dataclass(frozen=True, slots=True)
class TopUpCancelAsk:
    """Give up a top-up that waits for its money, because its buyer says so. Repeatable."""

    order_id: UUID  # the top-up's
    buyer_id: int


@dataclass(slots=True)
class TopUp:
    """A top-up as it stands under the lock. `stage`: as its row says; `money.stage`: as it is by now."""

    top_up_id: UUID
    buyer_id: int
    amount_minor: int
    stage: Stage
    made_at: datetime
    money: OrderMoney
    is_new: bool = False

    @property
    def stage_now(self) -> Stage:
        """It is done when nothing is held for it any more and something came."""
        money = self.money
        ended = not any(payment.held_minor for payment in money.payments)
        came = any(payment.captured_minor for payment in money.payments)
        return Stage.GONE if money.stage == Stage.STANDING and ended and came else money.stage


def top_up_of(top_up_id: UUID, buyer_id: int, amount_minor: int, stage: Stage, at: datetime, ledger: int) -> TopUp:
    """A top-up before anything of its money was read."""
    wallet = tender_account(ledger, Tender.WALLET, buyer_id)
    money = OrderMoney(top_up_id, buyer_id, 0, 0, Settlement.BY_PROVIDER, stage, amount_minor, [], [], wallet_id=wallet)
    return TopUp(top_up_id, buyer_id, amount_minor, stage, at, money)


def ask_top_up(
    effects: Effects, there: TopUp | None, ask: TopUpAsk, batch_number: int
) -> tuple[MoneyVerdict, TopUp | None]:
    """Answer an ask, and the top-up as it then stands. `batch_number`: of the batch that writes what this opens."""

    def no(detail: str) -> tuple[MoneyVerdict, TopUp | None]:
        return MoneyVerdict(ask.top_up_id, False, 0, detail), there

    fault = _fault(effects, ask, there)
    if fault:
        return no(fault)
    before = None if there is None else there.money.payments[-1]
    if there is not None and before is not None:
        same = (before.tender, before.provider) == (ask.tender, ask.provider)
        dead = before.state in (PaymentState.DECLINED, PaymentState.VOIDED, PaymentState.EXPIRED)
        if there.money.stage != Stage.WAITING or (same and not dead):
            return MoneyVerdict(ask.top_up_id, True, there.amount_minor, "This was asked for before."), there
    else:
        there = top_up_of(ask.top_up_id, ask.buyer_id, ask.amount_minor, Stage.WAITING, effects.at, effects.ledger)
        there.is_new = True
    money = there.money
    place = len(money.payments)
    if place >= MAX_TENDERS:
        return no("This was tried too often. Begin a new top-up.")
    verdict = open_payments(effects, money, [_payment(effects, ask, money, place, batch_number)], {})
    return verdict, there


def cancel_top_up(effects: Effects, money: OrderMoney, ask: TopUpCancelAsk) -> MoneyVerdict:
    """Answer it. Money that comes later all the same goes back, as any that has no order (any more)."""
    if not money.is_top_up or money.buyer_id != ask.buyer_id:
        return MoneyVerdict(ask.order_id, False, 0, "This buyer has no such top-up.")
    if money.stage == Stage.CANCELLED:
        return MoneyVerdict(ask.order_id, True, 0, "It came to nothing before.")
    if money.stage != Stage.WAITING:
        return MoneyVerdict(ask.order_id, False, 0, "Its money is there, or on its way into the wallet.")
    cancel(effects, money, "cancelled by the buyer")
    return MoneyVerdict(ask.order_id, True, 0, "")


def _payment(effects: Effects, ask: TopUpAsk, money: OrderMoney, place: int, batch_number: int) -> Payment:
    account = tender_account(effects.ledger, ask.tender, TAKING_PROVIDERS[ask.provider])
    until = effects.at + timedelta(seconds=effects.unpaid_seconds)
    return Payment(
        *(payment_id(ask.top_up_id, place), ask.top_up_id, ask.tender, PaymentState.CREATED, ask.provider, "", account),
        *(money.missing_minor, money.missing_minor, effects.at, effects.at, until, batch_number),
    )


def _fault(effects: Effects, ask: TopUpAsk, there: TopUp | None) -> str:
    """Why this cannot be asked; empty when it can."""
    if not is_top_up(ask.top_up_id) or payment_id(ask.top_up_id, 0) != ask.top_up_id:
        return "The id of a top-up is a UUID of version 8, made of one of version 7, whose last byte is 0."
    if ask.tender not in BY_PROVIDER or ask.provider not in TAKING_PROVIDERS:
        return "A wallet is topped up by a card or a bank transfer, through a provider that is set up here."
    if there is not None:
        same = (there.buyer_id, there.amount_minor) == (ask.buyer_id, ask.amount_minor)
        return "" if same else "A top-up with this id exists and says something else."
    made_ms, now_ms = (
        ask.top_up_id.int >> 80,
        int(effects.at.timestamp() * 1000),
    )  # whatever an id says, no date is made
    if not now_ms - BEHIND_MS <= made_ms <= now_ms + AHEAD_MS:
        return "The id of this top-up was not made just now. Make a new one."
    if ask.buyer_id <= 0:
        return "A wallet is somebody's: name the buyer by a number above zero."
    amounts = top_up_amounts(currency_of(effects.ledger))
    if not amounts.allows(ask.amount_minor):
        return f"From {amounts.least_minor} to {amounts.most_minor} minor units can be added at once."
    return ""
