"""A member's account: what we know of them, where to deliver, how they sign in, what they allow."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.pay import api as pay
from newretail.people import api as people
from newretail.shopfront import mails
from newretail.shopfront.accounts import ask_to_confirm, next_page
from newretail.shopfront.consent import put_answer
from newretail.shopfront.forms import AddressForm, ChangePasswordForm, CloseForm, NewEmailForm, ProfileForm
from newretail.shopfront.visit import page, visit_of
from newretail.trade import api as trade

ORDERS_SHOWN = 3
UNDERWAY = ("unpaid", "placed", "picking", "shipped")


def member_of(request: HttpRequest) -> people.Member:
    """Who is signed in; used behind `login_required`."""
    member = visit_of(request).member
    if member is None:
        raise Http404
    return member


@never_cache
@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    member, shop = member_of(request), visit_of(request)
    book = people.addresses(member, shop.market.code)
    return page(
        request,
        "account/overview.html",
        orders=trade.orders_of(member.pk, ORDERS_SHOWN),
        address=book[0] if book else None,
        address_lines=people.address_lines,
        consents=people.consents(member),
    )


@never_cache
@login_required
@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Name, e-mail and password: three small forms on one page; the button says which one was sent."""
    member = member_of(request)
    sent = request.POST.get("form") if request.method == "POST" else None
    forms: dict[str, Form] = {
        "profile": ProfileForm(
            request.POST if sent == "profile" else None, initial={"name": member.name}, prefix="profile"
        ),
        "email": NewEmailForm(request.POST if sent == "email" else None, prefix="email"),
        "password": ChangePasswordForm(request.POST if sent == "password" else None, prefix="password"),
    }
    if sent == "confirm":
        ask_to_confirm(request, member, member.email)
        messages.success(request, _("We have sent you a mail: please confirm your address with it."))
        return redirect("account-details")
    form = forms.get(sent or "")
    if form is not None and form.is_valid() and _CHANGES[sent or ""](request, member, form):
        return redirect("account-details")
    failed = form is not None
    return page(request, "account/details.html", status=422 if failed else 200, forms=forms, failed=form)


def _change_name(request: HttpRequest, member: people.Member, form: Form) -> bool:
    member.name = form.cleaned_data["name"]
    member.save(update_fields=["name"])
    messages.success(request, _("Your name is changed."))
    return True


def _knows_password(request: HttpRequest, member: people.Member, form: Form) -> bool:
    """Whoever sits before a browser that is signed in must know the password to change what guards the account."""
    gate = people.SignInGate(member.email, request.META.get("REMOTE_ADDR", ""))
    if not gate.is_open():
        form.add_error(None, _("Too many tries. Wait ten minutes, then sign in again."))
        return False
    if member.check_password(form.cleaned_data["current"]):
        return True
    gate.note_failure()
    form.add_error("current", _("This is not your password. Check it and try again."))
    return False


def _change_email(request: HttpRequest, member: people.Member, form: Form) -> bool:
    """The address changes when the mail to the new one is opened, not before."""
    email = form.cleaned_data["email"].lower()
    if not _knows_password(request, member, form):
        return False
    ask_to_confirm(request, member, email)
    text = _("We have sent a mail to %(email)s. Your address changes when you open the link in it.")
    messages.success(request, text % {"email": email})
    return True


def _change_password(request: HttpRequest, member: people.Member, form: Form) -> bool:
    if not _knows_password(request, member, form):
        return False
    try:
        validate_password(form.cleaned_data["password"], member)
    except ValidationError as error:
        form.add_error("password", error)
        return False
    member.set_password(form.cleaned_data["password"])
    member.save(update_fields=["password"])
    update_session_auth_hash(request, member)  # this browser stays signed in, all others do not
    mails.tell_changed(member, member.email, _("the password of your account was changed."))
    messages.success(request, _("Your password is changed. Other devices are signed out."))
    return True


_CHANGES = {"profile": _change_name, "email": _change_email, "password": _change_password}


