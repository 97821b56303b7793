"""Issuing gift cards by hand."""

from __future__ import annotations

import psycopg
import pytest

from newretail.doors.gift_cards import NotIssued, issue
from newretail.kit.signing import secret_key
from newretail.office.models import Change
from newretail.pay import api as pay
from newretail.people.models import Member
from newretail.trade import api as trade


def test_a_gift_card_is_issued_with_a_trail_and_can_be_spent(small_market):
    """By a colleague who works here, in a market that there is; the code is told once and kept nowhere."""
    staff = Member.objects.create_user("clerk@example.com", "four words for you", is_staff=True, name="Clerk")
    second = Member.objects.create_user("lead@example.com", None, is_staff=True, is_superuser=True)
    for market, who, approver, why in (
        ("US", "nobody@example.com", "", "does not work here"),
        ("XX", staff.email, "", "no market"),
        ("US", staff.email, "", "--approved-by"),  # no terms are set here: everything needs a second person
        ("US", staff.email, staff.email, "may not approve"),
        ("US", second.email, second.email, "Four eyes"),
    ):
        with pytest.raises(NotIssued, match=why):
            issue(small_market.url, market, 500, who, "", approver)
    with psycopg.connect(small_market.url) as link:
        assert link.execute("SELECT count(*) FROM pages_us.pay_card_request").fetchone() == (0,)
    code = issue(small_market.url, "US", 500, staff.email, "for a complaint", second.email)
    change = Change.objects.filter(subject="gift_cards").latest("id")
    assert (change.staff_email, change.note) == (staff.email, "for a complaint")
    assert code not in str((change.after, change.label, change.subject_key))
    number = pay.card_number(secret_key(), code)
    assert number is not None
    holder = (pay.Tender.GIFT_CARD, number)
    assert trade.funds(small_market.store, [holder])[1][holder].free_minor == 500
