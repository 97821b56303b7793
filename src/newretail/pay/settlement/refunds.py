"""Money that staff ask to give back or to send out of suspense: at once up to a limit, above it by a second person.

A request says what to do; who carries it out (the order engine) answers, and `done` or `failed` keeps that answer.
The request's id is the refund's id, so carrying it out twice gives back once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from newretail.kit.sentences import kept, read, sentence
from newretail.pay.settlement.days import terms_on
from newretail.pay.settlement.desk import CellBooks, Refused


class RefundState(IntEnum):
    WAITING = 1
    ALLOWED = 2
    DECLINED = 3
    DONE = 4
    FAILED = 5


class RefundWay(IntEnum):
    """What a request asks for: money of a sale back, or money in suspense sent on."""

    SALE = 0
    TO_PROVIDER = 1
    TO_WALLET = 2
    TO_ORDER = 3


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What is asked for, by an id that makes it repeatable.

    `lines`: (line number from 1, quantity, amount_minor), for a refund of lines. `payment_id`: whose money in suspense;
    `to_order_id`: the order that is to be paid with it.
    """

    request_id: UUID
    order_id: UUID
    amount_minor: int
    lines: tuple[tuple[int, int, int], ...] = ()
    way: RefundWay = RefundWay.SALE
    payment_id: UUID | None = None
    to_order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    request_id: UUID
    order_id: UUID
    amount_minor: int
    lines: tuple[tuple[int, int, int], ...]
    way: RefundWay
    payment_id: UUID | None
    to_order_id: UUID | None
    reason: str
    state: int
    needs_approval: bool
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str


def ask(books: CellBooks, wish: RefundWish, reason: str, actor: str, today: date, now: datetime) -> RefundRequest:
    """Keep the request; it is ALLOWED at once when the terms leave it to one person.

    Repeatable by the request's id. Raises Refused for an amount or a reason that says nothing, and for an id that was
    used for something else.
    """
    if wish.amount_minor <= 0:
        raise Refused(sentence("A refund is more than nothing."))
    if not reason.strip():
        raise Refused(sentence("Write why the money goes back: the buyer and the books will ask."))
    with books.connection.transaction():
        needs_approval = wish.amount_minor > terms_on(books, today).refund_limit_minor
        state = RefundState.WAITING if needs_approval else RefundState.ALLOWED
        values = [
            *(wish.request_id, wish.order_id, wish.amount_minor, [list(line) for line in wish.lines], int(wish.way)),
            *(wish.payment_id, wish.to_order_id, reason.strip(), int(state), needs_approval, actor, now),
        ]
        books.run("add_refund_request", values)
        found = _found(books, wish.request_id)
        if (found.order_id, found.amount_minor, found.way) != (wish.order_id, wish.amount_minor, wish.way):
            raise Refused(sentence("This id was used for another request. Open the page again."))
        return found


def decide(books: CellBooks, request_id: UUID, allow: bool, actor: str, now: datetime, note: str = "") -> RefundRequest:
    """Allow or decline a waiting request. Raises Refused; nobody decides what they asked for themselves."""
    with books.connection.transaction():
        found = _found(books, request_id)
        if found.state != RefundState.WAITING:
            raise Refused(sentence("The request is decided already."))
        if found.requested_by == actor:
            raise Refused(sentence("Four eyes: somebody else must decide what you asked for."))
        state = RefundState.ALLOWED if allow else RefundState.DECLINED
        books.run("decide_refund", [int(state), actor, now, note, request_id])
        return _found(books, request_id)


def end(books: CellBooks, request_id: UUID, is_done: bool, note: str) -> None:
    """Keep what became of an allowed request. Raises Refused when it was not allowed."""
    with books.connection.transaction():
        found = _found(books, request_id)
        state = RefundState.DONE if is_done else RefundState.FAILED
        if found.state == state:
            return
        if found.state != RefundState.ALLOWED:
            raise Refused(sentence("The request is not allowed."))
        books.run("end_refund", [int(state), kept(note), request_id])


def find(books: CellBooks, request_id: UUID) -> RefundRequest:
    """Raises Refused when there is none."""
    with books.connection.transaction():
        return _found(books, request_id)


def asked_of(books: CellBooks, order_id: UUID) -> int:
    """What is asked back of an order and not yet given, minor units."""
    (amount,) = books.run("asked_of_order", [order_id]).fetchone() or (0,)
    return int(amount)


def suspense_asked(books: CellBooks, payment_id: UUID) -> int:
    """What is asked out of suspense for a payment and not yet sent on, minor units."""
    (amount,) = books.run("asked_of_payment", [payment_id]).fetchone() or (0,)
    return int(amount)


def _found(books: CellBooks, request_id: UUID) -> RefundRequest:
    row = books.run("refund_request", [request_id]).fetchone()
    if row is None:
        raise Refused(sentence("There is no such request."))
    request_id, order_id, amount_minor, lines, way, *more = row
    more[-1] = read(more[-1])
    of_lines = tuple((line[0], line[1], line[2]) for line in lines)
    return RefundRequest(request_id, order_id, amount_minor, of_lines, RefundWay(way), *more)
