"""The first staff account of a new market."""

from __future__ import annotations

from newretail.people.models import Member


def ensure_staff(email: str, password: str) -> bool:
    """Make the staff account unless any staff account exists; True when it was made."""
    if Member.objects.filter(is_staff=True).exists():
        return False
    Member.objects.create_superuser(email, password, name="Staff")
    return True
