"""A member's money with us: wallet and points with their movements, and what is on a gift card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from newretail.cloud import api as cloud
from newretail.kit.signing import secret_key
from newretail.markets import api as markets
from newretail.pay import api as pay
from newretail.people import api as people
from newretail.shopfront.account import member_of
from newretail.shopfront.tenders import card_name, tender_label, ways_to_top_up
from newretail.shopfront.visit import page, visit_of
from newretail.trade import api as trade

PAGE = 20
OURS = {"wallet": pay.Tender.WALLET, "points": pay.Tender.POINTS}


@dataclass(frozen=True, slots=True)
class Purse:
    """One account of a member. `key`: its name in addresses."""

    key: str
    label: str
    cell: str
    currency: str
    tender: pay.Tender
    funds: pay.Funds


def purses(member: people.Member) -> list[Purse]:
    """A member's accounts in all markets where they have one."""
    holders = [(tender, member.pk) for tender in OURS.values()]
    found = []
    for there in trade.funds_everywhere(holders):
        for name, tender in OURS.items():
            funds = there.funds.get((tender, member.pk))
            if funds is not None:
                key = f"{name}-{there.cell}"
                found.append(Purse(key, tender_label(tender), there.cell, there.currency, tender, funds))
    return found


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """What the member has with us, with the newest movements; a gift card's balance, asked by its code."""
    member = member_of(request)
    found = purses(member)
    newest = {purse.key: trade.movements(purse.cell, purse.funds.account_id, limit=5) for purse in found}
    code = request.POST.get("code", "").strip()
    fault, cards = _look_at_card(request, code) if request.method == "POST" else ("", [])
    return page(
        request,
        "account/money.html",
        status=422 if fault else 200,
        purses=found,
        newest=newest,
        places=_places(request, found),
        waiting=trade.top_ups_of(member.pk, only_waiting=True),
        why=why_words,
        tenders=pay.Tender,
        code=code if fault else "",
        fault=fault,
        cards=cards,
        now=datetime.now(UTC),
    )


def _places(request: HttpRequest, found: list[Purse]) -> list[cloud.CellPlace]:
    """Where money can be added: to every wallet that is there, and to one in the visitor's market."""
    shop = visit_of(request)
    there = {purse.cell for purse in found if purse.tender == pay.Tender.WALLET}
    all_places = [place for place in trade.places_to_top_up() if ways_to_top_up(markets.market(place.market_code))]
    mine = [place for place in all_places if place.name in there]
    here = [place for place in all_places if place.market_code == shop.market.code]
    return mine + [place for place in here if not any(m.market_code == place.market_code for m in mine)][:1]


def _look_at_card(request: HttpRequest, code: str) -> tuple[str, list[tuple[str, pay.Funds, str]]]:
    """What is wrong with a code, or the card's name with what is on it in each currency."""
    gate = people.card_gate(str(member_of(request).pk), request.META.get("REMOTE_ADDR", ""))
    if not gate.is_open():
        return _("Too many codes that are none. Wait ten minutes, then try again."), []
    number = pay.card_number(secret_key(), code)
    holder = (pay.Tender.GIFT_CARD, number or 0)
    there = trade.funds_everywhere([holder]) if number else []
    if number is None or not there:
        gate.note()
        wrong = _("This is no code of a gift card of ours. It has 16 letters and digits: check them and try again.")
        return wrong, []
    return "", [(card_name(number), one.funds[holder], one.currency) for one in there]


@never_cache
@login_required
@require_GET
def movements(request: HttpRequest, key: str) -> HttpResponse:
    """All movements of one account, a page at a time."""
    purse = next((one for one in purses(member_of(request)) if one.key == key), None)
    if purse is None:
        raise Http404
    found = trade.movements(purse.cell, purse.funds.account_id, _mark(request.GET.get("before", "")), PAGE + 1)
    older = found[PAGE - 1].mark if len(found) > PAGE else None
    return page(
        request,
        "account/movements.html",
        purse=purse,
        found=found[:PAGE],
        why=why_words,
        older=f"{older[0]}.{older[1]}" if older else "",
        tenders=pay.Tender,
        first="before" not in request.GET,
    )


def _mark(text: str) -> tuple[int, UUID] | None:
    """Where to read on; None (from the newest) for what is no mark."""
    number, _dot, transfer = text.partition(".")
    try:
        batch = int(number) if number.isascii() and number.isdigit() and len(number) < 18 else -1
        return (batch, UUID(transfer)) if batch >= 0 else None
    except ValueError:
        return None


def why_words(movement: pay.Movement) -> str:
    """Why money came or went, for its owner."""
    if movement.why == pay.Why.TOP_UP:
        return _("Topped up")
    if movement.why == pay.Why.REFUND and movement.is_of_top_up:
        return _("Top-up given back")
    if movement.why == pay.Why.RECOVERED:
        return _("Top-up taken back through your bank")
    if movement.why == pay.Why.CREDITED:
        return _("Credited by us")
    if movement.why == pay.Why.ISSUE:
        return _("Granted")
    if movement.why == pay.Why.SALE:
        return _("Paid for an order")
    if movement.why == pay.Why.REFUND:
        return _("Given back for an order")
    return _("Other")
