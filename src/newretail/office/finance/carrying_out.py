"""What staff were allowed to do with money, on its way to the order engine."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from newretail.office.desk import desk_of
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade

Way = settlement.RefundWay


def carry_out(request: HttpRequest, books: settlement.CellBooks, asked: settlement.RefundRequest) -> None:
    """Have the engine do it, once: the request's id is that of the refund, or of the move out of suspense.

    When the engine is away the request stays allowed, and anybody who may refund can carry it out later.
    """
    try:
        done, note = _done(books, asked)
    except (trade.Busy, trade.Unavailable, trade.DatabaseAway):
        messages.warning(request, _("The refund is allowed, but the order engine is busy. Carry it out in a moment."))
        return
    settlement.end_refund(books, asked.request_id, done, note)
    told = desk_of(request).said(note, pay.currency_of(books.ledger))
    if not done:
        messages.error(request, _("The order or its payments do not allow this: nothing was moved. %s") % told)
    elif asked.way == Way.TO_WALLET:
        messages.success(request, _("The money is in the buyer’s wallet."))
    elif asked.way == Way.TO_ORDER and note:
        messages.warning(request, _("The money is in the buyer’s wallet, but the order did not take it. %s") % told)
    elif asked.way == Way.TO_ORDER:
        messages.success(request, _("The order is paid with it."))
    else:
        messages.success(request, _("The money goes back to where it came from."))


def _done(books: settlement.CellBooks, asked: settlement.RefundRequest) -> tuple[bool, str]:
    """Whether the engine did it, and what it said."""
    if asked.way == Way.SALE:
        verdict = trade.refund(_refund_of(asked), books.tenant_id)
        return verdict.done, "" if verdict.done else verdict.detail
    assert asked.payment_id is not None
    to_order = trade.find(asked.to_order_id, books.tenant_id) if asked.to_order_id is not None else None
    owner = to_order or trade.payments_of(asked.order_id, books.tenant_id)
    to_wallet = asked.way != Way.TO_PROVIDER
    move = trade.SuspenseAsk(
        ask_id=asked.request_id,
        order_id=asked.order_id,
        payment_id=asked.payment_id,
        way=pay.Way.WALLET if to_wallet else pay.Way.PROVIDER,
        amount_minor=asked.amount_minor,
        reason=asked.reason,
        actor=asked.requested_by,
        buyer_id=owner.buyer_id if to_wallet and owner is not None else 0,
        approved_by=asked.decided_by or "",
    )
    verdict = trade.send_on(move, books.tenant_id)
    if not verdict.done or to_order is None:
        return verdict.done, "" if verdict.done else verdict.detail
    # The second step is repeatable by itself: an order that is paid no longer waits for its money.
    paid = trade.open_payments(to_order.order_id, [trade.TenderRequest("wallet")], books.tenant_id)
    now = trade.find(to_order.order_id, books.tenant_id)
    return True, paid.detail if now is not None and now.state in ("unpaid", "cancelled") else ""


def _refund_of(asked: settlement.RefundRequest) -> trade.RefundAsk:
    return trade.RefundAsk(
        refund_id=asked.request_id,
        order_id=asked.order_id,
        reason=asked.reason,
        actor=asked.requested_by,
        lines=asked.lines,
        amount_minor=None if asked.lines else asked.amount_minor,
        approved_by=asked.decided_by or "",
    )
