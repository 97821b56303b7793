"""A sheet as rows of text cells: CSV in the encodings and with the separators that people send, and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from newretail.office.imports.sheet import head_name, text_of

LARGEST_FILE = 20 << 20
LARGEST_UNPACKED = 400 << 20
MOST_ROWS = 100_000
MOST_COLUMNS = 100
# UTF-8 first: other text is hardly ever valid UTF-8. Then what Excel writes in Korea and in China, and cp1252.
ENCODINGS = ("utf-8-sig", "cp949", "gb18030", "cp1252")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(ValueError):
    """The file cannot be read as a sheet; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Heads by place, and the rows below them with their numbers in the file (the heads are row 1 or below)."""

    heads: list[str]
    rows: list[tuple[int, list[str]]]


def read(name: str, content: bytes) -> Sheet:
    """Read a file by what it is, not by what it is called. Raises Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable(_("The file is larger than 20 MB. Split it into several."))
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    if content[:4] == b"PK\x03\x04":
        return _sheet(_xlsx(content))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Unreadable(_("This is an old Excel file (.xls). Save it as .xlsx or CSV and send it again."))
    return _sheet(_csv(content))


def _sheet(lines: Iterator[tuple[int, list[str]]]) -> Sheet:
    filled = ((number, cells) for number, cells in lines if any(cells))
    first = next(filled, None)
    if first is None:
        raise Unreadable(_("The file is empty."))
    heads = [head_name(cell) for cell in first[1]]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > MOST_COLUMNS:
        raise Unreadable(_("The sheet has more than 100 columns. Keep only those of the template."))
    rows: list[tuple[int, list[str]]] = []
    for number, cells in filled:
        if len(rows) == MOST_ROWS:
            raise Unreadable(_("The sheet has more than 100,000 rows. Split it into several."))
        rows.append((number, cells))
    return Sheet(heads, rows)


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
                raise Unreadable(_("The file is too large when unpacked. Save the sheet as CSV."))
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        for number, row in enumerate(sheet.to_python(skip_empty_area=False), 1):
            yield number, [text_of(cell) for cell in row]
    except (CalamineError, zipfile.BadZipFile, IndexError, OSError) as error:
        raise Unreadable(_("This is not a sheet that we can read. Save it as .xlsx or CSV.")) from error


def decoded(content: bytes) -> str:
    """The text of a file in whichever of the known encodings it is valid. Raises Unreadable."""
    if content.startswith(UTF16_MARKS):  # "Unicode text" of Excel
        return _decoded_as(content, "utf-16")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("The letters of this file cannot be read. Save it as “CSV UTF-8” or .xlsx."))


def _decoded_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        text = _("The letters of this file cannot be read. Save it as “CSV UTF-8” or .xlsx.")
        raise Unreadable(text) from error


def separator(first_line: str) -> str:
    """What stands between the cells: whatever of , ; tab and | the line of heads has most of."""
    return max(",;\t|", key=first_line.count)


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = decoded(content)
    lines = text.lstrip("\r\n\ufeff").splitlines()
    first_line = lines[0] if lines else ""
    if first_line.lower().startswith("sep="):  # Excel's own way to say it
        mark, text = first_line[4:5] or ",", text.split("\n", 1)[-1]
    else:
        mark = separator(first_line)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for number, row in enumerate(reader, 1):
            yield number, [text_of(cell) for cell in row]
    except csv.Error as error:
        raise Unreadable(_("This is not a sheet that we can read. Save it as .xlsx or CSV.")) from error
