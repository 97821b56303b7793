"""The stock of one store as a list, by SKU."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newretail.catalog import api as catalog
from newretail.office import reads
from newretail.office.desk import Desk
from newretail.office.lists.listing import Column, Condition, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.office.orders.listing import node_choices
from newretail.stock import api as stock

FOUND_SIZE = 200


def named(rows: list[Row]) -> list[Row]:
    """Pools with the codes and names of their node and SKU."""
    wares = catalog.sku_names({row["sku_id"] for row in rows})
    nodes = stock.nodes_by_id({row["node_id"] for row in rows})
    for row in rows:
        row["sku_code"], row["name"] = wares.get(row["sku_id"], (str(row["sku_id"]), ""))
        row["node"] = nodes.get(row["node_id"])
        row["available"] = row["on_hand"] - row["reserved"]
    return rows


def _first_node(desk: Desk) -> str:
    """A store of the market that this person works for, or any."""
    nodes = stock.nodes(desk.market) or stock.all_nodes()
    return nodes[0].node_code if nodes else ""


def _node(code: str) -> int:
    node = stock.node_by_code(code)
    if node is None:
        raise LookupError(code)
    return node.node_id


def _values(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    return {"node": 0, **values}


def _search(words: str) -> Condition:
    return "listed.sku_id = ANY(%(skus)s::int[])", {"skus": catalog.find_skus(words, FOUND_SIZE)}


def to_pool(row: Row) -> str:
    node = row["node"]
    return reverse("office-pool", args=[node.node_code, row["sku_code"]]) if node else ""


def _dress(desk: Desk, rows: list[Row]) -> None:
    named(rows)


STOCK = register(
    Listing(
        name="stock",
        title=_("Stock"),
        statement=("newretail.office.stock", "list.sql", "pools"),
        key="sku_id",
        key_type="bigint",
        columns=(
            Column("sku_code", _("SKU"), link=to_pool),
            Column("name", _("Product"), "long"),
            Column("on_hand", _("On hand"), "number", sort="bigint"),
            Column("reserved", _("Reserved"), "number", sort="bigint"),
            Column("available", _("Available"), "number", sort="bigint"),
            Column("short_since", _("Short since"), "moment", shown=False),
        ),
        filters=(
            Filter("node", _("Store"), "", node_choices, _node, always=_first_node),
            Filter(
                "left",
                _("Available"),
                "CASE %(left)s WHEN 'none' THEN listed.available <= 0 WHEN 'few' THEN listed.available BETWEEN 1 AND 5"
                " ELSE listed.available > 5 END",
                lambda: [("none", _("None")), ("few", _("1 to 5")), ("many", _("More than 5"))],
            ),
        ),
        search=_search,
        search_label=_("SKU code or words"),
        empty=_("Nothing of that lies here."),
        values=_values,
        dress=_dress,
        is_ready=reads.has_cells,
    )
)
