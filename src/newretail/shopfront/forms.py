"""What people type into the shop: checkout, sign-up, sign-in. Labels and errors say what to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from newretail.people import api as people


def _text(autocomplete: str, **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": autocomplete, **attributes})


class CheckoutForm(forms.Form):
    """One page: who, how, where to. `order_id` and `total` were made with the page and come back with it."""

    order_id = forms.UUIDField(widget=forms.HiddenInput)
    total = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=_text("name"),
        error_messages={"required": _("Write your name.")},
    )
    phone = forms.RegexField(
        r"^[+0-9][0-9 ().-]{5,38}$",
        label=_("Phone"),
        widget=_text("tel", type="tel", inputmode="tel"),
        error_messages={
            "required": _("Write a phone number where we reach you."),
            "invalid": _("Write a phone number with digits, for example +82 2 1234 5678."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    way = forms.ChoiceField(
        label=_("How do you get it?"),
        choices=[("pick_up", _("I pick it up at the store")), ("delivery", _("Deliver it to me"))],
        initial="pick_up",
        widget=forms.RadioSelect,
    )
    address = forms.CharField(label=_("Address"), required=False, max_length=240, widget=_text("street-address"))
    city = forms.CharField(label=_("City"), required=False, max_length=120, widget=_text("address-level2"))
    postal_code = forms.CharField(label=_("Postal code"), required=False, max_length=20, widget=_text("postal-code"))
    note = forms.CharField(label=_("Note for us"), required=False, max_length=240, widget=_text("off"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") == "delivery":
            for name, problem in (
                ("address", _("Write the street and house number that we deliver to.")),
                ("city", _("Write the city that we deliver to.")),
            ):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, problem)
        return cleaned


class SignUpForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=_text("name"),
        error_messages={"required": _("Write your name.")},
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        error_messages={"required": _("Write your password.")},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        error_messages={"required": _("Write your password.")},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def contact_of(member: people.Member | None) -> dict[str, str]:
    """What the checkout form can be filled in with already."""
    if member is None:
        return {}
    known = people.last_contact(member)
    if known is not None:
        names = ("name", "phone", "email", "way", "address", "city", "postal_code")
        return {name: getattr(known, name) for name in names}
    return {} if member.is_guest else {"name": member.name, "email": member.email}
