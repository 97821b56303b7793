"""The directory of nodes: the stores and warehouses of a market. Needs Django."""

from __future__ import annotations

from dataclasses import dataclass

from newretail.stock.models import Node


@dataclass(frozen=True, slots=True)
class NodeView:
    node_id: int
    node_code: str
    node_name: str
    kind: str
    city: str
    market_code: str
    cell: str


def _view(row: Node) -> NodeView:
    return NodeView(row.id, row.code, row.name, row.kind, row.city, row.market_code, row.cell_id)


def nodes(market_code: str) -> list[NodeView]:
    """The nodes of a market by city, then name."""
    return [_view(row) for row in Node.objects.filter(market_code=market_code).order_by("city", "name", "id")]


def node(node_id: int) -> NodeView | None:
    row = Node.objects.filter(pk=node_id).first()
    return _view(row) if row else None


def near_node(market_code: str, *, code: str | None = None, node_id: int | None = None) -> NodeView | None:
    """The market's node with this code, else the one with this id, else the market's first; None: it has none."""
    here = Node.objects.filter(market_code=market_code)
    row = here.filter(code=code).first() if code else None
    if row is None and node_id is not None:
        row = here.filter(pk=node_id).first()
    return _view(found) if (found := row or here.order_by("id").first()) else None
