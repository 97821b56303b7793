"""The books of one cell as settlement works with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from newretail.kit.sentences import Sentence
from newretail.kit.sql import in_cell
from newretail.pay.ledger.rules import Chart, Code, account_id, limit_of
from newretail.pay.ledger.transfers import Transfer, batch_of
from newretail.pay.ledger.work import Account, LedgerMemory, open_accounts, post_batch
from newretail.pay.settlement.rules import DAY_ENTRIES, SHOPPERS

ROOM, FILE = "newretail.pay", "settlement.sql"
FINE = (Code.OK, Code.EXISTS)


class Refused(ValueError):
    """What was asked for cannot be done now; `said` says why, and what to do, in English or for whoever shows it."""

    def __init__(self, said: Sentence) -> None:
        super().__init__(said)
        self.said = said


class NotPosted(RuntimeError):
    """The ledger refused what settlement had decided: the books are not as settlement left them."""


@dataclass(slots=True)
class CellBooks:
    """A connection (autocommit, `kit.arrays.register`ed) to a cell, whose merchant is `tenant_id`.

    `ledger`: the number of the cell's currency in the ids of accounts.
    """

    connection: psycopg.Connection[Any]
    cell: str
    tenant_id: int
    ledger: int
    memory: LedgerMemory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = LedgerMemory(self.cell)

    def statement(self, name: str) -> sql.Composed:
        return in_cell(ROOM, FILE, name, self.cell)

    def run(self, name: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> psycopg.Cursor[Any]:
        return self.connection.execute(self.statement(name), values)

    def span(self, after: int, to: int) -> dict[str, Any]:
        """The values of a statement that counts the sales of the batches beyond `after` up to `to`."""
        values = {"after": after, "to": to, "ledger": self.ledger, "sales": int(Chart.SALES)}
        return values | {"day_entries": list(DAY_ENTRIES), "shoppers": list(SHOPPERS)}

    def account(self, chart: Chart, owner: int = 0) -> int:
        return account_id(self.ledger, chart, owner)


def post(books: CellBooks, transfers: Sequence[Transfer], at: datetime) -> None:
    """Post transfers of settlement, opening the house's accounts that they name. Repeatable by the transfers' ids."""
    if not transfers:
        return
    named = sorted({id_ for transfer in transfers for id_ in (transfer.debit_id, transfer.credit_id)})
    charts = [(id_, Chart((id_ >> 40) & 0x3FFF)) for id_ in named]
    open_accounts(
        books.connection, books.cell, [Account(id_, books.ledger, chart, limit_of(chart)) for id_, chart in charts]
    )
    codes = post_batch(books.connection, books.memory, batch_of(transfers), at).codes.tolist()
    # A chain that is in the books already is answered at its first transfer; the rest of it fails with that one.
    if codes[0] not in FINE or any(code not in (*FINE, Code.LINKED_EVENT_FAILED) for code in codes):
        names = ", ".join(sorted({Code(code).slug for code in codes}))
        raise NotPosted(f"The ledger of {books.cell} answered {names}; look at the audit before closing on.")
