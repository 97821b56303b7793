"""The list of products: one row a SKU, with its price in one market."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from newretail.catalog import api as catalog
from newretail.kit.sql import statements
from newretail.markets import api as markets
from newretail.office.desk import Desk
from newretail.office.imports import sheet
from newretail.office.lists.listing import Column, Condition, Filter, Listing, Row
from newretail.office.lists.views import register

ROOM = "newretail.office.products"
SQL = statements(ROOM, "list.sql")
SOLD_NAMES = {"yes": _("Sold"), "no": _("Not sold")}


def shelf_name(name: str) -> str:
    return catalog.category_name(name, get_language() or "en")


def category_choices() -> list[tuple[str, str]]:
    """Departments and, below each, its categories, in the reader's language."""
    found = []
    for slug, (name, parent) in catalog.category_labels().items():
        found.append((slug, f"– {shelf_name(name)}" if parent else shelf_name(name)))
    return found


def market_choices() -> list[tuple[str, str]]:
    return [(market.code, f"{market.code} · {market.currency}") for market in markets.markets()]


def _market(text: str) -> str:
    return markets.market(text).code


def _values(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Prices are typed in units of the market's currency and compared in its minor units."""
    digits = markets.minor_digits(markets.market(values["market"]).currency) if values.get("market") else 0
    minor: dict[str, Any] = {key: int(values[key].scaleb(digits)) for key in ("from", "to") if key in values}
    return {"market": "", "language": get_language() or "en", **values, **minor}


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not 0 <= amount < 2_000_000_000:
        raise ValueError
    return amount


def _yes_or_no(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _search(words: str) -> Condition:
    return SQL["search"], {"words": words, **catalog.named_so(words)}


def _dress(desk: Desk, rows: list[Row]) -> None:
    for row in rows:
        row["sold"] = "yes" if row["is_sold"] else "no"
        row["sold_look"] = "on" if row["is_sold"] else "off"
        row["category"] = shelf_name(row["category_name"])
        row["price"] = row["amount_minor"]


def _sheet(desk: Desk, rows: list[Row]) -> tuple[list[str], list[list[Any]]]:
    """The export has the form of the import, so that a sheet can go out, be changed, and come in again."""
    codes = [row["code"] for row in rows]
    found = catalog.lines(codes)
    heads = sheet.heads([market.code for market in desk.markets])
    return heads, [sheet.row_of(found[code], desk.markets) for code in codes if code in found]


def to_product(row: Row) -> str:
    return reverse("office-product", args=[row["product_id"]])


COLUMNS: Sequence[Column] = (
    Column("code", _("SKU"), sort="text", link=to_product),
    Column("name", _("Product"), "long", sort="text", link=to_product),
    Column("brand", _("Brand"), sort="text"),
    Column("package_size", _("Package size")),
    Column("category", _("Category")),
    Column("price", _("Price"), "money", sort="bigint"),
    Column("sold", _("On sale"), "state", text=lambda value: SOLD_NAMES.get(value, value)),
    Column("cap_per_buyer", _("Cap per buyer"), "number", shown=False),
    Column("popularity", _("Bought"), "number", sort="bigint"),
    Column("product_id", _("Product number"), "number", shown=False),
)
FILTERS: Sequence[Filter] = (
    Filter("category", _("Category"), SQL["category"], category_choices),
    Filter("sold", _("On sale"), "listed.is_sold = %(sold)s", lambda: list(SOLD_NAMES.items()), _yes_or_no),
    Filter("market", _("Prices of"), "", market_choices, _market, always=lambda desk: desk.market),
    Filter("brand", _("Brand"), "lower(listed.brand) = lower(%(brand)s)", first=False),
    Filter("from", _("Price from"), "listed.amount_minor >= %(from)s", read=_amount, kind="number", first=False),
    Filter("to", _("Price up to"), "listed.amount_minor <= %(to)s", read=_amount, kind="number", first=False),
    Filter(
        "priced",
        _("Has a price"),
        "(listed.amount_minor IS NOT NULL) = %(priced)s",
        lambda: [("yes", _("Yes")), ("no", _("No"))],
        _yes_or_no,
        first=False,
    ),
    Filter(
        "capped",
        _("Has a cap"),
        "(listed.cap_per_buyer IS NOT NULL) = %(capped)s",
        lambda: [("yes", _("Yes")), ("no", _("No"))],
        _yes_or_no,
        first=False,
    ),
)

PRODUCTS = register(
    Listing(
        name="products",
        title=_("Products"),
        statement=(ROOM, "list.sql", "products"),
        key="sku_id",
        key_type="bigint",
        columns=COLUMNS,
        filters=FILTERS,
        order="-popularity",
        search=_search,
        search_label=_("Words or SKU code"),
        empty=_("No product matches."),
        values=_values,
        dress=_dress,
        counted=True,
        sheet=_sheet,
    )
)
