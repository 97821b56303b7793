"""What the tests of settlement share: a shop that sells by tender and channel at a given moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.pay.api import Account, Chart, Transfer, account_id, batch_of, limit_of, open_accounts, post_batch
from newretail.pay.ledger.currencies import ledger_of
from newretail.pay.settlement.api import CellBooks, DayRules, close_days

TENANT, BUYER, STRIPE = 1, 7, 1
WEB, APP, TILL = 1, 2, 3
SEOUL = DayRules("Asia/Seoul", 1000)
NEW_YORK = DayRules("America/New_York", 0)
SHANGHAI = DayRules("Asia/Shanghai", 1300)
DAY = date(2026, 11, 11)
NOON = datetime(2026, 11, 11, 3, tzinfo=UTC)  # in Seoul, and late on the 10th in New York


@dataclass
class Shop:
    """The books of one cell, with accounts opened as they are needed."""

    url: str
    cell: str
    currency: str
    connection: psycopg.Connection[Any] = field(init=False)
    books: CellBooks = field(init=False)

    def __post_init__(self) -> None:
        self.connection = psycopg.connect(self.url, autocommit=True)
        register(self.connection)
        self.books = CellBooks(self.connection, self.cell, TENANT, ledger_of(self.currency))

    def account(self, chart: Chart, owner: int = 0) -> int:
        id_ = account_id(self.books.ledger, chart, owner)
        open_accounts(self.connection, self.cell, [Account(id_, self.books.ledger, chart, limit_of(chart))])
        return id_

    def post(self, at: datetime, *moves: tuple[int, int, int]) -> None:
        """Transfers of (debit, credit, amount) in one batch."""
        batch = batch_of([Transfer(uuid7(), debit, credit, amount, 20) for debit, credit, amount in moves])
        assert set(post_batch(self.connection, self.books.memory, batch, at).names()) == {"ok"}

    def sell(self, at: datetime, amount: int, *, channel: int = WEB, tender: Chart = Chart.PROVIDER_CLEARING) -> None:
        self.post(at, (self.account(tender, STRIPE), self.account(Chart.SALES, channel), amount))

    def refund(self, at: datetime, amount: int, *, channel: int = WEB) -> None:
        self.post(at, (self.account(Chart.SALES, channel), self.account(Chart.PROVIDER_CLEARING, STRIPE), amount))

    def close_days(self, rules: DayRules = SEOUL, days_later: int = 1) -> list[date]:
        return close_days(self.books, rules, NOON + timedelta(days=days_later))

    def owed(self, chart: Chart, owner: int = 0) -> int:
        """Credits less debits of an account."""
        query = "SELECT credits_posted - debits_posted FROM {c}.pay_account WHERE account_id = %s"
        rows = self.all(query, [account_id(self.books.ledger, chart, owner)])
        return rows[0][0] if rows else 0

    def all(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of a query; {c} is the cell's schema."""
        statement = sql.SQL(query).format(c=sql.Identifier(self.cell))
        return self.connection.execute(statement, list(values)).fetchall()

    def close(self) -> None:
        self.connection.close()
