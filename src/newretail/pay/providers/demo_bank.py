"""The demo bank: our own protocol, by which many calls travel in one request and many events in one webhook.

It is spoken by `newretail.lab.bank`, the local provider server. Requests and webhooks are signed by HMAC-SHA256 over
`<unix seconds>.<body>`; amounts are minor units; times are ISO 8601.
"""

from __future__ import annotations

import hmac
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import msgspec

from newretail.pay.payments.messages import EventKind, ProviderEvent
from newretail.pay.providers.interface import (
    MAX_SKEW_SECONDS,
    BadSignature,
    End,
    Letter,
    ProviderAway,
    Reply,
    Standing,
    Told,
    TooOld,
    UnknownEvent,
    Unreadable,
    sound,
)
from newretail.pay.providers.patience import pause_seconds

NAME = "bank"
SIGNATURE = "bank-signature"
MAX_CALLS = 500
PAGE = 1000
PAGE_TRIES = 6
_KINDS = {kind.name.lower(): kind for kind in EventKind}


class BankCall(msgspec.Struct, frozen=True):
    """A call on the wire. `key` is its idempotency key."""

    key: UUID
    kind: str
    payment: UUID
    amount_minor: int
    currency: str
    order: UUID
    cell: str = ""
    reference: str = ""
    return_url: str = ""


class BankAnswer(msgspec.Struct, frozen=True):
    """`end`: done or refused; a call that the bank could not look at has none."""

    key: UUID
    end: str
    reference: str = ""
    pay_url: str = ""
    detail: str = ""


class BankEvent(msgspec.Struct, frozen=True):
    """Something that happened at the bank; `key` names the call that it answers, where it does."""

    id: str
    kind: str
    payment: UUID
    amount_minor: int
    currency: str
    reference: str
    at: datetime
    cell: str = ""
    key: UUID | None = None
    detail: str = ""


class BankEvents(msgspec.Struct, frozen=True):
    events: list[BankEvent]
    next: str = ""


class BankPayment(msgspec.Struct, frozen=True):
    cell: str
    payment: UUID
    reference: str
    currency: str
    authorised_minor: int
    captured_minor: int
    refunded_minor: int
    is_open: bool


class BankPayments(msgspec.Struct, frozen=True):
    payments: list[BankPayment]
    next: str = ""


_ANSWERS = msgspec.json.Decoder(list[BankAnswer])
_EVENTS = msgspec.json.Decoder(BankEvents)
_PAYMENTS = msgspec.json.Decoder(BankPayments)
_ENCODE = msgspec.json.Encoder().encode


def sign(secret: str, body: bytes, seconds: int) -> str:
    """The value of the header `Bank-Signature`."""
    digest = hmac.digest(secret.encode(), b"%d." % seconds + body, sha256).hex()
    return f"t={seconds},v1={digest}"


