"""The directory of nodes: the stores and warehouses of the markets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from psycopg.rows import class_row

from newretail.cloud.api import places
from newretail.kit.arrays import Int4s
from newretail.kit.reader import reader_language
from newretail.kit.sql import in_cell, statements
from newretail.stock.shelf import DEFAULT_TENANT, ROOM, UnknownStock, links, places_lately

ENDLESS = 1 << 30  # units of what may be back-ordered


@dataclass(frozen=True, slots=True)
class NodeView:
    """A place that holds stock, named in the reader's language; `kind` is store, warehouse or corner_shop."""

    node_id: int
    node_code: str
    node_name: str
    kind: str
    city: str
    market_code: str
    cell: str


def _find(name: str, tenant_id: int, **values: object) -> list[NodeView]:
    said = {"language": reader_language(), "tenant": tenant_id, **values}
    with links().home() as connection, connection.cursor(row_factory=class_row(NodeView)) as cursor:
        return cursor.execute(statements(ROOM, "directory.sql")[name].encode(), said).fetchall()


def nodes(market_code: str, tenant_id: int = DEFAULT_TENANT) -> list[NodeView]:
    """The nodes of a market by city, then name. Raises DatabaseAway, as all of these do."""
    return _find("of_market", tenant_id, market=market_code)


def all_nodes(tenant_id: int = DEFAULT_TENANT) -> list[NodeView]:
    """The nodes of all markets by market, city and name."""
    return _find("all", tenant_id)


def nodes_by_id(node_ids: Collection[int], tenant_id: int = DEFAULT_TENANT) -> dict[int, NodeView]:
    """Those of the nodes that exist, by id."""
    found = _find("by_ids", tenant_id, node_ids=sorted(node_ids)) if node_ids else []
    return {node.node_id: node for node in found}


def node(node_id: int, tenant_id: int = DEFAULT_TENANT) -> NodeView | None:
    return nodes_by_id([node_id], tenant_id).get(node_id)


def node_by_code(node_code: str, tenant_id: int = DEFAULT_TENANT) -> NodeView | None:
    return next(iter(_find("by_code", tenant_id, code=node_code)), None)


def near_node(
    market_code: str, *, code: str | None = None, node_id: int | None = None, tenant_id: int = DEFAULT_TENANT
) -> NodeView | None:
    """The market's node with this code, else the one with this id, else its first; None: it has none."""
    return next(iter(_find("near", tenant_id, market=market_code, code=code or "", node_id=node_id or 0)), None)


def available_at(node: NodeView, sku_ids: Collection[int]) -> dict[int, int]:
    """Units of each SKU that a node may still promise, by SKU id; never stocked there: missing. Raises DatabaseAway.

    What may be back-ordered can always be promised: as many as anybody asks for.
    """
    here = links()
    place = places_lately(here.home_url).get(node.cell)
    if place is None or not sku_ids:
        return {}
    with here.cell(place) as connection:
        sql = in_cell(ROOM, "pools.sql", "left_of", place.name)
        row = connection.execute(
            sql, [ENDLESS, node.node_id, Int4s(np.array(sorted(sku_ids), np.int32))], binary=True
        ).fetchone()
    assert row is not None
    skus, left = (np.frombuffer(packed or b"", ">i4").tolist() for packed in row)
    return dict(zip(skus, left, strict=True))


def place_nodes(cell: str, node_codes: Collection[str], tenant_id: int = DEFAULT_TENANT) -> int:
    """Let nodes belong to another cell of their market; return how many moved.

    A node's stock and orders do not move with it, so only a node that has neither can be placed. Raises
    UnknownStock for a node or cell that is not there, ValueError for a node that cannot move.
    """
    here = links()
    cells = places(here.home_url)
    target = cells.get(cell)
    if target is None or target.is_shadow:
        raise UnknownStock(f"There is no real cell {cell}. See: newretail cells list.")
    moved = 0
    for code in node_codes:
        found = node_by_code(code, tenant_id)
        if found is None:
            raise UnknownStock(f"There is no node {code}.")
        if found.market_code != target.market_code:
            raise ValueError(f"{code} is a node of {found.market_code}, and {cell} serves {target.market_code}.")
        if found.cell == cell:
            continue
        origin = cells[found.cell]
        with here.cell(origin) as connection:
            used = connection.execute(in_cell(ROOM, "pools.sql", "is_used", origin.name), [found.node_id]).fetchone()
        if used is not None:
            raise ValueError(f"{code} has stock in {origin.name}: only a node without stock can be placed.")
        with here.home() as connection:
            connection.execute(statements(ROOM, "directory.sql")["place"].encode(), [cell, found.node_id])
        moved += 1
    return moved


EDITABLE = ("name", "names", "kind", "city", "city_names", "address", "opening", "latitude", "longitude")


def change_node(
    node_code: str, values: Mapping[str, Any], tenant_id: int = DEFAULT_TENANT
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Change what may change of a node, on Django's connection; return the fields that differ, before and after.

    Its id, code, cell and market stay for ever: orders and stock name them. Raises UnknownStock.
    """
    # Not at the top: the orders' door has no Django.
    from django.db import transaction

    from newretail.stock.models import Node

    with transaction.atomic():
        row = Node.objects.select_for_update().filter(tenant_id=tenant_id, code=node_code).first()
        if row is None:
            raise UnknownStock(f"There is no node {node_code}.")
        changed = [key for key in EDITABLE if key in values and getattr(row, key) != values[key]]
        before = {key: _plain(getattr(row, key)) for key in changed}
        for key in changed:
            setattr(row, key, values[key])
        if changed:
            row.save(update_fields=changed)
        return before, {key: _plain(values[key]) for key in changed}


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, dict):
        return value
    return float(value) if isinstance(value, Decimal) else str(value)


def node_details(node_code: str, tenant_id: int = DEFAULT_TENANT) -> dict[str, Any] | None:
    """The fields of a node that may change, on Django's connection."""
    from newretail.stock.models import Node

    found = Node.objects.filter(tenant_id=tenant_id, code=node_code).values(*EDITABLE).first()
    return dict(found) if found is not None else None
