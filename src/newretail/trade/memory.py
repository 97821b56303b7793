"""What the writer of a cell keeps between batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg

from newretail.catalog.api import PriceSnapshot
from newretail.markets.terms.api import Terms
from newretail.pay.api import AccountBook
from newretail.stock.api import PoolBook


@dataclass(slots=True)
class CellMemory:
    """What the writer of a cell keeps between batches: pools and accounts as it left them, the prices in force and
    what the market adds to them."""

    cell: str
    prices: PriceSnapshot
    terms: Terms = field(default_factory=Terms)
    pools: PoolBook = field(init=False)
    accounts: AccountBook = field(init=False)
    cautious_batches: int = 0  # how many batches to go on reading ids first, after a duplicate was met

    def __post_init__(self) -> None:
        self.pools = PoolBook(self.cell)
        self.accounts = AccountBook(self.cell)

    def load(self, connection: psycopg.Connection[Any]) -> None:
        """Read all pools and accounts; a writer of another batch in between costs only time later."""
        self.pools.load(connection)
        self.accounts.load(connection)

    def forget(self) -> None:
        """After a commit whose end is unknown: trust nothing."""
        self.pools.forget()
        self.accounts.forget()
