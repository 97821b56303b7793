"""The second person's answer to a request about gift cards, and the codes of what was issued, once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from newretail.kit.signing import secret_key
from newretail.office.audit.trail import write_down
from newretail.office.desk import APPROVE_GIFT_CARDS, HANDLE_GIFT_CARDS, desk_of, page, require, with_right
from newretail.office.finance.desk import books_of
from newretail.office.finance.words import figures
from newretail.office.gift_cards import work
from newretail.office.gift_cards.trail import deed_of_request
from newretail.office.gift_cards.views import batch_context
from newretail.office.lists import sheets
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement

SHOWN_AT_MOST = 20


@with_right("finance.see_gift_cards")
@require_POST
def decide(request: HttpRequest, cell: str, request_id: UUID) -> HttpResponse:
    """Approve or decline what somebody else asked for, or take back what one asked for oneself."""
    answer = request.POST.get("answer", "")
    if answer not in ("approve", "decline", "withdraw"):
        raise Http404
    require(request, HANDLE_GIFT_CARDS if answer == "withdraw" else APPROVE_GIFT_CARDS)
    with books_of(cell) as books:
        note = request.POST.get("note", "").strip()[:240]
        try:
            found = work.decide(desk_of(request), books, request_id, answer, note)
        except settlement.Refused:
            messages.error(request, _("Not possible: it is decided already, or you asked for it yourself."))
        else:
            if found.state == settlement.RefundState.FAILED:
                messages.error(request, _("Not possible any more: %s") % desk_of(request).said(found.note))
            elif answer == "approve":
                messages.success(request, _("Approved and done."))
            else:
                messages.success(request, _("Nothing was changed about any card."))
    return redirect("office-gift-cards-batch", cell=cell, request_id=request_id)


@with_right(HANDLE_GIFT_CARDS)
@require_POST
def codes(request: HttpRequest, cell: str, request_id: UUID) -> HttpResponse:
    """The codes of the cards of a request, on the page or as a sheet: once, and who took them is written down."""
    desk = desk_of(request)
    with books_of(cell) as books:
        try:
            with transaction.atomic(), books.connection.transaction():
                told = settlement.take_codes(books, request_id, secret_key(), desk.actor, datetime.now(UTC))
                asked = settlement.find_card_request(books, request_id)
                market_code = work.market_of(books)
                write_down(desk.staff, [deed_of_request(asked, market_code, action="take_codes")])
        except settlement.Refused:
            messages.error(request, _("These codes cannot be shown: they were taken already, or nothing is issued."))
            return redirect("office-gift-cards-batch", cell=cell, request_id=request_id)
        currency = pay.currency_of(books.ledger)
    if request.POST.get("as") == "page" and len(told) <= SHOWN_AT_MOST:
        context = batch_context(desk, cell, market_code, asked) | {"codes": told}
        return page(request, "gift_cards/batch.html", desk=desk, **context)
    value = figures(asked.value_minor, currency)
    heads = [_("Code"), _("Amount"), _("Currency")]
    form = "xlsx" if request.POST.get("as") == "xlsx" else "csv"
    return sheets.answer(form, f"gift-cards-{asked.requested_at:%Y-%m-%d}", heads, [[c, value, currency] for c in told])
