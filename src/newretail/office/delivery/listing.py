"""The list of what it costs to get goods: every way in every market."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from newretail.markets import api as markets
from newretail.markets.terms.api import Way
from newretail.office.desk import Desk
from newretail.office.lists.listing import Column, Condition, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.office.offers.words import market_choices

WAYS = {Way.DELIVERY.slug: _("Home delivery"), Way.PICK_UP.slug: _("Pick-up in store")}


def way_name(way: int) -> str:
    return str(WAYS[Way(way).slug])


def _market(text: str) -> str:
    return markets.market(text).code


def _way(text: str) -> int:
    return int(Way[text.upper()])


def _search(said: str) -> Condition:
    """A market by its code, or a way by its name in the reader's language."""
    ways = [int(Way[slug.upper()]) for slug, name in WAYS.items() if said.lower() in str(name).lower()]
    return "listed.market_code = upper(%(words)s) OR listed.way = ANY(%(ways)s::int[])", {"words": said, "ways": ways}


def _dress(desk: Desk, rows: list[Row]) -> None:
    for row in rows:
        row["name"] = f"{way_name(row['way'])} · {row['market_code']}"
        row["taxed"] = gettext("Yes") if row["is_taxed"] else gettext("No")


def _to_tariff(row: dict[str, Any]) -> str:
    return reverse("office-tariff", args=[row["market_code"], Way(row["way"]).slug])


TARIFFS = register(
    Listing(
        name="delivery",
        title=_("Delivery prices"),
        statement=("newretail.office.delivery", "list.sql", "tariffs"),
        key="key",
        key_type="text",
        columns=(
            Column("name", _("Way"), link=_to_tariff),
            Column("market_code", _("Market"), sort="text"),
            Column("fee_minor", _("Costs"), "money", sort="bigint"),
            Column("free_from_minor", _("Free from"), "money"),
            Column("taxed", _("Taxed")),
        ),
        filters=(
            Filter("market", _("Market"), "listed.market_code = %(market)s", market_choices, _market),
            Filter("way", _("Way"), "listed.way = %(way)s", lambda: list(WAYS.items()), _way),
        ),
        search=_search,
        search_label=_("Market or way"),
        empty=_("No way of delivery matches."),
        dress=_dress,
        counted=True,
    )
)
