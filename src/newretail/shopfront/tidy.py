"""Cleaning up behind the shop's visitors."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from newretail.people import api as people
from newretail.shopfront.models import MemberCart

CART_KEPT = timedelta(days=365)


def clean_up() -> dict[str, int]:
    """Take away sessions that are over, carts untouched for a year, and what people has no use for; rows by kind."""
    now = timezone.now()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    carts, _ = MemberCart.objects.filter(changed_at__lt=now - CART_KEPT).delete()
    return {"sessions": sessions, "carts": carts, **people.clean_up(now)}
