"""Identity is idempotency: the same id is placed once, and every retry hears the first answer."""

from __future__ import annotations

from newretail.kit.ids import uuid7
from newretail.trade.tests.desk_work import order
from newretail.trade.tests.test_place import node_of


def test_a_retry_hears_the_first_answer_and_takes_nothing(open_writer) -> None:
    writer = open_writer(on_hand=10)
    placed = order(node_of(writer), ("sku-1", 4))
    assert writer.reasons(placed) == ["accepted"]
    again = writer.place(placed)[0]
    assert (again.accepted, again.replayed, again.total_minor, again.state) == (True, True, 2000, "placed")
    assert writer.reserved(1) == 4


def test_a_retry_is_answered_even_when_the_goods_are_gone_by_now(open_writer) -> None:
    writer = open_writer(on_hand=4)
    placed = order(node_of(writer), ("sku-1", 4))
    assert writer.reasons(placed) == ["accepted"]
    assert writer.reasons(placed, order(node_of(writer), ("sku-1", 1))) == ["replayed", "out_of_stock"]


def test_a_retry_is_answered_even_when_the_price_changed(open_writer) -> None:
    writer = open_writer()
    placed = order(node_of(writer), ("sku-1", 2), expected_total_minor=1000)
    assert writer.reasons(placed) == ["accepted"]
    writer.memory.prices.price_minor[1] = 700
    again = writer.place(placed)[0]
    assert (again.replayed, again.total_minor) == (True, 1000)


def test_the_same_id_with_another_body_is_a_conflict(open_writer) -> None:
    writer = open_writer()
    node, order_id = node_of(writer), uuid7()
    assert writer.reasons(order(node, ("sku-1", 1), order_id=order_id)) == ["accepted"]
    others = [
        order(node, ("sku-1", 2), order_id=order_id),
        order(node, ("sku-2", 1), order_id=order_id),
        order(node, ("sku-1", 1), order_id=order_id, buyer=8),
        order(node, ("sku-1", 1), ("sku-2", 1), order_id=order_id),
    ]
    for other in others:
        assert writer.reasons(other) == ["conflict"]
    assert writer.reserved(1) == 1


def test_the_order_of_the_lines_does_not_make_another_order(open_writer) -> None:
    writer = open_writer()
    node, order_id = node_of(writer), uuid7()
    writer.place(order(node, ("sku-1", 1), ("sku-2", 3), order_id=order_id))
    assert writer.reasons(order(node, ("sku-2", 3), ("sku-1", 1), order_id=order_id)) == ["replayed"]


def test_twins_in_one_batch_are_placed_once(open_writer) -> None:
    writer = open_writer(on_hand=10)
    node, order_id = node_of(writer), uuid7()
    twin = order(node, ("sku-1", 3), order_id=order_id)
    differs = order(node, ("sku-1", 1), order_id=order_id)
    assert writer.reasons(twin, twin, differs) == ["accepted", "replayed", "conflict"]
    assert writer.reserved(1) == 3
    assert writer.one("SELECT count(*) FROM {c}.trade_order") == (1,)


def test_twins_of_which_the_second_finds_no_stock_are_one_order(open_writer) -> None:
    writer = open_writer(on_hand=3)
    twin = order(node_of(writer), ("sku-1", 3))
    assert writer.reasons(twin, twin) == ["accepted", "replayed"]


def test_twins_of_which_the_first_is_refused_are_both_refused(open_writer) -> None:
    writer = open_writer(on_hand=3)
    twin = order(node_of(writer), ("sku-1", 4))
    assert writer.reasons(twin, twin) == ["out_of_stock", "out_of_stock"]


def test_a_batch_of_old_and_new_orders_places_the_new_ones_once(open_writer) -> None:
    writer = open_writer(on_hand=1000)
    node = node_of(writer)
    old = [order(node, ("sku-1", 1)) for _ in range(20)]
    writer.place(*old)
    new = [order(node, ("sku-1", 1)) for _ in range(20)]
    mixed = [placed for pair in zip(old, new, strict=True) for placed in pair]
    assert writer.reasons(*mixed) == ["replayed", "accepted"] * 20
    assert writer.reserved(1) == 40
    assert writer.one("SELECT sum(accepted) FROM {c}.trade_batch") == (40,)


def test_a_refusal_is_not_kept_so_asking_again_is_a_new_question(open_writer) -> None:
    writer = open_writer(on_hand=3)
    wanted = order(node_of(writer), ("sku-1", 4))
    assert writer.reasons(wanted) == ["out_of_stock"]
    writer.connection.execute(f"UPDATE {writer.cell}.stock_pool SET on_hand = 4 WHERE sku_id = 1")
    writer.memory.pools.load(writer.connection)
    assert writer.reasons(wanted) == ["accepted"]


def test_replays_among_many_do_not_disturb_what_comes_after(open_writer) -> None:
    """Many orders go by COPY, whose failure is rolled back; few go by prepared statements, which must outlive that."""
    writer = open_writer(on_hand=10_000)
    node = node_of(writer)
    few = [order(node, ("sku-1", 1)) for _ in range(3)]
    assert writer.reasons(*few) == ["accepted"] * 3
    for _ in range(7):
        many = [order(node, ("sku-1", 1)) for _ in range(100)]
        assert writer.reasons(*many, few[0]) == ["accepted"] * 100 + ["replayed"]
        writer.memory.cautious_batches = 0
        assert writer.reasons(order(node, ("sku-1", 1)), few[1]) == ["accepted", "replayed"]
        writer.memory.cautious_batches = 0
    assert writer.reserved(1) == 3 + 7 * 101