@never_cache
@login_required
@require_GET
def addresses(request: HttpRequest) -> HttpResponse:
    book = people.addresses(member_of(request))
    return page(request, "account/addresses.html", book=book, address_lines=people.address_lines)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest, address_id: int | None = None) -> HttpResponse:
    """A new entry of the address book in the form of the market's country, or one that is there in its own."""
    member, shop = member_of(request), visit_of(request)
    entry = people.address(member, address_id) if address_id else None
    if address_id and entry is None:
        raise Http404
    country = entry.country if entry else shop.market.code
    known: dict[str, Any] = {"name": member.name}
    if entry:
        known = {name: getattr(entry, name) for name in ("name", "phone", *people.ADDRESS_LIMITS)}
        known["default"] = entry.is_default
    form = AddressForm(request.POST or None, country=country, initial=known)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            people.keep_address(member, country, told, address_id=address_id, default=told["default"])
        except people.TooManyAddresses:
            form.add_error(None, _("Your address book is full. Take an old address out first."))
        else:
            messages.success(request, _("The address is kept."))
            return redirect("addresses")
    return page(
        request,
        "account/address.html",
        form=form,
        entry=entry,
        country=country,
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def drop_address(request: HttpRequest, address_id: int) -> HttpResponse:
    if people.drop_address(member_of(request), address_id):
        messages.success(request, _("The address is taken out."))
    return redirect("addresses")


@never_cache
@login_required
@sensitive_post_parameters("current")
@require_http_methods(["GET", "POST"])
def privacy(request: HttpRequest) -> HttpResponse:
    """What the member allows; their data to take along; closing the account."""
    member = member_of(request)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _knows_password(request, member, form):
        if any(order.state in UNDERWAY for order in trade.orders_of(member.pk)):
            form.add_error(None, _("An order of yours is still under way. Close the account when you have it."))
        elif _has_money_with_us(member):
            text = _(
                "There is money of yours in your wallet, or on its way into it. Spend it or have it given back first."
            )
            form.add_error(None, text)
        else:
            people.close_account(member)
            logout(request)
            messages.success(request, _("Your account is closed and what we knew of you is deleted."))
            return redirect("home")
    return page(
        request,
        "account/privacy.html",
        status=422 if form.errors else 200,
        form=form,
        consents=people.consents(member),
    )


def _has_money_with_us(member: people.Member) -> bool:
    """Whether closing the account would leave money behind that nobody could ask for any more."""
    holder = (pay.Tender.WALLET, member.pk)
    there = [one.funds[holder] for one in trade.funds_everywhere([holder])]
    waits = any(one.stage < pay.Stage.GONE for one in trade.top_ups_of(member.pk, only_waiting=True))
    return waits or any(funds.free_minor or funds.held_minor for funds in there)


@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Answer a question of consent; members' answers are kept with their account too."""
    yes, member = request.POST.get("answer") == "yes", visit_of(request).member
    purpose = request.POST.get("purpose", "")
    if purpose not in people.Consent.Purpose.values:
        raise Http404
    if member is not None:
        people.say(member, purpose, yes)
    response = redirect(next_page(request))
    if purpose == people.Consent.Purpose.REMEMBER:
        put_answer(request, response, yes)
    messages.success(request, _("Your choice is kept."))
    return response


@never_cache
@login_required
@require_GET
def export(request: HttpRequest) -> JsonResponse:
    """Everything we keep about the member, as a file."""
    member, cart = member_of(request), visit_of(request).cart
    orders = [
        {
            "order_id": order.order_id,
            "placed_at": order.placed_at,
            "state": order.state,
            "currency": order.currency,
            "total_minor": order.total_minor,
            "lines": [
                {
                    "sku": line.sku,
                    "quantity": line.quantity,
                    "unit_price_minor": line.unit_price_minor,
                    "total_minor": line.total_minor,
                }
                for line in order.lines
            ],
        }
        for order in trade.orders_of(member.pk, 10_000)
    ]
    top_ups = [
        {
            "top_up_id": one.top_up_id,
            "made_at": one.made_at,
            "currency": one.currency,
            "asked_minor": one.amount_minor,
            "added_minor": one.came_minor,
        }
        for one in trade.top_ups_of(member.pk, 10_000)
    ]
    data = {**people.data_of(member), "orders": orders, "top_ups": top_ups}
    data |= {"cart": cart.lines, "saved_for_later": cart.saved}
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="newretail-my-data.json"'
    return response
