"""The office's reads over all real cells of the home database; the statements are in `sql/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from newretail.kit.sql import statements

ROOM = "newretail.office"
Row = dict[str, Any]


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


def midnight(zone: str, now: datetime) -> datetime:
    """When the day of `now` began in a time zone."""
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


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
