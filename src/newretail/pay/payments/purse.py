"""What shoppers hold with us (wallet, points, a gift card), as their pages show it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.kit.sql import in_cell
from newretail.pay.ledger.work import AccountState, balances
from newretail.pay.payments.rules import Tender, Why, is_top_up, tender_account

ROOM = "newretail.pay"
Connection = psycopg.Connection[Any]
Holder = tuple[Tender, int]  # a way of paying with us, and whose: the buyer's id, or the number of a gift card
NEWEST = (1 << 62, UUID(int=(1 << 128) - 1))


@dataclass(frozen=True, slots=True)
class Funds:
    """One account with us: what can be spent, and what is held for orders that wait; minor units.

    `is_good`: False for a gift card that is blocked or void; nothing of it can be spent, and nothing of one that
    ended at `expires_at`.
    """

    account_id: int
    free_minor: int
    held_minor: int
    is_good: bool = True
    expires_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


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
    found = connection.execute(in_cell(ROOM, "purse.sql", "cards", cell), [cards]).fetchall() if cards else []
    known = {account: (is_good, expires_at) for account, is_good, expires_at in found}
    now = datetime.now(UTC)
    return {
        holder: _funds(state, *known.get(number, (True, None)), now)
        for holder, number in ids.items()
        if (state := there.get(number)) is not None
    }


def _funds(state: AccountState, is_good: bool, expires_at: datetime | None, now: datetime) -> Funds:
    free = state.credits_posted - state.debits_posted - state.debits_pending
    there = Funds(state.account.account_id, free, state.debits_pending, is_good, expires_at)
    return there if is_good and not there.is_over(now) else replace(there, free_minor=0)


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
