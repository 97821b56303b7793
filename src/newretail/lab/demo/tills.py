"""The step that fills one cell: the stock of its nodes and the purchase history of its members."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
from psycopg.types.json import Jsonb

from newretail.cloud.head import Head, advance_head, lock_head
from newretail.kit.arrays import send_copy
from newretail.kit.sql import in_cell
from newretail.lab.demo.history import Month, months
from newretail.lab.demo.plan import Plan
from newretail.lab.demo.progress import Report
from newretail.lab.demo.source import Ints
from newretail.lab.demo.world import MARKETS
from newretail.trade.rows import OrderRows
from newretail.trade.rules import Channel, State

TRADE = "newretail.trade"
_POOL = np.dtype(
    [
        ("fields", ">i2"),
        *[("node_length", ">i4"), ("node_id", ">i4"), ("sku_length", ">i4"), ("sku_id", ">i4")],
        *[("on_hand_length", ">i4"), ("on_hand", ">i4")],
    ]
)


def load(connection: psycopg.Connection[Any], plan: Plan, market: int, report: Report) -> dict[str, int]:
    """Fill the cell of a market in one transaction, under the cell's lock; return how much there is of what."""
    cell = MARKETS[market].cell
    with connection.cursor() as cursor:
        head = lock_head(cursor, cell)
        what = f"Stock of {MARKETS[market].name}"
        node_id, sku_id, on_hand = plan.pools(market)
        report(what, 0, len(node_id))
        send_copy(cursor, in_cell(__package__, "load.sql", "copy_pools", cell), _pool_rows(node_id, sku_id, on_hand))
        report(what, len(node_id), len(node_id))
        figures = {"pools": len(node_id), "units": int(on_hand.sum())}
        figures |= _load_history(cursor, plan, market, head, report)
        cursor.execute(in_cell(__package__, "load.sql", "analyze_cell", cell))
    return figures


def _pool_rows(node_id: Ints, sku_id: Ints, on_hand: Ints) -> memoryview:
    rows = np.empty(len(node_id), _POOL)
    rows["fields"] = 3
    rows["node_length"] = rows["sku_length"] = rows["on_hand_length"] = 4
    rows["node_id"], rows["sku_id"], rows["on_hand"] = node_id, sku_id, on_hand
    return memoryview(rows.tobytes())


def _load_history(cursor: psycopg.Cursor[Any], plan: Plan, market: int, head: Head, report: Report) -> dict[str, int]:
    """One batch a month; orders that a till sold and the buyer took home reserve nothing."""
    what = f"Sales of {MARKETS[market].name}"
    cell, number = MARKETS[market].cell, head.batch_number
    found = {"orders": 0, "lines": 0, "total_minor": 0}
    every = list(months(plan, market))
    for done, month in enumerate(every):
        report(what, done, len(every))
        number += 1
        send_copy(cursor, in_cell(TRADE, "orders.sql", "copy", cell), _rows(month, number))
        _add_batch(cursor, cell, head, month, number)
        found["orders"] += len(month.buyer_id)
        found["lines"] += len(month.sku_id)
        found["total_minor"] += int(month.total_minor.sum())
    advance_head(cursor, cell, number)
    report(what, len(every), len(every))
    return found


def _rows(month: Month, number: int) -> memoryview:
    rows = OrderRows(
        id_high=month.id_high,
        id_low=month.id_low,
        buyer_id=month.buyer_id,
        node_id=month.node_id,
        channel=np.full(len(month.buyer_id), Channel.TILL),
        total_minor=month.total_minor,
        line_count=month.line_count,
        sku_id=month.sku_id,
        quantity=month.quantity,
        unit_price=month.unit_price,
        batch_number=number,
        state=State.DELIVERED,
    )
    return rows.as_copy()


def _add_batch(cursor: psycopg.Cursor[Any], cell: str, head: Head, month: Month, number: int) -> None:
    cursor.execute(
        in_cell(TRADE, "orders.sql", "add_batch", cell),
        [
            *(number, "import", datetime.fromtimestamp(month.last_placed_ms / 1000, UTC), head.tenant_id),
            *(head.market_code, head.currency, head.rehearsal_id, len(month.buyer_id), 0, Jsonb({})),
            *(len(month.sku_id), int(month.quantity.sum()), int(month.total_minor.sum())),
        ],
    )
