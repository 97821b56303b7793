"""Payments in the tables: read under the lock, and written with the books, in a transaction of whoever decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from newretail.kit.ids import made_at
from newretail.kit.journey import Step, travel
from newretail.kit.sql import in_cell
from newretail.pay.ledger.book import AccountBook
from newretail.pay.ledger.rules import Chart, Kind, parts_of
from newretail.pay.ledger.settle import Sheet
from newretail.pay.ledger.transfers import NO_ID, Transfer, batch_of
from newretail.pay.ledger.work import STEP_DOWN, open_missing, settled, written
from newretail.pay.payments.messages import CallKind, ProviderEvent
from newretail.pay.payments.money import Booking, Effects, OrderMoney, Payment, Refund
from newretail.pay.payments.rules import (
    CallState,
    Outcome,
    PaymentState,
    Settlement,
    Tender,
    Why,
    id_range,
    place_of,
    transfer_id,
)

ROOM, FILE = "newretail.pay", "payments.sql"
Cursor = psycopg.Cursor[Any]
_COLUMNS = attrgetter(*(field.name for field in fields(Payment)))
_TENDERS = {
    Chart.WALLET: Tender.WALLET,
    Chart.GIFT_CARD: Tender.GIFT_CARD,
    Chart.POINTS: Tender.POINTS,
    Chart.TILL_CASH: Tender.CASH,
    Chart.PROVIDER_CLEARING: Tender.TILL_CARD,
}


class BooksRefused(RuntimeError):
    """The books refused what had been decided: a fault of ours. Nothing was written."""


def fill(cursor: Cursor, cell: str, orders: Sequence[OrderMoney]) -> None:
    """Read the payments, refunds and steps of some orders into them."""
    by_id = {money.order_id: money for money in orders}
    if not by_id:
        return
    for payment in read_payments(cursor, cell, by_id):
        if payment.order_id in by_id:
            by_id[payment.order_id].payments.append(payment)
    rows = cursor.execute(in_cell(ROOM, FILE, "refunds_of", cell), [list(by_id)]).fetchall()
    for order_id, refund_id, amount, lines, parts, *more in rows:
        made = Refund(order_id, refund_id, amount, _tuples(lines), _tuples(parts), *more)
        by_id[order_id].refunds.append(made)
    for row in read_transfers(cursor, cell, by_id):
        money = by_id.get(row[1])
        if money is not None:
            money.next_step = place_of(row[0]) + 1
            if money.settlement == Settlement.WITH_ORDER:
                _add_transfer(money, *row)


def _tuples(rows: Sequence[Sequence[int]]) -> tuple[Any, ...]:
    return tuple(tuple(row) for row in rows)


def read_payments(cursor: Cursor, cell: str, order_ids: Iterable[UUID]) -> list[Payment]:
    """The rows of payments in the ranges of some orders."""
    ranges = [id_range(order_id) for order_id in order_ids]
    firsts, lasts = [first for first, _ in ranges], [last for _, last in ranges]
    rows = cursor.execute(in_cell(ROOM, FILE, "payments_of", cell), [firsts, lasts]).fetchall()
    return [_payment(*row) for row in rows]


def _payment(payment_id: UUID, order_id: UUID, tender: int, state: int, *more: Any) -> Payment:
    return Payment(payment_id, order_id, Tender(tender), PaymentState(state), *more)


def read_transfers(cursor: Cursor, cell: str, order_ids: Iterable[UUID]) -> list[Any]:
    """(transfer_id, order_id, debit, credit, amount, code, kind, pending_id, batch) in the ranges of some orders."""
    ranges = [id_range(order_id) for order_id in order_ids]
    firsts, lasts = [first for first, _ in ranges], [last for _, last in ranges]
    return cursor.execute(in_cell(ROOM, FILE, "transfers_of", cell), [firsts, lasts]).fetchall()


def _add_transfer(
    money: OrderMoney,
    its_id: UUID,
    order_id: UUID,
    debit: int,
    credit: int,
    amount: int,
    code: int,
    kind: int,
    pending_id: UUID | None,
    batch_number: int,
) -> None:
    """An order that was paid with the order has no rows of payments: what its transfers say is the payment."""
    if code == Why.SALE:
        tender, at = _TENDERS[parts_of(debit)[1]], made_at(order_id)
        payment = Payment(
            its_id, order_id, tender, PaymentState.CAPTURED, "", "", debit, amount, amount, at, at, None, batch_number
        )
        payment.captured_minor = payment.received_minor = amount
        money.payments.append(payment)
        return
    # What a till could not pay out went to the buyer's wallet.
    of_account = [payment for payment in money.payments if payment.account_id == credit]
    payment = next(p for p in [*of_account, *money.payments] if p.captured_minor - p.refunded_minor >= amount)
    payment.refunded_minor += amount
    payment.returned_minor += amount
    if payment.refunded_minor == payment.captured_minor:
        payment.state = PaymentState.REFUNDED


def write_rows(cursor: Cursor, cell: str, currency: str, number: int, effects: Effects, rows_of: set[UUID]) -> None:
    """Before stepping down: the payments that opened or changed, and what providers are to be asked.

    `rows_of`: the orders whose payments have rows; those of others are in their transfers.
    """
    opened = {payment.payment_id for payment in effects.opened}
    changed = [p for p in effects.changed.values() if p.payment_id not in opened and p.order_id in rows_of]
    for name, payments in (("open_payments", effects.opened), ("write_payments", changed)):
        if payments:
            values = [list(column) for column in zip(*map(_COLUMNS, payments), strict=True)]
            values[2], values[3] = [int(tender) for tender in values[2]], [int(state) for state in values[3]]
            cursor.execute(in_cell(ROOM, FILE, name, cell), values)
    asked = effects.calls
    if asked:
        cursor.execute(
            in_cell(ROOM, FILE, "add_calls", cell),
            [
                *(currency, effects.at, number, effects.at, [effects.new_id() for _ in asked]),
                [int(call.kind) for call in asked],
                [call.payment.provider for call in asked],
                [call.payment.payment_id for call in asked],
                [call.payment.order_id for call in asked],
                [call.amount_minor for call in asked],
            ],
        )


def settle_bookings(cursor: Cursor, cell: str, book: AccountBook, batch_number: int, effects: Effects) -> Sheet | None:
    """Under the lock: the sheet of everything that is to be booked, None for nothing. Raises BooksRefused."""
    if not effects.bookings:
        return None
    transfers = batch_of([_transfer(booking) for booking in effects.bookings])
    named = np.concatenate([transfers.debit_id, transfers.credit_id])
    open_missing(cursor, cell, book, batch_number, named[named > 0])
    sheet = settled(cursor, cell, book, batch_number, transfers, effects.at, careful=True)
    if not sheet.accepted.all():
        index = int(np.flatnonzero(~sheet.accepted)[0])
        raise BooksRefused(f"{effects.bookings[index]}: code {int(sheet.codes[index])}")
    return sheet


def _transfer(booking: Booking) -> Transfer:
    ends = booking.kind in (Kind.POST, Kind.VOID)
    return Transfer(
        transfer_id(booking.order_id, booking.step),
        *(booking.debit_id, booking.credit_id, booking.amount_minor, int(booking.why), booking.kind),
        pending_id=transfer_id(booking.order_id, booking.pending_step) if ends else NO_ID,
        subject_id=booking.order_id,
    )


def write_books(
    connection: psycopg.Connection[Any],
    cursor: Cursor,
    cell: str,
    number: int,
    effects: Effects,
    sheet: Sheet | None,
    before: Sequence[Step] = (),
) -> list[Step]:
    """Step down (after the steps `before`) and write refunds and transfers; return the steps of the last journey.

    The caller adds the head's step and the commit, and lets the book keep the sheet's balances after it.
    """
    travel(connection, *before, (STEP_DOWN, []))
    for refund in effects.refunds:
        cursor.execute(
            in_cell(ROOM, FILE, "add_refund", cell),
            [
                *(refund.order_id, refund.refund_id, refund.amount_minor, [list(line) for line in refund.lines]),
                *([list(part) for part in refund.parts], refund.reason, refund.actor, refund.approved_by),
                *(refund.refunded_at, number),
            ],
        )
    for moved in effects.suspense_moves:
        cursor.execute(in_cell(ROOM, FILE, "add_suspense_move", cell), [*astuple(moved), number])
    return written(cursor, cell, sheet, number) if sheet is not None else []


def known_events(
    cursor: Cursor, cell: str, events: Sequence[ProviderEvent]
) -> dict[tuple[str, str], tuple[Outcome, str]]:
    """What was made of those events that were heard before."""
    values = [[event.provider for event in events], [event.event_id for event in events]]
    rows = cursor.execute(in_cell(ROOM, FILE, "events_known", cell), values).fetchall()
    return {(row[0], row[1]): (Outcome(row[2]), row[3]) for row in rows}


def suspense_moved(cursor: Cursor, cell: str, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, int, int]]:
    """Those asks to send money out of suspense that were carried out: payment, way, amount."""
    rows = cursor.execute(in_cell(ROOM, FILE, "suspense_moved", cell), [list(ids)]).fetchall() if ids else []
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


@dataclass(slots=True)
class CallStanding:
    """How a call of ours stands."""

    kind: CallKind
    state: CallState
    payment_id: UUID


def call_standings(cursor: Cursor, cell: str, ids: Sequence[UUID]) -> dict[UUID, CallStanding]:
    """How those calls stand that are ours."""
    rows = cursor.execute(in_cell(ROOM, FILE, "call_states", cell), [list(ids)]).fetchall() if ids else []
    return {row[0]: CallStanding(CallKind(row[1]), CallState(row[2]), row[3]) for row in rows}


def orders_of_payments(cursor: Cursor, cell: str, payment_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The order of each payment that has a row here."""
    return dict(cursor.execute(in_cell(ROOM, FILE, "orders_of_payments", cell), [list(payment_ids)]).fetchall())


def unpaid_orders(cursor: Cursor, cell: str, at: datetime, limit: int) -> list[UUID]:
    """Orders some payment of which should have come by now."""
    return [row[0] for row in cursor.execute(in_cell(ROOM, FILE, "unpaid", cell), [at, limit])]


def end_calls(cursor: Cursor, cell: str, states: dict[UUID, CallState]) -> None:
    """Note what became of calls; nobody need ask for them any more."""
    if states:
        values = [list(states), [int(state) for state in states.values()]]
        cursor.execute(in_cell(ROOM, FILE, "end_calls", cell), values)


def add_events(
    cursor: Cursor,
    cell: str,
    number: int,
    at: datetime,
    events: Sequence[tuple[ProviderEvent, Outcome, str]],
) -> None:
    """Keep what providers said, and what was made of it. After stepping down: from here on nobody changes it."""
    if not events:
        return
    rows = [
        (
            *(e.provider, e.event_id, int(e.kind), e.payment_id, e.amount_minor, e.currency, e.provider_ref, e.call_id),
            *(e.occurred_at, int(outcome), detail),
        )
        for e, outcome, detail in events
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    cursor.execute(in_cell(ROOM, FILE, "add_events", cell), [at, number, *columns])
