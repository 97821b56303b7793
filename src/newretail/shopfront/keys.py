"""Links that came by mail: a new password, an address confirmed. A GET shows a form; only a POST changes anything."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from newretail.people import api as people
from newretail.shopfront import mails
from newretail.shopfront.accounts import CONFIRM
from newretail.shopfront.forms import EmailForm, NewPasswordForm
from newretail.shopfront.visit import page, visit_of

CONFIRM_GOOD = timedelta(days=3)


@never_cache
@require_http_methods(["GET", "POST"])
def ask_reset(request: HttpRequest) -> HttpResponse:
    """Mail a link for a new password. The answer is the same whether there is such an account or not."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        if not people.mail_gate(email, request.META.get("REMOTE_ADDR", "")).passes():
            form.add_error(None, _("Too many mails were asked for. Wait an hour, then try again."))
            return page(request, "reset.html", form=form, status=429)
        member = people.find_member(email)
        if member is not None:
            key = f"{member.pk}.{default_token_generator.make_token(member)}"
            mails.tell_reset(member, f"{reverse('reset-new')}?key={key}")
        return page(request, "reset_asked.html", email=email)
    return page(request, "reset.html", form=form, status=422 if form.errors else 200)


def _member_with(key: str) -> people.Member | None:
    """Whose password the key of a mail may set; None where it is used up, too old or made up."""
    number, _sep, token = key.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    member = people.member(int(number))
    return member if member is not None and default_token_generator.check_token(member, token) else None


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("key", "")
    member = _member_with(key)
    if member is None or not member.is_active:
        return page(request, "key_over.html", status=410, again=reverse("reset"))
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            validate_password(form.cleaned_data["password"], member)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            member.set_password(form.cleaned_data["password"])
            member.save(update_fields=["password"])
            people.confirm_email(member, member.email)  # who opened the mail has the mailbox
            people.SignInGate(member.email, request.META.get("REMOTE_ADDR", "")).forget()
            mails.tell_changed(member, member.email, _("the password of your account was changed."))
            messages.success(request, _("Your new password is set. Sign in with it."))
            return redirect("sign-in")
    return page(request, "reset_new.html", form=form, member=member, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The link of a mail that shows whose an address is; for a new address the account takes it over here."""
    key = request.GET.get("key", "")
    try:
        told = signing.loads(key, salt=CONFIRM, max_age=CONFIRM_GOOD)
        member = people.member(told["member"])
    except (signing.BadSignature, KeyError, TypeError):
        member = None
    if member is None or not member.is_active or member.email not in (told["was"], told["email"]):
        return page(request, "key_over.html", status=410, again=reverse(settings.LOGIN_URL))
    if request.method == "GET":
        return page(request, "confirm.html", email=told["email"])
    if member.email == told["email"]:
        people.confirm_email(member, told["email"])
    else:
        before = member.email
        try:
            people.change_email(member, told["email"])
        except people.EmailTaken as error:
            messages.error(request, str(error))
            return redirect("account-details")
        mails.tell_changed(member, before, _("the e-mail address of your account was changed."))
    messages.success(request, _("Thank you. %(email)s is confirmed.") % {"email": told["email"]})
    return redirect("account" if visit_of(request).member else settings.LOGIN_URL)