def check(secret: str, header: str, body: bytes, now: datetime) -> None:
    """Raises BadSignature and TooOld."""
    said, _, digest = header.partition(",v1=")
    seconds = said.removeprefix("t=")
    if not (said.startswith("t=") and seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise BadSignature(f"The header {SIGNATURE} is missing or has another form than t=…,v1=….")
    if not hmac.compare_digest(sign(secret, body, int(seconds)).encode(), f"{said},v1={digest}".encode()):
        raise BadSignature("The signature does not fit the body.")
    if abs(now.timestamp() - int(seconds)) > MAX_SKEW_SECONDS:
        raise TooOld(f"It was signed more than {MAX_SKEW_SECONDS} seconds from now. Send it again, signed anew.")


@dataclass(slots=True)
class DemoBank:
    """The adapter; `url` is the bank's own address, not the shopper's."""

    url: str
    secret: str
    timeout_seconds: float = 10.0
    name: str = NAME
    acknowledgement: bytes = b'{"taken":true}'
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(base_url=self.url, timeout=self.timeout_seconds, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def send(self, letters: Sequence[Letter]) -> list[Reply]:
        answers: list[Reply] = []
        for start in range(0, len(letters), MAX_CALLS):
            answers += self._send(letters[start : start + MAX_CALLS])
        return answers

    def _send(self, letters: Sequence[Letter]) -> list[Reply]:
        body = _ENCODE([_wire(letter) for letter in letters])
        try:
            response = self._request("POST", "/v1/calls", body)
            said = {answer.key: answer for answer in _ANSWERS.decode(response.content)}
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return _all(letters, End.NO_EFFECT, f"no connection: {error}")
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            return _all(letters, _end_of(error), f"{type(error).__name__}: {error}")
        return [_answer(letter, said.get(letter.call.call_id)) for letter in letters]

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Told]:
        check(self.secret, headers.get(SIGNATURE, ""), body, now)
        try:
            events = _EVENTS.decode(body).events
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreadable(f"The body is not a list of events: {error}.") from None
        if not events:
            raise Unreadable("There is no event in it.")
        told = [sound(_told(event)) for event in events if event.kind in _KINDS]
        if not told:
            raise UnknownEvent(f"There is no event {events[0].kind!r} here.")
        return told

    def events(self, since: datetime, known: Sequence[UUID]) -> Iterator[Told]:
        for page in self._pages("/v1/events", since):
            found = _EVENTS.decode(page)
            yield from (_told(event) for event in found.events if event.kind in _KINDS)

    def standings(self, since: datetime, known: Sequence[UUID]) -> Iterator[Standing]:
        for page in self._pages("/v1/payments", since):
            for one in _PAYMENTS.decode(page).payments:
                yield Standing(
                    *(one.cell, one.payment, one.reference, one.currency),
                    *(one.authorised_minor, one.captured_minor, one.refunded_minor, one.is_open),
                )

    def _pages(self, path: str, since: datetime) -> Iterator[bytes]:
        """Each page of a list, from `since` on; `next` in a page says where the following one begins."""
        following = ""
        while True:
            query = {"since": since.astimezone(UTC).isoformat(), "after": following, "limit": str(PAGE)}
            page, following = self._page(str(httpx.URL(path, params=query)))
            yield page
            if not following:
                return

    def _page(self, target: str) -> tuple[bytes, str]:
        """A page and where the next one begins. A long list has many pages: one that fails is asked for again."""
        tries = 0
        while True:
            tries += 1
            try:
                page = self._request("GET", target, b"").content
                return page, str(msgspec.json.decode(page).get("next", ""))
            except (httpx.HTTPError, msgspec.DecodeError, AttributeError) as error:
                if tries == PAGE_TRIES:
                    raise ProviderAway(f"The bank's list could not be read: {error}") from None
                time.sleep(pause_seconds(tries, random.random()) / 4)

    def _request(self, method: str, path: str, body: bytes) -> httpx.Response:
        signed = body or path.encode()
        headers = {SIGNATURE: sign(self.secret, signed, int(datetime.now(UTC).timestamp()))}
        response = self._client.request(method, path, content=body, headers=headers)
        response.raise_for_status()
        return response


def _wire(letter: Letter) -> BankCall:
    call = letter.call
    return BankCall(
        *(call.call_id, call.kind.name.lower(), call.payment_id, call.amount_minor, call.currency, call.order_id),
        *(letter.cell, call.provider_ref, letter.return_url),
    )


def _end_of(error: Exception) -> End:
    """A 4xx is an answer about the request itself; 429 and 503 say that nothing was done; all else is unknown."""
    if isinstance(error, httpx.HTTPStatusError):
        if error.response.status_code in (429, 503):
            return End.NO_EFFECT
        return End.REFUSED if error.response.status_code == 422 else End.UNKNOWN
    return End.UNKNOWN


def _all(letters: Sequence[Letter], end: End, detail: str) -> list[Reply]:
    return [Reply(letter.call.call_id, end, detail=detail) for letter in letters]


def _answer(letter: Letter, said: BankAnswer | None) -> Reply:
    if said is None or said.end not in ("done", "refused"):
        return Reply(letter.call.call_id, End.UNKNOWN, detail="the bank said nothing about this call")
    end = End.DONE if said.end == "done" else End.REFUSED
    return Reply(letter.call.call_id, end, said.reference, said.pay_url, detail=said.detail)


def _told(event: BankEvent) -> Told:
    fields: dict[str, Any] = {
        "provider": NAME,
        "event_id": event.id,
        "kind": _KINDS[event.kind],
        "payment_id": event.payment,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "provider_ref": event.reference,
        "occurred_at": event.at,
        "call_id": event.key,
        "detail": event.detail,
    }
    return Told(event.cell, ProviderEvent(**fields))
