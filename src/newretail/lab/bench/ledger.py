"""ledger, ledger_hot: batches of transfers, from columns to durable books, one process a cell; and the raw limit.

Every account is a wallet that may not be overdrawn, filled by a transfer of its own before the clock starts. The raw
limit is COPY of the very same rows into the very same table: no limits, no balances, no answers.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from newretail.kit.arrays import send_copy
from newretail.kit.ids import uuid7_many
from newretail.kit.sql import in_cell, statements
from newretail.lab.bench import stage
from newretail.lab.scratch import Scratch, close_scratch, open_scratch
from newretail.pay.ledger.rows import copy_bytes
from newretail.pay.ledger.rules import Chart, Limit
from newretail.pay.ledger.transfers import Transfers
from newretail.pay.ledger.work import LedgerMemory, post_batch

ACCOUNTS = 1_000_000
BATCH = 50_000
FILLED_MINOR = 1_000_000_000
PAYMENT = 3
ROOM, FILE = "newretail.lab.bench", "ledger.sql"


@dataclass(frozen=True, slots=True)
class Job:
    """What a writer does: `batches` batches of `batch` transfers in one cell; `raw`: without the ledger."""

    cell: str
    seed: int
    batches: int
    batch: int
    hot: bool
    raw: bool


def zipf_accounts(count: int, random: np.random.Generator) -> Any:
    """Account ids with log-uniform ranks (Zipf's law with exponent 1); rank and id are strangers, as in life."""
    rank = np.minimum((ACCOUNTS ** random.random(count)).astype(np.int64), ACCOUNTS - 1)
    return rank * 611_953 % ACCOUNTS + 1  # a prime: every rank has an id of its own


def transfers(count: int, seed: int, *, hot: bool) -> Transfers:
    """Payments of 1 to 10,000 minor units between two drawn accounts, or between one drawn account and the hot one."""
    random = np.random.default_rng(seed)
    ids = uuid7_many(np.full(count, time.time_ns() // 1_000_000), random)
    debit, credit = zipf_accounts(count, random), zipf_accounts(count, random)
    if hot:  # the hot account has a limit too; nine of ten pay in, one is paid out
        hot_id = int(zipf_accounts(1, np.random.default_rng(0))[0])
        paid_out = random.random(count) < 0.1
        other = np.where(debit == hot_id, hot_id % ACCOUNTS + 1, debit)
        debit, credit = np.where(paid_out, hot_id, other), np.where(paid_out, other, hot_id)
    else:
        credit = np.where(credit == debit, debit % ACCOUNTS + 1, credit)
    return Transfers.singles(ids, debit, credit, random.integers(1, 10_000, count), PAYMENT)


def _writer(job: Job, connection: psycopg.Connection[Any]) -> stage.Work:
    memory = LedgerMemory(job.cell)
    memory.accounts.load(connection)
    batches = [transfers(job.batch, job.seed * 1000 + number, hot=job.hot) for number in range(job.batches)]
    ready = [copy_bytes(batch, np.arange(len(batch)), 1) for batch in batches] if job.raw else []

    def work() -> int:
        accepted = 0
        for number, batch in enumerate(batches):
            if job.raw:
                _copy(connection, job.cell, ready[number])
                accepted += job.batch
            else:
                accepted += int((post_batch(connection, memory, batch, datetime.now(UTC)).codes == 0).sum())
        return accepted

    return work


def _copy(connection: psycopg.Connection[Any], cell: str, rows: bytes) -> None:
    statement = in_cell("newretail.pay", "ledger.sql", "copy", cell)
    with connection.transaction(), connection.cursor() as cursor:
        send_copy(cursor, statement, rows)


def fill(url: str, cell: str) -> None:
    """Open ACCOUNTS wallets in a cell and fill them from the house (account 0) by one transfer each."""
    values = {
        "accounts": ACCOUNTS,
        "minor": FILLED_MINOR,
        "chart": int(Chart.WALLET),
        "house": int(Chart.BANK),
        "limit": int(Limit.DEBITS_WITHIN_CREDITS),
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("open_house", "open_wallets", "fill_wallets"):
            statement = in_cell(ROOM, FILE, name, cell)
            used = {k: v for k, v in values.items() if f"%({k})s" in statements(ROOM, FILE)[name]}
            connection.execute(statement, used)
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(cell, "pay_account")))


def run_writers(
    url: str, cells: list[str], *, total: int, batch: int, hot: bool, raw: bool = False, seed: int
) -> stage.Run:
    """Post `total` transfers in all, side by side in the cells."""
    batches = max(1, total // batch // len(cells))
    jobs = [Job(cell, seed + number, batches, batch, hot, raw) for number, cell in enumerate(cells)]
    return stage.side_by_side(url, _writer, jobs)


def count_books(url: str, cell: str) -> dict[str, int]:
    """Count in the database, not in the ledger: transfers, those that stand twice, and accounts out of balance."""
    result = dict.fromkeys(("transfers", "doubled", "unbalanced", "overdrawn"), 0)
    with psycopg.connect(url) as connection:
        # Sequential scans on purpose: an index that lost or doubled an entry would hide it.
        connection.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;")
        connection.execute("SET LOCAL work_mem = '512MB'; SET LOCAL max_parallel_workers_per_gather = 2;")
        for name in result:
            row = connection.execute(in_cell(ROOM, FILE, name, cell)).fetchone()
            assert row is not None
            result[name] = row[0]
    return result


def _bench(url: str, cells: int, total: int, *, hot: bool) -> dict[str, Any]:
    durable = stage.check_durable(url)
    scratch: Scratch = open_scratch(url, "bench_ledger", cells=cells, sku_count=1)
    names = [place.name for place in scratch.cells]
    with ThreadPoolExecutor() as threads:
        list(threads.map(partial(fill, url), names))
    run_writers(url, names, total=cells * BATCH, batch=BATCH, hot=hot, seed=1)  # warm up
    before = count_transfers(url, names)
    run = run_writers(url, names, total=total, batch=BATCH, hot=hot, seed=100)
    with ThreadPoolExecutor() as threads:
        books = list(threads.map(partial(count_books, url), names))
    counted = {name: sum(book[name] for book in books) for name in books[0]}
    raw = run_writers(url, names, total=total // 2, batch=BATCH, hot=hot, raw=True, seed=200)
    close_scratch(url, "bench_ledger")
    return {
        "transfers_per_s": round(run.per_s),
        "lost": run.done - (counted["transfers"] - before),
        "doubled": counted["doubled"],
        "unbalanced": counted["unbalanced"],
        "overdrawn": counted["overdrawn"],
        "transfers": run.done,
        "accounts": ACCOUNTS,
        "cells": cells,
        "batch": BATCH,
        "python_cpu_us_per_transfer": round(run.python_cpu_seconds / run.done * 1e6, 2),
        "database_cpu_us_per_transfer": round(run.database_cpu_seconds / run.done * 1e6, 2),
        "raw_copy_transfers_per_s": round(raw.per_s),
        "ratio_to_raw_copy": round(run.per_s / raw.per_s, 3),
        **durable,
    }


def count_transfers(url: str, cells: list[str]) -> int:
    with psycopg.connect(url) as connection:
        rows = [connection.execute(in_cell(ROOM, FILE, "transfers", cell)).fetchone() for cell in cells]
    return sum(row[0] for row in rows if row is not None)


def bench_ledger(url: str, var: Path) -> dict[str, Any]:
    """Two cells side by side with 1,000,000 wallets each; every payment is between two of them, drawn by Zipf's law."""
    return _bench(url, 2, 1_500_000, hot=False)


def bench_ledger_hot(url: str, var: Path) -> dict[str, Any]:
    """One cell with 1,000,000 wallets; one side of every payment is the same wallet."""
    return _bench(url, 1, 1_000_000, hot=True)
