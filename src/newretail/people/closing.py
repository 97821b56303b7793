"""A member's own data: all of it to take along, an account closed for good, and what nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from newretail.people.models import Address, Attempt, Consent, Member, OrderContact, OutgoingMail
from newretail.people.outbox import KEPT

CLOSED_DOMAIN = "closed.invalid"
GUEST_KEPT = timedelta(days=90)


def data_of(member: Member) -> dict[str, Any]:
    """Everything this room keeps about a member, for them to take along; times are aware, in UTC."""
    profile = ("email", "name", "market_code", "language", "joined_at", "email_confirmed_at")
    return {
        "profile": {name: getattr(member, name) for name in profile},
        "addresses": [
            model_to_dict(entry, exclude=["id", "member"]) for entry in Address.objects.filter(member=member)
        ],
        "consents": list(
            Consent.objects.filter(member=member)
            .order_by("said_at")
            .values("purpose", "given", "text_version", "said_at")
        ),
        "contacts_of_orders": [
            {"order_id": told.order_id, **model_to_dict(told, exclude=["order_id", "member"])}
            for told in OrderContact.objects.filter(member=member).order_by("written_at")
        ],
        "mails": list(
            OutgoingMail.objects.filter(member=member)
            .order_by("queued_at")
            .values("to", "subject", "queued_at", "state")
        ),
    }


def close_account(member: Member) -> None:
    """Forget who the member is: nobody can sign in any more, and only their number is left, on their orders."""
    with transaction.atomic():
        for kept in (Address, Consent, OrderContact, OutgoingMail):
            kept._default_manager.filter(member=member).delete()
        member.email, member.name = f"{uuid4().hex}@{CLOSED_DOMAIN}", ""
        member.is_active, member.email_confirmed_at = False, None
        member.set_unusable_password()
        member.save()


def clean_up(at: datetime | None = None) -> dict[str, int]:
    """Take away what is of no use: tries and sent mails of long ago, guests who never placed an order.

    A guest goes when nothing was told for an order of theirs in 90 days. Return how many rows of each.
    """
    now = at or timezone.now()
    tries, _ = Attempt.objects.filter(window_ends_at__lte=now).delete()
    old = OutgoingMail.objects.exclude(state=OutgoingMail.State.WAITING).filter(queued_at__lte=now - KEPT)
    mails, _ = old.delete()
    guests = Member.objects.filter(is_guest=True, joined_at__lte=now - GUEST_KEPT, ordercontact__isnull=True)
    gone, _ = Member.objects.filter(pk__in=list(guests.values_list("pk", flat=True)[:10_000])).delete()
    return {"tries": tries, "mails": mails, "guests": gone}
