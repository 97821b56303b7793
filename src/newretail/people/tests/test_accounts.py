"""Accounts, guests and what buyers tell us, at the level of the room."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from newretail.kit.ids import uuid7
from newretail.people import api
from newretail.people.gate import LIMIT_OF_ACCOUNT, LIMIT_OF_ADDRESS
from newretail.people.models import Member

PLACE: dict[str, Any] = {"market_code": "KR", "language": "ko", "home_node_id": 12}
PASSWORD = "four words for you"
TOLD = {"way": "pick_up", "name": "Ann", "phone": "+1 555 0100", "email": "", "address": "", "city": ""}

pytestmark = pytest.mark.usefixtures("in_rollback")


def test_a_guest_becomes_a_member_and_stays_the_same_buyer():
    guest = api.open_guest("KR", "ko", 12)
    assert guest.email.endswith(".invalid")
    member = api.sign_up("Ann@Example.COM", PASSWORD, "Ann", guest=guest, **PLACE)
    assert (member.pk, member.email, member.is_guest) == (guest.pk, "ann@example.com", False)
    assert api.find_guest(guest.pk) is None


def test_a_member_is_never_taken_over_as_a_guest():
    """Whatever a session says: only a guest account can be turned into a member."""
    ann = api.sign_up("ann@example.com", PASSWORD, "Ann", **PLACE)
    bob = api.sign_up("bob@example.com", PASSWORD, "Bob", guest=ann, **PLACE)
    assert bob.pk != ann.pk
    assert Member.objects.get(pk=ann.pk).email == "ann@example.com"


def test_a_taken_address_leaves_the_guest_as_it_was():
    api.sign_up("ann@example.com", PASSWORD, "Ann", **PLACE)
    guest = api.open_guest("KR", "ko", None)
    with pytest.raises(api.EmailTaken):
        api.sign_up("ANN@example.com", PASSWORD, "Ann", guest=guest, **PLACE)
    assert api.find_guest(guest.pk) is not None


def test_a_weak_password_makes_no_account():
    with pytest.raises(ValidationError):
        api.sign_up("ann@example.com", "ann@example.com", "Ann", **PLACE)
    assert not Member.objects.filter(email="ann@example.com").exists()


def test_the_first_staff_account_is_made_once():
    first = api.ensure_staff("staff@example.invalid", "a first password")
    again = api.ensure_staff("staff@example.invalid", "another one")
    assert again.pk == first.pk
    assert again.is_staff
    assert again.check_password("a first password")


def test_what_is_told_again_replaces_what_was_told():
    member, order_id = api.open_guest("US", "en", None), uuid7()
    api.keep_contact(order_id, member, TOLD)
    api.keep_contact(order_id, member, {**TOLD, "phone": "+1 555 0199"})
    told = api.contact(order_id)
    assert told is not None
    assert told.phone == "+1 555 0199"
    assert api.last_contact(member) == told
    api.forget_contact(order_id)
    assert api.contact(order_id) is None


def test_nobody_writes_over_what_another_buyer_told():
    order_id = uuid7()
    api.keep_contact(order_id, api.open_guest("US", "en", None), TOLD)
    with pytest.raises(IntegrityError), transaction.atomic():
        api.keep_contact(order_id, api.open_guest("US", "en", None), {**TOLD, "name": "Mallory"})
    told = api.contact(order_id)
    assert told is not None
    assert told.name == "Ann"


def test_a_delivery_without_an_address_is_fenced_off():
    """The last fence is in the table."""
    with pytest.raises(IntegrityError), transaction.atomic():
        api.keep_contact(uuid7(), api.open_guest("US", "en", None), {**TOLD, "way": "delivery"})


def test_buyers_are_found_by_number_and_address():
    ann = api.sign_up("ann@example.com", PASSWORD, "Ann", **PLACE)
    assert api.buyers_by("Ann@example.com") == [ann.pk]
    assert api.buyers_by("17") == [17]
    assert api.buyers_by("nobody@example.com") == []
    assert api.buyers_by("9" * 40) == []


def test_the_gate_closes_for_one_guesser_only():
    gate = api.SignInGate("ann@example.com", "203.0.113.9")
    for _ in range(LIMIT_OF_ACCOUNT):
        assert gate.is_open()
        gate.note_failure()
    assert not gate.is_open()
    assert api.SignInGate("ann@example.com", "198.51.100.7").is_open()
    assert api.SignInGate("bob@example.com", "203.0.113.9").is_open()
    gate.forget()
    assert gate.is_open()


def test_the_gate_closes_for_an_address_that_tries_many_accounts():
    for number in range(LIMIT_OF_ADDRESS):
        api.SignInGate(f"{number}@example.com", "203.0.113.9").note_failure()
    assert not api.SignInGate("ann@example.com", "203.0.113.9").is_open()
