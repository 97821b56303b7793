"""What a node sells changes under a running writer: nothing is promised from a pool that is gone, and the laws hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.lab.audit.laws import audit
from newretail.stock import assortment, work
from newretail.stock.rules import Stays, why_stays
from newretail.trade.tests.desk_work import Writer, order

SKUS = 60


class Shop:
    """A node with a writer that remembers its pools, and a connection of whoever changes what it sells."""

    def __init__(self, scratch) -> None:
        self.writer = Writer(scratch.url, scratch.cells[0].name, {scratch.node(): scratch.node_ids[0]})
        self.node, self.node_id, self.cell = scratch.node(), scratch.node_ids[0], self.writer.cell
        self.office = psycopg.connect(scratch.url, autocommit=True)
        register(self.office)

    def buy(self, units: int = 1) -> str:
        return self.writer.reasons(order(self.node, ("sku-1", units)))[0]

    def count(self, units: int, sku_id: int = 1) -> None:
        now = datetime.now(UTC)
        work.count(self.office, self.cell, self.node_id, sku_id, units, actor="test", reason="test", at=now)

    def start(self, sku_id: int = 1) -> list[tuple[int, int]]:
        return assortment.open_in_cell(self.office, self.cell, [(self.node_id, sku_id)])

    def stop(self, sku_id: int = 1) -> assortment.Dropped:
        return assortment.drop_in_cell(self.office, self.cell, [(self.node_id, sku_id)])

    def broken(self) -> list[str]:
        laws = audit(self.writer.url)
        return [line for law in laws if law.number in (1, 2) for check in law.checks for line in check.offenders]


@pytest.fixture
def shop(open_cells) -> Iterator[Shop]:
    made = Shop(open_cells(on_hand=5))
    yield made
    made.writer.close()
    made.office.close()


def test_what_is_no_longer_sold_is_refused_by_a_writer_that_remembers_its_units(shop: Shop) -> None:
    """The writer last saw five units; it must not sell them to anybody once the pool is gone."""
    shop.count(0)
    stale = shop.writer.memory.pools
    assert stale.free(shop.writer.connection.cursor(), stale.batch_number, stale.keys[:1])[1].tolist() == [5]
    assert shop.stop().gone == [(shop.node_id, 1)]
    assert shop.buy() == "not_sold_here"
    assert shop.writer.reasons(order(shop.node, ("sku-2", 1), ("sku-1", 1))) == ["not_sold_here"]
    assert shop.writer.reasons(order(shop.node, ("sku-2", 1)), order(shop.node, ("sku-1", 1))) == [
        "accepted",
        "not_sold_here",
    ]
    assert shop.stop() == assortment.Dropped([], []), "a second time drops nothing"
    assert not shop.broken()


def test_what_is_newly_sold_is_out_of_stock_until_goods_come_in(shop: Shop) -> None:
    shop.count(0)
    shop.stop()
    assert shop.buy() == "not_sold_here"
    assert shop.start() == [(shop.node_id, 1)]
    assert shop.start() == [], "a second time opens nothing"
    assert shop.buy() == "out_of_stock"
    shop.count(2)
    assert shop.buy(2) == "accepted"
    assert shop.start() == [], "what is there stays as it is"
    assert shop.writer.reserved() == 2
    assert not shop.broken()


def test_a_pool_with_units_or_promises_stays(shop: Shop) -> None:
    (pool,) = shop.stop().staying
    assert (pool.on_hand, pool.reserved, pool.stays) == (5, 0, Stays.IN_STOCK)
    hold = uuid7()
    work.place_hold(shop.office, shop.cell, hold, 7, shop.node_id, [(1, 3)], 5, datetime.now(UTC))
    shop.count(3)
    assert [pool.stays for pool in shop.stop().staying] == [Stays.PROMISED]
    work.release_hold(shop.office, shop.cell, hold)
    shop.count(0)
    assert shop.stop().gone
    assert not shop.broken()


def test_orders_that_race_with_the_end_of_pools_are_served_whole_or_refused(shop: Shop) -> None:
    """One SKU after the other is counted away and ended while a writer sells them all: every promise has its pool."""
    answers: list[str] = []
    over = threading.Event()

    def sell() -> None:
        while not over.is_set():
            lines = [(f"sku-{number}", 1) for number in range(1, SKUS + 1)]
            answers.extend(shop.writer.reasons(*[order(shop.node, line) for line in lines[len(answers) % 3 :: 3]]))

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        for sku_id in range(SKUS, 0, -1):
            shop.count(0, sku_id)  # what is promised stays promised, and is short
            if shop.stop(sku_id).gone and sku_id % 2:
                shop.start(sku_id)
    finally:
        over.set()
        seller.join()
    assert set(answers) <= {"accepted", "out_of_stock", "not_sold_here"}
    (reserved,) = shop.writer.one("SELECT sum(reserved) FROM {c}.stock_pool")
    assert reserved == answers.count("accepted")
    assert not shop.broken()


@given(st.integers(-5, 5), st.integers(0, 5))
def test_only_an_empty_pool_may_go(on_hand: int, reserved: int) -> None:
    assert (why_stays(on_hand, reserved) is None) == (on_hand == 0 and reserved == 0)
