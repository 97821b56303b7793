"""The money of an order or a top-up while it is decided about: its payments, and what is to be written. Small sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from newretail.markets.terms.api import UNPAID_MINUTES
from newretail.pay.ledger.rules import Chart, Kind, account_id
from newretail.pay.payments.messages import CallKind
from newretail.pay.payments.rules import BY_PROVIDER, PaymentState, Settlement, Stage, Tender, Why, chart_of


@dataclass(slots=True)
class Payment:
    """One tender of one order as it stands; sums in minor units, as the columns of `pay_payment` say."""

    payment_id: UUID
    order_id: UUID
    tender: Tender
    state: PaymentState
    provider: str
    provider_ref: str
    account_id: int
    asked_minor: int
    amount_minor: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    batch_number: int
    held_minor: int = 0
    received_minor: int = 0
    captured_minor: int = 0
    refunded_minor: int = 0
    returned_minor: int = 0
    charged_back_minor: int = 0
    suspense_minor: int = 0
    capture_asked_minor: int = 0
    hold_step: int = -1
    credited_minor: int = 0
    declined_for: str = ""  # the provider's own word for why it was declined

    @property
    def by_provider(self) -> bool:
        return self.tender in BY_PROVIDER

    @property
    def kept_minor(self) -> int:
        """What was captured, really came, and is still here."""
        return self.captured_minor - self.refunded_minor - self.charged_back_minor + min(self.suspense_minor, 0)

    @property
    def on_its_way_back_minor(self) -> int:
        """What the books gave back and the provider has not confirmed; never less than zero."""
        gone = self.returned_minor + self.credited_minor
        return self.received_minor - gone - self.captured_minor - self.suspense_minor + self.refunded_minor


@dataclass(frozen=True, slots=True)
class Refund:
    """What was given back of an order. `lines`: (line number from 1, quantity, amount); `parts`: (place, amount)."""

    order_id: UUID
    refund_id: UUID
    amount_minor: int
    lines: tuple[tuple[int, int, int], ...]
    parts: tuple[tuple[int, int], ...]
    reason: str
    actor: str
    approved_by: str
    refunded_at: datetime


@dataclass(frozen=True, slots=True)
class SuspenseMove:
    """What somebody sent out of suspense: `way` as `suspense.Way` says, `buyer_id` whose wallet (0: nobody's)."""

    ask_id: UUID
    order_id: UUID
    payment_id: UUID
    way: int
    amount_minor: int
    buyer_id: int
    reason: str
    actor: str
    approved_by: str
    moved_at: datetime


@dataclass(slots=True)
class OrderMoney:
    """An order as its money sees it. `lines`: [sku_id, quantity, unit_price]; `next_step`: of its transfers.

    `costs`: what each line costs the buyer with discount, tax and shipping; together the total. A top-up has no lines:
    its money goes into the account `wallet_id`.
    """

    order_id: UUID
    buyer_id: int
    node_id: int
    channel: int
    settlement: Settlement
    stage: Stage
    total_minor: int
    lines: list[list[int]]
    costs: list[int]
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    next_step: int = 0
    wallet_id: int = 0

    @property
    def is_top_up(self) -> bool:
        return self.wallet_id > 0

    @property
    def why(self) -> Why:
        """What its money comes for."""
        return Why.TOP_UP if self.is_top_up else Why.SALE

    @property
    def missing_minor(self) -> int:
        """What no payment has brought, holds, or will bring at the door."""
        there = sum(p.captured_minor - p.refunded_minor + p.held_minor for p in self.payments)
        promised = sum(
            p.amount_minor for p in self.payments if p.tender == Tender.ON_DELIVERY and p.state == PaymentState.CREATED
        )
        return self.total_minor - sum(refund.amount_minor for refund in self.refunds) - there - promised


@dataclass(frozen=True, slots=True)
class Booking:
    """A transfer to be posted; `pending_step` names the hold that a POST or VOID ends."""

    order_id: UUID
    step: int
    why: Why
    kind: Kind
    debit_id: int
    credit_id: int
    amount_minor: int
    pending_step: int = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a provider is to be asked."""

    kind: CallKind
    payment: Payment
    amount_minor: int


@dataclass(slots=True)
class Effects:
    """What decisions about the money of a cell's orders come to; `ledger` is the cell's currency's."""

    ledger: int
    at: datetime
    new_id: Callable[[], UUID]
    cash_free: dict[int, int] = field(default_factory=dict)  # what tills can pay out
    wallet_free: dict[int, int] = field(default_factory=dict)  # what can be taken back of wallets that were topped up
    bookings: list[Booking] = field(default_factory=list)
    calls: list[Asked] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    suspense_moves: list[SuspenseMove] = field(default_factory=list)
    opened: list[Payment] = field(default_factory=list)
    changed: dict[UUID, Payment] = field(default_factory=dict)
    placed: list[OrderMoney] = field(default_factory=list)
    cancelled: list[tuple[OrderMoney, str]] = field(default_factory=list)
    unpaid_seconds: int = UNPAID_MINUTES * 60  # how long what is opened now waits for its money

    def house(self, chart: Chart, owner: int = 0) -> int:
        return account_id(self.ledger, chart, owner)

    def book(self, money: OrderMoney, why: Why, debit: int, credit: int, amount: int, kind: Kind = Kind.SINGLE) -> int:
        """Note a transfer and return its step. An amount of 0 is nothing and notes nothing."""
        if amount == 0:
            return -1
        step = money.next_step
        money.next_step += 1
        self.bookings.append(Booking(money.order_id, step, why, kind, debit, credit, amount))
        if kind == Kind.SINGLE:
            self._note(credit, amount)
            self._note(debit, -amount)
        return step

    def _note(self, account: int, change: int) -> None:
        """Keep what a wallet has left up to date; other accounts do not limit what is given back."""
        if account in self.wallet_free:
            self.wallet_free[account] += change

    def touch(self, payment: Payment, state: PaymentState | None = None) -> None:
        """The payment's row is to be written (and now stands at `state`)."""
        payment.state = payment.state if state is None else state
        payment.updated_at = self.at
        self.changed[payment.payment_id] = payment

    def into(self, money: OrderMoney) -> int:
        """The account that its money goes into: the sales of its channel, or the wallet that is topped up."""
        return money.wallet_id or self.house(Chart.SALES, money.channel)

    def within(self, money: OrderMoney, amount: int) -> int:
        """How much of an amount can be taken back from there: of a wallet no more than it still holds."""
        return min(amount, max(self.wallet_free.get(money.wallet_id, 0), 0)) if money.is_top_up else amount

    def hold(self, money: OrderMoney, payment: Payment, amount: int) -> None:
        """Hold an amount for a payment that holds nothing."""
        payment.hold_step = self.book(money, money.why, payment.account_id, self.into(money), amount, Kind.PENDING)
        payment.held_minor = amount
        self.touch(payment)

    def end_hold(self, money: OrderMoney, payment: Payment, captured: int) -> None:
        """Post `captured` of what is held (0: all of it comes free); what is not posted is free again."""
        if not payment.held_minor:
            return
        kind = Kind.POST if captured else Kind.VOID
        step = money.next_step
        money.next_step += 1
        self.bookings.append(
            Booking(money.order_id, step, money.why, kind, 0, 0, captured or payment.held_minor, payment.hold_step)
        )
        self._note(money.wallet_id, captured)
        payment.captured_minor += captured
        if not payment.by_provider:
            payment.received_minor += captured
        payment.held_minor, payment.hold_step = 0, -1
        self.touch(payment)

    def ask(self, kind: CallKind, payment: Payment, amount: int) -> None:
        """Have the provider asked, where there is one."""
        if payment.by_provider and amount > 0:
            self.calls.append(Asked(kind, payment, amount))

    def to_suspense(self, money: OrderMoney, payment: Payment, why: Why, amount: int) -> None:
        """Provider's money that has no place in the sales."""
        self.book(money, why, payment.account_id, self.house(Chart.SUSPENSE), amount)
        payment.suspense_minor += amount
        self.touch(payment)

    def out_of_suspense(self, money: OrderMoney, payment: Payment, why: Why, amount: int) -> None:
        self.book(money, why, self.house(Chart.SUSPENSE), payment.account_id, amount)
        payment.suspense_minor -= amount
        self.touch(payment)

    def send_back(self, money: OrderMoney, payment: Payment) -> None:
        """What waits in suspense for this payment goes back, by a call."""
        if payment.suspense_minor > 0:
            self.ask(CallKind.REFUND, payment, payment.suspense_minor)
            self.out_of_suspense(money, payment, Why.SENT_BACK, payment.suspense_minor)

    def give_back(self, money: OrderMoney, payment: Payment, amount: int, *, ask: bool = True) -> None:
        """From the sales to where it came from; a provider is asked to do it.

        What a till cannot pay out goes to the buyer's wallet: giving back never fails.
        """
        if amount <= 0:
            return
        to, paid_out = payment.account_id, amount
        if chart_of(payment.tender) == Chart.TILL_CASH:
            paid_out = min(amount, self.cash_free.get(to, 0))
            self.cash_free[to] = self.cash_free.get(to, 0) - paid_out
            self.book(money, Why.REFUND, self.into(money), self.house(Chart.WALLET, money.buyer_id), amount - paid_out)
        self.book(money, Why.REFUND, self.into(money), to, paid_out)
        payment.refunded_minor += amount
        if payment.by_provider:
            if ask:
                self.ask(CallKind.REFUND, payment, amount)
        else:
            payment.returned_minor += amount
        whole = payment.refunded_minor == payment.captured_minor and not payment.held_minor
        self.touch(payment, PaymentState.REFUNDED if whole else None)
