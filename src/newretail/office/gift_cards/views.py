"""The pages of gift cards: the list, issuing, the cards of one request, and one card with all that happened to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from newretail.kit.ids import uuid7
from newretail.markets import api as markets
from newretail.office import reads
from newretail.office.audit.trail import changes_of
from newretail.office.audit.words import differences
from newretail.office.desk import (
    APPROVE_GIFT_CARDS,
    HANDLE_GIFT_CARDS,
    SEE_GIFT_CARDS,
    desk_of,
    page,
    require,
    with_right,
)
from newretail.office.finance import reads as finance
from newretail.office.finance import words as finance_words
from newretail.office.finance.asking import reason_of, request_id_of
from newretail.office.finance.desk import SEE, books_of
from newretail.office.gift_cards import words, work
from newretail.office.gift_cards.forms import IssueForm
from newretail.office.gift_cards.listing import GIFT_CARDS
from newretail.office.lists.views import show
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement

OPEN_SHOWN, MOVEMENTS_SHOWN = 20, 50


@with_right(SEE_GIFT_CARDS)
@require_GET
def gift_cards(request: HttpRequest) -> HttpResponse:
    """All cards; above them what waits for people."""
    shared = _shared()
    reads_them = bool(shared["currencies"]) and not request.GET.get("format")
    waiting = reads.rows("gift_cards.sql", "open", {"limit": OPEN_SHOWN}) if reads_them else []
    may_handle = request.user.has_perm(HANDLE_GIFT_CARDS)
    return show(request, GIFT_CARDS, "gift_cards/list.html", **shared, waiting=waiting, may_handle=may_handle)


def _shared() -> dict[str, Any]:
    """What all templates of gift cards ask."""
    return {
        "deeds": words.DEEDS,
        "states": words.STATES,
        "looks": words.LOOKS,
        "currencies": finance.currencies(),
        "state_of_request": finance_words.refund_state,
    }


@with_right(HANDLE_GIFT_CARDS)
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest) -> HttpResponse:
    """One card or a batch; above the limit of the market's terms a second person must approve it."""
    desk = desk_of(request)
    form = IssueForm(request.POST if request.method == "POST" else None, finance.places(), desk.market)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        wish = settlement.CardWish(
            *(request_id_of(request), settlement.CardDeed.ISSUE, told["cards"], told["value_minor"]),
            expires_at=told["expires_at"],
        )
        with books_of(told["cell"]) as books:
            try:
                asked = work.ask(desk, books, wish, told["reason"])
            except settlement.Refused as refused:
                form.add_error(None, desk.said(refused.said))
            else:
                _tell(request, asked)
                return redirect("office-gift-cards-batch", cell=books.cell, request_id=asked.request_id)
    sold_in = {place.market_code for place in finance.places()}
    rules = {each.code: each.gift_card_months for each in markets.markets() if each.code in sold_in}
    context = {"form": form, "rules": rules, "ask_id": request.POST.get("request") or uuid7()}
    return page(request, "gift_cards/issue.html", status=422 if form.errors else 200, desk=desk, **context)


def _tell(request: HttpRequest, asked: settlement.CardRequest) -> None:
    """What became of a request, at the head of the next page."""
    if asked.state == settlement.RefundState.WAITING:
        messages.success(request, _("Kept. It is above the limit: a second person must approve it."))
    elif asked.state == settlement.RefundState.ALLOWED:
        messages.warning(request, _("Allowed. The books are busy: it is done within seconds."))
    elif asked.state == settlement.RefundState.FAILED:
        messages.error(request, _("Not possible any more: %s") % desk_of(request).said(asked.note))
    elif asked.deed == settlement.CardDeed.ISSUE:
        messages.success(request, _("Issued. Take the codes now: they are told once."))
    else:
        told = {
            settlement.CardDeed.BLOCK: _("Blocked. Nothing of it can be spent until it is unblocked."),
            settlement.CardDeed.LET_GO: _("Unblocked. What is on it can be spent again."),
            settlement.CardDeed.VOID: _("Void. What was on it went back to the bank."),
        }
        messages.success(request, told[settlement.CardDeed(asked.deed)])


