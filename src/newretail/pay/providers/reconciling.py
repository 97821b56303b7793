"""The cell's tables as providers' work reads and writes them. No event, so no money moves here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.cloud.api import lock_head
from newretail.kit.ids import uuid7
from newretail.kit.sql import in_cell
from newretail.pay.payments.messages import Call, CallKind
from newretail.pay.payments.rules import PaymentState, id_range
from newretail.pay.providers.compare import Difference, Disagreement, Ours

ROOM = "newretail.pay"
Connection = psycopg.Connection[Any]
_DEAD = frozenset({PaymentState.DECLINED, PaymentState.VOIDED, PaymentState.EXPIRED})


def first_id(since: datetime) -> UUID:
    """The lowest id that an order made at that moment or later can have."""
    made = uuid7(max(0, int(since.timestamp() * 1000)))
    return UUID(int=made.int >> 80 << 80)


def to_pay(connection: Connection, cell: str, order_id: UUID) -> tuple[Call, bool] | None:
    """The call that opens an order's newest payment which can still be paid, and whether it is due; None for none."""
    row = connection.execute(in_cell(ROOM, "providers.sql", "to_pay", cell), id_range(order_id)).fetchone()
    return None if row is None else (Call(row[0], CallKind(row[1]), *row[2:9]), row[9])


def payments_since(connection: Connection, cell: str, currency: str, name: str, since: datetime) -> dict[UUID, Ours]:
    """Our side of a comparison: the payments of a provider whose orders were made since then."""
    rows = connection.execute(in_cell(ROOM, "providers.sql", "ours", cell), [first_id(since), name]).fetchall()
    return {
        row[0]: Ours(row[0], cell, row[1], currency, row[3], row[4], row[5], row[6], PaymentState(row[2]) in _DEAD)
        for row in rows
    }


def not_heard(connection: Connection, cell: str, name: str, event_ids: Sequence[str]) -> set[str]:
    """Those of a provider's events that this cell never heard of."""
    rows = connection.execute(in_cell(ROOM, "providers.sql", "not_heard", cell), [list(event_ids), name]).fetchall()
    return {row[0] for row in rows}


def note_disagreements(
    connection: Connection, cell: str, name: str, since: datetime, found: Sequence[Disagreement], at: datetime
) -> None:
    """Keep what was found, as open; what was open, lies in the compared time and was not found again is settled."""
    rows = ((d.payment_id, int(d.what), d.provider_ref, d.theirs_minor, d.ours_minor, d.currency) for d in found)
    columns = zip(*rows, strict=True)
    with connection.transaction(), connection.cursor() as cursor:
        lock_head(cursor, cell)
        if found:
            values = [name, at, at, *(list(column) for column in columns)]
            cursor.execute(in_cell(ROOM, "providers.sql", "note", cell), values)
        cursor.execute(in_cell(ROOM, "providers.sql", "settle", cell), [at, name, at, first_id(since)])
        cursor.execute(in_cell(ROOM, "providers.sql", "compared", cell), [name, at, since, len(found)])


def open_disagreements(connection: Connection, cell: str, limit: int = 100) -> list[Disagreement]:
    """The worklist of a cell, oldest first."""
    rows = connection.execute(in_cell(ROOM, "providers.sql", "open", cell), [limit]).fetchall()
    return [Disagreement(row[0], cell, row[1], Difference(row[2]), *row[3:]) for row in rows]
