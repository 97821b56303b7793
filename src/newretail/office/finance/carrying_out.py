"""An allowed refund on its way to the order engine."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade


def carry_out(request: HttpRequest, books: settlement.CellBooks, asked: settlement.RefundRequest) -> None:
    """Have the engine give the money back, once: the request's id is the refund's.

    When the engine is away the request stays allowed, and anybody who may refund can carry it out later.
    """
    ask = trade.RefundAsk(
        refund_id=asked.request_id,
        order_id=asked.order_id,
        reason=asked.reason,
        actor=asked.requested_by,
        amount_minor=asked.amount_minor,
        approved_by=asked.decided_by or "",
    )
    try:
        verdict = trade.refund(ask, books.tenant_id)
    except (trade.Busy, trade.Unavailable, trade.DatabaseAway):
        messages.warning(request, _("The refund is allowed, but the order engine is busy. Carry it out in a moment."))
        return
    settlement.end_refund(books, asked.request_id, verdict.done, "" if verdict.done else verdict.detail)
    if verdict.done:
        messages.success(request, _("The money goes back to where it came from."))
    else:
        messages.error(request, _("The order or its payments do not allow this refund: nothing was given back."))
