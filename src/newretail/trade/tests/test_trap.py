"""The trap springs: without the lock and the fences behind it buyers oversell; with them, never."""

from __future__ import annotations

import threading

import psycopg
import pytest

from newretail.kit.sql import in_cell
from newretail.trade.tests.desk_work import Writer, order
from newretail.trade.tests.test_place import node_of

UNITS = 40
WRITERS = 4
TRIES = 40


def race(writers: list[Writer], node: str) -> int:
    """Every writer tries to sell one unit after the other, all at once; return how many were acknowledged."""
    barrier = threading.Barrier(len(writers))
    sold = [0] * len(writers)

    def sell(number: int) -> None:
        barrier.wait()
        for _ in range(TRIES):
            try:
                sold[number] += writers[number].place(order(node, ("sku-1", 1)))[0].accepted
            except psycopg.errors.DeadlockDetected:  # without the lock this too may happen
                continue

    threads = [threading.Thread(target=sell, args=(number,)) for number in range(len(writers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(sold)


def test_many_writers_never_sell_more_than_there_is(open_writer) -> None:
    first = open_writer(on_hand=UNITS)
    writers = [first, *(open_writer(beside=first) for _ in range(WRITERS - 1))]
    assert race(writers, node_of(first)) == UNITS
    assert first.reserved(1) == UNITS


def test_without_the_lock_and_the_fences_they_oversell(open_writer, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the test above proves nothing: its race would be won even by an engine that does not lock."""
    first = open_writer(on_hand=UNITS)
    for change in (
        "ALTER TABLE {c}.stock_pool DROP CONSTRAINT not_promised_beyond_stock",
        "ALTER TABLE {c}.trade_batch DROP CONSTRAINT trade_batch_pkey",  # two batches of one number would collide
    ):
        first.connection.execute(change.format(c=first.cell))

    def without_lock(package, file, name, cell):
        statement = in_cell(package, file, name, cell)
        return psycopg.sql.SQL(statement.as_string().replace(" FOR UPDATE", "")) if name == "lock" else statement

    monkeypatch.setattr("newretail.cloud.head.in_cell", without_lock)
    writers = [first, *(open_writer(beside=first) for _ in range(WRITERS - 1))]
    assert race(writers, node_of(first)) > UNITS
    assert first.reserved(1) > UNITS


def test_the_check_alone_is_a_fence_that_no_writer_passes(open_writer) -> None:
    writer = open_writer(on_hand=UNITS)
    with pytest.raises(psycopg.errors.CheckViolation):
        writer.connection.execute(f"UPDATE {writer.cell}.stock_pool SET reserved = on_hand + 1 WHERE sku_id = 1")
