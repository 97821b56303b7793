"""The directory of nodes: the stores and warehouses of the markets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from psycopg.rows import class_row

from newretail.kit.sql import statements
from newretail.stock.shelf import DEFAULT_TENANT, ROOM, links


@dataclass(frozen=True, slots=True)
class NodeView:
    """A place that holds stock; `kind` is store, warehouse or corner_shop."""

    node_id: int
    node_code: str
    node_name: str
    kind: str
    city: str
    market_code: str
    cell: str


def _find(name: str, *values: object, tenant_id: int) -> list[NodeView]:
    with links().home() as connection, connection.cursor(row_factory=class_row(NodeView)) as cursor:
        return cursor.execute(statements(ROOM, "directory.sql")[name].encode(), [tenant_id, *values]).fetchall()


def nodes(market_code: str, tenant_id: int = DEFAULT_TENANT) -> list[NodeView]:
    """The nodes of a market by city, then name. Raises DatabaseAway, as all of these do."""
    return _find("of_market", market_code, tenant_id=tenant_id)


def all_nodes(tenant_id: int = DEFAULT_TENANT) -> list[NodeView]:
    """The nodes of all markets by market, city and name."""
    return _find("all", tenant_id=tenant_id)


def nodes_by_id(node_ids: Collection[int], tenant_id: int = DEFAULT_TENANT) -> dict[int, NodeView]:
    """Those of the nodes that exist, by id."""
    found = _find("by_ids", sorted(node_ids), tenant_id=tenant_id) if node_ids else []
    return {node.node_id: node for node in found}


def node(node_id: int, tenant_id: int = DEFAULT_TENANT) -> NodeView | None:
    return nodes_by_id([node_id], tenant_id).get(node_id)


def node_by_code(node_code: str, tenant_id: int = DEFAULT_TENANT) -> NodeView | None:
    return next(iter(_find("by_code", node_code, tenant_id=tenant_id)), None)


def near_node(
    market_code: str, *, code: str | None = None, node_id: int | None = None, tenant_id: int = DEFAULT_TENANT
) -> NodeView | None:
    """The market's node with this code, else the one with this id, else its first; None: it has none."""
    return next(iter(_find("near", market_code, code or "", node_id or 0, tenant_id=tenant_id)), None)
