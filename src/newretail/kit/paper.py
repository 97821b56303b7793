"""Pages to print: a title, facts, tables, as PDF with reportlab. Knows paper and type, no business.

Korean and Chinese use the fonts that every PDF reader has for them (Adobe's CID fonts), so a page is a few kilobytes
and nothing is embedded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
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

_CID = {"ko": "HYGothic-Medium", "zh-hans": "STSong-Light"}
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


@cache
def _font(name: str) -> str:
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


def _fonts(language: str) -> tuple[str, str]:
    """The plain and the bold face of a language."""
    name = _CID.get(language)
    return (_font(name), name) if name else ("Helvetica", "Helvetica-Bold")


def printed(
    title: str, facts: Sequence[tuple[str, str]], sheets: Sequence[Sheet], *, language: str, foot: str, page: str
) -> bytes:
    """The PDF. `page`: what stands before a page's number."""
    plain, bold = _fonts(language)
    styles = {
        "title": ParagraphStyle("title", fontName=bold, fontSize=17, leading=22, spaceAfter=6),
        "heading": ParagraphStyle("heading", fontName=bold, fontSize=11, leading=15, spaceBefore=12, spaceAfter=4),
        "text": ParagraphStyle(
            "text", fontName=plain, fontSize=9, leading=12.5, wordWrap="CJK" if _CID.get(language) else None
        ),
        "soft": ParagraphStyle("soft", fontName=plain, fontSize=9, leading=12.5, textColor=_SOFT),
        "number": ParagraphStyle("number", fontName=plain, fontSize=9, leading=12.5, alignment=TA_RIGHT),
        "column": ParagraphStyle("column", fontName=plain, fontSize=8, leading=10.5, textColor=_SOFT),
        "number column": ParagraphStyle(
            "number column", fontName=plain, fontSize=8, leading=10.5, textColor=_SOFT, alignment=TA_RIGHT
        ),
    }
    out = BytesIO()
    document = SimpleDocTemplate(
        *(out,),
        pagesize=A4,
        title=title,
        author="newretail",
        lang=language,
        invariant=1,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 4 * mm,
    )

    def furnish(canvas: Any, made: Any) -> None:
        canvas.setFont(plain, 8)
        canvas.setFillColor(_SOFT)
        canvas.drawString(MARGIN, 12 * mm, foot)
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, f"{page} {canvas.getPageNumber()}")

    story: list[Any] = [Paragraph(escape(title), styles["title"])]
    if facts:
        rows = [
            [Paragraph(escape(name), styles["soft"]), Paragraph(escape(value), styles["text"])] for name, value in facts
        ]
        table = Table(rows, colWidths=[document.width * 0.25, document.width * 0.75], hAlign="LEFT")
        table.setStyle(
            TableStyle(
                [
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 1),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ]
            )
        )
        story += [table, Spacer(1, 4 * mm)]
    for sheet in sheets:
        story += _drawn(sheet, styles, document.width)
    document.build(story, onFirstPage=furnish, onLaterPages=furnish)
    return out.getvalue()


def _drawn(sheet: Sheet, styles: dict[str, ParagraphStyle], width: float) -> list[Any]:
    def cell(text: str, place: int, head: bool) -> Paragraph:
        number = place >= sheet.first_number
        style = ("number column" if number else "column") if head else ("number" if number else "text")
        return Paragraph(escape(text), styles[style])

    rows = [[cell(text, place, True) for place, text in enumerate(sheet.columns)]]
    rows += [[cell(text, place, False) for place, text in enumerate(row)] for row in sheet.rows]
    words = sheet.first_number
    figures = len(sheet.columns) - words
    share = 0.4 if figures <= 3 else 0.22
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
        style += [("LINEABOVE", (0, -sheet.totals), (-1, -sheet.totals), 0.8, _SOFT)]
    table.setStyle(TableStyle(style))
    heading = [Paragraph(escape(sheet.heading), styles["heading"])] if sheet.heading else []
    return [*heading, table]
