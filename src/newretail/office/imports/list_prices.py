"""The sheet of a price list: what a row says, every fault in it, and what it would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.markets import api as markets
from newretail.office.imports import sheet
from newretail.office.imports.reader import Sheet
from newretail.office.imports.sheet import Fault, Wrong

HEADS = ["sku", "name", "base_price", "price"]
READ = ("sku", "price")  # the other columns are for people to look at


@dataclass(slots=True)
class Outcome:
    """What a sheet comes to: prices as they should be (None: taken off the list), and the faults."""

    wanted: dict[str, int | None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0
    added: int = 0
    changed: int = 0


def row_of(row: Mapping[str, Any]) -> list[Any]:
    """A price as a row; amounts in units of the currency."""
    digits = markets.minor_digits(row["currency"])
    base = None if row["base"] is None else Decimal(row["base"]).scaleb(-digits)
    return [row["code"], row["name"], base, Decimal(row["amount"]).scaleb(-digits)]


def of_id(list_id: int) -> pricing.ListSheet | None:
    return next((each for each in pricing.price_lists() if each.list_id == list_id), None)


def _faults_of_heads(heads: list[str]) -> list[Fault]:
    faults = []
    for place, head in enumerate(heads):
        if head and head not in (*HEADS, sheet.ERROR_COLUMN):
            text = _("Nobody knows this column. Remove it, or name it one of: %(names)s.") % {"names": ", ".join(HEADS)}
            faults.append(Fault(1, head, "", text))
        elif head and head in heads[:place]:
            faults.append(Fault(1, head, "", _("This column is there twice. Keep one of the two.")))
    if "sku" not in heads:
        faults.append(Fault(1, "sku", "", _("The column sku is missing: rows are found by the code of the SKU.")))
    if "price" not in heads:
        faults.append(Fault(1, "price", "", _("The column price is missing: it says what the list shall say.")))
    return faults


def check(read: Sheet, of_list: pricing.ListSheet) -> Outcome:
    """Read every row against the list as it stands; nothing is written."""
    outcome = Outcome(rows=len(read.rows), faults=_faults_of_heads(read.heads))
    if outcome.faults:
        return outcome
    assert of_list.list_id is not None
    digits = markets.minor_digits(markets.market(of_list.market_code).currency)
    rows = [(number, *_cells(read.heads, cells)) for number, cells in read.rows]
    known = catalog.lines({code for _number, code, _price in rows if code})
    first_row: dict[str, int] = {}
    for number, code, text in rows:
        faulty = fault_of_code(code, known)
        if not faulty and code in first_row:
            faulty = _("This SKU is in row %(row)d already. Keep one of the two rows.") % {"row": first_row[code]}
        if faulty:
            outcome.faults.append(Fault(number, "sku", code, faulty))
        first_row.setdefault(code, number)
        try:
            if text:
                outcome.wanted[code] = price(text, digits)
        except Wrong as wrong:
            outcome.faults.append(Fault(number, "price", text, str(wrong)))
    if not outcome.faults:
        _count(outcome, pricing.list_prices(of_list.list_id))
    return outcome


def _cells(heads: list[str], cells: list[str]) -> tuple[str, str]:
    """The SKU and the price of a row; a cell that is not there is empty."""
    code, text = (cells[place] if place < len(cells) else "" for place in map(heads.index, READ))
    return code, text


def fault_of_code(code: str, known: Mapping[str, catalog.Line]) -> str:
    """What is wrong with the code of a row; empty: nothing."""
    if not code:
        return _("The code of the SKU is missing. Every row needs one.")
    return "" if code in known else _("There is no SKU with this code.")


def price(text: str, digits: int) -> int | None:
    """A price as people write it, - takes it off the list. Raises Wrong."""
    return None if text == sheet.EMPTY else sheet.price(text, digits)


def _count(outcome: Outcome, there: Mapping[str, int]) -> None:
    differ = [code for code, amount in outcome.wanted.items() if amount != there.get(code)]
    outcome.added = sum(code not in there for code in differ)
    outcome.changed = len(differ) - outcome.added
