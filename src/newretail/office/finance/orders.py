"""All money of an order or a top-up: payments, postings, what providers said and were asked, what may go back."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.kit.ids import uuid7
from newretail.office.desk import desk_of
from newretail.office.finance import reads, words
from newretail.office.finance.desk import clerk_only, finance_page, store_names
from newretail.pay import api as pay
from newretail.trade import api as trade


@clerk_only
@require_GET
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Everything about the money of an order or a top-up; `order_id` may also be a payment's or a transfer's id."""
    money = reads.order_money(order_id)
    if money is None:
        raise Http404
    ids = [id_ for row in money.transfers for id_ in (row["debit_id"], row["credit_id"])]
    stores = store_names(ids)
    for row in money.transfers:
        for side in ("debit", "credit"):
            _ledger, chart, owner = reads.parts(row[f"{side}_id"])
            row[f"{side}_name"] = words.account_name(chart, owner, stores)
    captured, refunded = reads.sums_of(money)
    asked = sum(row["amount_minor"] for row in money.requests if row["state"] in (1, 2) and not row["way"])
    found = None if money.is_top_up else trade.find(money.order_id)
    free = captured - refunded - asked
    top_up = trade.find_top_up(money.order_id) if money.is_top_up else None
    in_wallet = reads.left_in_wallet(money) if top_up is not None else 0
    return finance_page(
        request,
        "order.html",
        money=money,
        order=found,
        currency=reads.currencies()[money.cell],
        captured=captured,
        refunded=refunded,
        top_up=top_up,
        in_wallet=in_wallet,
        free=max(0, free if top_up is None else min(free, in_wallet)),
        lines=_lines(money, found) if captured > refunded and found is not None else [],
        ask_id=uuid7(),
        actor=desk_of(request).actor,
    )


def _lines(money: reads.OrderMoney, order: trade.OrderView | None) -> list[reads.Row]:
    """The lines of an order with what of each can still be given back, by the engine's own reckoning."""
    sums = trade.payments_of(money.order_id) if order is not None else None
    if order is None or sums is None:
        return []
    names = catalog.sku_names([line.sku_id for line in order.lines])
    rows = []
    for number, (line, (left, amount)) in enumerate(zip(order.lines, pay.lines_left(sums), strict=True), 1):
        row = {"number": number, "sku": line.sku, "name": names.get(line.sku_id, ("", ""))[1], "ordered": line.quantity}
        rows.append(row | {"left": max(left - reads.asked_of_line(money, number), 0), "amount_minor": amount})
    return rows
