"""What people type into the shop: contact, delivery, address, accounts. Labels and errors say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from newretail.people import api as people

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Text

NAME, PASSWORD = _("Name"), _("Password")


def text_input(autocomplete: str, **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": autocomplete, **attributes})


def name_field(label: Text = NAME, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=120,
        required=required,
        widget=text_input("name"),
        error_messages={"required": _("Write your name.")},
    )


def phone_field(required: bool = True) -> forms.RegexField:
    return forms.RegexField(
        r"^[+0-9][0-9 ().-]{5,38}$",
        label=_("Phone"),
        required=required,
        widget=text_input("tel", type="tel", inputmode="tel"),
        error_messages={
            "required": _("Write a phone number where we reach you."),
            "invalid": _("Write a phone number with digits, for example +82 2 1234 5678."),
        },
    )


def email_field(required: bool = True, autocomplete: str = "email") -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"),
        required=required,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": autocomplete}),
    )


def password_field(label: Text = PASSWORD, autocomplete: str = "new-password") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        error_messages={"required": _("Write your password.")},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


# What a part of an address is called, by country where it has a name of its own there.
LABELS: dict[str, Text] = {
    "address": _("Street and house number"),
    "address2": _("Apartment, floor"),
    "district": _("District"),
    "city": _("City"),
    "region": _("State"),
    "postal_code": _("Postal code"),
    "US postal_code": _("ZIP code"),
    "KR city": _("Province, city and district"),
    "KR address": _("Road name and number"),
    "CN region": _("Province"),
    "CN address": _("Street, building and room"),
}
MISSING: dict[str, Text] = {
    "address": _("Write the street and house number that we deliver to."),
    "district": _("Write the district that we deliver to."),
    "city": _("Write the city that we deliver to."),
    "region": _("Write the state or province that we deliver to."),
    "postal_code": _("Write the postal code that we deliver to."),
}
MALFORMED: dict[str, Text] = {
    "US postal_code": _("A ZIP code has five digits, for example 37902."),
    "US region": _("Write the state with two letters, for example TN."),
    "KR postal_code": _("A Korean postal code has five digits, for example 04168."),
    "CN postal_code": _("A Chinese postal code has six digits, for example 100080."),
}


def address_fields(country: str) -> dict[str, forms.Field]:
    """The fields of a country's address in its order; whether one is needed is decided when all is known."""
    fields: dict[str, forms.Field] = {}
    for part in people.form_of(country):
        more = {"inputmode": "numeric"} if part.numeric else {}
        fields[part.name] = forms.CharField(
            label=LABELS.get(f"{country} {part.name}", LABELS[part.name]),
            required=False,
            max_length=people.ADDRESS_LIMITS[part.name],
            widget=text_input(f"shipping {part.autocomplete}", **more),
        )
        fields[part.name].must = part.required  # type: ignore[attr-defined]  # read by the template
    return fields


def check_address(form: forms.Form, country: str, cleaned: dict[str, Any]) -> None:
    """Say beside each part what is wrong with it, and write the parts the way they are meant."""
    for part in people.form_of(country):
        cleaned[part.name] = people.clean_part(part, country, str(cleaned.get(part.name) or ""))
    for name, fault in people.faults_of_address(country, cleaned).items():
        if name not in form.errors:
            known = MISSING if fault == "missing" else MALFORMED
            form.add_error(name, known.get(f"{country} {name}") or known.get(name) or _("Check this field."))


class ContactForm(forms.Form):
    """Who buys, the same for all deliveries of a cart."""

    name = name_field()
    phone = phone_field()
    email = email_field(required=False)


class DeliveryForm(forms.Form):
    """How one delivery gets there. `order_id` and the totals by way were made with the page and come back with it."""

    order_id = forms.UUIDField(widget=forms.HiddenInput)
    total = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    total_delivery = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    way = forms.ChoiceField(
        label=_("How do you get it?"),
        choices=[("pick_up", _("I pick it up at the store")), ("delivery", _("Deliver it to me"))],
        initial="pick_up",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note for us"), required=False, max_length=240, widget=text_input("off"))
    keep = forms.BooleanField(label=_("Keep this address in my address book"), required=False, initial=True)

    def __init__(self, *given: Any, country: str, book: list[people.Address] | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self.country, self.book = country, {str(entry.pk): entry for entry in book or []}
        entries = [(key, entry.name) for key, entry in self.book.items()]
        self.fields["entry"] = forms.ChoiceField(
            label=_("Address"),
            choices=[*entries, ("new", _("Another address"))],
            initial=entries[0][0] if entries else "new",
            required=False,
            widget=forms.RadioSelect,
        )
        self.parts = address_fields(country)
        self.fields |= self.parts

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") != "delivery":
            return cleaned
        if entry := self.chosen:
            cleaned |= {part.name: getattr(entry, part.name) for part in people.form_of(self.country)}
        else:
            check_address(self, self.country, cleaned)
        return cleaned

    def shown_total(self) -> int:
        """What the page said that it costs, by the way that was chosen on it."""
        brought = self.cleaned_data.get("total_delivery") if self.cleaned_data["way"] == "delivery" else None
        total: int = self.cleaned_data["total"] if brought is None else brought
        return total

    @property
    def chosen(self) -> people.Address | None:
        """The entry of the address book that was chosen; None: the address is written in the fields."""
        return self.book.get(self.data.get(self.add_prefix("entry"), ""))

    @property
    def address_parts(self) -> list[forms.BoundField]:
        return [self[name] for name in self.parts]

    def told(self, contact: Mapping[str, str]) -> dict[str, str]:
        """What people keeps about one order: contact, way, and where to; an entry of the book has its own name."""
        known = {name: self.cleaned_data.get(name) or "" for name in people.ADDRESS_LIMITS}
        told = {**contact, "way": self.cleaned_data["way"], "note": self.cleaned_data["note"]}
        if told["way"] != "delivery":
            return told
        if entry := self.chosen:
            told |= {"name": entry.name, "phone": entry.phone}
        return {**told, **known, "country": self.country}


class AddressForm(forms.Form):
    """An entry of the address book in the form of its country."""

    def __init__(self, *given: Any, country: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self.country = country
        self.fields["name"] = name_field(_("Who receives it"))
        self.fields["phone"] = phone_field()
        self.fields |= address_fields(country)
        self.fields["default"] = forms.BooleanField(label=_("Use this address first"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_address(self, self.country, cleaned)
        return cleaned


class SignUpForm(forms.Form):
    name = name_field()
    email = email_field()
    password = password_field()


class SignInForm(forms.Form):
    email = email_field(autocomplete="username")
    password = password_field(autocomplete="current-password")


class EmailForm(forms.Form):
    email = email_field()


class NewPasswordForm(forms.Form):
    password = password_field(_("New password"))


class ProfileForm(forms.Form):
    name = name_field()


class NewEmailForm(forms.Form):
    email = email_field()
    current = password_field(_("Your password"), "current-password")


class ChangePasswordForm(forms.Form):
    current = password_field(_("Your password now"), "current-password")
    password = password_field(_("New password"))


class CloseForm(forms.Form):
    current = password_field(_("Your password"), "current-password")


def contact_of(member: people.Member | None) -> dict[str, str]:
    """What the checkout form can be filled in with already."""
    if member is None:
        return {}
    known = people.last_contact(member)
    if known is not None:
        return {name: getattr(known, name) for name in ("name", "phone", "email", "way", *people.ADDRESS_LIMITS)}
    return {} if member.is_guest else {"name": member.name, "email": member.email}
