"""What providers are to be asked: read by whoever carries it there, and what came of asking.

These rows were written under the lock by whoever decided. Tries, times and errors are the postman's own: no decision
rests on them, so he writes them without the lock. What a call came to is known by the provider's event, under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.kit.sql import in_cell
from newretail.pay.payments.messages import Call, CallKind
from newretail.pay.payments.rules import CallState

ROOM, FILE = "newretail.pay", "payments.sql"


@dataclass(frozen=True, slots=True)
class CallDone:
    """What came of asking. `again_at`: when to ask again; None once the provider took it, or refused it for good."""

    call_id: UUID
    again_at: datetime | None
    error: str = ""
    provider_ref: str = ""


def due_calls(connection: psycopg.Connection[Any], cell: str, at: datetime, limit: int) -> list[Call]:
    """The calls that are due, the oldest first."""
    rows = connection.execute(in_cell(ROOM, FILE, "calls_due", cell), [at, limit]).fetchall()
    return [Call(row[0], CallKind(row[1]), *row[2:]) for row in rows]


def note_calls(connection: psycopg.Connection[Any], cell: str, done: Sequence[CallDone]) -> None:
    """Note what came of calls, and the names that providers gave to payments."""
    if not done:
        return
    ids = [each.call_id for each in done]
    states = [int(CallState.OPEN if each.again_at else CallState.ASKED) for each in done]
    with connection.transaction():
        connection.execute(
            in_cell(ROOM, FILE, "note_calls", cell),
            [ids, [each.again_at for each in done], [each.error[:500] for each in done], states],
        )
        connection.execute(in_cell(ROOM, FILE, "name_payments", cell), [ids, [each.provider_ref for each in done]])
