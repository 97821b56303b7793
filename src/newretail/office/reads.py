"""The office's reads over all real cells of the home database; the statements are in `sql/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from newretail.kit.sql import statements
from newretail.markets import api as markets

ROOM = "newretail.office"
Row = dict[str, Any]
SUMS = ("orders", "refused", "units", "total_minor")


def rows(file: str, name: str, values: Mapping[str, Any]) -> list[Row]:
    """Run a named statement and return its rows by column name."""
    with connection.cursor() as cursor:
        cursor.execute(statements(ROOM, file)[name], values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def has_cells() -> bool:
    """The views over the cells exist as soon as the first cell is opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('every_order') IS NOT NULL")
        row = cursor.fetchone()
    return bool(row and row[0])


@dataclass(frozen=True, slots=True)
class Day:
    """One market's day so far, in its own time zone; rehearsals and imported history are not in it."""

    market: markets.Market
    orders: int
    refused: int
    units: int
    total_minor: int
    refusals: list[tuple[str, int]]

    @property
    def mean_minor(self) -> int:
        return self.total_minor // self.orders if self.orders else 0


def midnight(zone: str, now: datetime) -> datetime:
    """When the day of `now` began in a time zone."""
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def today(now: datetime | None = None) -> list[Day]:
    """Today in every market; the cost grows with batches, not with orders."""
    now = now or datetime.now(UTC)
    known = markets.markets()
    values = {"codes": [market.code for market in known], "starts": [midnight(m.time_zone, now) for m in known]}
    sums = {row["market_code"]: row for row in rows("today.sql", "sums", values)}
    refusals: dict[str, list[tuple[str, int]]] = {}
    for row in rows("today.sql", "refusals", values):
        refusals.setdefault(row["market_code"], []).append((row["reason"], int(row["orders"])))
    days = []
    for market in known:
        row = sums.get(market.code, {})
        orders, refused, units, total = (int(row.get(name) or 0) for name in SUMS)
        days.append(Day(market, orders, refused, units, total, refusals.get(market.code, [])))
    return days


def newest_orders(
    limit: int,
    *,
    before: UUID | None = None,
    buyers: Sequence[int] | None = None,
    state: int | None = None,
) -> list[Row]:
    """Orders newest first, from the one before `before` on; `buyers` and `state` narrow them."""
    values = {
        "before": before or UUID(int=(1 << 128) - 1),
        "buyers": list(buyers or ()),
        "state": state,
        "limit": limit,
    }
    return rows("orders.sql", "by_buyer" if buyers is not None else "newest", values)


def pools(node_id: int, limit: int, *, after_sku: int = 0, sku_ids: Sequence[int] | None = None) -> list[Row]:
    """The pools of one node by SKU id, beyond `after_sku`; `sku_ids` narrows them."""
    values = {"node_id": node_id, "after": after_sku, "any_sku": sku_ids is None, "skus": list(sku_ids or ())}
    return rows("stock.sql", "of_node", {**values, "limit": limit})


def short_pools(limit: int) -> list[Row]:
    """What needs a person now: pools where more is promised than is there, the oldest shortage first."""
    return rows("stock.sql", "short", {"limit": limit})


def cell_totals() -> dict[str, Row]:
    """Orders, units and money of every real cell of the home database since it was opened, by cell."""
    return {row["cell"]: row for row in rows("cells.sql", "totals", {})}
