"""Stock as pages and the public API use it: by the codes of nodes and SKUs, over all cells."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import psycopg

from newretail.cloud.api import CellPlace, Links, places
from newretail.kit import settings
from newretail.kit.sql import in_cell, statements
from newretail.stock import work
from newretail.stock.work import HoldVerdict, PoolState

ROOM = "newretail.stock"
DEFAULT_TENANT = 1
PLACES_SECONDS, PLACES_KEPT = 2, 100


class UnknownStock(LookupError):
    """No such node or SKU; the message names it."""


@dataclass(frozen=True, slots=True)
class NodeStock:
    """A SKU at a node; `available` is what may still be promised (never below 0)."""

    node_id: int
    node_code: str
    node_name: str
    city: str
    on_hand: int
    reserved: int
    available: int
    back_order: bool


@cache
def _links(home_url: str) -> Links:
    return Links(home_url)


def links() -> Links:
    """This process's connections to the database that the settings name."""
    return _links(settings.DATABASE_URL.text)


@cache
def _places_about(home_url: str, moment: int) -> dict[str, CellPlace]:
    return places(home_url)


def places_lately(home_url: str) -> dict[str, CellPlace]:
    """The cells as they were at most two seconds ago: pages only look, and looking up opens a connection."""
    moment = int(time.monotonic() // PLACES_SECONDS)
    if _places_about.cache_info().currsize > PLACES_KEPT:
        _places_about.cache_clear()
    return _places_about(home_url, moment)


def stock_in_cell(
    connection: psycopg.Connection[Any], place: CellPlace, sku_id: int, nodes: dict[int, tuple[str, str, str]]
) -> list[NodeStock]:
    """A SKU at the nodes of one cell. `nodes`: code, name and city by node id."""
    rows = connection.execute(in_cell(ROOM, "pools.sql", "of_sku", place.name), [sku_id]).fetchall()
    return [
        NodeStock(node_id, *nodes[node_id], on_hand, reserved, max(on_hand - reserved, 0), back_order)
        for node_id, on_hand, reserved, back_order in rows
        if node_id in nodes
    ]


def node_names(connection: psycopg.Connection[Any], tenant_id: int) -> dict[int, tuple[str, str, str]]:
    rows = connection.execute(statements(ROOM, "nodes.sql")["names"].encode(), [tenant_id]).fetchall()
    return {node_id: (code, name, city) for node_id, code, name, city in rows}


def stock_of(sku_id: int, market_code: str | None = None, tenant_id: int = DEFAULT_TENANT) -> list[NodeStock]:
    """Where a SKU lies, in one market or in all, most available first. Raises DatabaseAway."""
    here = links()
    with here.home() as connection:
        nodes = node_names(connection, tenant_id)
    found: list[NodeStock] = []
    for place in places_lately(here.home_url).values():
        wanted = place.tenant_id == tenant_id and market_code in (None, place.market_code)
        if wanted and not place.is_shadow:
            with here.cell(place) as connection:
                found += stock_in_cell(connection, place, sku_id, nodes)
    return sorted(found, key=lambda stock: -stock.available)


def _node(connection: psycopg.Connection[Any], node_code: str, tenant_id: int) -> tuple[int, str]:
    statement = statements(ROOM, "nodes.sql")["by_code"].encode()
    row = connection.execute(statement, [tenant_id, node_code]).fetchone()
    if row is None:
        raise UnknownStock(f"There is no node {node_code}.")
    return int(row[0]), str(row[1])


def _skus(connection: psycopg.Connection[Any], codes: Sequence[str], tenant_id: int) -> dict[str, int]:
    statement = statements(ROOM, "nodes.sql")["skus"].encode()
    found = dict(connection.execute(statement, [tenant_id, list(codes)]).fetchall())
    missing = [code for code in codes if code not in found]
    if missing:
        raise UnknownStock(f"There is no SKU {missing[0]}.")
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    cell: CellPlace
    node_id: int
    sku_ids: dict[str, int]


def _locate(node_code: str, sku_codes: Sequence[str], tenant_id: int) -> _Place:
    here = links()
    with here.home() as connection:
        node_id, cell = _node(connection, node_code, tenant_id)
        return _Place(places(here.home_url)[cell], node_id, _skus(connection, sku_codes, tenant_id))


def place_hold(
    hold_id: UUID,
    buyer_id: int,
    node_code: str,
    lines: Sequence[tuple[str, int]],
    minutes: int = 15,
    tenant_id: int = DEFAULT_TENANT,
) -> HoldVerdict:
    """Hold (SKU code, quantity) lines at a node for a cart. Raises UnknownStock, DatabaseAway."""
    where = _locate(node_code, [code for code, _ in lines], tenant_id)
    by_id = [(where.sku_ids[code], quantity) for code, quantity in lines]
    with links().cell(where.cell) as connection:
        now = datetime.now(UTC)
        return work.place_hold(connection, where.cell.name, hold_id, buyer_id, where.node_id, by_id, minutes, now)


def release_hold(hold_id: UUID, node_code: str, tenant_id: int = DEFAULT_TENANT) -> bool:
    """Give a hold's units back; False where it is gone already."""
    where = _locate(node_code, [], tenant_id)
    with links().cell(where.cell) as connection:
        return work.release_hold(connection, where.cell.name, hold_id)


def expire_holds(at: datetime | None = None) -> int:
    """Give back the holds of every cell whose time is over; return how many."""
    here = links()
    ended = 0
    for place in places(here.home_url).values():
        with here.cell(place) as connection:
            ended += work.expire_holds(connection, place.name, at or datetime.now(UTC))
    return ended


def receive(
    node_code: str, sku_code: str, quantity: int, *, actor: str, reason: str, tenant_id: int = DEFAULT_TENANT
) -> PoolState:
    """Goods came in. Raises UnknownStock, ValueError on a bad quantity, DatabaseAway."""
    where = _locate(node_code, [sku_code], tenant_id)
    sku_id = where.sku_ids[sku_code]
    with links().cell(where.cell) as connection:
        now, cell = datetime.now(UTC), where.cell.name
        return work.receive(connection, cell, where.node_id, sku_id, quantity, actor=actor, reason=reason, at=now)


def count(
    node_code: str, sku_code: str, counted: int, *, actor: str, reason: str, tenant_id: int = DEFAULT_TENANT
) -> PoolState:
    """Somebody counted what is there. Raises UnknownStock, ValueError on a bad count, DatabaseAway."""
    where = _locate(node_code, [sku_code], tenant_id)
    sku_id = where.sku_ids[sku_code]
    with links().cell(where.cell) as connection:
        now, cell = datetime.now(UTC), where.cell.name
        return work.count(connection, cell, where.node_id, sku_id, counted, actor=actor, reason=reason, at=now)
