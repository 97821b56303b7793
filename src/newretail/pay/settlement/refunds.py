"""Refunds asked for by staff: at once up to a limit, above it by a second person.

A request says what to do; who carries it out (the order engine) answers, and `done` or `failed` keeps that answer.
The request's id is the refund's id, so carrying it out twice gives back once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from newretail.pay.settlement.days import terms_on
from newretail.pay.settlement.desk import CellBooks, Refused


class RefundState(IntEnum):
    WAITING = 1
    ALLOWED = 2
    DECLINED = 3
    DONE = 4
    FAILED = 5


@dataclass(frozen=True, slots=True)
class RefundRequest:
    request_id: UUID
    order_id: UUID
    amount_minor: int
    reason: str
    state: int
    needs_approval: bool
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str


def ask(
    books: CellBooks, request: tuple[UUID, UUID, int], reason: str, actor: str, today: date, now: datetime
) -> RefundRequest:
    """Keep the request (its id, the order's, the amount); it is ALLOWED at once when the terms leave it to one person.

    Repeatable by the request's id. Raises Refused for an amount or a reason that says nothing.
    """
    request_id, order_id, amount_minor = request
    if amount_minor <= 0:
        raise Refused("A refund is more than nothing.")
    if not reason.strip():
        raise Refused("Write why the money goes back: the buyer and the books will ask.")
    with books.connection.transaction():
        needs_approval = amount_minor > terms_on(books, today).refund_limit_minor
        state = RefundState.WAITING if needs_approval else RefundState.ALLOWED
        values = [request_id, order_id, amount_minor, reason.strip(), int(state), needs_approval, actor, now]
        books.run("add_refund_request", values)
        return _found(books, request_id)


def decide(books: CellBooks, request_id: UUID, allow: bool, actor: str, now: datetime, note: str = "") -> RefundRequest:
    """Allow or decline a waiting request. Raises Refused; nobody decides what they asked for themselves."""
    with books.connection.transaction():
        found = _found(books, request_id)
        if found.state != RefundState.WAITING:
            raise Refused("The request is decided already.")
        if found.requested_by == actor:
            raise Refused("Four eyes: somebody else must decide what you asked for.")
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
            raise Refused("The request is not allowed.")
        books.run("end_refund", [int(state), note, request_id])


def find(books: CellBooks, request_id: UUID) -> RefundRequest:
    """Raises Refused when there is none."""
    with books.connection.transaction():
        return _found(books, request_id)


def asked_of(books: CellBooks, order_id: UUID) -> int:
    """What is asked back of an order and not yet given, minor units."""
    (amount,) = books.run("asked_of_order", [order_id]).fetchone() or (0,)
    return int(amount)


def _found(books: CellBooks, request_id: UUID) -> RefundRequest:
    row = books.run("refund_request", [request_id]).fetchone()
    if row is None:
        raise Refused("There is no such request.")
    return RefundRequest(*row)
