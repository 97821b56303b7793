"""What the machine does during a rehearsal: CPU and memory of server, database and load; transactions and WAL."""

from __future__ import annotations

import http.client
import os
import re
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import psycopg

from newretail.kit.sql import statements

STATEMENTS = statements("newretail.lab.rehearsal", "stage.sql")
SAMPLE_SECONDS = 1.0
_QUEUE = re.compile(r"^newretail_queue\w*(?:\{[^}]*\})? ([0-9.e+]+)$", re.MULTILINE)
DATABASE_FIGURES = (
    "commits",
    "rollbacks",
    "rows_inserted",
    "rows_updated",
    "rows_fetched",
    "blocks_read",
    "blocks_hit",
    "deadlocks",
    "wal_records",
    "wal_bytes",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment: `at` in seconds after midnight, CPU in cores (1.0 is one busy core), memory in MB."""

    at: float
    server_cores: float
    database_cores: float
    load_cores: float
    server_mb: float
    queue: int


def server_processes(port: int) -> list[psutil.Process]:
    """The processes that listen on the port, with their children and the supervisor that started them."""
    found: dict[int, psutil.Process] = {}
    for entry in psutil.net_connections("tcp"):
        if entry.status == psutil.CONN_LISTEN and entry.laddr and entry.laddr.port == port and entry.pid:
            listener = psutil.Process(entry.pid)
            parent = listener.parent()
            family = [listener, *listener.children(recursive=True)]
            if parent is not None and "newretail" in " ".join(parent.cmdline()) and parent.pid != os.getpid():
                family += [parent, *parent.children(recursive=True)]
            found.update({process.pid: process for process in family if "postgres" not in process.name()})
    return list(found.values())


def database_processes(url: str) -> list[psutil.Process]:
    """The processes of the PostgreSQL server behind `url`; none when it runs elsewhere or cannot be seen."""
    with psycopg.connect(url) as connection:
        pid = connection.info.backend_pid
        try:
            backend = psutil.Process(pid)
            parent = backend.parent() if "postgres" in backend.name() else None
            return [parent, *parent.children(recursive=True)] if parent is not None else []
        except psutil.Error:
            return []


def cpu_seconds(processes: list[psutil.Process]) -> dict[int, float]:
    """CPU seconds that each process has used so far, by process id."""
    seconds = {}
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        seconds[process.pid] = times.user + times.system
    return seconds


def _memory_mb(processes: list[psutil.Process]) -> float:
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


def database_figures(url: str) -> dict[str, int]:
    """Counters of the database since they were reset, by the names in DATABASE_FIGURES."""
    with psycopg.connect(url) as connection:
        row = connection.execute(STATEMENTS["database"]).fetchone()
        wal = connection.execute(STATEMENTS["wal"]).fetchone()
    assert row is not None
    assert wal is not None
    return dict(zip(DATABASE_FIGURES, (int(value or 0) for value in (*row, *wal)), strict=True))


class Meters:
    """Samples once a second in a thread until `stop`."""

    def __init__(self, home_url: str, address: tuple[str, int], load_pid: int, start: float) -> None:
        self._home_url, self._address, self.start = home_url, address, start
        self.midnight = datetime.now(UTC) + timedelta(seconds=start - time.monotonic())
        self._load = [psutil.Process(load_pid)]
        self._before: dict[str, dict[int, float]] = {}
        self._before_at = time.monotonic()
        self.samples: list[Sample] = []
        self.cpu_seconds = {"server": 0.0, "database": 0.0, "load": 0.0}
        self._figures = database_figures(home_url)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meters", daemon=True)

    def begin(self) -> None:
        self._sample()
        self._thread.start()

    def stop(self) -> dict[str, int]:
        """End the sampling; return what the database did in the meantime."""
        self._stop.set()
        self._thread.join()
        self._sample()
        now = database_figures(self._home_url)
        return {name: now[name] - before for name, before in self._figures.items()}

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        server = server_processes(self._address[1])
        groups = {"server": server, "database": self._database(), "load": self._load}
        now = time.monotonic()
        cores = {name: self._cores(name, processes, now) for name, processes in groups.items()}
        self._before_at = now
        sample = Sample(
            at=round(now - self.start, 2),
            server_cores=round(cores["server"], 3),
            database_cores=round(cores["database"], 3),
            load_cores=round(cores["load"], 3),
            server_mb=round(_memory_mb(server), 1),
            queue=self._queue(),
        )
        self.samples.append(sample)

    def _database(self) -> list[psutil.Process]:
        try:
            return database_processes(self._home_url)
        except psycopg.OperationalError:  # it may be stopped on purpose while we watch
            return []

    def _cores(self, name: str, processes: list[psutil.Process], now: float) -> float:
        seconds = cpu_seconds(processes)
        first_time = name not in self._before
        before = self._before.get(name, {})
        # A process that is new since the last sample used all of its time since then.
        used = 0.0 if first_time else sum(value - before.get(pid, 0.0) for pid, value in seconds.items())
        self._before[name] = seconds
        self.cpu_seconds[name] += used
        return used / max(now - self._before_at, 1e-3)

    def _queue(self) -> int:
        """Orders that wait in the market's queues, from its metrics; 0 when it does not say."""
        connection = http.client.HTTPConnection(*self._address, timeout=0.5)
        try:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
        return int(sum(float(value) for value in _QUEUE.findall(text)))

    def as_rows(self) -> list[dict[str, Any]]:
        return [asdict(sample) for sample in self.samples]
