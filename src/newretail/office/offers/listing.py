"""The list of offers: those that run, that come, and that are over."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.office.desk import Desk
from newretail.office.lists.listing import Column, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.office.offers import words


def _market(text: str) -> str:
    return markets.market(text).code


def _kind(text: str) -> int:
    return int(catalog.OfferKind[text.upper()])


def _values(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    return {"language": get_language() or "en"}


def goods_text(row: Row) -> str:
    """What an offer is for."""
    if row["category_name"]:
        return catalog.category_name(row["category_name"], get_language() or "en")
    if row["sku_code"]:
        return f"{row['product_name']} · {row['sku_code']}"
    return row["product_name"] or _now("Everything")


def _dress(desk: Desk, rows: list[Row]) -> None:
    currencies = {market.code: market.currency for market in desk.markets}
    for row in rows:
        row["does"] = words.does_text(row, currencies[row["market_code"]])
        row["goods"] = goods_text(row)
        row["state_look"] = words.LOOKS[row["state"]]
        row["kind_name"] = words.KINDS[words.kind_slug(row["kind"])]
        row["channel_name"] = words.channel_name(row["channel"])


def to_offer(row: Row) -> str:
    return reverse("office-offer", args=[row["id"]])


OFFERS = register(
    Listing(
        name="offers",
        title=_("Offers"),
        statement=("newretail.office.offers", "list.sql", "offers"),
        key="id",
        key_type="bigint",
        columns=(
            Column("name", _("Offer"), sort="text", link=to_offer),
            Column("state", _("State"), "state", text=lambda value: words.STATES[value]),
            Column("market_code", _("Market"), sort="text"),
            Column("does", _("What it takes off")),
            Column("goods", _("For"), "long"),
            Column("channel_name", _("Channel"), shown=False),
            Column("starts_at", _("Begins"), "moment"),
            Column("until", _("Ends"), "moment"),
            Column("kind_name", _("Kind"), shown=False),
            Column("id", _("Number"), "number", sort="bigint", shown=False),
        ),
        filters=(
            Filter("state", _("State"), "listed.state = %(state)s", lambda: list(words.STATES.items())),
            Filter("market", _("Market"), "listed.market_code = %(market)s", words.market_choices, _market),
            Filter("kind", _("Kind"), "listed.kind = %(kind)s", lambda: list(words.KINDS.items()), _kind),
            Filter("channel", _("Channel"), "listed.channel = %(channel)s", words.channel_choices, int, first=False),
        ),
        order="-",
        search=lambda said: (
            "strpos(lower(listed.all_names), lower(%(words)s)) > 0 OR listed.sku_code = %(words)s"
            " OR strpos(lower(listed.product_name), lower(%(words)s)) > 0",
            {"words": said},
        ),
        search_label=_("Name, product or SKU code"),
        empty=_("No offer matches."),
        values=_values,
        dress=_dress,
        counted=True,
    )
)
