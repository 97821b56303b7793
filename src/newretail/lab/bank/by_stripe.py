"""As much of Stripe's wire as our adapter speaks: forms in, JSON out, `Stripe-Signature`. See https://docs.stripe.com/api."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import stripe

from newretail.lab.bank.book import Book, Event, Payment, Refused, new_payment

WIRE = "stripe"
Form = dict[str, str]
_INTENT_STATUS = {
    "open": "requires_payment_method",
    "authorised": "requires_capture",
    "captured": "succeeded",
    "voided": "canceled",
}
_EVENT_TYPES = {
    "authorised": "payment_intent.amount_capturable_updated",
    "captured": "payment_intent.succeeded",
    "unknown": "payment_intent.succeeded",
    "declined": "payment_intent.payment_failed",
    "voided": "payment_intent.canceled",
    "expired": "payment_intent.canceled",
    "refunded": "refund.created",
    "charged_back": "charge.dispute.funds_withdrawn",
}


class WireError(Exception):
    """An answer as Stripe refuses: status, type of error, code."""

    def __init__(self, status: int, kind: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.kind, self.code = status, kind, code

    def body(self) -> bytes:
        return json.dumps({"error": {"type": self.kind, "code": self.code, "message": str(self)}}).encode()


def handle(book: Book, method: str, path: str, form: Form, key: str, now: float, notify_url: str) -> bytes:
    """Answer a request below `/stripe`; raises WireError. A POST with a key seen before gets its first answer."""
    if method == "POST" and key:
        before = book.answer_of(WIRE, key)
        if before is not None:
            if before["form"] != form:
                raise WireError(400, "idempotency_error", "This key came before, with other parameters.")
            return json.dumps(before["answer"]).encode()
    with book.transaction():
        answer = _post(book, path, form, key, now, notify_url) if method == "POST" else _get(book, path, form)
        if method == "POST" and key:
            book.keep_answer(WIRE, key, {"form": form, "answer": answer})
    return json.dumps(answer).encode()


def form_of(body: bytes) -> Form:
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _post(book: Book, path: str, form: Form, key: str, now: float, notify_url: str) -> Any:
    parts = path.strip("/").split("/")[1:]
    try:
        if parts == ["checkout", "sessions"]:
            return _open_session(book, form, now, notify_url)
        if parts[:2] == ["checkout", "sessions"] and parts[3:] == ["expire"]:
            one = _payment(book, parts[2].removeprefix("cs_"))
            book.void(one.ref, key, now, "expired")
            return _session(_payment(book, one.ref))
        if parts[0] == "payment_intents" and parts[2:] == ["capture"]:
            one = _intent(book, parts[1])
            book.capture(one.ref, int(form.get("amount_to_capture", one.amount)), key, now)
            return _intent_object(_payment(book, one.ref))
        if parts[0] == "payment_intents" and parts[2:] == ["cancel"]:
            one = _intent(book, parts[1])
            if one.state == "voided":
                raise Refused("This PaymentIntent is canceled already.")
            book.void(one.ref, key, now)
            return _intent_object(_payment(book, one.ref))
        if parts == ["refunds"]:
            one = _intent(book, form["payment_intent"])
            call = form.get("metadata[call_id]", key)
            made = book.refund(one.ref, int(form["amount"]), call, now)
            return _refund(one, made, int(form["amount"]), call)
    except Refused as refusal:
        raise WireError(400, "invalid_request_error", str(refusal), "payment_intent_unexpected_state") from None
    raise WireError(404, "invalid_request_error", f"Unrecognized request URL ({path}).")


def _get(book: Book, path: str, form: Form) -> Any:
    parts = path.strip("/").split("/")[1:]
    if parts == ["events"]:
        return _events(book, form)
    if parts == ["payment_intents"]:
        return _intents(book, form)
    if parts[:2] == ["checkout", "sessions"] and len(parts) == 3:
        return _session(_payment(book, parts[2].removeprefix("cs_")))
    if parts[0] == "payment_intents" and len(parts) == 2:
        return _intent_object(_intent(book, parts[1]))
    raise WireError(404, "invalid_request_error", f"Unrecognized request URL ({path}).")


def _payment(book: Book, ref: str) -> Payment:
    one = book.payment(ref)
    if one is None or one.wire != WIRE:
        raise WireError(404, "invalid_request_error", f"No such object: {ref}", "resource_missing")
    return one


def _intent(book: Book, intent: str) -> Payment:
    return _payment(book, intent.removeprefix("pi_"))


def _open_session(book: Book, form: Form, now: float, notify_url: str) -> Any:
    price = "line_items[0][price_data]"
    metadata = "payment_intent_data[metadata]"
    made = new_payment(
        ref=uuid4().hex,
        wire=WIRE,
        payment=form[f"{metadata}[payment_id]"],
        order_id=form[f"{metadata}[order_id]"],
        cell=form[f"{metadata}[cell]"],
        amount=int(form[f"{price}[unit_amount]"]),
        currency=form[f"{price}[currency]"].upper(),
        notify_url=notify_url,
        return_url=form["success_url"],
        now=now,
    )
    return _session(book.open(made))


def _metadata(one: Payment) -> dict[str, str]:
    return {"payment_id": one.payment, "order_id": one.order_id, "cell": one.cell}


def _session(one: Payment) -> Any:
    status = {"open": "open", "voided": "expired"}.get(one.state, "complete")
    return {
        "id": f"cs_{one.ref}",
        "object": "checkout.session",
        "amount_total": one.amount,
        "currency": one.currency.lower(),
        "metadata": _metadata(one),
        "payment_intent": None if one.state == "open" else f"pi_{one.ref}",
        "status": status,
        "url": f"/bank/pay/{one.ref}",
    }


def _intent_object(one: Payment, *, declined: str = "") -> Any:
    """`declined`: the bank's word for why, where it did."""
    paid = one.state == "captured"
    charge = {"id": f"ch_{one.ref}", "object": "charge", "amount_refunded": one.refunded, "disputed": False}
    return {
        "id": f"pi_{one.ref}",
        "object": "payment_intent",
        "amount": one.amount,
        "amount_capturable": one.amount if one.state == "authorised" else 0,
        "amount_received": one.captured,
        "cancellation_reason": None,
        "created": int(one.created_at),
        "currency": one.currency.lower(),
        "last_payment_error": {"code": "card_declined", "decline_code": declined} if declined else None,
        "latest_charge": charge if paid else None,
        "metadata": _metadata(one),
        "status": _INTENT_STATUS[one.state],
    }


