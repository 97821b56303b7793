"""The list of assortments: how much each store sells."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from newretail.office import reads
from newretail.office.desk import Desk
from newretail.office.lists.listing import Column, Listing, Row
from newretail.office.lists.views import register
from newretail.office.nodes.listing import IN_MARKET, named_so


def _count(desk: Desk, rows: list[Row]) -> None:
    """Counted for the rows of a page only: all stores together have more pools than a page should wait for."""
    asked = {"node_ids": [row["id"] for row in rows]}
    found = (
        {row["node_id"]: row for row in reads.rows("assortments.sql", "by_node", asked)} if reads.has_cells() else {}
    )
    for row in rows:
        row |= {key: found[row["id"]][key] if row["id"] in found else 0 for key in ("skus", "empty", "on_hand")}


ASSORTMENTS = register(
    Listing(
        name="assortments",
        title=_("Assortments"),
        statement=("newretail.office.assortments", "list.sql", "assortments"),
        key="id",
        key_type="bigint",
        columns=(
            Column(
                "name", _("Store name"), sort="text", link=lambda row: reverse("office-assortment", args=[row["code"]])
            ),
            Column("code", _("Code"), sort="text"),
            Column("city", _("City"), sort="text"),
            Column("market_code", _("Market")),
            Column("skus", _("SKUs sold"), "number"),
            Column("empty", _("Empty"), "number"),
            Column("on_hand", _("On hand"), "number"),
        ),
        filters=(IN_MARKET,),
        order="name",
        search=named_so,
        search_label=_("Name, code or city"),
        empty=_("No store matches."),
        values=lambda desk, values: {"language": get_language() or "en"},
        dress=_count,
        counted=True,
    )
)
