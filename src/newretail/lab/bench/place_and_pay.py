"""place_and_pay: orders placed and paid by wallet in one commit, from Arrow bytes to durable rows, one process a cell.

A writer does what the bulk door does. Every buyer has a wallet that may not be overdrawn, filled before the clock
starts; buyers are drawn by Zipf's law, like the accounts of the ledger's benches. The raw limit is COPY of the very
same order rows and transfer rows into the very same tables: no prices, no stock, no limits, no balances, no answers.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from newretail.catalog.api import price_snapshot
from newretail.kit.arrays import send_copy
from newretail.kit.sql import in_cell, statements
from newretail.lab.bench import stage
from newretail.lab.bench.engine import order_bytes
from newretail.lab.bench.ledger import ACCOUNTS, FILLED_MINOR, zipf_accounts
from newretail.lab.scratch import Scratch, close_scratch, open_scratch
from newretail.pay.ledger.currencies import ledger_of
from newretail.pay.ledger.rows import copy_bytes
from newretail.pay.ledger.rules import Chart, account_id
from newretail.pay.payments.rules import Settlement
from newretail.trade.arrow import batch_of_table, read_stream
from newretail.trade.memory import CellMemory
from newretail.trade.paying import charges_of
from newretail.trade.tenders import bill_of
from newretail.trade.work import place_batch

CELLS = 2
BATCH = 25_000
ROOM, FILE = "newretail.lab.bench", "place_and_pay.sql"
COUNTS = ("orders", "unpaid", "doubled", "overdrawn", "oversold", "unbalanced")


@dataclass(frozen=True, slots=True)
class Job:
    """What a writer does: `batches` Arrow streams of `batch` paid orders into one cell; `raw`: without the engine."""

    scratch: Scratch
    number: int
    batches: int
    batch: int
    seed: int
    raw: bool


def _stream(job: Job, index: int) -> bytes:
    node, seed = job.scratch.node(job.number), (job.seed + job.number) * 1000 + index
    buyers = zipf_accounts(job.batch, np.random.default_rng(seed))
    return stage.order_stream(job.scratch, node, job.batch, seed, buyers=buyers, pay="wallet")


def _writer(job: Job, connection: psycopg.Connection[Any]) -> stage.Work:
    cell, number = job.scratch.cells[job.number - 1].name, job.number
    nodes = {job.scratch.node(number): job.scratch.node_ids[number - 1]}
    memory = CellMemory(cell, price_snapshot(connection, 1, "US"))
    memory.load(connection)
    streams = [_stream(job, index) for index in range(job.batches)]
    ready = [_raw_rows(stream, memory, nodes, index) for index, stream in enumerate(streams)] if job.raw else []

    def work() -> int:
        accepted = 0
        for index, stream in enumerate(streams):
            if job.raw:
                _copy(connection, cell, *ready[index])
                accepted += job.batch
            else:
                batch = batch_of_table(read_stream(stream), memory.prices.sku_codes, nodes, "USD")
                accepted += int(place_batch(connection, memory, batch, datetime.now(UTC)).accepted.sum())
        return accepted

    return work


def _raw_rows(stream: bytes, memory: CellMemory, nodes: dict[str, int], number: int) -> tuple[bytes, bytes]:
    """The bytes of the orders and of their transfers."""
    batch = batch_of_table(read_stream(stream), memory.prices.sku_codes, nodes, "USD")
    orders, total = order_bytes(batch, memory, number, settlement=int(Settlement.WITH_ORDER))
    ledger, count = ledger_of("USD"), len(batch)
    bill = bill_of(
        *(batch.tenders, np.zeros(count, np.uint8), total, batch.channel, batch.buyer_id, batch.node_id, ledger)
    )
    transfers = charges_of(batch, bill, np.ones(count, np.bool_), ledger).as_transfers()
    return orders, copy_bytes(transfers, np.arange(count), number)


def _copy(connection: psycopg.Connection[Any], cell: str, orders: bytes, transfers: bytes) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        send_copy(cursor, in_cell("newretail.trade", "orders.sql", "copy", cell), orders)
        send_copy(cursor, in_cell("newretail.pay", "ledger.sql", "copy", cell), transfers)


def fill(url: str, cell: str) -> None:
    """Open the buyers' wallets in a cell and fill them from the bank by one transfer each."""
    ledger = ledger_of("USD")
    values = {
        "first": account_id(ledger, Chart.WALLET, 0),
        "bank": account_id(ledger, Chart.BANK, 0),
        "ledger": ledger,
        "chart": int(Chart.WALLET),
        "bank_chart": int(Chart.BANK),
        "wallets": ACCOUNTS,
        "minor": FILLED_MINOR,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("open_wallets", "open_bank", "fill_wallets"):
            used = {key: value for key, value in values.items() if f"%({key})s" in statements(ROOM, FILE)[name]}
            connection.execute(in_cell(ROOM, FILE, name, cell), used)
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(cell, "pay_account")))


def count(url: str, cell: str) -> dict[str, int]:
    """Count in the database, not in the engine."""
    result = {}
    with psycopg.connect(url) as connection:
        # Sequential scans on purpose: an index that lost or doubled an entry would hide it.
        connection.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;")
        connection.execute("SET LOCAL work_mem = '256MB'; SET LOCAL max_parallel_workers_per_gather = 2;")
        for name in COUNTS:
            row = connection.execute(in_cell(ROOM, FILE, name, cell)).fetchone()
            assert row is not None
            result[name] = int(row[0])
    return result


def _run(url: str, scratch: Scratch, orders: int, seed: int, *, raw: bool = False) -> stage.Run:
    batches = max(1, orders // BATCH // CELLS)
    jobs = [Job(scratch, number, batches, BATCH, seed, raw) for number in range(1, CELLS + 1)]
    return stage.side_by_side(url, _writer, jobs)


def bench_place_and_pay(url: str, var: Path, *, orders: int = 600_000) -> dict[str, Any]:
    """Two cells side by side, two lines an order, each paid from one of 1,000,000 wallets in the order's commit."""
    durable = stage.check_durable(url)
    scratch = open_scratch(url, "bench_pay", cells=CELLS, sku_count=stage.SKUS)
    cells = [place.name for place in scratch.cells]
    with ThreadPoolExecutor() as threads:
        list(threads.map(partial(fill, url), cells))
    warm = _run(url, scratch, CELLS * BATCH, seed=1)
    run = _run(url, scratch, orders, seed=100)
    with ThreadPoolExecutor() as threads:
        each = list(threads.map(partial(count, url), cells))
    counted = {name: sum(cell[name] for cell in each) for name in COUNTS}
    raw = _run(url, scratch, orders // 2, seed=200, raw=True)
    close_scratch(url, "bench_pay")
    return {
        "orders_per_s": round(run.per_s),
        "lost": run.done + warm.done - counted["orders"],
        **{name: counted[name] for name in COUNTS if name != "orders"},
        "orders": run.done,
        "wallets": ACCOUNTS,
        "cells": CELLS,
        "batch": BATCH,
        "lines_per_order": 2,
        "python_cpu_us_per_order": round(run.python_cpu_seconds / run.done * 1e6, 2),
        "database_cpu_us_per_order": round(run.database_cpu_seconds / run.done * 1e6, 2),
        "raw_copy_orders_per_s": round(raw.per_s),
        "ratio_to_raw_copy": round(run.per_s / raw.per_s, 3),
        **durable,
    }
