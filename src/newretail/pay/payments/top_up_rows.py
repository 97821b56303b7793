"""Top-ups in the tables: read and written under the lock, with their money; and read for the pages of their buyers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.kit.sql import in_cell
from newretail.pay.payments.rules import Stage
from newretail.pay.payments.store import fill
from newretail.pay.payments.top_ups import TopUp, top_up_of

ROOM, FILE = "newretail.pay", "top_ups.sql"
Cursor = psycopg.Cursor[Any]


def read_top_ups(cursor: Cursor, cell: str, ids: Sequence[UUID], ledger: int) -> dict[UUID, TopUp]:
    """Those of the top-ups that are there, with their money."""
    if not ids:
        return {}
    rows = cursor.execute(in_cell(ROOM, FILE, "read", cell), [list(ids)]).fetchall()
    found = {
        row_id: top_up_of(row_id, buyer, amount, Stage(stage), at, ledger) for row_id, buyer, amount, stage, at in rows
    }
    fill(cursor, cell, [top_up.money for top_up in found.values()])
    return found


def write_top_ups(cursor: Cursor, cell: str, number: int, at: datetime, top_ups: Iterable[TopUp]) -> None:
    """Before stepping down: those that are new, or stand elsewhere by now."""
    rows = [
        (
            *(one.top_up_id, one.buyer_id, one.amount_minor, int(one.stage_now), one.made_at),
            at if one.stage_now >= Stage.GONE else None,
        )
        for one in top_ups
        if one.is_new or one.stage_now != one.stage
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(in_cell(ROOM, FILE, "write", cell), [number, *columns])


def top_ups_of(
    connection: psycopg.Connection[Any], cell: str, buyer_id: int, limit: int, *, only_waiting: bool
) -> list[UUID]:
    """A buyer's newest top-ups, all or those that are not at their end."""
    below = Stage.GONE if only_waiting else Stage.CANCELLED + 1
    rows = connection.execute(in_cell(ROOM, FILE, "of_buyer", cell), [buyer_id, int(below), limit]).fetchall()
    return [row[0] for row in rows]


def top_ups_ended_since(
    connection: psycopg.Connection[Any], cell: str, since: datetime, limit: int = 200
) -> list[tuple[UUID, int]]:
    """(top-up, buyer) of what came to its end since then, the oldest first."""
    rows = connection.execute(in_cell(ROOM, FILE, "ended_since", cell), [since, limit]).fetchall()
    return [(top_up_id, buyer) for top_up_id, buyer in rows]


def top_ups_declined(connection: psycopg.Connection[Any], cell: str, limit: int = 200) -> list[tuple[UUID, int, UUID]]:
    """(top-up, buyer, payment) of tries that were declined while their top-up still waits."""
    rows = connection.execute(in_cell(ROOM, FILE, "declined", cell), [limit]).fetchall()
    return [(top_up_id, buyer, payment) for top_up_id, buyer, payment in rows]
