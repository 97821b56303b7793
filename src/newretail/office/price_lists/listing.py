"""The list of price lists, and the list of the prices of one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.kit.sql import statements
from newretail.markets import api as markets
from newretail.office.desk import Desk
from newretail.office.imports import list_prices
from newretail.office.lists.listing import Column, Condition, Filter, Listing, Row
from newretail.office.lists.views import register
from newretail.office.offers import words
from newretail.office.products.listing import to_product

ROOM = "newretail.office.price_lists"
SQL = statements(ROOM, "list.sql")


def _market(text: str) -> str:
    return markets.market(text).code


def _dress_lists(desk: Desk, rows: list[Row]) -> None:
    for row in rows:
        row["state_look"] = words.LOOKS[row["state"]]
        row["channel_name"] = words.channel_name(row["channel"])
        stores = len(row["node_ids"])
        row["stores"] = ngettext("%(num)d store", "%(num)d stores", stores) % {"num": stores} if stores else _now("All")


PRICE_LISTS = register(
    Listing(
        name="price-lists",
        title=_("Price lists"),
        statement=(ROOM, "list.sql", "price_lists"),
        key="id",
        key_type="bigint",
        columns=(
            Column(
                "name", _("Price list"), sort="text", link=lambda row: reverse("office-price-list", args=[row["id"]])
            ),
            Column("state", _("State"), "state", text=lambda value: words.STATES[value]),
            Column("market_code", _("Market"), sort="text"),
            Column(
                "prices", _("Prices"), "number", link=lambda row: f"{reverse('office-list-prices')}?list={row['id']}"
            ),
            Column("priority", _("Priority"), "number", sort="bigint"),
            Column("channel_name", _("Channel")),
            Column("stores", _("Stores")),
            Column("starts_at", _("Begins"), "moment"),
            Column("until", _("Ends"), "moment"),
        ),
        filters=(
            Filter("state", _("State"), "listed.state = %(state)s", lambda: list(words.STATES.items())),
            Filter("market", _("Market"), "listed.market_code = %(market)s", words.market_choices, _market),
            Filter("channel", _("Channel"), "listed.channel = %(channel)s", words.channel_choices, int),
        ),
        order="-",
        search=lambda said: ("strpos(lower(listed.name), lower(%(words)s)) > 0", {"words": said}),
        search_label=_("Name of the list"),
        empty=_("No price list matches."),
        dress=_dress_lists,
        counted=True,
    )
)


def _list_choices() -> list[tuple[str, str]]:
    return [(str(each.list_id), f"{each.market_code} · {each.name}") for each in pricing.price_lists()]


def _first_list(desk: Desk) -> str:
    return next((key for key, _label in _list_choices()), "")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError
    return int(text)


def _values(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    return {"list": 0, "language": get_language() or "en", **values}


def _search(said: str) -> Condition:
    return f"({SQL['search']})", {"words": said, **catalog.named_so(said)}


def _dress_prices(desk: Desk, rows: list[Row]) -> None:
    currencies = {market.code: market.currency for market in desk.markets}
    for row in rows:
        row["currency"] = currencies[row["market_code"]]
        part = Decimal(row["amount"] - row["base"]) / row["base"] * 100 if row["base"] else None
        row["difference"] = "" if part is None else f"{part:+.1f} %"


def _sheet(desk: Desk, rows: list[Row]) -> tuple[list[str], list[list[Any]]]:
    """The export has the form of the sheet that comes in again."""
    return list_prices.HEADS, [list_prices.row_of(row) for row in rows]


PRICES = register(
    Listing(
        name="list-prices",
        title=_("Prices of a list"),
        statement=(ROOM, "list.sql", "prices"),
        key="code",
        key_type="text",
        columns=(
            Column("code", _("SKU"), sort="text", link=to_product),
            Column("name", _("Product"), "long", sort="text"),
            Column("base", _("Base price"), "money"),
            Column("amount", _("Price of the list"), "money", sort="bigint"),
            Column("difference", _("Difference"), "number"),
        ),
        filters=(Filter("list", _("Price list"), "", _list_choices, _number, always=_first_list),),
        search=_search,
        search_label=_("Words or SKU code"),
        empty=_("No price matches."),
        values=_values,
        dress=_dress_prices,
        counted=True,
        sheet=_sheet,
    )
)
