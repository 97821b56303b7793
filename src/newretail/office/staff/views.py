"""The pages of staff: the list, an invitation, one colleague's roles, and choosing the first password."""

from __future__ import annotations

from smtplib import SMTPException

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import Group
from django.core.mail import send_mail
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.office.audit.trail import changes_of, note_down
from newretail.office.audit.words import differences
from newretail.office.desk import MANAGE_STAFF, Desk, desk_of, page, with_right
from newretail.office.lists.views import show
from newretail.office.staff.listing import STAFF
from newretail.office.staff.roles import BY_NAME, ROLES, groups
from newretail.people import api as people


class AccessForm(forms.Form):
    """What somebody may do here."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        choices=[(role.name, role.label) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
    )
    is_superuser = forms.BooleanField(label=gettext_lazy("Administrator: may do everything"), required=False)


class InviteForm(AccessForm):
    """A new colleague."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    field_order = ("email", "name")


@with_right(MANAGE_STAFF)
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    return show(request, STAFF, "staff/list.html")


def _may_give(desk: Desk, form: AccessForm) -> bool:
    """Only administrators make administrators."""
    if form.cleaned_data["is_superuser"] and not desk.staff.is_superuser:
        form.add_error("is_superuser", _("Only administrators may make somebody an administrator."))
        return False
    return True


@with_right(MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Make an account and send its owner a link to choose a password with."""
    desk = desk_of(request)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _may_give(desk, form):
        told = form.cleaned_data
        with transaction.atomic():
            language = get_language() or "en"
            member = people.invite(told["email"], told["name"], market_code=desk.market, language=language)
            before, after = people.set_access(
                member.pk,
                is_staff=True,
                is_superuser=told["is_superuser"] or member.is_superuser,
                is_active=True,
                roles=groups(told["roles"]),
            )
            note_down(desk.staff, "invite", "staff", member.pk, member.email, before, after)
        link = _send(request, member)
        messages.success(request, _("%(email)s works here now.") % {"email": member.email})
        return page(request, "staff/invited.html", desk=desk, member=member, link=link)
    return page(request, "staff/invite.html", status=422 if form.errors else 200, desk=desk, form=form, roles=ROLES)


def _send(request: HttpRequest, member: people.Member) -> str:
    """Mail the link to choose a password with; the inviter sees it too, because mail may not come through."""
    link = request.build_absolute_uri(reverse("office-welcome", args=people.password_key(member)))
    text = _("You can work in the office of newretail now. Choose a password here:\n\n%(link)s") % {"link": link}
    try:
        send_mail(_("Your account at newretail"), text, None, [member.email])
    except (OSError, SMTPException):
        messages.warning(request, _("The mail could not be sent. Give the link to your colleague yourself."))
    return link


@with_right(MANAGE_STAFF)
@require_http_methods(["GET", "POST"])
def colleague(request: HttpRequest, member_id: int) -> HttpResponse:
    """One colleague's roles."""
    desk, member = desk_of(request), people.member(member_id)
    if member is None or not member.is_staff:
        raise Http404
    if member.is_superuser and not desk.staff.is_superuser and request.method == "POST":
        messages.error(request, _("Only administrators may change an administrator."))
        return redirect("office-colleague", member_id=member_id)
    names = people.roles_of([member])[member.pk]
    form = AccessForm(
        request.POST if request.method == "POST" else None,
        initial={"roles": names, "is_superuser": member.is_superuser},
    )
    if request.method == "POST" and form.is_valid() and _may_give(desk, form):
        told = form.cleaned_data
        kept = [group for group in member.groups.all() if group.name not in BY_NAME]  # made in the tables
        chosen = [*groups(told["roles"]), *kept]
        if _set(request, desk, member, told["is_superuser"], member.is_active, chosen):
            messages.success(request, _("Saved."))
            return redirect("office-colleague", member_id=member_id)
    history = [(each, differences(each.before, each.after, desk)) for each in changes_of("staff", member_id)]
    context = {"member": member, "form": form, "roles": ROLES, "history": history}
    return page(request, "staff/one.html", status=422 if form.errors else 200, desk=desk, **context)


def _set(
    request: HttpRequest,
    desk: Desk,
    member: people.Member,
    is_superuser: bool,
    is_active: bool,
    roles: list[Group] | None,
) -> bool:
    """Change what somebody may do and write it down; False, with a message, where no administrator would be left."""
    try:
        with transaction.atomic():
            before, after = people.set_access(
                member.pk, is_staff=True, is_superuser=is_superuser, is_active=is_active, roles=roles
            )
            if before != after:
                note_down(desk.staff, "change", "staff", member.pk, member.email, before, after)
    except people.LastAdministrator:
        messages.error(request, _("This is the last administrator. Make somebody else one first."))
        return False
    return True


@with_right(MANAGE_STAFF)
@require_POST
def account(request: HttpRequest, member_id: int) -> HttpResponse:
    """Close or open a colleague's account, or send a new link to choose a password with."""
    desk, member = desk_of(request), people.member(member_id)
    if member is None or not member.is_staff or (member.is_superuser and not desk.staff.is_superuser):
        raise Http404
    if request.POST.get("do") == "link":
        return page(request, "staff/invited.html", desk=desk, member=member, link=_send(request, member))
    is_active = request.POST.get("do") == "open"
    if _set(request, desk, member, member.is_superuser, is_active, None):
        messages.success(request, _("The account is open.") if is_active else _("The account is closed."))
    return redirect("office-colleague", member_id=member_id)


@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Choose a password by the link of an invitation; the link works once."""
    member = people.member_of_key(number, token)
    sent = request.POST if request.method == "POST" else None
    form = SetPasswordForm(member, sent) if member is not None else None
    if request.method == "POST" and form is not None and form.is_valid():
        form.save()
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect(f"{reverse('sign-in')}?next={reverse('office')}")
    status = 410 if form is None else 422 if form.errors else 200
    response = render(request, "office/staff/welcome.html", {"form": form, "messages": []}, status=status)
    add_never_cache_headers(response)
    return response
