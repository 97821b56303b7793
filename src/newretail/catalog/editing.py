"""Editing the catalogue in sets: lines as they stand, lines as they should be, and what changed between the two.

The edit page, the bulk edit and the imports of the office all write through `change_lines`: one transaction, one new
revision for the trade engine, and a list of what changed for the audit trail.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from newretail.catalog.names import LANGUAGES
from newretail.kit.sql import statements

DEFAULT_TENANT = 1
HIGHEST_PRICE_MINOR = 2_000_000_000
LONGEST_NAME = 200
PRODUCT_FIELDS = ("name", "brand", "package_size", "category", "names")
SKU_FIELDS = ("is_sold", "cap_per_buyer")
SEARCHED = {"name", "brand", "category"}


@dataclass(frozen=True, slots=True)
class Line:
    """A SKU with its product, as a row of a sheet. `prices`: minor units by market; None where a price shall go.

    `names`: the product's name in other languages, by language; one that is not there or empty: it is said in English.
    """

    sku_code: str
    product_id: int | None  # None: a product that is not there yet
    name: str
    brand: str
    package_size: str
    category: str  # its slug
    is_sold: bool = True
    cap_per_buyer: int | None = None
    prices: Mapping[str, int | None] = field(default_factory=dict)
    sku_id: int | None = None  # None: not there yet
    names: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """What it is called in a language; empty where nobody has said."""
        return self.names.get(language, "")


@dataclass(frozen=True, slots=True)
class Edit:
    """What changed of one line: the fields that differ, before and after; `before` is None where the line is new."""

    sku_code: str
    product_id: int
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any]


class Unsound(ValueError):
    """A line cannot be as it is wanted; the message says why."""


def _run(name: str, values: Mapping[str, Any], then: str = "") -> list[tuple[Any, ...]]:
    # Not at the top: the trade engine's process imports this room's api and has no Django.
    from django.db import connection

    sql = statements("newretail.catalog", "editing.sql")
    with connection.cursor() as cursor:
        cursor.execute(f"{sql[name]}\n{sql[then]}" if then else sql[name], {"tenant": DEFAULT_TENANT, **values})
        return list(cursor.fetchall()) if cursor.description else []


def _lines(then: str, values: Mapping[str, Any]) -> list[Line]:
    found = []
    for code, sku_id, product_id, name, brand, size, slug, is_sold, cap, prices, names in _run("lines", values, then):
        line = Line(code, product_id, name, brand, size, slug, is_sold, cap, _object(prices), sku_id, _object(names))
        found.append(line)
    return found


def _object(value: Any) -> dict[str, Any]:
    """A JSON object, which Django's connection gives as text."""
    return json.loads(value) if isinstance(value, str) else value or {}


def lines(codes: Iterable[str]) -> dict[str, Line]:
    """The lines of SKU codes as they stand; codes that nobody has are missing."""
    return {line.sku_code: line for line in _lines("of_codes", {"codes": list(codes)})}


def lines_of_categories(slugs: Iterable[str]) -> list[Line]:
    """The lines of all SKUs of some categories and of those below them, sold or not, by SKU id."""
    return _lines("of_categories", {"slugs": list(slugs)})


def lines_of_products(product_ids: Iterable[int]) -> list[Line]:
    """The lines of all SKUs of some products, by SKU id."""
    return _lines("of_products", {"product_ids": list(product_ids)})


def lines_of_skus(sku_ids: Iterable[int]) -> list[Line]:
    """The lines of some SKUs, by SKU id."""
    return _lines("of_skus", {"sku_ids": list(sku_ids)})


def category_labels() -> dict[str, tuple[str, str]]:
    """Name and department's name ("" for a department) of every category, by slug, in the order of a tree."""
    return {slug: (name, parent) for slug, name, parent in _run("categories", {})}


