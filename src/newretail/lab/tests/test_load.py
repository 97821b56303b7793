"""The load client and its plan, against small servers that behave as a market in trouble does."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter

import numpy as np
import pytest

from newretail.lab.rehearsal.client import Load, NotLoopback, loopback_address
from newretail.lab.rehearsal.plan import Baskets, Day, FlashSale, build
from newretail.lab.rehearsal.record import REASONS, Fate, Kind, accepted, attach

BASKETS = Baskets(
    buyer_id=np.array([17, 18]),
    node=np.array(["store-1", "store-2"]),
    first=np.array([0, 1, 3]),
    sku=np.array(["tea", "tea", "rice"]),
    quantity=np.array([1, 2, 3]),
    price_minor=np.array([300, 300, 1000]),
)
FLASH = FlashSale("store-1", "tea", "Tea", units=5, buyers=np.arange(100, 200), each=1, cap=1, price_minor=300)
CURRENCY = {"store-1": "USD", "store-2": "KRW"}
HEAD = {"host": "localhost", "authorization": "Bearer nr_test"}
REQUEST = re.compile(rb"(PUT|POST) /v1/orders/([0-9a-f-]{36})(:cancel)? HTTP/1.1\r\n(.*?)\r\n\r\n", re.DOTALL)


class Shop(asyncio.Protocol):
    """Answers what `answer(order_id, is_cancel, times_asked)` says: (status, headers, body), or None to hang up."""

    def __init__(self, answer, asked: Counter[tuple[bytes, bool]]) -> None:
        self.answer, self.asked, self.data = answer, asked, b""

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (found := REQUEST.match(self.data)) and len(self.data) >= found.end() + self._length(found[4]):
            self.data = self.data[found.end() + self._length(found[4]) :]
            self.asked[found[2], bool(found[3])] += 1
            told = self.answer(found[2], bool(found[3]), self.asked[found[2], bool(found[3])])
            if told is None:
                self.transport.close()
                return
            status, head, body = told
            text = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{head}\r\n"
            self.transport.write(text.encode() + body)

    @staticmethod
    def _length(head: bytes) -> int:
        return int(head.split(b"content-length: ")[1].split(b"\r\n")[0])


@pytest.fixture
def shop():
    """Start a shop in a thread: `shop(answer)` returns its address and the counter of what was asked."""
    loops = []

    def start(answer):
        asked: Counter[tuple[bytes, bool]] = Counter()
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(loop.create_server(lambda: Shop(answer, asked), "127.0.0.1", 0))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        loops.append((loop, server, thread))
        return server.sockets[0].getsockname(), asked

    yield start
    for loop, server, thread in loops:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(asyncio.sleep(0))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _plan(folder, orders=200, duration_s=0.5, flash=None, mix=None):
    day = Day(orders, duration_s, 4, seed=1, begins_ms=int(time.time() * 1000), mix=mix or {})
    return build(folder, day, BASKETS, CURRENCY, flash, HEAD)


def _run(address, folder, limit_s=20.0, connections=8):
    load = Load(address, folder, connections, limit_s)
    load.connect()
    load.run(time.monotonic())
    return attach(folder / "record")


def test_a_plan_holds_every_order_once_and_its_retries_and_cancels(tmp_path):
    """Requests are in order of time; a retry is its order's bytes again; a cancel waits for its order."""
    plan = _plan(tmp_path, orders=2000, flash=FLASH)
    record = plan.record
    whole, offsets = (tmp_path / "requests").read_bytes(), np.load(tmp_path / "offsets.npy")
    requests = [whole[offsets[i] : offsets[i + 1]] for i in range(len(record))]
    assert (np.diff(record["due"]) >= 0).all()
    placing = record["kind"] == Kind.PLACE
    assert sorted(record["order"][placing]) == list(range(2000))
    assert len(set(map(bytes, plan.order_ids))) == 2000
    first = {order: i for i, order in enumerate(record["order"]) if placing[i]}
    for i in np.flatnonzero(record["kind"] == Kind.RETRY):
        assert requests[i] == requests[first[record["order"][i]]]
    for i in np.flatnonzero(record["kind"] == Kind.CANCEL):
        assert record["needs"][i] == first[record["order"][i]]
        assert record["due"][i] > record["due"][record["needs"][i]]
    assert 20 < (record["kind"] == Kind.RETRY).sum() < 70
    crowd = [json.loads(requests[first[order]].split(b"\r\n\r\n")[1]) for order in plan.flash_orders]
    assert {body["buyer"] for body in crowd} == set(range(100, 200))
    assert len(crowd) > 100, "the greedy come twice"


def test_baskets_are_replayed_as_they_are(tmp_path):
    """Buyer, node, lines and the currency of the node's market come from the basket; each goes before any again."""
    _plan(tmp_path, orders=2)
    whole, offsets = (tmp_path / "requests").read_bytes(), np.load(tmp_path / "offsets.npy")
    bodies = [json.loads(whole[offsets[i] : offsets[i + 1]].split(b"\r\n\r\n")[1]) for i in range(2)]
    assert sorted(bodies, key=lambda body: body["buyer"]) == [
        {"buyer": 17, "node": "store-1", "channel": "app", "lines": [{"sku": "tea", "quantity": 1}], "currency": "USD"},
        {
            "buyer": 18,
            "node": "store-2",
            "channel": "app",
            "lines": [{"sku": "tea", "quantity": 2}, {"sku": "rice", "quantity": 3}],
            "currency": "KRW",
        },
    ]


