"""Statements of stock that run inside another room's transaction, under the cell's lock which that room took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.kit.arrays import Int4s, Int8s
from newretail.kit.distinct import distinct_pairs
from newretail.kit.journey import Step
from newretail.kit.sql import in_cell

ROOM = "newretail.stock"
FILE = "pools.sql"
Ints = npt.NDArray[np.int64]
Cursor = psycopg.Cursor[Any]


def add_reserved(cursor: Cursor, cell: str, node_id: Ints, sku_id: Ints, quantity: Ints) -> None:
    """Reserve (negative: give back) units of existing pools; arrays in key order, no pool twice."""
    cursor.execute(*reserve_step(cell, node_id, sku_id, quantity))


def reserve_step(cell: str, node_id: Ints, sku_id: Ints, quantity: Ints) -> Step:
    """`add_reserved` as a step of a journey."""
    return in_cell(ROOM, FILE, "reserve", cell), [Int4s(node_id), Int4s(sku_id), Int4s(quantity)]


def give_back(cursor: Cursor, cell: str, lines: Sequence[tuple[int, int, int]]) -> Ints:
    """Un-reserve (node_id, sku_id, quantity) lines and close the shortages that this ends.

    Equal pools are added up. Returns the pools as rows (node_id, sku_id, quantity) in key order.
    """
    return _move_out(cursor, cell, "give_back", lines)


def consume(cursor: Cursor, cell: str, lines: Sequence[tuple[int, int, int]]) -> Ints:
    """The reserved units left the node: take (node_id, sku_id, quantity) lines off on hand and off reserved."""
    return _move_out(cursor, cell, "consume", lines)


def _move_out(cursor: Cursor, cell: str, statement: str, lines: Sequence[tuple[int, int, int]]) -> Ints:
    if not lines:
        return np.empty((0, 3), np.int64)
    rows = np.array(lines, np.int64)
    pools, which = distinct_pairs(rows[:, :2])
    quantity = np.bincount(which.ravel(), weights=rows[:, 2]).astype(np.int64)
    keys = [Int4s(pools[:, 0]), Int4s(pools[:, 1])]
    cursor.execute(in_cell(ROOM, FILE, statement, cell), [*keys, Int4s(quantity)])
    if cursor.rowcount != len(pools):
        raise RuntimeError(f"{len(pools)} pools of {cell} were to change, {cursor.rowcount} were there")
    cursor.execute(in_cell(ROOM, FILE, "settle_short", cell), keys)
    return np.column_stack([pools, quantity])


def take_holds(cursor: Cursor, cell: str, holds: Sequence[tuple[UUID, int]], at: datetime) -> tuple[set[UUID], Ints]:
    """End the (hold_id, buyer_id) holds that still stand and give their units back.

    Returns the ids that were taken, and the pools (node_id, sku_id, quantity) that came free.
    """
    ids, buyers = [hold_id for hold_id, _ in holds], np.array([buyer_id for _, buyer_id in holds], np.int64)
    cursor.execute(in_cell(ROOM, FILE, "take_holds", cell), [ids, Int8s(buyers), at])
    rows = cursor.fetchall()
    lines = [(node_id, sku_id, quantity) for _, node_id, held in rows for sku_id, quantity in held]
    return {hold_id for hold_id, _, _ in rows}, give_back(cursor, cell, lines)


def read_cap_use(cursor: Cursor, cell: str, sku_id: Ints, buyer_id: Ints) -> Ints:
    """What each (SKU, buyer) pair has taken so far; the pairs are unique."""
    cursor.execute(in_cell(ROOM, FILE, "read_cap_use", cell), [Int4s(sku_id), Int8s(buyer_id)])
    taken = {(sku, buyer): units for sku, buyer, units in cursor}
    pairs = zip(sku_id.tolist(), buyer_id.tolist(), strict=True)
    return np.array([taken.get(pair, 0) for pair in pairs], np.int64)


def cap_use_step(cell: str, sku_id: Ints, buyer_id: Ints, taken: Ints) -> Step:
    """A step that counts units against the caps of (SKU, buyer) pairs, each pair once."""
    return in_cell(ROOM, FILE, "add_cap_use", cell), [Int4s(sku_id), Int8s(buyer_id), Int4s(taken)]


def return_cap_use(cursor: Cursor, cell: str, sku_id: Ints, buyer_id: Ints, taken: Ints) -> None:
    """Give units back to the caps that were counted; pairs without a count (no cap then) are passed over."""
    cursor.execute(in_cell(ROOM, FILE, "return_cap_use", cell), [Int4s(sku_id), Int8s(buyer_id), Int4s(taken)])