def difference(before: Line | None, after: Line) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields in which two lines differ, before and after.

    Prices are fields named `price_US`, `price_KR` …, names in other languages `name_ko`, `name_zh_hans`.
    """
    old, new = (_fields(before) if before else {}), _fields(after)
    keys = [key for key in new if old.get(key) != new[key]]
    return {key: old.get(key) for key in keys if key in old}, {key: new[key] for key in keys}


def _fields(line: Line) -> dict[str, Any]:
    named = {key: getattr(line, key) for key in (*PRODUCT_FIELDS, *SKU_FIELDS) if key != "names"}
    named |= {name_field(language): line.name_in(language) for language in LANGUAGES}
    return named | {f"price_{market}": amount for market, amount in sorted(line.prices.items())}


def name_field(language: str) -> str:
    """How the name in a language is called as a field of a line and as a column of a sheet: `name_zh_hans`."""
    return f"name_{language.replace('-', '_')}"


def edits_of(current: Mapping[str, Line], wanted: Sequence[Line]) -> list[Edit]:
    """What `change_lines` would change: nothing is written."""
    edits = []
    for line in wanted:
        before = current.get(line.sku_code)
        old, new = difference(before, line)
        if new:
            edits.append(Edit(line.sku_code, line.product_id or 0, line.name, old if before else None, new))
    return edits


def change_lines(wanted: Sequence[Line], currencies: Mapping[str, str]) -> list[Edit]:
    """Make the lines be as wanted, in one transaction, new products and SKUs included; return what changed.

    A market that `prices` does not name keeps its price. `currencies`: by market code. Raises Unsound.
    """
    from newretail.catalog.line_faults import check
    from newretail.catalog.work import catalog_change, refresh_products

    with catalog_change():
        codes = [line.sku_code for line in wanted]
        _run("lock_codes", {"codes": codes})
        current = lines(codes)
        edits = edits_of(current, wanted)
        changed = {edit.sku_code for edit in edits}
        todo = [line for line in wanted if line.sku_code in changed]
        check(todo, current, currencies)
        _change_products(todo, current)
        made = _make([line for line in todo if line.sku_code not in current])
        sku_ids = {**{code: line.sku_id for code, line in current.items()}, **{c: ids[1] for c, ids in made.items()}}
        _change_skus([line for line in todo if line.sku_code in current], current)
        _change_prices(todo, current, sku_ids, currencies)
        edits = [
            Edit(e.sku_code, made[e.sku_code][0] if e.sku_code in made else e.product_id, e.name, e.before, e.after)
            for e in edits
        ]
        refresh_products({edit.product_id for edit in edits if edit.before is None or SEARCHED & edit.after.keys()})
    return edits


def _columns(rows: Mapping[int, Line]) -> dict[str, list[Any]]:
    return {
        "ids": list(rows),
        "names": [line.name for line in rows.values()],
        "brands": [line.brand for line in rows.values()],
        "sizes": [line.package_size for line in rows.values()],
        "slugs": [line.category for line in rows.values()],
        "said": [_kept(line.names) for line in rows.values()],
    }


def _kept(names: Mapping[str, str]) -> str:
    """Names as the table keeps them: those that say something."""
    return json.dumps({language: name for language in LANGUAGES if (name := " ".join(names.get(language, "").split()))})


def _change_products(todo: Sequence[Line], current: Mapping[str, Line]) -> None:
    """Products are shared by their SKUs: the last line of a product counts (callers refuse lines that disagree)."""
    changed = {}
    for line in todo:
        there = current.get(line.sku_code)
        differs = there is None or any(getattr(line, key) != getattr(there, key) for key in PRODUCT_FIELDS)
        if line.product_id is not None and differs:
            changed[line.product_id] = line
    if changed:
        _run("change_products", _columns(changed))


def _make(new: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """Add SKUs, and products where the line names none; return (product id, SKU id) by code."""
    if not new:
        return {}
    _run("lock_making", {})
    last_product, last_sku = _run("last_ids", {})[0]
    made: dict[str, tuple[int, int]] = {}
    products: dict[int, Line] = {}
    for number, line in enumerate(new, 1):
        product_id = line.product_id
        if product_id is None:
            product_id = last_product + len(products) + 1
            products[product_id] = line
        made[line.sku_code] = (product_id, last_sku + number)
    _run("add_products", _columns(products))
    values = {
        "ids": [sku_id for _, sku_id in made.values()],
        "codes": list(made),
        "product_ids": [product_id for product_id, _ in made.values()],
        "sold": [line.is_sold for line in new],
        "caps": [line.cap_per_buyer for line in new],
    }
    _run("add_skus", values)
    return made


def _change_skus(todo: Sequence[Line], current: Mapping[str, Line]) -> None:
    rows = [
        line for line in todo if any(getattr(line, key) != getattr(current[line.sku_code], key) for key in SKU_FIELDS)
    ]
    if rows:
        ids = [current[line.sku_code].sku_id for line in rows]
        sold, caps = [line.is_sold for line in rows], [line.cap_per_buyer for line in rows]
        _run("change_skus", {"ids": ids, "sold": sold, "caps": caps})


def _change_prices(
    todo: Sequence[Line], current: Mapping[str, Line], sku_ids: Mapping[str, int | None], currencies: Mapping[str, str]
) -> None:
    put: list[tuple[int | None, str, str, int]] = []
    drop: list[tuple[int | None, str]] = []
    for line in todo:
        there = current[line.sku_code].prices if line.sku_code in current else {}
        for market, amount in line.prices.items():
            if amount == there.get(market):
                continue
            if amount is None:
                drop.append((sku_ids[line.sku_code], market))
            else:
                put.append((sku_ids[line.sku_code], market, currencies[market], amount))
    if put:
        skus, codes, money, amounts = (list(column) for column in zip(*put, strict=True))
        _run("put_prices", {"skus": skus, "markets": codes, "currencies": money, "amounts": amounts})
    if drop:
        _run("drop_prices", {"skus": [row[0] for row in drop], "markets": [row[1] for row in drop]})
