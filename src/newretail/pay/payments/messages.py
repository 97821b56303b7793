"""What a provider tells us, and what we ask of one: the words that payments and providers share. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from newretail.pay.payments.rules import is_top_up


class EventKind(IntEnum):
    """What happened to a payment at its provider."""

    AUTHORISED = 1
    CAPTURED = 2
    DECLINED = 3
    VOIDED = 4
    EXPIRED = 5
    REFUNDED = 6
    REFUND_FAILED = 7
    CHARGED_BACK = 8


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One thing that a provider says has happened; it may come late, twice, out of order, or contradict another.

    `event_id` is the provider's own and unique there: the same one twice is the same event. `amount_minor` is what
    this event moved, in minor units of `currency`. `call_id` names the call of ours that it answers, where it does.
    """

    provider: str
    event_id: str
    kind: EventKind
    payment_id: UUID
    amount_minor: int
    currency: str
    provider_ref: str
    occurred_at: datetime
    call_id: UUID | None = None
    detail: str = ""


class CallKind(IntEnum):
    """What we ask a provider to do."""

    CREATE = 1
    CAPTURE = 2
    VOID = 3
    REFUND = 4


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a provider, written in the transaction that decided it; `call_id` is its idempotency key."""

    call_id: UUID
    kind: CallKind
    provider: str
    payment_id: UUID
    order_id: UUID
    amount_minor: int
    currency: str
    provider_ref: str = ""
    tries: int = 0

    @property
    def subject(self) -> str:
        """What it is for, in a few words that a shopper may read on a bank's page or statement."""
        return "Wallet top-up" if is_top_up(self.order_id) else f"Order {self.order_id}"
