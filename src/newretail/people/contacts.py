"""What buyers tell us for one order: name, phone, address. Personal, so it lives here and goes with the account."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils import timezone

from newretail.people.models import Member, OrderContact


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
