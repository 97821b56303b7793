"""Asking for money to move: at once up to the limit of the terms, above it by two people."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from newretail.markets import api as markets
from newretail.office.desk import desk_of, require
from newretail.office.finance import reads
from newretail.office.finance.carrying_out import carry_out
from newretail.office.finance.desk import APPROVE_REFUND, REFUND, books_of, clerk_only
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade


def keep(request: HttpRequest, books: settlement.CellBooks, wish: settlement.RefundWish, reason: str) -> None:
    """Keep a request and, where one person is enough, carry it out; the page is told what came of it."""
    now = datetime.now(UTC)
    place = next(place for place in reads.places() if place.name == books.cell)
    today = settlement.day_of(now, markets.market(place.market_code).time_zone)
    try:
        asked = settlement.ask_refund(books, wish, reason, desk_of(request).actor, today, now)
    except settlement.Refused as refused:
        messages.error(request, desk_of(request).said(refused.said))
        return
    if asked.state == settlement.RefundState.WAITING:
        messages.success(request, _("Kept. It is above the limit: a second person must approve it."))
    elif asked.state == settlement.RefundState.ALLOWED:
        carry_out(request, books, asked)


def request_id_of(request: HttpRequest) -> UUID:
    """The id that the form was made with, so that sending it twice asks once."""
    try:
        return UUID(request.POST.get("request", ""))
    except ValueError:
        raise Http404 from None


def reason_of(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:240]


@clerk_only
@require_POST
def ask(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Ask to give money back: units of lines, whose amount the engine reckons, or an amount that is of no line."""
    require(request, REFUND)
    money = reads.order_money(order_id)
    if money is None:
        raise Http404
    back = redirect("finance-order", order_id=money.order_id)
    request_id, reason = request_id_of(request), reason_of(request)
    lines, amount, fault = _wanted(request, money)
    captured, refunded = reads.sums_of(money)
    with books_of(money.cell) as books:
        free = captured - refunded - settlement.refunds_asked(books, money.order_id)
        spent = money.is_top_up and amount > (left := reads.left_in_wallet(money))
        if fault:
            messages.error(request, fault)
        elif amount > free and all(row["request_id"] != request_id for row in money.requests):
            messages.error(request, _("More than what was paid and has not gone back cannot be given back."))
        elif spent:
            told = markets.format_money(left, reads.currencies()[money.cell], get_language() or "en")
            messages.error(request, _("The wallet holds only %s now: what is spent cannot be given back.") % told)
        elif not reason:
            messages.error(request, _("Write why the money goes back: the buyer and the books will ask."))
        else:
            keep(request, books, settlement.RefundWish(request_id, money.order_id, amount, lines), reason)
    return back


Lines = tuple[tuple[int, int, int], ...]


def _wanted(request: HttpRequest, money: reads.OrderMoney) -> tuple[Lines, int, str]:
    """The lines that a form names with their amounts, the amount of all of it, and what is wrong with it."""
    if request.POST.get("by") != "lines":
        amount = markets.minor_of(request.POST.get("amount", ""), reads.currencies()[money.cell])
        if amount is None or amount <= 0:
            return (), 0, _("Write the amount in figures, for instance 12.50.")
        return (), amount, ""
    names = [name for name in request.POST if name.startswith("line-")]
    told = {name[5:]: request.POST.get(name, "").strip() for name in names}
    if any(not (number.isdigit() and (text or "0").isdigit()) for number, text in told.items()):
        return (), 0, _("Write how many units in whole numbers.")
    wanted = [(int(number), int(text)) for number, text in sorted(told.items()) if int(text or "0")]
    sums = trade.payments_of(money.order_id)
    if not wanted or sums is None:
        return (), 0, _("Say how many units of which product are given back.")
    found: list[tuple[int, int, int]] = []
    for number, quantity in wanted:
        left = pay.lines_left(sums)[number - 1][0] if 1 <= number <= len(sums.lines) else 0
        left -= reads.asked_of_line(money, number)
        amount, fault = pay.refund_amount(sums, [(number, quantity)])
        if quantity > left or fault:
            told_left = {"number": number, "left": max(left, 0)}
            return (), 0, _("Of line %(number)d, %(left)d units can still be given back.") % told_left
        found.append((number, quantity, amount))
    return tuple(found), sum(line[2] for line in found), ""


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
    """Carry out an allowed request that could not be carried out when it was allowed."""
    require(request, REFUND)
    with books_of(cell) as books:
        try:
            found = settlement.find_refund(books, request_id)
        except settlement.Refused:
            raise Http404 from None
        if found.state == settlement.RefundState.ALLOWED:
            carry_out(request, books, found)
    return redirect("finance-order", order_id=found.order_id)
