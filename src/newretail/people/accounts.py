"""Accounts that people open themselves: members with a password, guests without one."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from newretail.people.models import Member

# `.invalid` is reserved (RFC 2606): no mail can ever reach it.
GUEST_DOMAIN = "guest.invalid"


class EmailTaken(ValueError):
    """There is an account with this e-mail address already."""


def open_guest(market_code: str, language: str, home_node_id: int | None) -> Member:
    """Make the account under which somebody buys without signing up; it gets no password."""
    return Member.objects.create_user(
        f"{uuid4().hex}@{GUEST_DOMAIN}",
        market_code=market_code,
        language=language,
        home_node_id=home_node_id,
        is_guest=True,
    )


def sign_up(
    email: str,
    password: str,
    name: str,
    *,
    market_code: str,
    language: str,
    home_node_id: int | None,
    guest: Member | None = None,
) -> Member:
    """Make a member, or make one of a guest, who then keeps their orders.

    Raises EmailTaken, or ValidationError with what is wrong with the password.
    """
    email = Member.objects.normalize_email(email).lower()
    member = guest if guest is not None and guest.is_guest else Member(home_node_id=home_node_id)
    member.email, member.name, member.is_guest = email, name, False
    member.market_code, member.language = market_code, language
    validate_password(password, member)
    member.set_password(password)
    if Member.objects.filter(email__iexact=email).exclude(pk=member.pk).exists():
        raise EmailTaken(_("There is an account with this e-mail address. Sign in, or use another address."))
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:  # somebody was faster
        raise EmailTaken(_("There is an account with this e-mail address. Sign in, or use another address.")) from error
    return member


def change_email(member: Member, email: str) -> None:
    """Give the account another address that its owner has confirmed. Raises EmailTaken."""
    email = Member.objects.normalize_email(email).lower()
    try:
        with transaction.atomic():
            Member.objects.filter(pk=member.pk).update(email=email, email_confirmed_at=timezone.now())
    except IntegrityError as error:
        raise EmailTaken(_("There is an account with this e-mail address. Use another one.")) from error
    member.refresh_from_db()


def confirm_email(member: Member, email: str) -> bool:
    """Note that the mail to this address was opened; False when the account has another one by now."""
    mine = Member.objects.filter(pk=member.pk, email=email)
    return bool(mine.update(email_confirmed_at=timezone.now()))


def find_member(email: str) -> Member | None:
    """The account with this address that somebody may sign in to, or whose password may be set anew."""
    found = Member.objects.filter(email__iexact=email, is_active=True, is_guest=False).first()
    return found if found is not None and not found.email.endswith(".invalid") else None


def find_guest(member_id: int) -> Member | None:
    return Member.objects.filter(pk=member_id, is_guest=True).first()


def member(member_id: int) -> Member | None:
    return Member.objects.filter(pk=member_id).first()


def buyers_by(words: str) -> list[int]:
    """The ids of the accounts with this number or e-mail address; orders of imported numbers count too."""
    if words.isascii() and words.isdigit() and len(words) < 19:
        return [int(words)]
    return list(Member.objects.filter(email__iexact=words).values_list("pk", flat=True))


def ensure_staff(email: str, password: str) -> Member:
    """The staff account with all rights that a new market begins with; one that exists is left as it is."""
    found = Member.objects.filter(email=email).first()
    return found or Member.objects.create_superuser(email, password, name="Staff")
