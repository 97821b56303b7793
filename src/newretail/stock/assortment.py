"""What a node sells: its assortment is its pools, of 0 units or more. Opening empty ones, and dropping empty ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from newretail.cloud.api import CellPlace, places
from newretail.kit.arrays import Int4s
from newretail.kit.sql import in_cell
from newretail.stock import rules
from newretail.stock.nodes import NodeView
from newretail.stock.shelf import ROOM, UnknownStock, links
from newretail.stock.work import written

Key = tuple[int, int]  # node id, SKU id


@dataclass(frozen=True, slots=True)
class Pool:
    """A SKU that a node sells, with its units."""

    node_id: int
    sku_id: int
    on_hand: int
    reserved: int

    @property
    def stays(self) -> rules.Stays | None:
        return rules.why_stays(self.on_hand, self.reserved)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What went, and what had to stay because it is not empty."""

    gone: list[Key]
    staying: list[Pool]


def open_in_cell(connection: psycopg.Connection[Any], cell: str, keys: Collection[Key]) -> list[Key]:
    """Open pools of 0 units, in one transaction; those that were not there yet. Asked again, it opens nothing."""
    with written(connection, cell) as (cursor, _):
        return cursor.execute(in_cell(ROOM, "pools.sql", "open_empty", cell), _columns(keys)).fetchall()


def drop_in_cell(connection: psycopg.Connection[Any], cell: str, keys: Collection[Key]) -> Dropped:
    """Drop those pools that are empty, in one transaction; the others stay as they are.

    The lock of the head keeps orders out in between, and the new batch number tells every writer to look again.
    """
    with written(connection, cell) as (cursor, _):
        cursor.execute(in_cell(ROOM, "pools.sql", "read_some", cell), _columns(keys))
        pools = [Pool(*row[:4]) for row in cursor.fetchall()]
        gone = sorted((pool.node_id, pool.sku_id) for pool in pools if pool.stays is None)
        cursor.execute(in_cell(ROOM, "pools.sql", "drop_some", cell), _columns(gone))
    return Dropped(gone, [pool for pool in pools if pool.stays is not None])


def _columns(keys: Collection[Key]) -> list[Int4s]:
    rows = np.array(sorted(keys), np.int64).reshape(-1, 2)
    return [Int4s(rows[:, 0]), Int4s(rows[:, 1])]


def pools_at(nodes: Sequence[NodeView], sku_ids: Collection[int] | None = None) -> list[Pool]:
    """What some nodes sell, all of it or some SKUs, by node and SKU id. Raises DatabaseAway, UnknownStock."""
    values: dict[str, Any] = {"any_sku": sku_ids is None, "skus": sorted(sku_ids or ())}
    found: list[Pool] = []
    for place, node_ids in _by_cell(nodes):
        with links().cell(place) as connection:
            asked = in_cell(ROOM, "pools.sql", "of_nodes", place.name)
            found += [Pool(*row) for row in connection.execute(asked, {**values, "nodes": node_ids})]
    return found


def start_selling(nodes: Sequence[NodeView], sku_ids: Collection[int]) -> list[Key]:
    """Let every node sell every SKU from now on; the (node, SKU) pairs that are new, one transaction a cell.

    Repeatable: where a cell is away, the cells before it are done, and asking again does the rest. Raises
    DatabaseAway, UnknownStock, ValueError for more pools than may hold orders up.
    """
    opened: list[Key] = []
    for place, keys in _keys_by_cell(nodes, sku_ids):
        with links().cell(place) as connection:
            opened += open_in_cell(connection, place.name, keys)
    return opened


def stop_selling(nodes: Sequence[NodeView], sku_ids: Collection[int]) -> Dropped:
    """Let no node sell these SKUs any more, as far as their pools are empty. As repeatable as `start_selling`."""
    gone: list[Key] = []
    staying: list[Pool] = []
    for place, keys in _keys_by_cell(nodes, sku_ids):
        with links().cell(place) as connection:
            dropped = drop_in_cell(connection, place.name, keys)
        gone += dropped.gone
        staying += dropped.staying
    return Dropped(gone, staying)


def _by_cell(nodes: Sequence[NodeView]) -> Iterator[tuple[CellPlace, list[int]]]:
    cells = places(links().home_url)
    by_cell: dict[str, list[int]] = {}
    for node in nodes:
        if node.cell not in cells:
            raise UnknownStock(f"There is no cell {node.cell}. See: newretail cells list.")
        by_cell.setdefault(node.cell, []).append(node.node_id)
    return ((cells[cell], node_ids) for cell, node_ids in by_cell.items())


def _keys_by_cell(nodes: Sequence[NodeView], sku_ids: Collection[int]) -> list[tuple[CellPlace, list[Key]]]:
    found = [(place, [(node, sku) for node in ids for sku in sku_ids]) for place, ids in _by_cell(nodes)]
    for place, keys in found:
        if len(keys) > rules.MAX_POOLS_AT_ONCE:
            most = rules.MAX_POOLS_AT_ONCE
            raise ValueError(f"{len(keys)} pools of {place.name} are more than {most}: take fewer stores or SKUs.")
    return [(place, keys) for place, keys in found if keys]
