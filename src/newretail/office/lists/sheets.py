"""Rows as CSV and as XLSX: streamed, readable by Excel in every language, and without formulas of strangers."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

import xlsxwriter
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_ROWS = 100_000
# What a spreadsheet would run when it opens a CSV file: OWASP, "CSV injection".
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NEUTRAL = re.compile(r"^'(?=[=+\-@\t\r])")


class TooLong(ValueError):
    """More rows than an XLSX file of ours holds; CSV has no end."""


def neutral(value: Any) -> Any:
    """A cell of a CSV file: text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def without_apostrophe(text: str) -> str:
    """What `neutral` was given."""
    return _NEUTRAL.sub("", text)


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, (str, int, float, Decimal)) else str(value)


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file in UTF-8 with a mark at the start, by which Excel knows that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow([neutral(head) for head in heads])
    for number, row in enumerate(rows):
        writer.writerow([neutral(_plain(value)) for value in row])
        if number % 500 == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def xlsx_file(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    """A temporary XLSX file, at its start; text is written as text, so nothing in it can be a formula."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the response that sends it closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for place, head in enumerate(heads):
        sheet.write_string(0, place, str(head), bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(heads) - 1, 0), 16)
    for number, row in enumerate(rows, 1):
        if number > XLSX_ROWS:
            file.close()
            raise TooLong
        for place, value in enumerate(row):
            plain = _plain(value)
            if isinstance(plain, str):
                sheet.write_string(number, place, plain[:32_767])  # what a cell of Excel can hold
            else:
                sheet.write_number(number, place, plain)
    book.close()
    file.seek(0)
    return file


def answer(form: str, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The download of a sheet in a form, csv or xlsx. Raises TooLong."""
    if form == "xlsx":
        sent = FileResponse(xlsx_file(heads, rows), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
        return cast("HttpResponse", sent)  # views are typed by it, and a download can stand in for it
    lines = StreamingHttpResponse(csv_lines(heads, rows), content_type="text/csv; charset=utf-8")
    lines.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return cast("HttpResponse", lines)
