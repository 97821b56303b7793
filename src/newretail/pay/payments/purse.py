"""What shoppers hold with us (wallet, points, a gift card), as their pages show it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.kit.sql import in_cell
from newretail.pay.ledger.work import balances
from newretail.pay.payments.rules import Tender, Why, is_top_up, tender_account

ROOM = "newretail.pay"
Connection = psycopg.Connection[Any]
Holder = tuple[Tender, int]  # a way of paying with us, and whose: the buyer's id, or the number of a gift card
NEWEST = (1 << 62, UUID(int=(1 << 128) - 1))


@dataclass(frozen=True, slots=True)
class Funds:
    """One account with us: what can be spent, and what is held for orders that wait; minor units.

    `is_good`: False for a gift card that is blocked or void; nothing of it can be spent.
    """

    account_id: int
    free_minor: int
    held_minor: int
    is_good: bool = True


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came (above zero) or went, and the balance after it. `order_id`: what it was about, where it was an
    order; `mark`: read on from here for what was before."""

    amount_minor: int
    balance_minor: int
    why: Why | None
    order_id: UUID | None
    moved_at: datetime
    mark: tuple[int, UUID]

    @property
    def is_of_top_up(self) -> bool:
        return self.order_id is not None and is_top_up(self.order_id)


def funds(connection: Connection, cell: str, ledger: int, holders: Sequence[Holder]) -> dict[Holder, Funds]:
    """Those of the accounts that are there."""
    ids = {holder: tender_account(ledger, *holder) for holder in holders}
    there = balances(connection, cell, list(ids.values())) if ids else {}
    cards = [number for (tender, _owner), number in ids.items() if tender == Tender.GIFT_CARD and number in there]
    found = connection.execute(in_cell(ROOM, "purse.sql", "not_good", cell), [cards]).fetchall() if cards else []
    not_good = {row[0] for row in found}
    return {
        holder: Funds(
            number,
            0 if number in not_good else state.credits_posted - state.debits_posted - state.debits_pending,
            state.debits_pending,
            number not in not_good,
        )
        for holder, number in ids.items()
        if (state := there.get(number)) is not None
    }


def movements(
    connection: Connection, cell: str, account_id: int, before: tuple[int, UUID] = NEWEST, limit: int = 20
) -> list[Movement]:
    """An account's movements, newest first; they are some seconds behind the balance (they follow the books)."""
    statement = in_cell(ROOM, "purse.sql", "movements", cell)
    rows = connection.execute(statement, [account_id, *before, limit]).fetchall()
    known = {int(why): why for why in Why}
    return [
        Movement(-amount, -balance, known.get(code), subject, at, (batch, transfer))
        for batch, transfer, amount, balance, code, subject, at in rows
    ]


def refunded_since(
    connection: Connection, cell: str, since: datetime, limit: int = 200
) -> list[tuple[UUID, UUID, int]]:
    """What was given back of orders that stand, the oldest first."""
    rows = connection.execute(in_cell(ROOM, "purse.sql", "refunded_since", cell), [since, limit]).fetchall()
    return [(order_id, refund_id, amount) for order_id, refund_id, amount, _ in rows]
