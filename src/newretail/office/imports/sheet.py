"""The sheet of products and prices: its columns, a line as a row, and a row as what a line should become."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.office.lists.sheets import without_apostrophe

NAMES = {catalog.name_field(language): language for language in catalog.LANGUAGES}  # name_ko, name_zh_hans
PLAIN = ("sku", "product", "name", *NAMES, "brand", "category", "package_size", "sold", "cap_per_buyer")
PRICE = re.compile(r"^price_([a-z]{2})$")
# A currency's sign or letters before or after, never in the middle: 1E+05 is not 105.
WRITTEN = re.compile(r"[^\d.,\-]{0,5}?\s*(-?[\d.,'\s]*\d)\s*[^\d.,]{0,5}")
LONGEST = {"sku": 40, "name": 200, "brand": 60, "package_size": 40, **dict.fromkeys(NAMES, 200)}
CODE = re.compile(r"^[^\s/?#\\\x00-\x1f]+$")  # it stands in addresses
YES = {"yes", "y", "true", "1", "x", "예", "是", "네"}
NO = {"no", "n", "false", "0", "아니요", "아니오", "否"}
EMPTY = "-"  # a cell with only this empties the field; an empty cell leaves it as it is
HIGHEST_CAP = 1_000_000
HIGHEST_PRICE_MINOR = 2_000_000_000
ERROR_COLUMN = "error"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, and what to do about it. Row 1 is the one with the heads."""

    row: int
    column: str
    value: str
    text: str


class Wrong(ValueError):
    """A cell cannot be read; the message says what to write instead."""


def heads(market_codes: Iterable[str]) -> list[str]:
    """The heads of a sheet, the same in every language: programs write and read it too."""
    return [*PLAIN, *(f"price_{code}" for code in market_codes)]


def row_of(line: catalog.Line, of: Sequence[markets.Market]) -> list[Any]:
    """A line as a row; prices in units of the market's currency."""
    prices = [_units(line.prices.get(market.code), market.currency) for market in of]
    sold = "yes" if line.is_sold else "no"
    names = [line.name, *(line.name_in(language) for language in NAMES.values())]
    plain = [line.sku_code, line.product_id, *names, line.brand, line.category, line.package_size, sold]
    return [*plain, line.cap_per_buyer, *prices]


def shared(line: catalog.Line, column: str) -> str:
    """What a line says of its product in a column: all SKUs of the product say the same."""
    return line.name_in(NAMES[column]) if column in NAMES else str(getattr(line, column))


def _units(amount_minor: int | None, currency: str) -> Decimal | None:
    return None if amount_minor is None else Decimal(amount_minor).scaleb(-markets.minor_digits(currency))


def head_name(text: str) -> str:
    """A head as it is meant: letters of any size, spaces and hyphens for underscores."""
    return re.sub(r"[\s\-]+", "_", text.strip().lower())


def text_of(value: Any) -> str:
    """A cell as text: numbers as people write them (1082185, not 1082185.0), without a mark against formulas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if value != value or abs(value) > 1e15:  # NaN and what has lost its digits
            return str(value)
        return f"{Decimal(repr(value)).quantize(Decimal('0.000001')).normalize():f}"
    return without_apostrophe(str(value).replace("\0", "").replace("\u00a0", " ").strip())


@dataclass(frozen=True, slots=True)
class Known:
    """What cells are read against: categories by slug and by name, markets with their currencies' digits."""

    slugs: Mapping[str, str]
    currencies: Mapping[str, str]
    digits: Mapping[str, int]


def known() -> Known:
    """Read what a sheet may name."""
    named: dict[str, set[str]] = {}
    found = catalog.category_labels()
    for slug, (name, parent) in found.items():
        for written in (slug, name, f"{parent} / {name}"):
            named.setdefault(written.lower(), set()).add(slug)
    slugs = {written: next(iter(of)) for written, of in named.items() if len(of) == 1}
    all_markets = markets.markets()
    return Known(
        slugs | {slug.lower(): slug for slug in found},
        {market.code: market.currency for market in all_markets},
        {market.code: markets.minor_digits(market.currency) for market in all_markets},
    )


