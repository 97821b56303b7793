"""Two processes serve the same cell at once; cells lie side by side in one database and on two servers."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from newretail.cloud.api import create_key, drop_cell, open_cell, places
from newretail.kit import postgres
from newretail.kit.ids import uuid7
from newretail.lab.audit.laws import audit
from newretail.lab.scratch import open_scratch, stock
from tests.door.market_process import Caller, RunningDoor

ORDERS = 600


async def _shop(callers: list[Caller], seed: int) -> list[httpx.Response]:
    """Orders of one to three lines over a few contested SKUs; a third of them is sent through two doors at once."""
    dice = random.Random(seed)
    clients = [caller.client() for caller in callers]
    calls = []
    for number in range(ORDERS):
        skus = dice.sample(range(1, 7), dice.randint(1, 3))
        body = callers[0].order(*((f"sku-{sku}", dice.randint(1, 3)) for sku in skus))
        path = f"/v1/orders/{uuid7()}"
        doors = [0, 1] if number % 3 == 0 else [number % 2]
        calls += [clients[door].put(path, json=body) for door in doors]
    answers = await asyncio.gather(*calls)
    for client in clients:
        await client.aclose()
    return answers


def test_two_doors_on_one_cell_neither_oversell_nor_lose_nor_lock_up(open_cells, engine_url: str) -> None:
    scratch = open_cells(on_hand=120)
    key = create_key(engine_url, "two doors", orders_per_second=1_000_000)
    doors = [RunningDoor(engine_url).start() for _ in range(2)]
    try:
        answers = asyncio.run(_shop([Caller(door, key, scratch.node()) for door in doors], seed=11))
    finally:
        for door in doors:
            door.stop()
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {200, 201, 409}
    assert {a.json()["reason"] for a in answers if a.status_code == 409} == {"out_of_stock"}
    cell = scratch.cells[0].name
    acknowledged = {a.json()["order_id"] for a in answers if a.status_code in (200, 201)}
    with psycopg.connect(engine_url) as connection:
        stored = {str(row[0]) for row in connection.execute(f"SELECT order_id FROM {cell}.trade_order")}
        beyond = connection.execute(f"SELECT count(*) FROM {cell}.stock_pool WHERE reserved > on_hand").fetchone()
    assert stored == acknowledged
    assert len(stored) == statuses[201]
    assert beyond == (0,)
    assert [law.statement for law in audit(engine_url) if not law.holds] == []


def test_two_cells_in_one_database_have_stock_and_orders_of_their_own(open_cells, engine_url: str) -> None:
    scratch = open_cells(cells=2, on_hand=5)
    key = create_key(engine_url, "two cells")
    door = RunningDoor(engine_url).start()
    try:
        callers = [Caller(door, key, scratch.node(number)) for number in (1, 2)]
        taken = [caller.put(caller.order(("sku-1", 5))) for caller in callers]
        assert [answer.status_code for answer in taken] == [201, 201]
        assert callers[0].put(callers[0].order(("sku-1", 1))).json()["reason"] == "out_of_stock"
        found = [callers[0].call("GET", f"/v1/orders/{answer.json()['order_id']}").json() for answer in taken]
        assert [order["cell"] for order in found] == [place.name for place in scratch.cells]
        nodes = callers[0].call("GET", "/v1/stock/sku-1").json()["nodes"]
        mine = {row["node"]: row["available"] for row in nodes if row["node"].startswith(scratch.prefix)}
        assert mine == {scratch.node(1): 0, scratch.node(2): 0}
    finally:
        door.stop()


@pytest.fixture
def second_server(tmp_path: Path) -> Iterator[str]:
    yield postgres.start_embedded(tmp_path / "second")
    postgres.stop_embedded(tmp_path / "second")


def test_a_cell_on_another_server_serves_the_same_market(engine_url: str, second_server: str) -> None:
    """By the routing map alone: opened, given a node and audited with the commands that an operator has."""
    scratch = open_scratch(engine_url, "away", sku_count=100, on_hand=5)
    home_node, away_node = scratch.node(1), "away-2"

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "newretail.doors.cli", *words]
        environment = {**os.environ, "NEWRETAIL_DATABASE_URL": engine_url}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    opened = run("cells", "add", "away_2", "--market", "US", "--database-url", second_server)
    assert "is open for US" in opened
    with psycopg.connect(engine_url) as connection:
        connection.execute(
            "INSERT INTO stock_node (id, tenant_id, code, name, kind, cell_id, market_code, city, latitude, longitude)"
            " SELECT id + 1, tenant_id, %s, name, kind, cell_id, market_code, city, latitude, longitude"
            " FROM stock_node WHERE code = %s",
            [away_node, home_node],
        )
    placed = run("cells", "place", "away_2", away_node)
    assert "1 nodes belong to away_2" in placed
    with psycopg.connect(second_server, autocommit=True) as connection:
        stock(connection, "away_2", scratch.node_ids[0] + 1, 100, 5)
    key = create_key(engine_url, "away")
    door = RunningDoor(engine_url).start()
    try:
        here, there = Caller(door, key, home_node), Caller(door, key, away_node)
        answers = [caller.put(caller.order(("sku-1", 4))) for caller in (here, there)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert [c.put(c.order(("sku-1", 4))).json()["reason"] for c in (here, there)] == ["out_of_stock"] * 2
        order_id = answers[1].json()["order_id"]
        assert there.call("GET", f"/v1/orders/{order_id}").json()["cell"] == "away_2"
        assert there.call("POST", f"/v1/orders/{order_id}:cancel").status_code == 200
        assert there.put(there.order(("sku-1", 5))).status_code == 201
    finally:
        door.stop()
    with psycopg.connect(second_server) as connection:
        assert connection.execute("SELECT count(*) FROM away_2.trade_order").fetchone() == (2,)
    with psycopg.connect(engine_url) as connection:
        assert connection.execute("SELECT to_regclass('away_2.trade_order')").fetchone() == (None,)
    listed = run("cells", "list")
    assert "elsewhere" in next(line for line in listed.splitlines() if line.startswith("away_2"))
    assert [law.statement for law in audit(engine_url) if not law.holds] == []
    with psycopg.connect(engine_url) as connection:
        connection.execute("DELETE FROM stock_node WHERE code LIKE 'away-%'")
    for name in ("away_1", "away_2"):
        drop_cell(engine_url, name, even_with_orders=True)
    assert "away_2" not in places(engine_url)


def test_opening_a_cell_again_changes_nothing_and_another_by_its_name_is_refused(engine_url: str) -> None:
    first = open_cell(engine_url, "again_1", tenant_id=1, market_code="US", currency="USD")
    assert open_cell(engine_url, "again_1", tenant_id=1, market_code="US", currency="USD") == first
    with pytest.raises(ValueError, match="another one"):
        open_cell(engine_url, "again_1", tenant_id=1, market_code="KR", currency="KRW")
    with pytest.raises(ValueError, match="name"):
        open_cell(engine_url, "Robert'); --", tenant_id=1, market_code="US", currency="USD")
    drop_cell(engine_url, "again_1", even_with_orders=True)
