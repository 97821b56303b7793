"""The address book of a member: at most one default in each country, and no two entries that say the same."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from newretail.people import rules
from newretail.people.models import Address, Member

LIMIT = 20
FIELDS = ("name", "phone", *rules.LIMITS)


class TooManyAddresses(ValueError):
    """The address book is full."""


def addresses(member: Member, country: str = "") -> list[Address]:
    """The member's addresses, of one country or all: the default first, then the newest."""
    found = Address.objects.filter(member=member)
    if country:
        found = found.filter(country=country)
    return list(found.order_by("-is_default", "-written_at"))


def address(member: Member, address_id: int) -> Address | None:
    return Address.objects.filter(member=member, pk=address_id).first()


def keep_address(
    member: Member, country: str, values: Mapping[str, str], *, address_id: int | None = None, default: bool = False
) -> Address:
    """Write an address down, or over the entry `address_id`; the first of a country is its default.

    Raises TooManyAddresses. What is in the book already is not written twice.
    """
    told = {name: values.get(name, "") for name in FIELDS}
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)  # two tabs would both make the first one the default
        own = Address.objects.filter(member=member, country=country)
        entry = own.filter(pk=address_id).first() if address_id else own.filter(**told).first()
        if entry is None:
            if Address.objects.filter(member=member).count() >= LIMIT:
                raise TooManyAddresses
            entry = Address(member=member, country=country)
        others = own.exclude(pk=entry.pk)
        entry.is_default = default or entry.is_default or not others.filter(is_default=True).exists()
        if entry.is_default:
            others.update(is_default=False)
        for name, text in told.items():
            setattr(entry, name, text)
        entry.written_at = timezone.now()
        entry.save()
    return entry


def drop_address(member: Member, address_id: int) -> bool:
    """Take an entry out; where it was the default, the newest that is left becomes it. False: there was none."""
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)
        entry = address(member, address_id)
        if entry is None:
            return False
        entry.delete()
        if entry.is_default:
            heir = Address.objects.filter(member=member, country=entry.country).order_by("-written_at").first()
            if heir is not None:
                heir.is_default = True
                heir.save(update_fields=["is_default"])
    return True
