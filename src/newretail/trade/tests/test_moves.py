"""States: an order moves only as the table says, once, and its units go where they belong exactly once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest

from newretail.kit.ids import uuid7
from newretail.trade.changes import change_orders
from newretail.trade.moves import MoveRequest, MoveVerdict
from newretail.trade.rules import MOVES, State, may_move
from newretail.trade.tests.desk_work import Writer, order
from newretail.trade.tests.test_place import node_of


def move(writer: Writer, order_id: UUID, to_state: State) -> MoveVerdict:
    request = MoveRequest(order_id, to_state, "test", "because")
    (verdict,) = change_orders(writer.connection, writer.memory, [request], datetime.now(UTC))
    assert isinstance(verdict, MoveVerdict)
    return verdict


def stock_of(writer: Writer) -> tuple[int, int]:
    row = writer.one("SELECT on_hand, reserved FROM {c}.stock_pool WHERE sku_id = 1")
    return row[0], row[1]


def test_every_state_has_its_moves_and_only_an_unpaid_order_becomes_placed() -> None:
    assert set(MOVES) == set(State)
    assert [before for before, after in MOVES.items() if State.PLACED in after] == [State.UNPAID]


@pytest.mark.parametrize("to_state", list(State))
@pytest.mark.parametrize("from_state", [state for state in State if state != State.UNPAID])
def test_an_order_moves_only_where_the_table_allows(open_writer, from_state: State, to_state: State) -> None:
    writer = open_writer(on_hand=10)
    placed = order(node_of(writer), ("sku-1", 3))
    writer.place(placed)
    paths = {
        State.PLACED: [],
        State.PICKING: [State.PICKING],
        State.SHIPPED: [State.PICKING, State.SHIPPED],
        State.DELIVERED: [State.SHIPPED, State.DELIVERED],
        State.CANCELLED: [State.CANCELLED],
    }
    for step in paths[from_state]:
        assert move(writer, placed.order_id, step).done
    done = move(writer, placed.order_id, to_state).done
    assert done == (may_move(from_state, to_state) or from_state == to_state)


def test_cancelling_gives_units_back_once_however_often_it_is_asked(open_writer) -> None:
    writer = open_writer(on_hand=10)
    placed = order(node_of(writer), ("sku-1", 4))
    writer.place(placed)
    assert [move(writer, placed.order_id, State.CANCELLED).done for _ in range(3)] == [True] * 3
    assert stock_of(writer) == (10, 0)
    assert writer.one("SELECT count(*) FROM {c}.trade_move") == (1,)
    assert writer.reasons(order(node_of(writer), ("sku-1", 10))) == ["accepted"]


def test_two_who_cancel_at_once_give_units_back_once(open_writer) -> None:
    writer = open_writer(on_hand=10)
    placed = order(node_of(writer), ("sku-1", 4))
    writer.place(placed, order(node_of(writer), ("sku-1", 5)))
    others = [open_writer(beside=writer) for _ in range(4)]
    threads = [threading.Thread(target=move, args=(o, placed.order_id, State.CANCELLED)) for o in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stock_of(writer) == (10, 5)


def test_shipping_takes_units_off_the_shelf_and_off_the_reservation(open_writer) -> None:
    writer = open_writer(on_hand=10)
    placed = order(node_of(writer), ("sku-1", 4))
    writer.place(placed)
    move(writer, placed.order_id, State.PICKING)
    assert stock_of(writer) == (10, 4)
    move(writer, placed.order_id, State.SHIPPED)
    assert stock_of(writer) == (6, 0)
    move(writer, placed.order_id, State.DELIVERED)
    assert stock_of(writer) == (6, 0)


def test_a_cancelled_order_frees_the_buyers_cap(open_writer) -> None:
    writer = open_writer()
    writer.memory.prices.cap_per_buyer[1] = 2
    placed = order(node_of(writer), ("sku-1", 2))
    writer.place(placed)
    assert writer.reasons(order(node_of(writer), ("sku-1", 1))) == ["buyer_cap"]
    move(writer, placed.order_id, State.CANCELLED)
    assert writer.reasons(order(node_of(writer), ("sku-1", 2))) == ["accepted"]


def test_cancelled_orders_come_off_the_sums_of_the_day(open_writer) -> None:
    writer = open_writer()
    placed = order(node_of(writer), ("sku-1", 2), ("sku-2", 1))
    writer.place(placed, order(node_of(writer), ("sku-1", 1)))
    move(writer, placed.order_id, State.CANCELLED)
    assert writer.one("SELECT sum(lines), sum(units), sum(total_minor) FROM {c}.trade_batch") == (1, 1, 500)


def test_an_order_that_nobody_placed_cannot_move(open_writer) -> None:
    verdict = move(open_writer(), uuid7(), State.CANCELLED)
    assert (verdict.done, verdict.state) == (False, "")
