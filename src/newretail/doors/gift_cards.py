"""Issuing a gift card from the command line: by the function that the office calls, and with the same trail."""

from __future__ import annotations

from datetime import UTC, date, datetime

import psycopg
from django.db import transaction

from newretail.cloud.api import CellPlace, places
from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.kit.signing import secret_key
from newretail.markets import api as markets
from newretail.office.audit.trail import write_down
from newretail.office.gift_cards.trail import deed_of_request
from newretail.office.gift_cards.work import end_of_cards
from newretail.pay.api import ledger_of
from newretail.pay.settlement import api as settlement
from newretail.people.models import Member

APPROVE = "finance.approve_gift_cards"


class NotIssued(ValueError):
    """No card was issued; the message says why, and what to do."""


def issue(
    url: str,
    market_code: str,
    amount_minor: int,
    staff_email: str,
    note: str,
    approved_by: str = "",
    last_day: date | None = None,
) -> str:
    """Issue a card of so many minor units in a market's first cell, and return its code. Raises NotIssued.

    `approved_by`: the e-mail of a second colleague, needed above the limit of the market's terms. `last_day`: that it
    can be used; None: as the market has it.
    """
    staff = _colleague(staff_email)
    second = _colleague(approved_by) if approved_by else None
    if second is not None and not second.has_perm(APPROVE):
        raise NotIssued(f"{approved_by} may not approve gift cards. Name somebody of the role Finance lead.")
    place, now, request_id = _place(url, market_code), datetime.now(UTC), uuid7()
    market = markets.market(place.market_code)
    ends = end_of_cards(market, last_day, now)
    wish = settlement.CardWish(request_id, settlement.CardDeed.ISSUE, 1, amount_minor, expires_at=ends)
    today = settlement.day_of(now, market.time_zone)
    with psycopg.connect(place.url(url), autocommit=True) as connection:
        register(connection)
        books = settlement.CellBooks(connection, place.name, place.tenant_id, ledger_of(place.currency))
        # The trail first and committed last: a card that nobody wrote down has a code that nobody was told.
        try:
            with transaction.atomic():
                with connection.transaction():  # what may not be done leaves no request that waits
                    approver = f"staff {second.pk}" if second else None
                    actor, reason = f"staff {staff.pk}", note or "issued by hand"
                    asked = settlement.ask_cards(books, wish, reason, actor, today, now, approver)
                    if asked.state == settlement.RefundState.WAITING:
                        raise NotIssued("It is above the limit of the market: name a second colleague, --approved-by.")
                write_down(staff, [deed_of_request(asked, place.market_code)])
                settlement.carry_out_cards(books, request_id, secret_key(), now)
            return settlement.take_codes(books, request_id, secret_key(), f"staff {staff.pk}", now)[0]
        except (settlement.Refused, settlement.NotPosted) as error:
            raise NotIssued(str(error)) from None


def _colleague(email: str) -> Member:
    staff = Member.objects.filter(email__iexact=email, is_staff=True, is_active=True).first()
    if staff is None:
        raise NotIssued(f"{email} does not work here. Name a colleague who does.")
    return staff


def _place(url: str, market_code: str) -> CellPlace:
    real = [place for place in places(url).values() if not place.is_shadow]
    place = next((place for place in real if place.market_code == market_code), None)
    if place is None:
        known = ", ".join(sorted({place.market_code for place in real})) or "none yet"
        raise NotIssued(f"There is no market {market_code} here. There are: {known}.")
    return place
