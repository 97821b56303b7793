"""Stripe by its official SDK: a hosted Checkout page, captured by hand, refunds, signed webhooks, the list of events.

The card never touches this market: CREATE opens a Checkout Session, whose page is Stripe's own. The session's
PaymentIntent carries our payment, order and cell as metadata. Events get ids made of the object and what became of it
(`pi_1:captured`), because Stripe may make two events of one happening. See https://docs.stripe.com/api.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import requests
import stripe
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from newretail.pay.payments.messages import Call, CallKind, EventKind, ProviderEvent
from newretail.pay.providers.interface import (
    LEFT,
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

NAME = "stripe"
PAGE = 100  # the most that Stripe gives in one page
SIDE_BY_SIDE = 8
READING: stripe.RequestOptions = {"max_network_retries": 4}  # a long list has many pages
# Where Stripe counts in other units than ISO 4217 does: https://docs.stripe.com/currencies#special-cases
_FACTOR = {"ISK": 100, "UGX": 100}
_NO_CHANGE = {"payment_intent_unexpected_state", "charge_already_captured", "charge_already_refunded"}
_INTENT_EVENTS = {
    "payment_intent.amount_capturable_updated": (EventKind.AUTHORISED, "amount_capturable"),
    "payment_intent.succeeded": (EventKind.CAPTURED, "amount_received"),
    "payment_intent.payment_failed": (EventKind.DECLINED, "amount"),
    "payment_intent.canceled": (EventKind.VOIDED, "amount"),
}
EVENTS = (
    *_INTENT_EVENTS,
    *("checkout.session.expired", "refund.created", "refund.updated", "refund.failed"),
    "charge.dispute.funds_withdrawn",
)


@dataclass(slots=True)
class Stripe:
    """The adapter; `url` is empty for Stripe itself."""

    secret_key: str
    webhook_secret: str
    url: str = ""
    timeout_seconds: float = 20.0
    name: str = NAME
    acknowledgement: bytes = b'{"taken":true}'
    _session: requests.Session = field(init=False)
    _client: stripe.StripeClient = field(init=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        # Retries are ours: the outbox knows what is due, also after a crash.
        http = stripe.RequestsClient(timeout=(3.05, self.timeout_seconds), session=self._session)
        self._client = stripe.StripeClient(
            self.secret_key,
            base_addresses={"api": self.url} if self.url else {},
            http_client=http,
            max_network_retries=0,
        )

    def close(self) -> None:
        self._session.close()

    def send(self, letters: Sequence[Letter]) -> list[Reply]:
        with ThreadPoolExecutor(min(SIDE_BY_SIDE, max(1, len(letters)))) as threads:
            return list(threads.map(self._send, letters))

    def _send(self, letter: Letter) -> Reply:
        act = {
            CallKind.CREATE: self._create,
            CallKind.CAPTURE: self._capture,
            CallKind.VOID: self._void,
            CallKind.REFUND: self._refund,
        }[letter.call.kind]
        try:
            return act(letter)
        except stripe.StripeError as error:
            if isinstance(error, stripe.InvalidRequestError) and error.code in _NO_CHANGE:
                return self._look(letter, error)
            return Reply(letter.call.call_id, end_of(error), detail=_said(error))

    def _create(self, letter: Letter) -> Reply:
        call = letter.call
        metadata = {
            "payment_id": str(call.payment_id),
            "order_id": str(call.order_id),
            "cell": letter.cell,
        }
        session = self._client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "client_reference_id": str(call.payment_id),
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": call.currency.lower(),
                            "unit_amount": to_stripe(call.amount_minor, call.currency),
                            "product_data": {"name": call.subject},
                        },
                    }
                ],
                "metadata": metadata,
                "payment_intent_data": {"capture_method": "manual", "metadata": metadata},
                "success_url": letter.return_url,
                "cancel_url": f"{letter.return_url}{LEFT}",
            },
            {"idempotency_key": str(call.call_id)},
        )
        return Reply(call.call_id, End.DONE, session.id, session.url or "")

    def _capture(self, letter: Letter) -> Reply:
        call = letter.call
        intent = self._intent_of(call)
        self._client.v1.payment_intents.capture(
            intent,
            {"amount_to_capture": to_stripe(call.amount_minor, call.currency)},
            {"idempotency_key": str(call.call_id)},
        )
        return Reply(call.call_id, End.DONE, intent)

    def _void(self, letter: Letter) -> Reply:
        call, key = letter.call, str(letter.call.call_id)
        if call.provider_ref.startswith("cs_"):
            session = self._client.v1.checkout.sessions.retrieve(call.provider_ref)
            if session.status == "open":
                self._client.v1.checkout.sessions.expire(call.provider_ref, options={"idempotency_key": key})
            if session.status != "complete":
                return Reply(call.call_id, End.DONE, call.provider_ref)
        intent = self._intent_of(call)
        self._client.v1.payment_intents.cancel(intent, options={"idempotency_key": key})
        return Reply(call.call_id, End.DONE, intent)

    def _refund(self, letter: Letter) -> Reply:
        call = letter.call
        metadata = {"payment_id": str(call.payment_id), "cell": letter.cell, "call_id": str(call.call_id)}
        refund = self._client.v1.refunds.create(
            {
                "payment_intent": self._intent_of(call),
                "amount": to_stripe(call.amount_minor, call.currency),
                "metadata": metadata,
            },
            {"idempotency_key": str(call.call_id)},
        )
        return Reply(call.call_id, End.DONE, call.provider_ref, detail=refund.id)

    def _intent_of(self, call: Call) -> str:
        """A payment is known by its session until an event names its PaymentIntent."""
        if not call.provider_ref.startswith("cs_"):
            return call.provider_ref
        session = self._client.v1.checkout.sessions.retrieve(call.provider_ref)
        return str(session.payment_intent or "pi_none_yet")

    def _look(self, letter: Letter, error: stripe.StripeError) -> Reply:
        """The payment is not in a state for this. If it is where the call wants it, the call is done."""
        call = letter.call
        wanted = {CallKind.CAPTURE: "succeeded", CallKind.VOID: "canceled"}.get(call.kind)
        try:
            intent = self._client.v1.payment_intents.retrieve(self._intent_of(call))
        except stripe.StripeError as second:
            return Reply(call.call_id, End.UNKNOWN, detail=str(second)[:500])
        right_amount = call.kind != CallKind.CAPTURE or intent.amount_received == to_stripe(
            call.amount_minor, call.currency
        )
        end = End.DONE if intent.status == wanted and right_amount else End.REFUSED
        return Reply(call.call_id, end, intent.id, detail=str(error)[:500])

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Told]:
        header = headers.get("stripe-signature", "")
        try:
            text = body.decode()
            stripe.WebhookSignature.verify_header(text, header, self.webhook_secret, tolerance=None)
            seconds, _ = stripe.WebhookSignature._get_timestamp_and_signatures(header, "v1")
        except UnicodeDecodeError:
            raise Unreadable("The body is not UTF-8.") from None
        except stripe.SignatureVerificationError as error:
            raise BadSignature(error.user_message or "The signature does not fit.") from None
        if abs(now.timestamp() - seconds) > MAX_SKEW_SECONDS:
            raise TooOld(f"It was signed more than {MAX_SKEW_SECONDS} seconds from now.")
        try:
            return [sound(self._told(json.loads(text)))]
        except (UnknownEvent, Unreadable):
            raise
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise Unreadable(f"It is signed, and not an event as Stripe describes them: {error}.") from None

    def _told(self, event: dict[str, Any]) -> Told:
        """Raises UnknownEvent, and ValueError and its kin for an event without what it should have."""
        kind, one = event["type"], event["data"]["object"]
        asked = (event.get("request") or {}).get("idempotency_key")
        if kind in _INTENT_EVENTS:
            what, field_name = _INTENT_EVENTS[kind]
            if kind == "payment_intent.canceled" and one.get("cancellation_reason") in ("automatic", "expired"):
                what = EventKind.EXPIRED
            made = (what, one["id"], one["metadata"], one[field_name], asked)
        elif kind == "checkout.session.expired":
            made = (EventKind.EXPIRED, one["id"], one["metadata"], one["amount_total"], asked)
        elif kind.startswith("refund."):
            made = self._refund_of(kind, one)
        elif kind == "charge.dispute.funds_withdrawn":
            made = (EventKind.CHARGED_BACK, one["payment_intent"], self._metadata(one), one["amount"], None)
        else:
            raise UnknownEvent(f"Events of the kind {kind} have no meaning here; take them out of the webhook's list.")
        what, reference, metadata, amount, call_id = made
        if "payment_id" not in metadata:
            raise UnknownEvent("A payment of somebody else on the same account at Stripe.")
        currency = one["currency"].upper()
        object_id = one["id"]
        return Told(
            metadata["cell"],
            ProviderEvent(
                provider=NAME,
                event_id=f"{object_id}:{what.name.lower()}",
                kind=what,
                payment_id=UUID(metadata["payment_id"]),
                amount_minor=from_stripe(amount, currency),
                currency=currency,
                provider_ref=reference,
                occurred_at=datetime.fromtimestamp(event["created"], UTC),
                call_id=_uuid(call_id),
                detail=_reason(one),
            ),
        )

    def _refund_of(self, kind: str, one: dict[str, Any]) -> tuple[EventKind, str, Any, int, str | None]:
        failed = kind == "refund.failed" or one["status"] in ("failed", "canceled")
        if not failed and one["status"] != "succeeded":
            raise UnknownEvent("A refund on its way: another event will say how it ended.")
        what = EventKind.REFUND_FAILED if failed else EventKind.REFUNDED
        metadata = self._metadata(one)
        return what, one["payment_intent"], metadata, one["amount"], metadata.get("call_id")

    def _metadata(self, one: dict[str, Any]) -> dict[str, str]:
        """The object's own, or its payment's: what is done in Stripe's dashboard carries none of ours."""
        own = dict(one.get("metadata") or {})
        if "payment_id" in own and "cell" in own:
            return own
        try:
            return _plain(self._client.v1.payment_intents.retrieve(one["payment_intent"]))["metadata"] or {}
        except stripe.StripeError as error:
            raise ProviderAway(f"Stripe did not say whose payment it is: {error}") from None

    def events(self, since: datetime, known: Sequence[UUID]) -> Iterator[Told]:
        listed = {"limit": PAGE, "created": {"gte": int(since.timestamp())}, "types": list(EVENTS)}
        try:
            page = self._client.v1.events.list(listed, READING)  # type: ignore[arg-type]
            for event in page.auto_paging_iter():
                try:
                    yield self._told(_plain(event))
                except (KeyError, ValueError):  # no meaning here, or somebody else's on the same account
                    continue
        except stripe.StripeError as error:
            raise ProviderAway(f"Stripe's list of events could not be read: {error}") from None

    def standings(self, since: datetime, known: Sequence[UUID]) -> Iterator[Standing]:
        listed = {"limit": PAGE, "created": {"gte": int(since.timestamp())}, "expand": ["data.latest_charge"]}
        try:
            for intent in self._client.v1.payment_intents.list(listed, READING).auto_paging_iter():  # type: ignore[arg-type]
                found = _plain(intent)
                if "payment_id" in (found["metadata"] or {}):
                    yield _standing(found)
        except stripe.StripeError as error:
            raise ProviderAway(f"Stripe's list of payments could not be read: {error}") from None


