"""Changing what settlement has decided: payouts, months, terms, providers' reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.markets import api as markets
from newretail.office.desk import desk_of, require
from newretail.office.finance import reads, words
from newretail.office.finance.desk import (
    APPROVE_PAYOUT,
    CLOSE_MONTH,
    PAY_OUT,
    SET_TERMS,
    books_of,
    clerk_only,
    finance_page,
    merchant_or_404,
    rules_of,
)
from newretail.office.finance.downloads import csv_file
from newretail.office.finance.statements import AMOUNTS
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement

SHOWN = 200
SUMS_OF_MONTH = ("captured_minor", "refunded_minor", "payable_minor")
REPORT_BYTES = 1 << 20
PAYOUT_COLUMNS = ("payout_id", "cell", "amount_minor", "currency", "state", "proposed_by", "proposed_at", "approved_by")


@clerk_only
@require_GET
def payouts(request: HttpRequest) -> HttpResponse:
    """What merchants are owed, and their payouts; as CSV for the bank."""
    currencies = reads.currencies()
    found = reads.rows("payouts", {"limit": SHOWN}) if currencies else []
    for row in found:
        row["currency"] = currencies[row["cell"]]
    if request.GET.get("as") == "csv":
        lines = [[row[column] for column in PAYOUT_COLUMNS] for row in found]
        for row, line in zip(found, lines, strict=True):
            line[4] = settlement.PayoutState(row["state"]).name.lower()
        return csv_file("payouts.csv", PAYOUT_COLUMNS, lines)
    open_ = {row["cell"] for row in found if row["state"] in (1, 2)}
    return finance_page(request, "payouts.html", payouts=found, owed=_owed(), open=open_, actor=desk_of(request).actor)


def _owed() -> list[reads.Row]:
    """What each cell owes its merchant."""
    places = reads.places()
    wanted = {
        (place.name, pay.account_id(pay.ledger_of(place.currency), pay.Chart.MERCHANT_PAYABLE, place.tenant_id)): place
        for place in places
    }
    found = reads.rows("accounts", {"ids": sorted({id_ for _, id_ in wanted}), "cell": ""}) if places else []
    owed = []
    for row in found:
        place = wanted.get((row["cell"], row["account_id"]))
        if place is not None:
            row |= {"market": place.market_code, "currency": place.currency}
            owed.append(row | {"owed_minor": row["credits_posted"] - row["debits_posted"]})
    return owed


@clerk_only
@require_POST
def propose(request: HttpRequest, cell: str) -> HttpResponse:
    require(request, PAY_OUT)
    with books_of(cell) as books:
        try:
            settlement.propose_payout(books, desk_of(request).actor, datetime.now(UTC))
        except settlement.Refused:
            messages.error(request, _("Nothing is owed, or a payout is open already."))
        else:
            messages.success(request, _("Proposed. Somebody else must approve it."))
    return redirect("finance-payouts")


STEPS = {
    "approve": (settlement.PayoutState.APPROVED, APPROVE_PAYOUT),
    "send": (settlement.PayoutState.SENT, PAY_OUT),
    "withdraw": (settlement.PayoutState.WITHDRAWN, PAY_OUT),
    "return": (settlement.PayoutState.RETURNED, PAY_OUT),
}


@clerk_only
@require_POST
def move_payout(request: HttpRequest, cell: str, payout_id: UUID) -> HttpResponse:
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    to, right = step
    require(request, right)
    note = request.POST.get("note", "").strip()[:240]
    with books_of(cell) as books:
        try:
            settlement.change_payout(books, payout_id, to, desk_of(request).actor, datetime.now(UTC), note)
        except settlement.Refused:
            messages.error(request, _("Not possible: it has moved on already, or you proposed it yourself."))
        else:
            messages.success(request, f"{words.payout_state(to)}.")
    return redirect("finance-payouts")


@clerk_only
@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """The months of every merchant in which money moved, newest first, and the one that runs."""
    merchants = reads.merchants()
    days = reads.rows("months") if merchants else []
    locked = {(row["cell"], row["month"]): row for row in reads.rows("locked")} if merchants else {}
    found = []
    for one in merchants:
        mine = [row for row in days if row["cell"] in one.cells]
        newest = max((row["month"] for row in mine), default=None)
        shown = []
        for month in sorted({row["month"] for row in mine if row["rows"] or row["month"] == newest}, reverse=True):
            sums = {name: sum(row[name] for row in mine if row["month"] == month) for name in SUMS_OF_MONTH}
            locks = [locked.get((cell, month)) for cell in one.cells]
            shown.append({"month": month, "lock": locks[0] if all(locks) else None, **sums})
        found.append({"merchant": one, "months": shown, "quiet": len({row["month"] for row in mine}) - len(shown)})
    return finance_page(request, "months.html", merchants=found)


def _first(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None


@clerk_only
@require_http_methods(["GET", "POST"])
def month(request: HttpRequest, key: str, month: str) -> HttpResponse:
    """The checklist of a month, income by channel, and the lock."""
    one, first, now = merchant_or_404(key), _first(month), datetime.now(UTC)
    if request.method == "POST":
        require(request, CLOSE_MONTH)
        return _lock(request, one, first, now)
    checks: dict[str, settlement.Check] = {}
    for cell in one.cells:
        with books_of(cell) as books:
            for check in settlement.checklist(books, first, rules_of(one), now):
                worse = check.name not in checks or not check.is_met
                checks[check.name] = check if worse else checks[check.name]
    last = settlement.next_month(first) - timedelta(days=1)
    span = {"cells": list(one.cells), "first": first, "last": last}
    income, tenders = reads.rows("day", span), reads.rows("day_tenders", span)
    if request.GET.get("as") == "csv":
        columns = ("channel", *AMOUNTS)
        rows = [[row[name] for name in columns] for row in income]
        for row, line in zip(income, rows, strict=True):
            line[0] = words.channel_text(row["channel"])
        return csv_file(f"income-{key}-{month}.csv", columns, rows)
    locked = {(row["cell"], row["month"]): row for row in reads.rows("locked")}
    lock = locked.get((one.cells[0], first))
    context = {"checks": list(checks.values()), "income": income, "tenders": tenders, "lock": lock, "last": last}
    return finance_page(request, "month.html", merchant=one, first=first, **context)


def _lock(request: HttpRequest, one: reads.Merchant, first: date, now: datetime) -> HttpResponse:
    note = request.POST.get("note", "").strip()[:1000]
    try:
        for cell in one.cells:
            with books_of(cell) as books:
                settlement.lock(books, first, rules_of(one), desk_of(request).actor, now, note)
    except settlement.Refused:
        messages.error(request, _("Not yet: see what is open below. What may stay open needs a word about why."))
    else:
        messages.success(request, _("The month is locked and its trial balance kept."))
    return redirect("finance-month", key=one.key, month=f"{first:%Y-%m}")


@clerk_only
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """Commission, fees and the limit of refunds, merchant by merchant; new ones hold from a day on."""
    if request.method == "POST":
        require(request, SET_TERMS)
        _set_terms(request, merchant_or_404(request.POST.get("of", "")))
        return redirect("finance-terms")
    merchants = reads.merchants()
    kept = reads.rows("terms") if merchants else []
    rows = [(one, [row for row in kept if row["cell"] == one.cells[0]]) for one in merchants]
    return finance_page(request, "terms.html", merchants=rows)


def _set_terms(request: HttpRequest, one: reads.Merchant) -> None:
    now, currency = datetime.now(UTC), one.market.currency
    # The form says per cent with two digits after the point: basis points, as cents are minor units of a dollar.
    asked = {name: markets.minor_of(request.POST.get(name, ""), "USD") for name in ("commission", "fee")}
    asked |= {name: markets.minor_of(request.POST.get(name, ""), currency) for name in ("fixed", "limit")}
    if any(value is None for value in asked.values()):
        messages.error(request, _("Write rates and amounts in figures, for instance 2.5."))
        return
    values = [value or 0 for value in asked.values()]
    today = settlement.day_of(now, one.market.time_zone)
    try:
        agreed = settlement.Terms(today, *values)
        for cell in one.cells:
            with books_of(cell) as books:
                settlement.set_terms(books, agreed, desk_of(request).actor, now)
    except ValueError:
        messages.error(request, _("A rate is 0 to 100 per cent, and an amount 0 or more."))
    else:
        messages.success(request, _("The terms hold from today on."))


@clerk_only
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """Providers' payouts, and a form to take in a report."""
    if request.method == "POST":
        require(request, PAY_OUT)
        _take_in(request)
        return redirect("finance-reports")
    currencies = reads.currencies()
    found = reads.rows("provider_payouts", {"limit": SHOWN}) if currencies else []
    for row in found:
        row["currency"] = currencies[row["cell"]]
    context = {"payouts": found, "cells": sorted(currencies), "providers": list(pay.PROVIDERS)}
    return finance_page(request, "reports.html", **context)


def _take_in(request: HttpRequest) -> None:
    file, provider = request.FILES.get("report"), request.POST.get("provider", "")
    if file is None or provider not in pay.PROVIDERS or (file.size or 0) > REPORT_BYTES:
        messages.error(request, _("Choose the provider and a CSV file of at most 1 MB."))
        return
    with books_of(request.POST.get("cell", "")) as books:
        digits = markets.minor_digits(reads.currencies()[books.cell])
        try:
            text = file.read().decode("utf-8-sig")
            found = settlement.read_report(text, digits)
            actor, now = desk_of(request).actor, datetime.now(UTC)
            added = settlement.take_in(books, provider, pay.PROVIDERS[provider], found, actor, now)
        except UnicodeDecodeError:
            messages.error(request, _("The file is not UTF-8 text."))
        except settlement.Refused as refused:
            messages.error(request, desk_of(request).said(refused.said))
        else:
            said = _("%(added)d of %(all)d payouts were new and are in the books.")
            messages.success(request, said % {"added": added, "all": len(found)})