@with_right(SEE_GIFT_CARDS)
@require_GET
def batch(request: HttpRequest, cell: str, request_id: UUID) -> HttpResponse:
    """The cards that were issued together: who asked for them, who approved, whether the codes were taken."""
    desk = desk_of(request)
    with books_of(cell) as books:
        try:
            asked = settlement.find_card_request(books, request_id)
        except settlement.Refused:
            raise Http404 from None
        market_code = work.market_of(books)
    if asked.account_id is not None:
        return redirect("office-gift-card", cell=cell, account_id=asked.account_id)
    return page(request, "gift_cards/batch.html", desk=desk, **batch_context(desk, cell, market_code, asked))


def batch_context(desk: Any, cell: str, market_code: str, asked: settlement.CardRequest) -> dict[str, Any]:
    """What the page of a request shows."""
    history = changes_of("gift_cards", asked.request_id)
    return {
        **_shared(),
        "asked": asked,
        "codes": [],
        "cell": cell,
        "market_code": market_code,
        "names": words.names([asked.requested_by, asked.decided_by, asked.codes_taken_by]),
        "may_decide": desk.may(APPROVE_GIFT_CARDS),
        "may_handle": desk.may(HANDLE_GIFT_CARDS),
        "history": [(each, differences(each.before, each.after, desk)) for each in history],
    }


@with_right(SEE_GIFT_CARDS)
@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, cell: str, account_id: int) -> HttpResponse:
    """One card: what is on it, every movement with the order that it paid, and what staff did with it."""
    desk = desk_of(request)
    if account_id >= 1 << 63:
        raise Http404
    with books_of(cell) as books:
        found = settlement.find_card(books, account_id)
        if found is None:
            raise Http404
        if request.method == "POST":
            return _deed(request, books, found)
        market_code = work.market_of(books)
        free, held = settlement.on_card(books, account_id)
        moved = pay.movements(books.connection, cell, account_id, limit=MOVEMENTS_SHOWN)
    values = {"cell": cell, "account_id": account_id, "request_id": found.request_id}
    requests = reads.rows("gift_cards.sql", "of_card", values)
    is_posted = not any(row["request_id"] == found.request_id and row["state"] == 2 for row in requests)
    history = changes_of("gift_card", account_id)
    context = {
        **_shared(),
        "card": found,
        "cell": cell,
        "market_code": market_code,
        "state": words.state_of(found, free + held, is_posted, datetime.now(UTC)),
        "days_after_refund": settlement.DAYS_AFTER_A_REFUND,
        "free": free,
        "held": held,
        "moved": moved,
        "shown": MOVEMENTS_SHOWN,
        "why_text": finance_words.why_text,
        "requests": requests,
        "names": words.names(name for row in requests for name in (row["requested_by"], row["decided_by"])),
        "may_decide": desk.may(APPROVE_GIFT_CARDS),
        "may_handle": desk.may(HANDLE_GIFT_CARDS),
        "may_see_books": desk.may(SEE),
        "history": [(each, differences(each.before, each.after, desk)) for each in history],
        "ask_id": uuid7(),
    }
    return page(request, "gift_cards/one.html", desk=desk, **context)


def _deed(request: HttpRequest, books: settlement.CellBooks, found: settlement.GiftCard) -> HttpResponse:
    """Block, unblock or make void, with a reason."""
    require(request, HANDLE_GIFT_CARDS)
    try:
        deed = settlement.CardDeed[request.POST.get("deed", "").upper()]
    except KeyError:
        raise Http404 from None
    wish = settlement.CardWish(request_id_of(request), deed, account_id=found.account_id)
    if not reason_of(request):
        messages.error(request, _("Write why: whoever holds the card will ask."))
    else:
        try:
            _tell(request, work.ask(desk_of(request), books, wish, reason_of(request), found.ending))
        except settlement.Refused as refused:
            messages.error(request, desk_of(request).said(refused.said))
    return redirect("office-gift-card", cell=books.cell, account_id=found.account_id)
