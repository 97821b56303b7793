"""What the tests of the books share: a clerk at the ledger of a scratch cell, and transfers made short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.pay.api import Account, LedgerMemory, Limit, Transfer, batch_of, open_accounts, post_batch

HOUSE, WALLET, OTHER_WALLET, TILL = 1, 2, 3, 4
LIMITS = {
    HOUSE: Limit.NONE,
    WALLET: Limit.DEBITS_WITHIN_CREDITS,
    OTHER_WALLET: Limit.DEBITS_WITHIN_CREDITS,
    TILL: Limit.CREDITS_WITHIN_DEBITS,
}


def move(debit: int, credit: int, amount: int, *, transfer_id: UUID | None = None, **more: Any) -> Transfer:
    """A transfer with a fresh id."""
    return Transfer(transfer_id or uuid7(), debit, credit, amount, more.pop("code", 1), **more)


@dataclass
class Clerk:
    """A connection and the memory of one cell's books."""

    url: str
    cell: str
    connection: psycopg.Connection[Any] = field(init=False)
    memory: LedgerMemory = field(init=False)

    def __post_init__(self) -> None:
        self.connection = psycopg.connect(self.url, autocommit=True)
        register(self.connection)
        self.memory = LedgerMemory(self.cell)

    def open(self, limits: dict[int, Limit], ledger: int = 1) -> None:
        accounts = [Account(number, ledger, 2010, limit) for number, limit in limits.items()]
        open_accounts(self.connection, self.cell, accounts)

    def post(self, *transfers: Transfer, at: datetime | None = None) -> list[str]:
        """The code of each transfer of one batch, as a word."""
        return post_batch(self.connection, self.memory, batch_of(transfers), at or datetime.now(UTC)).names()

    def all(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query; {c} is the cell's schema."""
        statement = sql.SQL(query).format(c=sql.Identifier(self.cell))
        return self.connection.execute(statement, list(values)).fetchall()

    def balance(self, account: int) -> tuple[int, int, int, int]:
        """(debits, credits) posted, then pending."""
        row: tuple[int, int, int, int] = self.all(
            "SELECT debits_posted, credits_posted, debits_pending, credits_pending FROM {c}.pay_account"
            " WHERE account_id = %s",
            [account],
        )[0]
        return row

    def unbalanced(self) -> list[Any]:
        """Accounts whose balances are not the sums of the transfers; the transfers are read, nothing is trusted."""
        return self.all("""
            WITH moved AS (
                SELECT t.debit_id, t.credit_id, CASE WHEN t.kind IN (0, 2) THEN t.amount_minor ELSE 0 END AS posted,
                       CASE t.kind WHEN 0 THEN 0 WHEN 1 THEN t.amount_minor ELSE -p.amount_minor END AS held
                FROM {c}.pay_transfer t LEFT JOIN {c}.pay_transfer p ON p.transfer_id = t.pending_id
            ), side AS (
                SELECT debit_id AS account_id, posted AS dp, 0 AS cp, held AS dh, 0 AS ch FROM moved
                UNION ALL SELECT credit_id, 0, posted, 0, held FROM moved
                UNION ALL SELECT account_id, 0, 0, 0, 0 FROM {c}.pay_account
            ), sums AS (
                SELECT account_id, sum(dp) AS dp, sum(cp) AS cp, sum(dh) AS dh, sum(ch) AS ch
                FROM side GROUP BY account_id
            )
            SELECT account_id FROM {c}.pay_account a FULL JOIN sums s USING (account_id)
            WHERE (a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending)
                  IS DISTINCT FROM (s.dp, s.cp, s.dh, s.ch)""")

    def close(self) -> None:
        self.connection.close()