def price(text: str, digits: int) -> int:
    """An amount as people write it, in minor units: 2.69, 2,69, 1,234.50, $2.69, 3 660원. Raises Wrong."""
    found = WRITTEN.fullmatch(text)
    bare = re.sub(r"['\s]", "", found[1]) if found else ""
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma >= 0 and point >= 0:  # both: the last one is the decimal mark
        bare = bare.replace("," if point > comma else ".", "").replace(",", ".")
    elif comma >= 0:  # 1,234 and 1,234,567 are thousands; 2,69 is a decimal comma
        grouped = re.fullmatch(r"\d{1,3}(,\d{3})+", bare) is not None
        bare = bare.replace(",", "") if grouped else bare.replace(",", ".")
    elif bare.count(".") > 1:
        bare = bare.replace(".", "")
    try:
        amount = Decimal(bare).scaleb(digits)
    except InvalidOperation:
        raise Wrong(_("This is not a price. Write a number such as 2.69.")) from None
    if amount != amount.to_integral_value():
        raise Wrong(_("A price here has at most %(digits)d digits after the point.") % {"digits": digits})
    if not 0 < amount <= HIGHEST_PRICE_MINOR:
        raise Wrong(_("A price must be more than 0 and not beyond 2 billion of the smallest unit."))
    return int(amount)


def cap(text: str) -> int:
    """Units a buyer may have. Raises Wrong."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= HIGHEST_CAP):
        raise Wrong(_("Write a whole number of 1 or more, or - for no cap."))
    return int(text)


def sold(text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise Wrong(_("Write yes or no."))


def category(text: str, what: Known) -> str:
    found = what.slugs.get(text.lower())
    if found is None:
        raise Wrong(_("There is no such category, or several have this name. Write its slug, as in an export."))
    return found


def long_enough(column: str, text: str) -> str:
    if len(text) > LONGEST[column]:
        raise Wrong(_("This is too long: at most %(limit)d letters.") % {"limit": LONGEST[column]})
    return text


def code(text: str) -> str:
    """The code of a SKU. Raises Wrong."""
    if not text:
        raise Wrong(_("The code of the SKU is missing. Every row needs one."))
    if not CODE.fullmatch(text):
        raise Wrong(_("A SKU code has no spaces and none of / ? # \\."))
    return long_enough("sku", text)


def _field(column: str, text: str, what: Known) -> tuple[str, Any]:
    """The field of a line that a cell sets, and its value. Raises Wrong."""
    if column == "name":
        if text == EMPTY:
            raise Wrong(_("A product needs a name."))
        return "name", long_enough("name", text)
    if column in ("brand", "package_size"):
        return column, "" if text == EMPTY else long_enough(column, text)
    if column == "category":
        return "category", category(text, what)
    if column == "sold":
        return "is_sold", sold(text)
    return "cap_per_buyer", None if text == EMPTY else cap(text)


def apply(line: catalog.Line, cells: Mapping[str, str], what: Known) -> tuple[catalog.Line, list[tuple[str, str]]]:
    """The line as the cells of a row want it, and (column, fault) of every cell that cannot be read."""
    fields: dict[str, Any] = {}
    prices: dict[str, int | None] = dict(line.prices)
    names: dict[str, str] = dict(line.names)
    faults: list[tuple[str, str]] = []
    for column, text in cells.items():
        if not text or column in ("sku", "product", ERROR_COLUMN):
            continue
        try:
            if match := PRICE.match(column):
                market = match[1].upper()
                prices[market] = None if text == EMPTY else price(text, what.digits[market])
            elif column in NAMES:
                names[NAMES[column]] = "" if text == EMPTY else long_enough(column, text)
            else:
                key, value = _field(column, text, what)
                fields[key] = value
        except Wrong as wrong:
            faults.append((column, str(wrong)))
    return replace(line, **fields, prices=prices, names=names), faults
