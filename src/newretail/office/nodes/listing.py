"""The list of nodes: stores, warehouses and corner shops."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from newretail.markets import api as markets
from newretail.office.lists.listing import Column, Filter, Listing
from newretail.office.lists.views import register

KINDS = {"store": _("Store"), "warehouse": _("Warehouse"), "corner_shop": _("Corner shop")}

IN_MARKET = Filter(
    "market",
    _("Market"),
    "listed.market_code = %(market)s",
    lambda: [(market.code, market.name) for market in markets.markets()],
)


def named_so(words: str) -> tuple[str, dict[str, Any]]:
    """Stores by their code, or by a part of their name or city in any language: of every list with a row a store."""
    condition = "listed.code = %(words)s OR strpos(lower(listed.all_names), lower(%(words)s)) > 0"
    return condition, {"words": words}


NODES = register(
    Listing(
        name="nodes",
        title=_("Stores"),
        statement=("newretail.office.nodes", "list.sql", "nodes"),
        key="id",
        key_type="bigint",
        columns=(
            Column("name", _("Store name"), sort="text", link=lambda row: reverse("office-node", args=[row["code"]])),
            Column("code", _("Code"), sort="text"),
            Column("kind", _("Kind"), text=lambda value: KINDS.get(value, value)),
            Column("city", _("City"), sort="text"),
            Column("market_code", _("Market")),
            Column("address", _("Address"), "long", shown=False),
            Column("opening", _("Opening hours"), "long"),
            Column("cell", _("Cell"), shown=False),
        ),
        filters=(
            Filter("kind", _("Kind"), "listed.kind = %(kind)s", lambda: list(KINDS.items())),
            IN_MARKET,
        ),
        order="name",
        search=named_so,
        search_label=_("Name, code or city"),
        empty=_("No store matches."),
        values=lambda desk, values: {"language": get_language() or "en"},
        counted=True,
    )
)
