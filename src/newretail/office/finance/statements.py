"""A merchant's statement of a day: the same rows on the page, as CSV and as PDF, all of them the ledger's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from newretail.kit.paper import Sheet, printed
from newretail.markets import api as markets
from newretail.office.finance import reads, words
from newretail.office.finance.desk import clerk_only, finance_page, merchant_or_404
from newretail.office.finance.downloads import csv_file, pdf_file

PAGE_SIZE = 31
AMOUNTS = ("captured_minor", "refunded_minor", "tax_minor", "commission_minor", "fees_minor", "payable_minor")
FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Statement:
    """A day of a merchant: rows by channel and by tender, and their sums, minor units."""

    merchant: reads.Merchant
    day: date
    channels: list[reads.Row]
    tenders: list[reads.Row]
    total: reads.Row
    is_posted: bool


def statement_of(one: reads.Merchant, day: date) -> Statement | None:
    """None for a day that is not closed in every cell of the merchant."""
    span = {"cells": list(one.cells), "first": day, "last": day}
    closed = reads.rows("closed", {"cells": list(one.cells), "day": day})
    if len(closed) < len(one.cells):
        return None
    channels, tenders = reads.rows("day", span), reads.rows("day_tenders", span)
    total = {name: sum(row[name] for row in channels) for name in AMOUNTS}
    return Statement(one, day, channels, tenders, total, all(row["is_posted"] for row in closed))


def columns() -> list[str]:
    """The names of a statement's columns."""
    amounts = [_("Captured"), _("Refunded"), _("Tax"), _("Commission"), _("Fees"), _("Owed to the merchant")]
    return [_("Channel"), *amounts]


def as_pdf(statement: Statement, language: str) -> bytes:
    """The statement to print, in the reader's language."""
    one, currency = statement.merchant, statement.merchant.market.currency

    def money(amount: int) -> str:
        return markets.format_money(amount, currency, language)

    rows = [[words.channel_text(row["channel"]), *(money(row[name]) for name in AMOUNTS)] for row in statement.channels]
    rows.append([_("Total"), *(money(statement.total[name]) for name in AMOUNTS)])
    tenders = [
        [
            words.tender_of_chart(row["tender"]),
            *(money(row["captured_minor"]), str(row["captures"])),
            *(money(row["refunded_minor"]), str(row["refunds"])),
        ]
        for row in statement.tenders
    ]
    head = [_("Paid by"), _("Captured"), _("Payments"), _("Refunded"), _("Refunds")]
    facts = [
        (_("Merchant"), str(one.tenant_id)),
        (_("Market"), f"{one.market.code} · {currency}"),
        (_("Business day"), f"{day_text(statement.day, language)} ({one.market.time_zone})"),
        (_("Tax"), _("Of each line, as its order kept it")),
    ]
    sheets = [Sheet(_("By channel"), columns(), rows, totals=1), Sheet(_("By tender"), head, tenders)]
    title = _("Statement of %(day)s") % {"day": day_text(statement.day, language)}
    return printed(title, facts, sheets, language=language, foot=f"newretail · {one.key}", page=_("Page"))


def day_text(day: date, language: str) -> str:
    return format_date(day, "medium", locale=language.replace("-", "_"))


@clerk_only
@require_GET
def statements(request: HttpRequest) -> HttpResponse:
    """The closed days of a merchant, newest first."""
    merchants = reads.merchants()
    asked = request.GET.get("of", "")
    one = next((m for m in merchants if m.key == asked), merchants[0] if merchants else None)
    try:
        before = date.fromisoformat(request.GET.get("before", ""))
    except ValueError:
        before = FAR
    values = {"cells": list(one.cells), "before": before, "limit": PAGE_SIZE + 1} if one else None
    found = reads.rows("days", values) if values else []
    context = {"days": found[:PAGE_SIZE], "has_next": len(found) > PAGE_SIZE, "day_text": _day_here}
    return finance_page(request, "statements.html", merchants=merchants, merchant=one, **context)


def _day_here(day: date) -> str:
    return day_text(day, get_language() or "en")


@clerk_only
@require_GET
def statement(request: HttpRequest, key: str, day: str) -> HttpResponse:
    """One day as a page, or as a file with `?as=csv` and `?as=pdf`."""
    one = merchant_or_404(key)
    try:
        found = statement_of(one, date.fromisoformat(day))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    name = f"statement-{one.key}-{found.day}"
    if request.GET.get("as") == "csv":
        lines = [[row["channel"], *(row[amount] for amount in AMOUNTS)] for row in found.channels]
        lines.append(["total", *(found.total[amount] for amount in AMOUNTS)])
        return csv_file(f"{name}.csv", ("channel", *AMOUNTS), lines)
    if request.GET.get("as") == "pdf":
        return pdf_file(f"{name}.pdf", as_pdf(found, get_language() or "en"))
    context = {"statement": found, "columns": columns(), "amounts": AMOUNTS, "day_text": _day_here}
    return finance_page(request, "statement.html", **context)
