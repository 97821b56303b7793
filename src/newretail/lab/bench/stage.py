"""Where benches run: a database of their own on the market's server, durable like every other."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import numpy.typing as npt
import psycopg
import pyarrow as pa
from psycopg import sql

from newretail.kit.arrays import register
from newretail.kit.ids import uuid7_many
from newretail.kit.postgres import create_database
from newretail.lab.rehearsal.meters import cpu_seconds, database_processes
from newretail.lab.scratch import Scratch

DATABASE = "newretail_bench"
BUYERS = 5_000_000
SKUS = 20_000
SPAWN = multiprocessing.get_context("spawn")
Ints = npt.NDArray[np.int64]


def bench_database(home_url: str) -> str:
    """Make the database of the benches and return its URL; its tables are migrated by the caller."""
    parts = urlsplit(home_url)
    create_database(home_url, DATABASE)
    return urlunsplit(parts._replace(path=f"/{DATABASE}"))


def check_durable(url: str) -> dict[str, str]:
    """The settings that make a commit durable. RuntimeError when one is off: such a figure would not count."""
    with psycopg.connect(url) as connection:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        values = {name: connection.execute(f"SHOW {name}").fetchone() for name in names}
    found = {name: row[0] for name, row in values.items() if row is not None}
    if any(value != "on" for value in found.values()):
        raise RuntimeError(f"The server is not durable: {found}. Benches run with all of these on.")
    return found


def checkpoint(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def zipf_skus(count: int, random: np.random.Generator) -> Ints:
    """SKU ids with log-uniform ranks: like Zipf's law with exponent 1, the first of 20,000 has a tenth of the sales."""
    return np.minimum((SKUS ** random.random(count)).astype(np.int64), SKUS - 1) + 1


def order_stream(
    scratch: Scratch,
    node: str,
    count: int,
    seed: int,
    *,
    hot: bool = False,
    buyers: Ints | None = None,
    pay: str | None = None,
) -> bytes:
    """An Arrow IPC stream of `count` orders: two lines each, or one line of SKU 1 when `hot`.

    `buyers`: who orders, anybody where it is left out; `pay`: the tender that all of them pay with.
    """
    random = np.random.default_rng(seed)
    ids = uuid7_many(np.full(count, time.time_ns() // 1_000_000), random)
    lines_each = 1 if hot else 2
    sku = np.ones(count, np.int64) if hot else zipf_skus(count * 2, random)
    if not hot:
        sku[1::2] = np.where(sku[1::2] == sku[::2], sku[1::2] % SKUS + 1, sku[1::2])
    codes = pa.array([f"sku-{number}" for number in range(1, SKUS + 1)])
    skus = pa.DictionaryArray.from_arrays(pa.array(sku - 1, pa.int32()), codes)
    quantity = pa.array(np.ones(len(sku), np.int32))
    offsets = pa.array(np.arange(count + 1, dtype=np.int32) * lines_each)
    lines = pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays([skus, quantity], ["sku", "quantity"]))
    nodes = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([node]))
    raw = pa.py_buffer(ids.astype(">u8").tobytes())
    columns = {
        "order_id": pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), count, [None, raw]),
        "buyer": pa.array(random.integers(1, BUYERS, count) if buyers is None else buyers),
        "node": nodes,
        "lines": lines,
    }
    if pay is not None:
        columns["pay"] = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([pay]))
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


@contextmanager
def database_cpu(url: str) -> Iterator[dict[str, float]]:
    """Measure the database's CPU seconds of a block: result["seconds"]. Backends that ended inside are missed."""
    before = cpu_seconds(database_processes(url))
    result: dict[str, float] = {}
    yield result
    after = cpu_seconds(database_processes(url))
    result["seconds"] = sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


@dataclass(frozen=True, slots=True)
class Run:
    """What writers side by side came to: things `done` by all of them, in the `seconds` of the slowest."""

    done: int
    seconds: float
    python_cpu_seconds: float
    database_cpu_seconds: float

    @property
    def per_s(self) -> float:
        return self.done / self.seconds


Work = Callable[[], int]


def side_by_side(url: str, prepare: Callable[[Any, psycopg.Connection[Any]], Work], jobs: Sequence[Any]) -> Run:
    """Run a process a job: each prepares, and all begin their work at the same moment.

    `prepare(job, connection)` returns the work, which returns how much it did; both must be importable by name.
    """
    checkpoint(url)
    barrier, results = SPAWN.Barrier(len(jobs) + 1), SPAWN.Queue()
    writers = [SPAWN.Process(target=_write, args=(url, prepare, job, barrier, results)) for job in jobs]
    for writer in writers:
        writer.start()
    with database_cpu(url) as cpu:
        barrier.wait()
        done = [results.get(timeout=120) for _ in writers]
    barrier.wait()
    for writer in writers:
        writer.join()
    return Run(
        sum(count for count, _, _ in done),
        max(seconds for _, seconds, _ in done),
        sum(used for _, _, used in done),
        cpu["seconds"],
    )


def _write(
    url: str, prepare: Callable[[Any, psycopg.Connection[Any]], Work], job: Any, barrier: Barrier, results: Any
) -> None:
    connection = psycopg.connect(url, autocommit=True)
    register(connection)
    work = prepare(job, connection)
    barrier.wait()
    started, cpu = time.perf_counter(), time.process_time()
    done = work()
    results.put((done, time.perf_counter() - started, time.process_time() - cpu))
    barrier.wait()  # the database's share is read while our backend still lives
    connection.close()


_COUNTS = (
    ("orders", "SELECT count(*) FROM {cell}.trade_order"),
    ("doubled", "SELECT count(*) - count(DISTINCT order_id) FROM {cell}.trade_order"),
    ("oversold", "SELECT count(*) FROM {cell}.stock_pool WHERE reserved > on_hand"),
    ("reserved", "SELECT coalesce(sum(reserved), 0)::bigint FROM {cell}.stock_pool"),
    (
        "units",
        "SELECT coalesce(sum((SELECT sum(o.lines[i][2]) FROM generate_subscripts(o.lines, 1) i)), 0)::bigint"
        " FROM {cell}.trade_order o WHERE o.state IN (1, 2)",
    ),
)


def count_orders(url: str, cells: list[str]) -> dict[str, int]:
    """Count in the database, not in the engine: orders, those that stand twice, units, and pools beyond stock."""
    result = dict.fromkeys([name for name, _ in _COUNTS], 0)
    with psycopg.connect(url) as connection:
        # Sequential scans on purpose: an index that lost or doubled an entry would hide it.
        connection.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;")
        for cell in cells:
            for name, query in _COUNTS:
                row = connection.execute(sql.SQL(query).format(cell=sql.Identifier(cell))).fetchone()
                assert row is not None
                result[name] += row[0]
    return result
