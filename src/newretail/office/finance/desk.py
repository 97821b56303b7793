"""Who may see and move money, and the books of a cell for what changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import psycopg
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from newretail.kit import settings
from newretail.kit.arrays import register
from newretail.office.desk import page, staff_only
from newretail.office.finance import reads, words
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.stock import api as stock
from newretail.trade import api as trade

SEE, REFUND, APPROVE_REFUND = "finance.see_books", "finance.refund", "finance.approve_refund"
PAY_OUT, APPROVE_PAYOUT = "finance.pay_out", "finance.approve_payout"
CLOSE_MONTH, SET_TERMS = "finance.close_month", "finance.set_terms"


def clerk_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For staff with the right to see the books."""

    @staff_only
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(SEE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def finance_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Render a page of finance; templates see `words`, and `may(right)`."""
    may = request.user.has_perm
    context |= {"words": words, "may": lambda right: may(f"finance.{right}")}
    return page(request, f"finance/{template}", **context)


def merchant_or_404(key: str) -> reads.Merchant:
    found = reads.merchant(key)
    if found is None:
        raise Http404
    return found


def rules_of(merchant: reads.Merchant) -> settlement.DayRules:
    return settlement.DayRules(merchant.market.time_zone, merchant.market.tax_basis_points, trade.taxes_of_sales)


@contextmanager
def books_of(cell: str) -> Iterator[settlement.CellBooks]:
    """The books of a cell, for what changes them; 404 for a cell that is not there."""
    place = next((place for place in reads.places() if place.name == cell), None)
    if place is None:
        raise Http404
    with psycopg.connect(place.url(settings.DATABASE_URL.text), autocommit=True) as connection:
        register(connection)
        yield settlement.CellBooks(connection, place.name, place.tenant_id, pay.ledger_of(place.currency))


def store_names(account_ids: list[int]) -> dict[int, str]:
    """The names of the stores whose cash accounts are among these."""
    owners = {owner for _, chart, owner in map(reads.parts, account_ids) if chart == pay.Chart.TILL_CASH and owner}
    return {number: node.node_name for number, node in stock.nodes_by_id(owners).items()} if owners else {}
