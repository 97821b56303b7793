"""engine, hot_sku: batches from Arrow bytes to durable orders, one process a cell; and the raw limit beside them.

A writer does what the bulk door does: read the Arrow stream, put it into columns, decide, commit. Orders, lines and
the index of buyers can be read by SQL as soon as a batch is answered. The raw limit is COPY of the very same bytes
into the very same tables, without the engine, and a sequential write with fsync.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from newretail.catalog.api import price_snapshot
from newretail.kit.arrays import send_copy
from newretail.kit.sql import in_cell
from newretail.lab.bench import stage
from newretail.lab.bench.stage import Ints
from newretail.lab.scratch import Scratch, close_scratch, open_scratch
from newretail.trade.arrow import batch_of_table, read_stream
from newretail.trade.batch import Batch
from newretail.trade.memory import CellMemory
from newretail.trade.rows import OrderRows
from newretail.trade.screen import screen
from newretail.trade.work import place_batch

CELLS = 2
BATCH = 25_000


@dataclass(frozen=True, slots=True)
class Job:
    """What a writer does: `batches` Arrow streams of `batch` orders into one cell; `raw`: without the engine."""

    scratch: Scratch
    number: int
    batches: int
    batch: int
    hot: bool
    raw: bool


def _writer(job: Job, connection: psycopg.Connection[Any]) -> stage.Work:
    cell = job.scratch.cells[job.number - 1].name
    node = job.scratch.node(job.number)
    prices = price_snapshot(connection, 1, "US")
    memory = CellMemory(cell, prices)
    memory.load(connection)
    nodes = {node: job.scratch.node_ids[job.number - 1]}
    streams = [
        stage.order_stream(job.scratch, node, job.batch, job.number * 1000 + index, hot=job.hot)
        for index in range(job.batches)
    ]
    ready = [_copy_bytes(stream, memory, nodes, index) for index, stream in enumerate(streams)] if job.raw else []

    def work() -> int:
        accepted = 0
        for index, stream in enumerate(streams):
            if job.raw:
                _copy(connection, cell, ready[index])
                accepted += job.batch
            else:
                batch = batch_of_table(read_stream(stream), prices.sku_codes, nodes, "USD")
                accepted += int(place_batch(connection, memory, batch, datetime.now(UTC)).accepted.sum())
        return accepted

    return work


def _copy_bytes(stream: bytes, memory: CellMemory, nodes: dict[str, int], number: int) -> bytes:
    batch = batch_of_table(read_stream(stream), memory.prices.sku_codes, nodes, "USD")
    return order_bytes(batch, memory, number)[0]


def order_bytes(batch: Batch, memory: CellMemory, number: int, settlement: int = 0) -> tuple[bytes, Ints]:
    """The rows that the engine would write for a batch, and the orders' totals."""
    verdicts, priced = screen(batch, memory.prices, memory.terms, time.time_ns() // 1_000_000)
    rows = OrderRows(
        id_high=batch.id_high,
        id_low=batch.id_low,
        buyer_id=batch.buyer_id,
        node_id=batch.node_id,
        channel=batch.channel,
        total_minor=verdicts.total_minor,
        line_count=batch.line_counts,
        sku_id=batch.sku_id,
        quantity=batch.quantity,
        unit_price=priced.unit_price,
        batch_number=number,
        settlement=settlement,
    )
    return bytes(rows.as_copy()), verdicts.total_minor


def _copy(connection: psycopg.Connection[Any], cell: str, rows: bytes) -> None:
    statement = in_cell("newretail.trade", "orders.sql", "copy", cell)
    with connection.transaction(), connection.cursor() as cursor:
        send_copy(cursor, statement, rows)


def run_writers(
    url: str, prefix: str, *, orders: int, batch: int, cells: int, hot: bool, raw: bool = False
) -> tuple[stage.Run, dict[str, int]]:
    """Place `orders` in all; how that went, and what is there afterwards, counted in the database."""
    scratch = open_scratch(url, prefix, cells=cells, sku_count=stage.SKUS)
    batches = max(1, orders // batch // cells)
    jobs = [Job(scratch, number, batches, batch, hot, raw) for number in range(1, cells + 1)]
    run = stage.side_by_side(url, _writer, jobs)
    counted = stage.count_orders(url, [place.name for place in scratch.cells])
    close_scratch(url, prefix)
    return run, counted


def fsync_write_mb_per_s(folder: Path, total_mb: int = 256) -> float:
    """Sequential write in 8 MB parts, each followed by fdatasync."""
    part = os.urandom(8 << 20)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        started = time.perf_counter()
        for _ in range(total_mb // 8):
            file.write(part)
            file.flush()
            os.fdatasync(file.fileno())
        return total_mb / (time.perf_counter() - started)


def _figures(run: stage.Run, counted: dict[str, int], hot: bool) -> dict[str, float]:
    return {
        "orders_per_s": round(run.per_s),
        "oversold": counted["oversold"],
        "lost": run.done - counted["orders"],
        "doubled": counted["doubled"],
        "unreserved": abs(counted["units"] - counted["reserved"]),
        "orders": run.done,
        "python_cpu_us_per_order": round(run.python_cpu_seconds / run.done * 1e6, 2),
        "database_cpu_us_per_order": round(run.database_cpu_seconds / run.done * 1e6, 2),
        "lines_per_order": 1 if hot else 2,
    }


def bench_engine(url: str, var: Path) -> dict[str, Any]:
    """Two cells side by side, two lines an order, 20,000 SKUs by Zipf's law; then the raw limit in the same run."""
    durable = stage.check_durable(url)
    run_writers(url, "bench", orders=CELLS * BATCH, batch=BATCH, cells=CELLS, hot=False)  # warm up
    run, counted = run_writers(url, "bench", orders=2_000_000, batch=BATCH, cells=CELLS, hot=False)
    raw, _ = run_writers(url, "bench", orders=1_000_000, batch=BATCH, cells=CELLS, hot=False, raw=True)
    return {
        **_figures(run, counted, hot=False),
        "cells": CELLS,
        "batch": BATCH,
        "raw_copy_orders_per_s": round(raw.per_s),
        "ratio_to_raw_copy": round(run.per_s / raw.per_s, 3),
        "fsync_write_mb_per_s": round(fsync_write_mb_per_s(var)),
        **durable,
    }


def bench_hot_sku(url: str, var: Path) -> dict[str, Any]:
    """Every order wants one unit of the same SKU, in one cell: one row of stock, every batch."""
    durable = stage.check_durable(url)
    run, counted = run_writers(url, "bench", orders=1_000_000, batch=BATCH, cells=1, hot=True)
    raw, _ = run_writers(url, "bench", orders=500_000, batch=BATCH, cells=1, hot=True, raw=True)
    return {
        **_figures(run, counted, hot=True),
        "cells": 1,
        "batch": BATCH,
        "raw_copy_orders_per_s": round(raw.per_s),
        "ratio_to_raw_copy": round(run.per_s / raw.per_s, 3),
        **durable,
    }
