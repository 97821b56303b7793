"""Reading the books: today's money, the trial balance, an account, a search, all money of an order."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from newretail.kit.ids import made_at
from newretail.markets import api as markets
from newretail.office.finance import reads, words
from newretail.office.finance.desk import clerk_only, finance_page, store_names
from newretail.office.finance.downloads import csv_file
from newretail.office.reads import has_cells
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.people import api as people

PAGE_SIZE = 50
REQUESTS_SHOWN = 20
DAYS_OF_SEARCH = (1, 7, 31, 366)
NO_BATCH = (1 << 63) - 1


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@clerk_only
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    days = reads.today()
    requests = reads.rows("open_requests", {"limit": REQUESTS_SHOWN}) if days else []
    return finance_page(request, "home.html", days=days, requests=requests, currencies=reads.currencies())


@clerk_only
@require_GET
def trial(request: HttpRequest) -> HttpResponse:
    """The trial balance of one merchant: as of now, or as of the end of a closed day."""
    merchants = reads.merchants()
    asked = request.GET.get("of", "")
    one = next((m for m in merchants if m.key == asked), merchants[0] if merchants else None)
    day = day_of(request.GET.get("day", ""))
    found = reads.trial_balance(one.cells, day) if one else []
    ids = [pay.account_id(row["ledger"], row["chart"], row["owner"]) for row in found]
    stores = store_names(ids)
    for row, id_ in zip(found, ids, strict=True):
        row["name"] = words.account_name(row["chart"], row["owner"], stores)
        row["account_id"] = id_
        row["currency"] = pay.currency_of(row["ledger"])
    sums = {"debits": sum(r["debits_minor"] for r in found), "credits": sum(r["credits_minor"] for r in found)}
    if request.GET.get("as") == "csv" and one:
        columns = ("ledger", "chart", "owner", "name", "debits_minor", "credits_minor", "currency")
        name = f"trial-balance-{one.key}-{day or 'now'}.csv"
        return csv_file(name, columns, [[row[column] for column in columns] for row in found])
    closed = {row["cell"]: row["business_day"] for row in reads.rows("last_days")} if one else {}
    last = min((closed[cell] for cell in one.cells if cell in closed), default=None) if one else None
    context = {"merchants": merchants, "merchant": one, "day": day, "last": last, "rows": found, "sums": sums}
    return finance_page(request, "trial.html", **context, shoppers=[int(c) for c in settlement.SHOPPERS])


@clerk_only
@require_GET
def account(request: HttpRequest, cell: str, account_id: int) -> HttpResponse:
    """One account: its balances, and its postings newest first, paged by key."""
    found = reads.rows("accounts", {"ids": [account_id], "cell": cell}) if has_cells() else []
    if not found:
        raise Http404
    currency = pay.currency_of(found[0]["ledger"])
    before = request.GET.get("before", "").partition("_")
    after_batch = int(before[0]) if before[0].isdigit() else NO_BATCH
    transfer = uuid_of(before[2]) or reads.LAST_ID
    lines = reads.statement_of_account(cell, account_id, PAGE_SIZE + 1, min(after_batch, NO_BATCH), transfer)
    stores = store_names([account_id, *(line["other_id"] for line in lines)])
    for line in lines:
        line["other"] = words.account_name(*reads.parts(line["other_id"])[1:], stores)
    _ledger, chart, owner = reads.parts(account_id)
    return finance_page(
        request,
        "account.html",
        account=found[0],
        name=words.account_name(chart, owner, stores),
        currency=currency,
        lines=lines[:PAGE_SIZE],
        has_next=len(lines) > PAGE_SIZE,
    )


@clerk_only
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Any payment in two clicks: by the id of an order, payment or transfer, a provider's name of it, amount, buyer."""
    asked = request.GET.get("q", "").replace("\0", "").strip()[:254]
    days = next((n for n in DAYS_OF_SEARCH if str(n) == request.GET.get("days")), 7)
    found: list[reads.Row] = []
    currencies = reads.currencies() if asked else {}
    if currencies:
        if (id_ := uuid_of(asked)) is not None and reads.order_money(id_) is not None:
            return redirect("finance-order", order_id=id_)
        try:
            found = _found(asked, days, currencies)
        except reads.TooMuch:
            messages.error(request, _("That is more than can be searched at once. Choose fewer days."))
    for row in found:
        row |= {
            "currency": currencies[row["cell"]],
            "made_at": made_at(row["found_id"]),
            "is_top_up": pay.is_top_up(row["found_id"]),
        }
    context = {"words_asked": asked, "days": days, "choices": DAYS_OF_SEARCH, "found": found, "limit": PAGE_SIZE}
    return finance_page(request, "search.html", **context)


def _found(asked: str, days: int, currencies: dict[str, str]) -> list[reads.Row]:
    """What the words may mean, each thing once: a provider's name, an amount in any currency, a buyer."""
    values = {"reference": asked, "providers": list(pay.PROVIDERS), "limit": PAGE_SIZE}
    found = reads.rows("by_reference", values)
    amounts = {
        currency: amount for currency in set(currencies.values()) if (amount := markets.minor_of(asked, currency))
    }
    if amounts:
        of_amount = reads.by_amount(sorted(set(amounts.values())), days, PAGE_SIZE)
        found += [row for row in of_amount if row["amount_minor"] == amounts.get(currencies[row["cell"]])]
    buyers = people.buyers_by(asked)
    if buyers:
        found += reads.rows("by_buyer", {"buyers": list(buyers), "limit": PAGE_SIZE})
    once = {row["found_id"].int >> 8: row for row in found}
    return sorted(once.values(), key=lambda row: row["found_id"].int, reverse=True)[:PAGE_SIZE]
