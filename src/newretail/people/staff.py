"""People who work here: the first account, invitations, roles, and that somebody always holds the keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from newretail.people.models import Member


class LastAdministrator(ValueError):
    """It would leave nobody who may do everything."""


def ensure_staff(email: str, password: str) -> bool:
    """Make the staff account unless any staff account exists; True when it was made."""
    if Member.objects.filter(is_staff=True).exists():
        return False
    Member.objects.create_superuser(email, password, name="Staff")
    return True


def invite(email: str, name: str, *, market_code: str, language: str) -> Member:
    """Make a staff account without a password, or let a member who has an account work here too."""
    email = Member.objects.normalize_email(email).lower()
    with transaction.atomic():
        member = Member.objects.select_for_update().filter(email__iexact=email).first()
        if member is None:
            values: dict[str, Any] = {"name": name, "market_code": market_code, "language": language}
            return Member.objects.create_user(email, None, is_staff=True, **values)
        member.is_staff, member.is_active = True, True
        member.name = member.name or name
        member.save(update_fields=["is_staff", "is_active", "name"])
    return member


def password_key(member: Member) -> tuple[str, str]:
    """What a link to choose a password is made of: it works once, and for as long as Django's settings say."""
    return urlsafe_base64_encode(force_bytes(member.pk)), default_token_generator.make_token(member)


def member_of_key(number: str, token: str) -> Member | None:
    """The open account that a link belongs to; None where it was used, is too old, or is nobody's."""
    try:
        member = Member.objects.filter(pk=int(urlsafe_base64_decode(number)), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return member if member is not None and default_token_generator.check_token(member, token) else None


def ensure_role(name: str, rights: Collection[str]) -> Group:
    """The group of a role with exactly these rights (`app.codename`)."""
    group, _made = Group.objects.get_or_create(name=name)
    wanted = [right.split(".") for right in rights]
    found = Permission.objects.filter(
        content_type__app_label__in={app for app, _codename in wanted}, codename__in={code for _app, code in wanted}
    )
    group.permissions.set(found)
    return group


def roles_of(members: Collection[Member]) -> Mapping[int, list[str]]:
    """Names of the groups of each member, by member id."""
    found: dict[int, list[str]] = {member.pk: [] for member in members}
    rows = Member.groups.through.objects.filter(member_id__in=list(found)).order_by("group__name")
    for member_id, name in rows.values_list("member_id", "group__name"):
        found[member_id].append(name)
    return found


def set_access(
    member_id: int, *, is_staff: bool, is_superuser: bool, is_active: bool, roles: Collection[Group] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say what an account may do; return what it was and is. Raises LastAdministrator, Member.DoesNotExist."""
    with transaction.atomic():
        keepers = list(Member.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk"))
        member = Member.objects.select_for_update().get(pk=member_id)
        before = _access(member)
        if [keeper.pk for keeper in keepers] == [member_id] and not (is_superuser and is_active and is_staff):
            raise LastAdministrator
        member.is_staff, member.is_superuser, member.is_active = is_staff, is_superuser, is_active
        member.save(update_fields=["is_staff", "is_superuser", "is_active"])
        if roles is not None:
            ours = [group.pk for group in roles]
            member.groups.set(Group.objects.filter(pk__in=ours))
        return before, _access(member)


def _access(member: Member) -> dict[str, Any]:
    return {
        "is_staff": member.is_staff,
        "is_superuser": member.is_superuser,
        "is_active": member.is_active,
        "roles": sorted(member.groups.values_list("name", flat=True)),
    }