def to_stripe(amount_minor: int, currency: str) -> int:
    return amount_minor * _FACTOR.get(currency.upper(), 1)


def from_stripe(amount: int, currency: str) -> int:
    """Raises ValueError for a fraction of a minor unit."""
    whole, rest = divmod(amount, _FACTOR.get(currency.upper(), 1))
    if rest:
        raise ValueError(f"{amount} is no whole amount of {currency}")
    return whole


def end_of(error: stripe.StripeError) -> End:
    """What a failure leaves certain. A key of ours that is wrong has no effect, and is for people to put right."""
    if isinstance(error, stripe.RateLimitError | stripe.AuthenticationError | stripe.PermissionError):
        return End.NO_EFFECT
    if isinstance(error, stripe.APIConnectionError):
        return End.NO_EFFECT if _never_connected(error) else End.UNKNOWN
    if isinstance(error, stripe.CardError | stripe.InvalidRequestError) and error.http_status != 409:
        return End.REFUSED
    return End.UNKNOWN


def _never_connected(error: stripe.APIConnectionError) -> bool:
    cause = error.__cause__
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return True
    inner = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return isinstance(inner, NewConnectionError | ConnectTimeoutError)


def _plain(thing: stripe.StripeObject) -> dict[str, Any]:
    return thing.to_dict(recursive=True)


