"""Pages to print: a title, facts, tables, as PDF with reportlab. Knows paper and type, no business.

Korean and Chinese use the fonts that every PDF reader has for them (Adobe's CID fonts), so a page is a few kilobytes
and nothing is embedded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

LATIN, KOREAN, CHINESE = "Helvetica", "HYGothic-Medium", "STSong-Light"
# What each font is sure to have, as an encoding; a letter that a page's own font lacks is set in one that has it.
_LETTERS = {LATIN: "cp1252", KOREAN: "cp949", CHINESE: "gb18030"}
_OF_LANGUAGE = {"ko": KOREAN, "zh-hans": CHINESE}
_SAME = str.maketrans({"₩": "\uffe6"})  # the won sign as Korean fonts have it
_LINE, _SOFT = colors.HexColor("#c9c5bd"), colors.HexColor("#5a6068")
MARGIN = 18 * mm


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its heading, the names of its columns, rows of text, and how many last rows are totals.

    Columns from `first_number` on are figures and stand at the right edge.
    """

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    totals: int = 0
    first_number: int = 1


def printed(
    title: str, facts: Sequence[tuple[str, str]], sheets: Sequence[Sheet], *, language: str, foot: str, page: str
) -> bytes:
    """The PDF. `page`: what stands before a page's number."""
    font = _registered(_OF_LANGUAGE.get(language, LATIN))
    styles = _styles(font, language)
    out = BytesIO()
    edges = {"leftMargin": MARGIN, "rightMargin": MARGIN, "topMargin": MARGIN, "bottomMargin": MARGIN + 4 * mm}
    document = SimpleDocTemplate(out, pagesize=A4, title=title, author="newretail", lang=language, invariant=1, **edges)

    def furnish(canvas: Any, made: Any) -> None:
        canvas.setFont(font, 8)
        canvas.setFillColor(_SOFT)
        canvas.drawString(MARGIN, 12 * mm, foot)
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, f"{page} {canvas.getPageNumber()}")

    story: list[Any] = [_text(title, styles["title"]), *_facts(facts, styles, document.width)]
    for sheet in sheets:
        story += _drawn(sheet, styles, document.width)
    document.build(story, onFirstPage=furnish, onLaterPages=furnish)
    return out.getvalue()


@cache
def _registered(font: str) -> str:
    if font != LATIN:
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    return font


def _styles(font: str, language: str) -> dict[str, ParagraphStyle]:
    bold = "Helvetica-Bold" if font == LATIN else font
    wrap = {"wordWrap": "CJK"} if language == "zh-hans" else {}
    right, soft = {"alignment": TA_RIGHT}, {"textColor": _SOFT}
    small, usual = {"fontSize": 8, "leading": 10.5}, {"fontSize": 9, "leading": 12.5}
    rows: dict[str, dict[str, Any]] = {
        "title": {"fontName": bold, "fontSize": 17, "leading": 22, "spaceAfter": 6},
        "heading": {"fontName": bold, "fontSize": 11, "leading": 15, "spaceBefore": 12, "spaceAfter": 4},
        "text": usual | wrap,
        "soft": usual | soft,
        "number": usual | right,
        "column": small | soft,
        "number column": small | soft | right,
        "total": usual | {"fontName": bold},
        "number total": usual | right | {"fontName": bold},
    }
    return {name: ParagraphStyle(name, **({"fontName": font} | row)) for name, row in rows.items()}


def _has(font: str, letter: str) -> bool:
    try:
        letter.encode(_LETTERS[font])
    except UnicodeEncodeError:
        return False
    return True


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    """A paragraph; letters that its font lacks are set in another that has them."""
    own = style.fontName if style.fontName in _LETTERS else LATIN

    def font_of(letter: str) -> str:
        if own == KOREAN and letter.isascii():
            return LATIN  # the Korean font's own are as wide as typewriters'
        return own if _has(own, letter) else KOREAN if _has(KOREAN, letter) else CHINESE

    marked = []
    for font, letters in groupby(text.translate(_SAME), font_of):
        part = escape("".join(letters))
        marked.append(part if font == own else f'<font name="{_registered(font)}">{part}</font>')
    return Paragraph("".join(marked), style)


def _facts(facts: Sequence[tuple[str, str]], styles: dict[str, ParagraphStyle], width: float) -> list[Any]:
    if not facts:
        return []
    rows = [[_text(name, styles["soft"]), _text(value, styles["text"])] for name, value in facts]
    table = Table(rows, colWidths=[width * 0.25, width * 0.75], hAlign="LEFT")
    tight = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    table.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP"), *tight]))
    return [table, Spacer(1, 4 * mm)]


def _drawn(sheet: Sheet, styles: dict[str, ParagraphStyle], width: float) -> list[Any]:
    first_total = len(sheet.rows) - sheet.totals

    def cell(text: str, place: int, row: int) -> Paragraph:
        kind = "column" if row < 0 else "total" if row >= first_total else ""
        name = f"number {kind}".strip() if place >= sheet.first_number else kind or "text"
        return _text(text, styles[name])

    lines = [sheet.columns, *sheet.rows]
    rows = [[cell(text, place, row) for place, text in enumerate(line)] for row, line in enumerate(lines, -1)]
    words, figures = sheet.first_number, len(sheet.columns) - sheet.first_number
    share = 0.4 if figures <= 3 else 0.16
    widths = [width * share / words] * words + [width * (1 - share) / max(figures, 1)] * figures
    table = Table(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    style: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, _SOFT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, _LINE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if sheet.totals:
        style.append(("LINEABOVE", (0, -sheet.totals), (-1, -sheet.totals), 0.8, _SOFT))
    table.setStyle(TableStyle(style))
    return [*([_text(sheet.heading, styles["heading"])] if sheet.heading else []), table]
