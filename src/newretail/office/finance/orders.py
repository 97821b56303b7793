"""All money of one order, and giving some of it back: asked for with a reason, by two people above the limit."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from newretail.kit.ids import uuid7
from newretail.markets import api as markets
from newretail.office.desk import desk_of, require
from newretail.office.finance import reads, words
from newretail.office.finance.carrying_out import carry_out
from newretail.office.finance.desk import APPROVE_REFUND, REFUND, books_of, clerk_only, finance_page, minor, store_names
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade


@clerk_only
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Payments, postings, events and refunds of an order; `order_id` may also be a payment's or a transfer's id."""
    money = reads.order_money(order_id)
    if money is None:
        raise Http404
    ids = [id_ for row in money.transfers for id_ in (row["debit_id"], row["credit_id"])]
    stores = store_names(ids)
    for row in money.transfers:
        for side in ("debit", "credit"):
            _ledger, chart, owner = reads.parts(row[f"{side}_id"])
            row[f"{side}_name"] = words.account_name(chart, owner, stores)
    captured, refunded = sums_of(money)
    asked = sum(row["amount_minor"] for row in money.requests if row["state"] in (1, 2))
    return finance_page(
        request,
        "order.html",
        money=money,
        order=trade.find(money.order_id),
        currency=reads.currencies()[money.cell],
        captured=captured,
        refunded=refunded,
        free=max(0, captured - refunded - asked),
        ask_id=uuid7(),
        actor=desk_of(request).actor,
    )


def sums_of(money: reads.OrderMoney) -> tuple[int, int]:
    """What an order's sales got and gave back, by its posted transfers; minor units."""
    posted = [row for row in money.transfers if row["kind"] in (pay.Kind.SINGLE, pay.Kind.POST)]
    captured = sum(row["amount_minor"] for row in posted if reads.parts(row["credit_id"])[1] == pay.Chart.SALES)
    refunded = sum(row["amount_minor"] for row in posted if reads.parts(row["debit_id"])[1] == pay.Chart.SALES)
    return captured, refunded


@clerk_only
@require_POST
def ask(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Ask to give money back; at once up to the limit, else it waits for a second person."""
    require(request, REFUND)
    money = reads.order_money(order_id)
    if money is None:
        raise Http404
    back = redirect("finance-order", order_id=money.order_id)
    try:
        request_id = UUID(request.POST.get("request", ""))
    except ValueError:
        raise Http404 from None
    amount = minor(request.POST.get("amount", ""), reads.currencies()[money.cell])
    captured, refunded = sums_of(money)
    now, reason = datetime.now(UTC), request.POST.get("reason", "").strip()[:240]
    with books_of(money.cell) as books:
        free = captured - refunded - settlement.refunds_asked(books, money.order_id)
        if amount is None or amount <= 0:
            messages.error(request, _("Write the amount in figures, for instance 12.50."))
        elif amount > free and all(row["request_id"] != request_id for row in money.requests):
            messages.error(request, _("More than what was paid and has not gone back cannot be given back."))
        elif not reason:
            messages.error(request, _("Write why the money goes back: the buyer and the books will ask."))
        else:
            place = next(place for place in reads.places() if place.name == money.cell)
            today = settlement.day_of(now, markets.market(place.market_code).time_zone)
            what = (request_id, money.order_id, amount)
            asked = settlement.ask_refund(books, what, reason, desk_of(request).actor, today, now)
            if asked.state == settlement.RefundState.WAITING:
                messages.success(request, _("Kept. It is above the limit: a second person must approve it."))
            else:
                carry_out(request, books, asked)
    return back


@clerk_only
@require_POST
def decide(request: HttpRequest, cell: str, request_id: UUID) -> HttpResponse:
    """Approve or decline what somebody else asked for."""
    require(request, APPROVE_REFUND)
    allow = request.POST.get("answer") == "approve"
    with books_of(cell) as books:
        try:
            actor, note = desk_of(request).actor, request.POST.get("note", "").strip()[:240]
            found = settlement.decide_refund(books, request_id, allow, actor, datetime.now(UTC), note)
        except settlement.Refused:
            messages.error(request, _("Not possible: it is decided already, or you asked for it yourself."))
            return redirect("finance")
        if allow:
            carry_out(request, books, found)
        else:
            messages.success(request, _("Declined. Nothing was given back."))
    return redirect("finance-order", order_id=found.order_id)


@clerk_only
@require_POST
def again(request: HttpRequest, cell: str, request_id: UUID) -> HttpResponse:
    """Carry out an allowed refund that could not be carried out when it was allowed."""
    require(request, REFUND)
    with books_of(cell) as books:
        try:
            found = settlement.find_refund(books, request_id)
        except settlement.Refused:
            raise Http404 from None
        if found.state == settlement.RefundState.ALLOWED:
            carry_out(request, books, found)
    return redirect("finance-order", order_id=found.order_id)