def _standing(intent: dict[str, Any]) -> Standing:
    currency = intent["currency"].upper()
    charge = intent["latest_charge"]
    refunded = charge["amount_refunded"] if isinstance(charge, dict) else 0
    authorised = intent["amount"] if intent["status"] in ("requires_capture", "succeeded") else 0
    return Standing(
        intent["metadata"].get("cell", ""),
        UUID(intent["metadata"]["payment_id"]),
        intent["id"],
        currency,
        from_stripe(authorised, currency),
        from_stripe(intent["amount_received"], currency),
        from_stripe(refunded, currency),
        intent["status"] not in ("succeeded", "canceled"),
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:  # a key that somebody else chose
        return None


def _said(error: stripe.StripeError) -> str:
    """Stripe's sentence, behind its own word for why a card was declined, where there is one."""
    body: Any = error.json_body or {}
    more = body.get("error") or {}
    word = more.get("decline_code") or error.code if isinstance(error, stripe.CardError) else ""
    return (f"{word}: {error}" if word else str(error))[:500]


def _reason(one: dict[str, Any]) -> str:
    error = one.get("last_payment_error") or {}
    return str(
        error.get("decline_code")
        or error.get("code")
        or one.get("failure_reason")
        or one.get("cancellation_reason")
        or ""
    )
