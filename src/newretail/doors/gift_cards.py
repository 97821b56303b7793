"""Issuing gift cards: money on a card in the books, and who did it in the trail."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from django.db import transaction

from newretail.cloud.api import places
from newretail.kit.arrays import register
from newretail.kit.signing import secret_key
from newretail.office.audit.trail import note_down
from newretail.pay.api import NotCredited, Tender, card_code, credit, new_number
from newretail.people.models import Member


class NotIssued(ValueError):
    """No card was issued; the message says why, and what to do."""


def issue(url: str, market_code: str, amount_minor: int, staff_email: str, note: str) -> str:
    """Issue a card of so many minor units in a market's first cell, and return its code. Raises NotIssued."""
    staff = Member.objects.filter(email__iexact=staff_email, is_staff=True, is_active=True).first()
    if staff is None:
        raise NotIssued(f"{staff_email} does not work here. Name a colleague who does.")
    real = [place for place in places(url).values() if not place.is_shadow]
    place = next((place for place in real if place.market_code == market_code), None)
    if place is None:
        known = ", ".join(sorted({place.market_code for place in real})) or "none yet"
        raise NotIssued(f"There is no market {market_code} here. There are: {known}.")
    number = new_number()
    code = card_code(secret_key(), number)
    # The trail first and committed last: a card that nobody wrote down has a code that nobody was told.
    with transaction.atomic():
        after = {"market": market_code, "currency": place.currency, "amount_minor": amount_minor}
        note_down(staff, "add", "gift_card", code[-4:], f"•••• {code[-4:]}", None, after, note)
        try:
            with psycopg.connect(place.url(url), autocommit=True) as connection:
                register(connection)
                credit(connection, place, Tender.GIFT_CARD, {number: amount_minor}, datetime.now(UTC))
        except NotCredited as error:
            raise NotIssued(str(error)) from None
    return code
