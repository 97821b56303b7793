"""Placing orders: what is accepted is on disk and reserved; what is refused says why and leaves nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from newretail.kit.ids import uuid7
from newretail.stock import work
from newretail.trade.tests.desk_work import Writer, order


def node_of(writer: Writer) -> str:
    return next(iter(writer.nodes))


def test_an_accepted_order_is_priced_from_the_catalogue_and_its_units_are_reserved(open_writer) -> None:
    writer = open_writer(on_hand=10)
    placed = order(node_of(writer), ("sku-1", 3), ("sku-2", 1))
    verdict = writer.place(placed)[0]
    assert (verdict.accepted, verdict.total_minor, verdict.state) == (True, 2000, "placed")
    row = writer.one("SELECT buyer_id, total_minor, lines FROM {c}.trade_order WHERE order_id = %s", [placed.order_id])
    assert row == (7, 2000, [[1, 3, 500], [2, 1, 500]])
    assert (writer.reserved(1), writer.reserved(2)) == (3, 1)


def test_an_order_is_taken_whole_or_not_at_all(open_writer) -> None:
    writer = open_writer(on_hand=5)
    node = node_of(writer)
    assert writer.reasons(order(node, ("sku-1", 5), ("sku-2", 6))) == ["out_of_stock"]
    assert (writer.reserved(1), writer.reserved(2)) == (0, 0)
    assert writer.one("SELECT count(*) FROM {c}.trade_order") == (0,)


def test_a_refusal_names_the_line_and_what_is_left(open_writer) -> None:
    writer = open_writer(on_hand=5)
    node = node_of(writer)
    answers = writer.place(order(node, ("sku-1", 3)), order(node, ("sku-2", 1), ("sku-1", 3)))
    assert answers[0].accepted
    assert (answers[1].reason, answers[1].sku) == ("out_of_stock", "sku-1")
    assert "only 2 are left" in answers[1].detail


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lines": [("no-such", 1)]}, "unknown_sku"),
        ({"lines": [("sku-1", 0)]}, "bad_quantity"),
        ({"lines": [("sku-1", -4)]}, "bad_quantity"),
        ({"lines": [("sku-1", 10_001)]}, "bad_quantity"),
        ({"lines": [("sku-1", 1 << 80)]}, "bad_quantity"),
        ({"lines": [("sku-1", 1), ("sku-1", 2)]}, "duplicate_sku"),
        ({"lines": []}, "no_lines"),
        ({"lines": [(f"sku-{n % 100 + 1}", 1) for n in range(201)]}, "too_many_lines"),
        ({"node": "nowhere"}, "unknown_node"),
        ({"currency": "KRW"}, "wrong_currency"),
        ({"expected_total_minor": 499}, "total_differs"),
        ({"expected_total_minor": -1}, "total_differs"),
        ({"channel": "pigeon"}, "unknown_channel"),
        ({"buyer": 0}, "bad_buyer"),
        ({"buyer": 1 << 90}, "bad_buyer"),
        ({"order_id": uuid4()}, "bad_id"),
        ({"order_id": UUID(int=0)}, "bad_id"),
        ({"order_id": uuid7(milliseconds=1 << 45)}, "id_ahead_of_time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_refused_for_its_own_reason_and_hurts_nobody_else(open_writer, change, reason) -> None:
    writer = open_writer()
    parts = {"node": node_of(writer), "lines": [("sku-1", 1)], **change}
    bad = order(parts.pop("node"), *parts.pop("lines"), **parts)
    good = order(node_of(writer), ("sku-1", 1))
    assert writer.reasons(good, bad, order(node_of(writer), ("sku-2", 1))) == ["accepted", reason, "accepted"]


def test_a_sku_that_has_no_pool_at_the_node_is_not_sold_there(open_writer) -> None:
    writer = open_writer()
    writer.connection.execute(f"DELETE FROM {writer.cell}.stock_pool WHERE sku_id = 3")
    writer.memory.pools.load(writer.connection)
    assert writer.reasons(order(node_of(writer), ("sku-3", 1))) == ["not_sold_here"]


def test_the_right_total_is_told_when_another_was_expected(open_writer) -> None:
    writer = open_writer()
    answer = writer.place(order(node_of(writer), ("sku-1", 3), expected_total_minor=1499))[0]
    assert (answer.reason, answer.total_minor) == ("total_differs", 1500)
    assert "1500 USD" in answer.detail


def test_a_buyer_cannot_pass_the_cap_in_one_order_in_a_batch_or_over_time(open_writer) -> None:
    writer = open_writer()
    writer.memory.prices.cap_per_buyer[1] = 2
    node = node_of(writer)
    assert writer.reasons(order(node, ("sku-1", 3))) == ["buyer_cap"]
    first = order(node, ("sku-1", 1))
    assert writer.reasons(first, order(node, ("sku-1", 2)), order(node, ("sku-1", 1), buyer=8)) == [
        "accepted",
        "buyer_cap",
        "accepted",
    ]
    assert writer.reasons(order(node, ("sku-1", 1))) == ["accepted"]
    assert writer.reasons(order(node, ("sku-1", 1))) == ["buyer_cap"]
    assert writer.one("SELECT taken FROM {c}.stock_cap_use WHERE buyer_id = 7") == (2,)


def test_back_order_sells_beyond_what_is_there(open_writer) -> None:
    writer = open_writer(on_hand=1)
    writer.connection.execute(f"UPDATE {writer.cell}.stock_pool SET back_order = true WHERE sku_id = 1")
    writer.memory.pools.load(writer.connection)
    assert writer.reasons(order(node_of(writer), ("sku-1", 50))) == ["accepted"]
    assert writer.reserved(1) == 50


def test_the_batch_carries_the_counts_and_sums_of_its_orders(open_writer) -> None:
    writer = open_writer(on_hand=5)
    node = node_of(writer)
    writer.place(order(node, ("sku-1", 2), ("sku-2", 1)), order(node, ("sku-1", 9)), order(node, ("x", 1)))
    row = writer.one("SELECT kind, accepted, refused, refusals, lines, units, total_minor FROM {c}.trade_batch")
    assert row == ("place", 1, 2, {"out_of_stock": 1, "unknown_sku": 1}, 2, 3, 1500)


def test_orders_with_different_numbers_of_lines_keep_their_own_lines(open_writer) -> None:
    """Rows of different widths are dealt out by arithmetic on offsets: each must read back as it was."""
    writer = open_writer()
    node = node_of(writer)
    orders = [
        order(node, *((f"sku-{1 + (k * 7 + n) % 100}", 1 + (k + n) % 9) for k in range(1 + n % 23)), buyer=1 + n % 5)
        for n in range(150)
    ]
    assert set(writer.reasons(*orders)) == {"accepted"}
    for placed in orders:
        row = writer.one("SELECT buyer_id, lines FROM {c}.trade_order WHERE order_id = %s", [placed.order_id])
        assert row == (placed.buyer_id, [[int(line.sku[4:]), line.quantity, 500] for line in placed.lines])


def hold(writer: Writer, quantity: int, buyer: int = 7) -> UUID:
    hold_id = uuid7()
    node_id = next(iter(writer.nodes.values()))
    now = datetime.now(UTC)
    verdict = work.place_hold(writer.connection, writer.cell, hold_id, buyer, node_id, [(1, quantity)], 10, now)
    assert verdict.held
    return hold_id


def test_an_order_gets_the_units_that_its_hold_kept_for_it(open_writer) -> None:
    writer = open_writer(on_hand=5)
    node, hold_id = node_of(writer), hold(writer, 5)
    stranger, holder = order(node, ("sku-1", 1), buyer=8), order(node, ("sku-1", 5), hold_id=hold_id)
    assert writer.reasons(stranger, holder) == ["out_of_stock", "accepted"]
    assert writer.reserved(1) == 5
    assert writer.one("SELECT count(*) FROM {c}.stock_hold") == (0,)
    assert writer.reasons(holder) == ["replayed"]


def test_nobody_can_use_the_hold_of_somebody_else(open_writer) -> None:
    writer = open_writer(on_hand=5)
    hold_id = hold(writer, 5, buyer=7)
    assert writer.reasons(order(node_of(writer), ("sku-1", 1), buyer=8, hold_id=hold_id)) == ["out_of_stock"]
    assert writer.one("SELECT count(*) FROM {c}.stock_hold") == (1,)


def test_units_of_a_hold_that_the_order_does_not_take_are_free_again(open_writer) -> None:
    writer = open_writer(on_hand=5)
    hold_id = hold(writer, 5)
    node = node_of(writer)
    assert writer.reasons(order(node, ("sku-1", 2), hold_id=hold_id), order(node, ("sku-1", 3), buyer=8)) == [
        "accepted",
        "accepted",
    ]
    assert writer.reserved(1) == 5


def test_a_hold_that_a_replay_brings_stays_and_its_units_stay_held(open_writer) -> None:
    """The batch is rolled back after the hold's units were seen as free: that must not be remembered."""
    writer = open_writer(on_hand=5)
    node = node_of(writer)
    placed = order(node, ("sku-1", 2))
    assert writer.reasons(placed) == ["accepted"]
    hold_id = hold(writer, 3)
    again = order(node, ("sku-1", 2), order_id=placed.order_id, hold_id=hold_id)
    assert writer.reasons(again) == ["replayed"]
    assert writer.reserved(1) == 5
    assert writer.reasons(order(node, ("sku-1", 1), buyer=8)) == ["out_of_stock"]
    assert writer.reasons(order(node, ("sku-1", 3), hold_id=hold_id)) == ["accepted"]
