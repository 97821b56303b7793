"""What buyers tell us for one order: name, phone, address. Personal, so it lives here and goes with the account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from newretail.people.models import Member, OrderContact, OutgoingMail


def keep_contact(order_id: UUID, member: Member, told: Mapping[str, str]) -> OrderContact:
    """Keep it before the order is placed; told again for the same order, the newer one counts."""
    contact, _ = OrderContact.objects.update_or_create(
        order_id=order_id, member=member, defaults={**told, "written_at": timezone.now()}
    )
    return contact


def forget_contact(order_id: UUID) -> None:
    """The order was refused: what was told for it is of no use."""
    OrderContact.objects.filter(pk=order_id).delete()


def contact(order_id: UUID) -> OrderContact | None:
    return OrderContact.objects.filter(pk=order_id).first()


def last_contact(member: Member) -> OrderContact | None:
    """What the member told last, to fill in a form with."""
    return OrderContact.objects.filter(member=member).order_by("-written_at").first()


def contacts_without_mail(topic: str, after: datetime, before: datetime) -> list[OrderContact]:
    """What was told with an e-mail address in that time and has no mail of `<topic>:<order id>` in the outbox."""
    named = Concat(Value(f"{topic}:"), Cast(OuterRef("order_id"), TextField()))
    told = OrderContact.objects.filter(written_at__gt=after, written_at__lte=before).exclude(email="")
    return list(told.filter(~Exists(OutgoingMail.objects.filter(topic=named))).order_by("written_at")[:200])
