"""The dry run: what a sheet would do, and every cell that is wrong, before anything is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from newretail.catalog import api as catalog
from newretail.office.imports import sheet
from newretail.office.imports.reader import Sheet
from newretail.office.imports.sheet import Fault, Known, Wrong

Progress = Callable[[int, int], None]
TOLD_EVERY = 1000
REQUIRED_OF_NEW = ("name", "category")


@dataclass(slots=True)
class Outcome:
    """What a sheet comes to: the lines as they should be, what would change, and the faults."""

    wanted: list[catalog.Line] = field(default_factory=list)
    edits: list[catalog.Edit] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    rows: int = 0

    @property
    def added(self) -> int:
        return sum(edit.before is None for edit in self.edits)

    @property
    def changed(self) -> int:
        return len(self.edits) - self.added


def faults_of_heads(heads: list[str], known: Known) -> list[Fault]:
    """Columns that nobody knows or that stand there twice, and the one that must be there."""
    allowed = {*sheet.heads(known.currencies), sheet.ERROR_COLUMN}
    lowered = {name.lower() for name in allowed}
    faults = []
    for place, head in enumerate(heads):
        if not head:
            continue
        if head not in lowered:
            names = ", ".join(sheet.heads(known.currencies))
            text = _("Nobody knows this column. Remove it, or name it one of: %(names)s.") % {"names": names}
            faults.append(Fault(1, head, "", text))
        elif head in heads[:place]:
            faults.append(Fault(1, head, "", _("This column is there twice. Keep one of the two.")))
    if "sku" not in heads:
        faults.append(Fault(1, "sku", "", _("The column sku is missing: rows are found by the code of the SKU.")))
    return faults


def check(read: Sheet, told: Progress = lambda done, total: None) -> Outcome:
    """Read every row against the catalogue as it stands; nothing is written."""
    known = sheet.known()
    outcome = Outcome(rows=len(read.rows), faults=faults_of_heads(read.heads, known))
    if outcome.faults:
        return outcome
    rows = [(number, _cells(read.heads, cells)) for number, cells in read.rows]
    current = catalog.lines({cells["sku"] for _number, cells in rows if cells["sku"]})
    products = _products(rows)
    first_row: dict[str, int] = {}
    for done, (number, cells) in enumerate(rows):
        if done % TOLD_EVERY == 0:
            told(done, len(rows))
        line = _line(number, cells, current, products, known, first_row, outcome)
        if line is not None:
            outcome.wanted.append(line)
    _check_families(rows, outcome)
    outcome.edits = catalog.edits_of(current, outcome.wanted) if not outcome.faults else []
    outcome.faults.sort(key=lambda fault: fault.row)
    told(len(rows), len(rows))
    return outcome


def _cells(heads: list[str], cells: list[str]) -> dict[str, str]:
    named = {head: cells[place] if place < len(cells) else "" for place, head in enumerate(heads) if head}
    return {"product": "", **named}


def _products(rows: list[tuple[int, dict[str, str]]]) -> dict[int, catalog.Line]:
    """One line of every product that rows name by its number."""
    numbers = {int(cells["product"]) for _number, cells in rows if _is_number(cells["product"])}
    return {line.product_id: line for line in catalog.lines_of_products(numbers) if line.product_id is not None}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _line(
    number: int,
    cells: Mapping[str, str],
    current: Mapping[str, catalog.Line],
    products: Mapping[int, catalog.Line],
    known: Known,
    first_row: dict[str, int],
    outcome: Outcome,
) -> catalog.Line | None:
    """The line that a row wants, or None where a fault of the row keeps it from being one."""
    before = len(outcome.faults)

    def wrong(column: str, text: str) -> None:
        outcome.faults.append(Fault(number, column, cells.get(column, ""), text))

    try:
        code = sheet.code(cells["sku"])
    except Wrong as fault:
        wrong("sku", str(fault))
        code = cells["sku"]
    if code and code in first_row:
        text = _("This SKU is in row %(row)d already. Keep one of the two rows.") % {"row": first_row[code]}
        wrong("sku", text)
    first_row.setdefault(code, number)
    line = _start(code, cells["product"], current, products, wrong)
    line, faults = sheet.apply(line, cells, known)
    for column, text in faults:
        wrong(column, text)
    if code and code not in current and line.product_id is None:
        for column in REQUIRED_OF_NEW:
            if not getattr(line, column) and column not in {fault[0] for fault in faults}:
                wrong(column, _("A new product needs this. Nobody has this SKU yet: is the code right?"))
    return line if len(outcome.faults) == before else None


def _start(
    code: str,
    product: str,
    current: Mapping[str, catalog.Line],
    products: Mapping[int, catalog.Line],
    wrong: Callable[[str, str], None],
) -> catalog.Line:
    """The line as it stands, or a new one: of a product that is there where the row names it."""
    there = current.get(code)
    if product and not _is_number(product):
        wrong("product", _("Write the number of the product, or leave it empty."))
    number = int(product) if _is_number(product) else None
    if there is not None:
        if number is not None and number != there.product_id:
            text = _("This SKU belongs to product %(number)d and stays there. Leave the cell empty.")
            wrong("product", text % {"number": there.product_id})
        return there
    if number is not None and number not in products:
        wrong("product", _("There is no product with this number. Leave the cell empty for a new one."))
    if number is not None and number in products:
        return replace(products[number], sku_code=code, sku_id=None, cap_per_buyer=None, is_sold=True, prices={})
    return catalog.Line(code, None, "", "", "", "", prices={})


def _check_families(rows: list[tuple[int, dict[str, str]]], outcome: Outcome) -> None:
    """Rows of one product must agree on what belongs to the product."""
    by_code = {line.sku_code: line for line in outcome.wanted}
    first: dict[int, tuple[int, catalog.Line]] = {}
    for number, cells in rows:
        line = by_code.get(cells["sku"])
        if line is None or line.product_id is None:
            continue
        other_row, other = first.setdefault(line.product_id, (number, line))
        for column in ("name", *sheet.NAMES, "brand", "category", "package_size"):
            if sheet.shared(line, column) != sheet.shared(other, column):
                text = _("Row %(row)d is of the same product and says something else. Write the same in both.")
                outcome.faults.append(Fault(number, column, cells.get(column, ""), text % {"row": other_row}))
