"""http: single orders through the fast door, 256 keep-alive connections, the load generator on the same machine."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from newretail.cloud.api import create_key
from newretail.kit import settings
from newretail.kit.ids import uuid7_many
from newretail.kit.ports import free_port
from newretail.lab.bench import stage
from newretail.lab.rehearsal.meters import cpu_seconds
from newretail.lab.scratch import close_scratch, open_scratch

CONNECTIONS = 256
ORDERS = 120_000
WARM_UP = 10_000
START_SECONDS = 30


@contextmanager
def running_door(url: str) -> Iterator[tuple[int, psutil.Process]]:
    """Start the orders' process on a free port; yields (port, process), ends it afterwards."""
    port = free_port()
    env = {
        **os.environ,
        settings.DATABASE_URL.name: url,
        settings.PORT.name: str(port),
        settings.PAGES_PORT.name: str(free_port()),
        settings.HOST.name: "127.0.0.1",
    }
    door = subprocess.Popen([sys.executable, "-m", "newretail.doors.process", "orders"], env=env)
    try:
        _wait(port)
        yield port, psutil.Process(door.pid)
    finally:
        door.terminate()
        door.wait(30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise RuntimeError("the door did not open")


def _requests(node: str, key: str, count: int, seed: int) -> list[bytes]:
    random = np.random.default_rng(seed)
    ids = uuid7_many(np.full(count, time.time_ns() // 1_000_000), random).tolist()
    skus = stage.zipf_skus(count * 2, random).tolist()
    buyers = random.integers(1, stage.BUYERS, count).tolist()
    made = []
    for index, (high, low) in enumerate(ids):
        first, second = skus[2 * index], skus[2 * index + 1]
        second = second if second != first else second % stage.SKUS + 1
        body = (
            f'{{"buyer":{buyers[index]},"node":"{node}","channel":"web","currency":"USD","expected_total_minor":1000,'
            f'"lines":[{{"sku":"sku-{first}","quantity":1}},{{"sku":"sku-{second}","quantity":1}}]}}'
        )
        text = f"{high:016x}{low:016x}"
        order_id = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
        head = (
            f"PUT /v1/orders/{order_id} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append((head + body).encode())
    return made


@dataclass(slots=True)
class Outcome:
    """Latencies in seconds, how often each status came, and the run's length."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0


def closed_loop(port: int, requests: list[bytes], connections: int, *, limit_seconds: float = 60) -> Outcome:
    """Each connection sends its next request when the answer to the last one is there."""
    outcome = Outcome()
    poll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    sent_at: dict[int, float] = {}
    ahead = iter(requests)
    left = len(requests)
    for _ in range(min(connections, left)):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[connection.fileno()] = connection
        poll.register(connection.fileno(), select.EPOLLIN)
    started = time.perf_counter()
    for number, connection in sockets.items():
        sent_at[number] = time.perf_counter()
        connection.send(next(ahead))
    while left and time.perf_counter() - started < limit_seconds:
        for number, _ in poll.poll(1.0, 64):
            answer = sockets[number].recv(8192)
            now = time.perf_counter()
            status = int(answer[9:12])
            outcome.latencies.append(now - sent_at[number])
            outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
            left -= 1
            following = next(ahead, None)
            if following is not None:
                sent_at[number] = now
                sockets[number].send(following)
    outcome.seconds = time.perf_counter() - started
    for connection in sockets.values():
        connection.close()
    poll.close()
    return outcome


def bench_http(url: str, var: Path) -> dict[str, Any]:
    """Closed loop; the figures count only 201 answers, and the database is asked afterwards whether they are there."""
    durable = stage.check_durable(url)
    scratch = open_scratch(url, "bench", sku_count=stage.SKUS)
    key = create_key(url, "bench http", orders_per_second=10_000_000)
    with running_door(url) as (port, door):
        closed_loop(port, _requests(scratch.node(), key, WARM_UP, 1), CONNECTIONS)
        requests = _requests(scratch.node(), key, ORDERS, 2)
        stage.checkpoint(url)
        before = cpu_seconds([door])[door.pid]
        own = time.process_time()
        with stage.database_cpu(url) as database:
            outcome = closed_loop(port, requests, CONNECTIONS)
        server = cpu_seconds([door])[door.pid] - before
        own = time.process_time() - own
        memory = door.memory_info().rss / 2**20
    counted = stage.count_orders(url, [place.name for place in scratch.cells])
    close_scratch(url, "bench")
    placed = outcome.statuses.get(201, 0)
    latencies = np.array(outcome.latencies) * 1000
    return {
        "orders_per_s": round(placed / outcome.seconds),
        "p50_ms": round(float(np.percentile(latencies, 50)), 1),
        "p99_ms": round(float(np.percentile(latencies, 99)), 1),
        "p999_ms": round(float(np.percentile(latencies, 99.9)), 1),
        "cpu_ms_per_order": round((server + database["seconds"]) / placed * 1000, 4),
        "server_cpu_ms_per_order": round(server / placed * 1000, 4),
        "database_cpu_ms_per_order": round(database["seconds"] / placed * 1000, 4),
        "generator_cpu_ms_per_order": round(own / placed * 1000, 4),
        "rss_mb": round(memory),
        "oversold": counted["oversold"],
        "lost": placed + WARM_UP - counted["orders"],
        "doubled": counted["doubled"],
        "statuses": outcome.statuses,
        "connections": CONNECTIONS,
        **durable,
    }
