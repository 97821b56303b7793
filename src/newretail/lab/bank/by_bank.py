"""The demo bank's own protocol, from its side: many calls in one request, many events in one webhook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import msgspec

from newretail.lab.bank.book import Book, Event, Payment, Refused, new_payment
from newretail.lab.bank.faults import Faults
from newretail.pay.providers.demo_bank import (
    BankAnswer,
    BankCall,
    BankEvent,
    BankEvents,
    BankPayment,
    BankPayments,
    sign,
)

WIRE = "bank"
_CALLS = msgspec.json.Decoder(list[BankCall])
_ENCODE = msgspec.json.Encoder().encode
_NOBODY = UUID("0b9d7bd1-7d1e-4f0e-8f3a-3c1de1c2a001")


def calls(book: Book, body: bytes, now: float, notify_url: str) -> bytes:
    """Answer every call. Raises msgspec's errors for what is no list of calls."""
    asked = _CALLS.decode(body)
    with book.transaction():
        return _ENCODE([_answer(book, call, now, notify_url) for call in asked])


def _answer(book: Book, call: BankCall, now: float, notify_url: str) -> BankAnswer:
    before = book.answer_of(WIRE, str(call.key))
    if before is not None:
        return msgspec.convert(before, BankAnswer)
    try:
        answer = _do(book, call, now, notify_url)
    except Refused as refusal:
        answer = BankAnswer(call.key, "refused", call.reference, detail=str(refusal))
    book.keep_answer(WIRE, str(call.key), msgspec.to_builtins(answer))
    return answer


def _do(book: Book, call: BankCall, now: float, notify_url: str) -> BankAnswer:
    if call.kind == "create":
        made = new_payment(
            ref=f"bp_{uuid4().hex}",
            wire=WIRE,
            payment=str(call.payment),
            order_id=str(call.order),
            cell=call.cell,
            amount=call.amount_minor,
            currency=call.currency,
            notify_url=notify_url,
            return_url=call.return_url,
            now=now,
        )
        one = book.open(made)
        return BankAnswer(call.key, "done", one.ref, f"/bank/pay/{one.ref}")
    one_or_none = book.payment_of(WIRE, str(call.payment))
    if one_or_none is None:
        raise Refused("There is no such payment.")
    ref = one_or_none.ref
    if call.currency != one_or_none.currency:
        raise Refused(f"This payment is in {one_or_none.currency}.")
    if call.kind == "capture":
        book.capture(ref, call.amount_minor, str(call.key), now)
    elif call.kind == "void":
        book.void(ref, str(call.key), now)
    elif call.kind == "refund":
        return BankAnswer(call.key, "done", ref, detail=book.refund(ref, call.amount_minor, str(call.key), now))
    else:
        raise Refused(f"There is no call {call.kind}.")
    return BankAnswer(call.key, "done", ref)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _event(event: Event, one: Payment) -> BankEvent:
    payment = uuid5(_NOBODY, one.ref) if event.kind == "unknown" else UUID(one.payment)
    return BankEvent(
        *(event.id, "captured" if event.kind == "unknown" else event.kind, payment, event.amount, one.currency),
        *(one.ref, _moment(event.at), one.cell, UUID(event.call) if event.call else None, event.detail),
    )


def webhook(told: Sequence[tuple[Event, Payment]], secret: str, now: float) -> tuple[dict[str, str], bytes]:
    """Headers and body of one webhook that tells all these."""
    body = _ENCODE(BankEvents([_event(event, one) for event, one in told]))
    return {"content-type": "application/json", "bank-signature": sign(secret, body, int(now))}, body


def events(book: Book, since: datetime, after: str, limit: int) -> bytes:
    found = book.told(WIRE, since.timestamp(), int(after or 0), limit)
    following = str(found[-1][0].seq) if len(found) == limit else ""
    return _ENCODE(BankEvents([_event(event, one) for event, one in found], following))


def payments(book: Book, since: datetime, after: str, limit: int) -> bytes:
    found = book.payments(WIRE, since.timestamp(), int(after or 0), limit)
    rows = [
        BankPayment(
            *(one.cell, UUID(one.payment), one.ref, one.currency),
            one.amount if one.state in ("authorised", "captured") else 0,
            *(one.captured, one.refunded, one.state in ("open", "authorised")),
        )
        for _, one in found
    ]
    return _ENCODE(BankPayments(rows, str(found[-1][0]) if len(found) == limit else ""))


class Rehearsal(msgspec.Struct, frozen=True):
    """Cells whose payments pay themselves and fail: by `faults` from now on, or as before where there are none."""

    cells: list[str]
    faults: Faults | None = None
    seed: int = 1


def rehearsal(book: Book, body: bytes) -> bytes:
    """Begin to behave like that; answer what was dealt to those cells so far, and how many events they wait for."""
    asked = msgspec.json.decode(body, type=Rehearsal)
    if asked.faults is not None:
        book.rehearse(asked.cells, asked.faults, asked.seed)
    dealt = dict(book.manners(asked.cells[0]).dealt) if asked.cells else {}
    return _ENCODE({"dealt": dealt, "undelivered": book.undelivered(asked.cells)})
