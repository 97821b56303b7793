"""What the tests of the engine share: a writer on a scratch cell, and orders made short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from newretail.catalog.api import price_snapshot
from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.trade.batch import Verdicts
from newretail.trade.memory import CellMemory
from newretail.trade.orders import OrderLine, OrderRequest, Verdict, batch_of, verdicts_of
from newretail.trade.work import place_batch


def order(
    node: str, *lines: tuple[str, int], buyer: int = 7, order_id: UUID | None = None, **more: Any
) -> OrderRequest:
    """An order of (SKU code, quantity) lines with a fresh id."""
    wanted = [OrderLine(sku, quantity) for sku, quantity in lines]
    return OrderRequest(buyer_id=buyer, node=node, lines=wanted, order_id=order_id or uuid7(), **more)


@dataclass
class Writer:
    """A connection and the memory of one cell, as a desk has them."""

    url: str
    cell: str
    nodes: dict[str, int]
    connection: psycopg.Connection[Any] = field(init=False)
    memory: CellMemory = field(init=False)

    def __post_init__(self) -> None:
        self.connection = psycopg.connect(self.url, autocommit=True)
        register(self.connection)
        self.memory = CellMemory(self.cell, price_snapshot(self.connection, 1, "US"))
        self.memory.pools.load(self.connection)

    def place(self, *orders: OrderRequest) -> list[Verdict]:
        batch = batch_of(orders, self.memory.prices.sku_codes, self.nodes, "USD")
        verdicts: Verdicts = place_batch(self.connection, self.memory, batch, datetime.now(UTC))
        return verdicts_of(orders, batch, verdicts, "USD")

    def reasons(self, *orders: OrderRequest) -> list[str]:
        """`accepted`, `replayed` or the reason of the refusal, for each order of one batch."""
        answers = self.place(*orders)
        return ["replayed" if a.replayed else "accepted" if a.accepted else a.reason for a in answers]

    def one(self, query: str, values: Sequence[Any] = ()) -> Any:
        """The first row of a query; {c} is the cell's schema."""
        statement = sql.SQL(query).format(c=sql.Identifier(self.cell))
        return self.connection.execute(statement, list(values)).fetchone()

    def reserved(self, sku_id: int = 1) -> int:
        return int(self.one("SELECT sum(reserved) FROM {c}.stock_pool WHERE sku_id = %s", [sku_id])[0])

    def close(self) -> None:
        self.connection.close()
