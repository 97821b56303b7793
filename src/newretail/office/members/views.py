"""The pages of members: the list; one member with orders and notes; closing and opening an account."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from newretail.office.audit.trail import changes_of, note_down
from newretail.office.audit.words import differences
from newretail.office.desk import EDIT_MEMBERS, SEE_MEMBERS, desk_of, page, with_right
from newretail.office.lists.views import show
from newretail.office.members.listing import MEMBERS
from newretail.office.models import Note
from newretail.office.orders.listing import state_name
from newretail.people import api as people
from newretail.trade import api as trade

ORDERS_SHOWN = 20


@with_right(SEE_MEMBERS)
@require_GET
def members(request: HttpRequest) -> HttpResponse:
    return show(request, MEMBERS)


def _member(member_id: int) -> people.Member:
    found = people.member(member_id)
    if found is None:
        raise Http404
    return found


@with_right(SEE_MEMBERS)
@require_GET
def member(request: HttpRequest, member_id: int) -> HttpResponse:
    found = _member(member_id)
    desk = desk_of(request)
    return page(
        request,
        "members/one.html",
        desk=desk,
        member=found,
        contact=people.last_contact(found),
        orders=[(order, state_name(order.state)) for order in trade.orders_of(member_id, ORDERS_SHOWN)],
        notes=Note.objects.filter(member_id=member_id).order_by("-id"),
        history=[(each, differences(each.before, each.after, desk)) for each in changes_of("member", member_id)],
        may_edit=desk.may(EDIT_MEMBERS),
    )


@with_right(SEE_MEMBERS)
@require_POST
def note(request: HttpRequest, member_id: int) -> HttpResponse:
    """Write something down about a member; notes are added, not changed."""
    found, staff = _member(member_id), desk_of(request).staff
    text = request.POST.get("text", "").replace("\0", "").strip()[:1000]
    if text:
        now = datetime.now(UTC)
        Note.objects.create(member_id=found.pk, staff_id=staff.pk, staff_email=staff.email, written_at=now, text=text)
        messages.success(request, _("The note is kept."))
    else:
        messages.error(request, _("Write something first."))
    return redirect("office-member", member_id=member_id)


@with_right(EDIT_MEMBERS)
@require_POST
def account(request: HttpRequest, member_id: int) -> HttpResponse:
    """Close or open an account. Staff are looked after under Staff, by who may manage them."""
    found, desk = _member(member_id), desk_of(request)
    if found.is_staff or found.is_superuser:
        messages.error(request, _("This person works here. Change the account under Staff."))
        return redirect("office-member", member_id=member_id)
    is_active = request.POST.get("open") == "yes"
    reason = request.POST.get("reason", "").strip()[:240]
    before, after = people.set_access(member_id, is_staff=False, is_superuser=False, is_active=is_active)
    if before != after:
        old, new = ({"is_active": each["is_active"]} for each in (before, after))
        note_down(desk.staff, "change", "member", member_id, str(found), old, new, reason)
    messages.success(request, _("The account is open.") if is_active else _("The account is closed."))
    return redirect("office-member", member_id=member_id)