def test_every_request_is_sent_once_and_answered(tmp_path, shop):
    """A healthy market: each order once, each retry once, each cancel once, with their answers."""
    address, asked = shop(lambda order, is_cancel, times: (200 if is_cancel or times > 1 else 201, "", b"{}"))
    _plan(tmp_path)
    record = _run(address, tmp_path)
    orders = sum(record["kind"] == Kind.PLACE)
    assert orders == 200
    assert sum(asked.values()) == len(record)
    assert (record["status"] > 0).all()
    assert (record["done"] >= record["sent"]).all()
    assert (record["sent"] >= record["due"]).all()


def test_reasons_are_kept_and_cancels_of_refused_orders_are_not_sent(tmp_path, shop):
    body = b'{"type": "about:blank", "reason": "out_of_stock"}'
    address, asked = shop(lambda order, is_cancel, times: (409, "", body))
    _plan(tmp_path)
    record = _run(address, tmp_path)
    assert not any(is_cancel for _, is_cancel in asked)
    assert (record["status"][record["kind"] == Kind.CANCEL] == Fate.SKIPPED).all()
    told = record[record["kind"] != Kind.CANCEL]
    assert {REASONS[number] for number in told["reason"]} == {"out_of_stock"}
    assert not accepted(record).any()


def test_later_means_later(tmp_path, shop):
    """429 and 503 with Retry-After: the same request again, not before the time, and counted."""

    def answer(order, is_cancel, times):
        return (201, "", b"{}") if times > 2 else (503 if times > 1 else 429, "Retry-After: 1\r\n", b"{}")

    address, _ = shop(answer)
    _plan(tmp_path, orders=20, duration_s=0.1)
    record = _run(address, tmp_path)
    placed = record[record["kind"] == Kind.PLACE]
    assert (placed["status"] == 201).all()
    assert (placed["busy"] <= 2).all()
    assert sum(placed["busy"]) >= 38, "a retry of an impatient shopper may take one of the refusals"
    waited = placed["done"] - placed["due"]
    assert (waited >= placed["busy"]).all()


def test_a_broken_connection_sends_the_same_order_again(tmp_path, shop):
    """Hung up on before the answer: the id makes it safe to send again, on a new connection."""
    address, _ = shop(lambda order, is_cancel, times: None if times == 1 else (201, "", b"{}"))
    _plan(tmp_path, orders=20, duration_s=0.1)
    record = _run(address, tmp_path, connections=4)
    placed = record[record["kind"] == Kind.PLACE]
    assert (placed["status"] == 201).all()
    assert sum(placed["broken"]) >= 19


def test_latency_counts_from_the_intended_moment(tmp_path, shop):
    """One connection and a slow market: the wait for the connection is part of the latency."""

    def answer(order, is_cancel, times):
        time.sleep(0.02)
        return 201, "", b"{}"

    address, _ = shop(answer)
    _plan(tmp_path, orders=30, duration_s=0.1)
    record = _run(address, tmp_path, connections=1)
    assert max(record["done"] - record["due"]) > 0.4, "30 orders one after the other take 600 ms"
    service = record["done"] - record["sent"]
    assert np.median(service[record["kind"] == Kind.PLACE]) < 0.1


def test_a_silent_market_ends_with_the_limit(tmp_path, shop):
    """No answers at all: the load stops by itself and says of each request that it was given up."""
    address, _ = shop(lambda order, is_cancel, times: (429, "Retry-After: 60\r\n", b""))
    _plan(tmp_path, orders=10, duration_s=0.1)
    began = time.monotonic()
    record = _run(address, tmp_path, limit_s=1.0)
    assert time.monotonic() - began < 3
    assert set(record["status"].tolist()) == {int(Fate.GIVEN_UP)}


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1:8000", "http://example.com", "https://127.0.0.1", "http://192.168.1.1", "127.0.0.1:80", ""]
)
def test_only_this_machine_is_rehearsed_on(url):
    with pytest.raises(NotLoopback, match="this machine only"):
        loopback_address(url)


def test_loopback_is_understood():
    assert loopback_address("http://localhost:8000/") == ("127.0.0.1", 8000)
    assert loopback_address("http://127.0.0.2:81") == ("127.0.0.2", 81)


BARE_SERVER = """
import asyncio

class Bare(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        answer = b"HTTP/1.1 201 Created\\r\\ncontent-length: 2\\r\\n\\r\\n{}"
        self.transport.write(answer * data.count(b" HTTP/1.1\\r\\n"))

async def serve():
    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(60)

asyncio.run(serve())
"""


def test_the_load_is_strong_enough(tmp_path):
    """At least 10,000 requests a second of CPU time (some 60,000 on a quiet core)."""
    _plan(tmp_path, orders=20_000, duration_s=0.01)
    with subprocess.Popen([sys.executable, "-c", BARE_SERVER], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            address = ("127.0.0.1", int(server.stdout.readline()))
            cpu = time.process_time()
            record = _run(address, tmp_path, connections=128)
            cpu = time.process_time() - cpu
        finally:
            server.kill()
    assert (record["status"][record["kind"] == Kind.PLACE] == 201).all()
    assert len(record) / cpu > 10_000, f"{len(record) / cpu:.0f} requests per second of CPU"
    print(f"{len(record) / cpu:.0f} requests per second of CPU")