def _refund(one: Payment, refund_id: str, amount: int, call: str) -> Any:
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "currency": one.currency.lower(),
        "metadata": {**_metadata(one), "call_id": call},
        "payment_intent": f"pi_{one.ref}",
        "status": "succeeded",
    }


def event_object(event: Event, one: Payment) -> Any:
    """An event as Stripe tells it: the object as it was when it happened."""
    subject: dict[str, Any]
    if event.kind == "refunded":
        subject = _refund(one, event.detail, event.amount, event.call or "")
    elif event.kind == "charged_back":
        subject = {"id": f"dp_{one.ref}", "object": "dispute", "amount": event.amount, "metadata": {}}
        subject |= {"payment_intent": f"pi_{one.ref}", "currency": one.currency.lower()}
    else:
        subject = _intent_object(one, declined=event.detail if event.kind == "declined" else "")
        subject["amount_capturable"] = event.amount if event.kind == "authorised" else 0
        subject["amount_received"] = event.amount if event.kind in ("captured", "unknown") else 0
        subject["cancellation_reason"] = "automatic" if event.kind == "expired" else None
        if event.kind == "unknown":
            subject["id"] = f"pi_{one.ref}_nobody"
            subject["metadata"] = {**_metadata(one), "payment_id": "0b9d7bd1-7d1e-4f0e-8f3a-3c1de1c2a001"}
    return {
        "id": event.id,
        "object": "event",
        "created": int(event.at),
        "data": {"object": subject},
        "request": {"id": None, "idempotency_key": event.call},
        "type": _EVENT_TYPES[event.kind],
    }


def webhook(event: Event, one: Payment, secret: str, now: float) -> tuple[dict[str, str], bytes]:
    text = json.dumps(event_object(event, one))
    signature = stripe.WebhookSignature.generate_signature_header(text, secret, int(now))
    return {"content-type": "application/json", "stripe-signature": signature}, text.encode()


def _events(book: Book, form: Form) -> Any:
    """Newest first, as Stripe lists; `starting_after` names the last event of the page before."""
    limit = min(100, int(form.get("limit", 10)))
    last = book.event(form["starting_after"]) if "starting_after" in form else None
    found = book.events(WIRE, float(form.get("created[gte]", 0)), last.seq if last else 1 << 62, limit, newest=True)
    told = [(event, book.payment(event.ref)) for event in found]
    data = [event_object(event, one) for event, one in told if one is not None]
    return {"object": "list", "url": "/v1/events", "has_more": len(found) == limit, "data": data}


def _intents(book: Book, form: Form) -> Any:
    limit = min(100, int(form.get("limit", 10)))
    after = book.number_of(form["starting_after"].removeprefix("pi_")) if "starting_after" in form else 0
    found = book.payments(WIRE, float(form.get("created[gte]", 0)), after, limit)
    data = [_intent_object(one) for _, one in found]
    return {"object": "list", "url": "/v1/payment_intents", "has_more": len(found) == limit, "data": data}
