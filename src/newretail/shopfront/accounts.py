"""Signing up, in and out, and the choice of market, language and store."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from newretail.people import api as people
from newretail.shopfront import holds, mails
from newretail.shopfront.cart import DELIVERIES_KEY, KEY, SAVED_KEY, Cart, SessionShelf
from newretail.shopfront.consent import put_answer
from newretail.shopfront.forms import SignInForm, SignUpForm
from newretail.shopfront.visit import GUEST_KEY, MARKET_KEY, NODE_KEY, page, visit_of

CONFIRM = "newretail confirm e-mail"  # what the signature is for


def next_page(request: HttpRequest, otherwise: str = "home") -> str:
    """Where the visitor wanted to go, when that is a page of ours."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wish, allowed_hosts=None) and wish.startswith("/"):
        return wish
    return reverse(otherwise)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shop = visit_of(request)
        try:
            member = people.sign_up(
                form.cleaned_data["email"],
                form.cleaned_data["password"],
                form.cleaned_data["name"],
                market_code=shop.market.code,
                language=shop.language,
                home_node_id=shop.node.node_id if shop.node else None,
                guest=shop.guest,
            )
        except people.EmailTaken as error:
            form.add_error("email", str(error))
        except ValidationError as error:
            form.add_error("password", error)
        else:
            request.session.pop(GUEST_KEY, None)
            bring_in(request, member)
            ask_to_confirm(request, member, member.email)
            welcome = _("Welcome, %(name)s.") % {"name": member}
            messages.success(request, f"{welcome} {_('We have sent you a mail: please confirm your address with it.')}")
            return redirect(next_page(request))
    return page(request, "sign_up.html", form=form, next=next_page(request), status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        gate = people.SignInGate(email, request.META.get("REMOTE_ADDR", ""))
        if not gate.is_open():
            form.add_error(None, _("Too many tries. Wait ten minutes, then sign in again."))
            return page(request, "sign_in.html", form=form, next=next_page(request), status=429)
        member = authenticate(request, username=email, password=form.cleaned_data["password"])
        if member is not None:
            gate.forget()
            return _welcome_back(request, member)
        gate.note_failure()
        form.add_error(None, _("E-mail and password do not go together. Check both and try again."))
    return page(request, "sign_in.html", form=form, next=next_page(request), status=422 if form.errors else 200)


def bring_in(request: HttpRequest, member: people.Member) -> None:
    """Sign somebody in; what this browser's cart holds comes into their own, which follows them."""
    guest_cart = Cart(SessionShelf(request.session))
    login(request, member, backend=settings.AUTHENTICATION_BACKENDS[0])
    for key in (KEY, DELIVERIES_KEY, SAVED_KEY):
        request.session.pop(key, None)
    del request.visit  # type: ignore[attr-defined]  # it was the visit of nobody in particular
    own = visit_of(request).cart
    had = len(own.lines)
    taken = own.merge(guest_cart)
    if taken and had:
        text = ngettext(
            "%(num)d product of this browser's cart came into your own cart. Quantities are added up.",
            "%(num)d products of this browser's cart came into your own cart. Quantities are added up.",
            taken,
        )
        messages.success(request, text % {"num": taken})


def _welcome_back(request: HttpRequest, member: people.Member) -> HttpResponse:
    visit_of(request)
    holds.drop(request)  # it was the guest's; the checkout takes a new one for the member
    bring_in(request, member)
    path = next_page(request)
    if path == reverse("checkout") and visit_of(request).cart.lines:
        response = holds.start(request)
    else:
        response = redirect(path)
    remembered = people.consents(member).get(people.Consent.Purpose.REMEMBER)
    if remembered is not None:
        put_answer(request, response, remembered)
    return response


def confirm_path(member: people.Member, email: str) -> str:
    """Where a mail leads that shows whose an address is; in the query, which no log of ours keeps."""
    key = signing.dumps({"member": member.pk, "was": member.email, "email": email}, salt=CONFIRM)
    return f"{reverse('confirm')}?key={key}"


def ask_to_confirm(request: HttpRequest, member: people.Member, email: str) -> None:
    """Mail the link that shows whose an address is; not more often than a mailbox that is not ours should bear."""
    if people.mail_gate(email, request.META.get("REMOTE_ADDR", "")).passes():
        mails.tell_confirm(member, email, confirm_path(member, email))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Also forgets cart and guest account: the next person at this device starts anew."""
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("home")


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Choose market and language; the cart stays, its prices become those of the market."""
    shop = visit_of(request)
    market, language = request.POST.get("market"), request.POST.get("language", "")
    if market in {known.code for known in shop.all_markets}:
        if market != shop.market.code:
            request.session.pop(NODE_KEY, None)
        request.session[MARKET_KEY] = market  # the same one, too: another language would bring its own
    response = redirect(next_page(request))
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        with override(language):
            messages.success(request, _("Your choice is kept."))
    return response
