"""Holds, receipts and counts: units come back exactly once, facts are recorded, promises stay covered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from newretail.kit.ids import uuid7
from newretail.stock import work

NOW = datetime(2026, 11, 11, tzinfo=UTC)


class Cell:
    """A scratch cell with one node and ten units of each SKU."""

    def __init__(self, url: str, name: str, node_id: int) -> None:
        self.name, self.node_id = name, node_id
        self.connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)

    def hold(self, quantity: int, hold_id: Any = None, minutes: int = 10) -> work.HoldVerdict:
        lines = [(1, quantity)]
        return work.place_hold(self.connection, self.name, hold_id or uuid7(), 7, self.node_id, lines, minutes, NOW)

    def pool(self) -> tuple[int, int, bool]:
        query = f"SELECT on_hand, reserved, short_since IS NOT NULL FROM {self.name}.stock_pool WHERE sku_id = 1"
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return row[0], row[1], row[2]


@pytest.fixture
def cell(open_cells) -> Iterator[Cell]:
    scratch = open_cells(on_hand=10)
    made = Cell(scratch.url, scratch.cells[0].name, scratch.node_ids[0])
    yield made
    made.connection.close()


def test_a_hold_reserves_and_its_release_gives_back_once(cell: Cell) -> None:
    hold_id = uuid7()
    assert cell.hold(4, hold_id).held
    assert cell.pool() == (10, 4, False)
    released = [work.release_hold(cell.connection, cell.name, hold_id) for _ in range(3)]
    assert released == [True, False, False]
    assert cell.pool() == (10, 0, False)


def test_asking_for_the_same_hold_twice_holds_once(cell: Cell) -> None:
    hold_id = uuid7()
    first, second = cell.hold(4, hold_id), cell.hold(4, hold_id)
    assert first.expires_at == second.expires_at
    assert cell.pool() == (10, 4, False)


def test_a_hold_that_cannot_be_whole_holds_nothing_and_says_what_is_left(cell: Cell) -> None:
    cell.hold(8)
    verdict = cell.hold(3)
    assert (verdict.held, verdict.sku_id) == (False, 1)
    assert "Only 2 left" in verdict.detail
    assert cell.pool() == (10, 8, False)


def test_expired_holds_come_back_once_and_live_ones_stay(cell: Cell) -> None:
    cell.hold(4, minutes=5)
    cell.hold(3, minutes=30)
    later = NOW + timedelta(minutes=6)
    assert [work.expire_holds(cell.connection, cell.name, later) for _ in range(2)] == [1, 0]
    assert cell.pool() == (10, 3, False)


@pytest.mark.parametrize(("quantity", "minutes"), [(0, 10), (-1, 10), (10_001, 10), (1, 0), (1, 61)])
def test_a_senseless_hold_is_refused(cell: Cell, quantity: int, minutes: int) -> None:
    assert not cell.hold(quantity, minutes=minutes).held
    assert cell.pool() == (10, 0, False)


def test_goods_received_can_be_promised_at_once(cell: Cell) -> None:
    state = work.receive(cell.connection, cell.name, cell.node_id, 1, 5, actor="t", reason="delivery", at=NOW)
    assert (state.on_hand, state.short) == (15, False)
    assert cell.hold(15).held


def test_a_count_below_what_is_promised_opens_a_shortage_which_goods_close(cell: Cell) -> None:
    cell.hold(8)
    state = work.count(cell.connection, cell.name, cell.node_id, 1, 5, actor="t", reason="stocktaking", at=NOW)
    assert (state.on_hand, state.reserved, state.short) == (5, 8, True)
    assert not cell.hold(1).held
    work.receive(cell.connection, cell.name, cell.node_id, 1, 2, actor="t", reason="late goods", at=NOW)
    assert cell.pool() == (7, 8, True)
    work.receive(cell.connection, cell.name, cell.node_id, 1, 1, actor="t", reason="late goods", at=NOW)
    assert cell.pool() == (8, 8, False)


@pytest.mark.parametrize("quantity", [0, -3, 10**12])
def test_a_senseless_receipt_changes_nothing(cell: Cell, quantity: int) -> None:
    with pytest.raises(ValueError, match="Goods received"):
        work.receive(cell.connection, cell.name, cell.node_id, 1, quantity, actor="t", reason="", at=NOW)
    assert cell.pool() == (10, 0, False)


def test_every_movement_is_written_down(cell: Cell) -> None:
    work.receive(cell.connection, cell.name, cell.node_id, 1, 5, actor="ann", reason="delivery", at=NOW)
    work.count(cell.connection, cell.name, cell.node_id, 1, 12, actor="bob", reason="stocktaking", at=NOW)
    query = f"SELECT kind, quantity, actor FROM {cell.name}.stock_movement ORDER BY movement_id"
    assert cell.connection.execute(query).fetchall() == [("receive", 5, "ann"), ("count", 12, "bob")]
