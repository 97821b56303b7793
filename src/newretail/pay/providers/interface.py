"""What every provider of payments can do for us, whatever it is called and however it speaks.

A provider is asked by `send` and tells by webhooks; what it told and we did not hear, it tells again when asked
(`events`, `standings`). Only events move money in the books, never the end of a call, so a lost answer costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol
from uuid import UUID

import structlog

from newretail.pay.ledger.rules import MAX_AMOUNT_MINOR
from newretail.pay.payments.messages import Call, ProviderEvent

LOG = structlog.get_logger(__name__)
MAX_TEXT = 200
LEFT = "?left=1"  # after the address of return: the shopper left the provider's page without paying
MAX_SKEW_SECONDS = 300  # how old a webhook may be, and how far ahead of us its sender's clock


class End(IntEnum):
    """How a call ended. Only what is certain is said to be certain."""

    DONE = 1  # done now, or done before by the same key
    REFUSED = 2  # the provider said no, and will say no again
    NO_EFFECT = 3  # it certainly did nothing: ask again, with the same key, later
    UNKNOWN = 4  # it may have done it: ask again, with the same key


@dataclass(frozen=True, slots=True)
class Letter:
    """A call on its way out. The provider keeps `cell` beside the payment and says it again in every event."""

    call: Call
    cell: str
    return_url: str = ""  # where the shopper's browser goes after the provider's own page


@dataclass(frozen=True, slots=True)
class Told:
    """An event and the cell that it belongs to (empty when the provider does not know)."""

    cell: str
    event: ProviderEvent


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a call. `redirect_url`: the page where the shopper pays; `instructions`: what to do without one.

    `told`: events that the provider told in its answer, because it tells them nowhere else.
    """

    call_id: UUID
    end: End
    provider_ref: str = ""
    redirect_url: str = ""
    instructions: str = ""
    detail: str = ""
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What a provider says of one payment as a whole, minor units of `currency`."""

    cell: str
    payment_id: UUID
    provider_ref: str
    currency: str
    authorised_minor: int
    captured_minor: int
    refunded_minor: int
    is_open: bool  # the shopper may still pay, or we may still capture


class WebhookProblem(ValueError):
    """A webhook that is not taken. It is answered with a 4xx and changes nothing."""


class BadSignature(WebhookProblem):
    """It is not from the provider, or somebody changed it on its way."""


class TooOld(WebhookProblem):
    """It was signed outside the replay window."""


class Unreadable(WebhookProblem):
    """Its signature is good, and it makes no sense."""


class UnknownEvent(WebhookProblem):
    """A kind of event that has no meaning for us. It may be acknowledged: asking again would not change that."""


_CELL = re.compile(r"[a-z][a-z0-9_]{0,62}|")
_CURRENCY = re.compile(r"[A-Z]{3}")


def sound(told: Told) -> Told:
    """The same, when the books can keep it. A provider's signature says who speaks, not that it makes sense.

    Raises Unreadable.
    """
    event = told.event
    if not (type(event.amount_minor) is int and 0 <= event.amount_minor <= MAX_AMOUNT_MINOR):
        raise Unreadable("An amount is a whole number of minor units, at least 0 and at most 10^13.")
    if not _CURRENCY.fullmatch(event.currency):
        raise Unreadable("A currency is three capital letters.")
    if not _CELL.fullmatch(told.cell):
        raise Unreadable("The cell is not one that we ever named.")
    if not 0 < len(event.event_id) <= MAX_TEXT or len(event.provider_ref) > MAX_TEXT or "\0" in event.event_id:
        raise Unreadable(f"Ids and references have at most {MAX_TEXT} characters.")
    if event.occurred_at.tzinfo is None:
        raise Unreadable("A time needs its zone.")
    return told


def sound_ones(told: Iterable[Told]) -> Iterator[Told]:
    """Those that the books can keep. One that they cannot must not stand in the way of a whole list; it is logged."""
    for one in told:
        try:
            yield sound(one)
        except Unreadable as problem:
            LOG.error("a provider lists what cannot be", event=one.event.event_id[:MAX_TEXT], detail=str(problem))


class Sender(Protocol):
    """Somebody who can be asked."""

    def send(self, letters: Sequence[Letter]) -> list[Reply]:
        """Do what the calls ask, each with its `call_id` as idempotency key. Never raises for a provider's failure."""


class Provider(Sender, Protocol):
    """The few things that an adapter does. All of them are synchronous and bounded by time-outs."""

    @property
    def name(self) -> str: ...

    @property
    def acknowledgement(self) -> bytes:
        """The body that tells the provider that its webhook is on disk here."""

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Told]:
        """The events of a webhook, `headers` by lower-case name. Raises a WebhookProblem."""

    def events(self, since: datetime, known: Sequence[UUID]) -> Iterable[Told]:
        """Everything that happened at the provider since then; one that keeps no list is asked about `known`.

        Raises ProviderAway.
        """

    def standings(self, since: datetime, known: Sequence[UUID]) -> Iterable[Standing]:
        """How the payments made since then stand at the provider, and those of `known`. Raises ProviderAway."""


class ProviderAway(RuntimeError):
    """The provider does not answer; ask again later."""
