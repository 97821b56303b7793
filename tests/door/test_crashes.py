"""Every acknowledged order survives kill -9 of the server and of PostgreSQL, and a database that stops and returns."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest

from newretail.cloud.api import create_key
from newretail.kit import postgres
from newretail.kit.ids import uuid7
from newretail.lab.audit.laws import audit
from newretail.lab.scratch import Scratch, open_scratch
from tests.door.market_process import Caller, RunningDoor


class Server:
    """A PostgreSQL server of this test's own, so that it can be killed."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.url = postgres.start_embedded(data)

    def kill(self) -> None:
        """kill -9 the postmaster; its backends notice and end by themselves."""
        pid = postgres.postmaster_pid(self.data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while _alive(pid):
            time.sleep(0.02)

    def start(self) -> None:
        assert postgres.start_embedded(self.data) == self.url


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, migrate_database: Callable[[str], None]) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("crash") / "postgres")
    migrate_database(made.url)
    yield made
    postgres.stop_embedded(made.data)


@pytest.fixture
def market(server: Server) -> Iterator[tuple[Caller, Scratch]]:
    scratch = open_scratch(server.url, "crash", sku_count=100, on_hand=1_000_000)
    key = create_key(server.url, "crash", orders_per_second=1_000_000)
    door = RunningDoor(server.url)
    yield Caller(door.start(), key, scratch.node()), scratch
    door.stop()


class Shoppers:
    """Threads that place orders one after the other, and send each again until it is answered."""

    def __init__(self, caller: Caller, count: int = 8) -> None:
        self.caller = caller
        self.acknowledged: list[UUID] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._shop, args=(number,)) for number in range(1, count + 1)]
        for thread in self.threads:
            thread.start()

    def _shop(self, buyer: int) -> None:
        headers = {"Authorization": f"Bearer {self.caller.key}"}
        with httpx.Client(base_url=self.caller.door.url, headers=headers, timeout=30, trust_env=False) as client:
            while not self.stopping.is_set():
                order_id = uuid7()
                body = {**self.caller.order(("sku-1", 1), ("sku-2", 2)), "buyer": buyer}
                if self._answered(client, order_id, body):
                    self.acknowledged.append(order_id)

    def _answered(self, client: httpx.Client, order_id: UUID, body: dict[str, object]) -> bool:
        while True:
            try:
                answer = client.put(f"/v1/orders/{order_id}", json=body)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code in (200, 201):
                return True
            assert answer is None or answer.status_code in (401, 429, 503), answer.text
            if self.stopping.is_set():
                return False
            time.sleep(0.05)

    def wait_for(self, more: int) -> None:
        wanted = len(self.acknowledged) + more
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, "the market never took orders again"
            time.sleep(0.02)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def check(server: Server, scratch: Scratch, acknowledged: list[UUID]) -> None:
    """Each acknowledged order stands once, and all laws hold."""
    with psycopg.connect(server.url) as connection:
        rows = connection.execute(f"SELECT order_id FROM {scratch.cells[0].name}.trade_order").fetchall()
    stored = [row[0] for row in rows]
    assert len(stored) == len(set(stored))
    assert set(acknowledged) <= set(stored)
    assert [law.statement for law in audit(server.url) if not law.holds] == []


def test_acknowledged_orders_survive_kill_9_of_the_server(server: Server, market: tuple[Caller, Scratch]) -> None:
    caller, scratch = market
    shoppers = Shoppers(caller)
    for _ in range(3):
        shoppers.wait_for(150)
        caller.door.kill()
        caller.door.start()
    shoppers.wait_for(50)
    shoppers.stop()
    check(server, scratch, shoppers.acknowledged)


def test_acknowledged_orders_survive_kill_9_of_the_database(server: Server, market: tuple[Caller, Scratch]) -> None:
    caller, scratch = market
    shoppers = Shoppers(caller)
    for _ in range(3):
        shoppers.wait_for(150)
        server.kill()
        server.start()
    shoppers.wait_for(50)
    shoppers.stop()
    check(server, scratch, shoppers.acknowledged)


def test_a_stopped_database_is_503_and_the_market_recovers_by_itself(
    server: Server, market: tuple[Caller, Scratch]
) -> None:
    caller, _ = market
    order_id = uuid7()
    assert caller.put(caller.order(("sku-1", 1)), order_id).status_code == 201
    postgres.stop_embedded(server.data)
    for answer in (
        caller.put(caller.order(("sku-1", 1))),
        caller.call("GET", f"/v1/orders/{order_id}"),
        caller.call("GET", "/readyz"),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
    assert caller.call("GET", "/healthz").status_code == 200
    server.start()
    caller.door.wait_for("/readyz")
    assert caller.put(caller.order(("sku-1", 1)), order_id).status_code == 200
    assert caller.put(caller.order(("sku-1", 1))).status_code == 201
