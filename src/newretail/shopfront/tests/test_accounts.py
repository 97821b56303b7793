"""Signing up, in and out."""

from __future__ import annotations

import pytest
from django.test import Client

from newretail.people.gate import LIMIT_OF_ACCOUNT
from newretail.people.models import Attempt, Member
from newretail.shopfront.tests.test_browsing import text_of

PASSWORD = "four words for you"


@pytest.fixture
def client(small_market):
    Attempt.objects.all().delete()
    Member.objects.all().delete()
    return Client(headers={"accept-language": "en-US"})


def sign_up(client, **more):
    return client.post("/sign-up", {"name": "Ann", "email": "ann@example.com", "password": PASSWORD, **more})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"password": "short"}, "too short"),
        ({"password": "ann@example.com"}, "too similar"),
        ({"password": "password1234"}, "too common"),
        ({"email": "not an address"}, "valid email"),
        ({"name": ""}, "Write your name"),
    ],
)
def test_a_bad_sign_up_says_why_and_keeps_the_rest(client, change, complaint):
    answer = sign_up(client, **change)
    assert answer.status_code == 422
    assert complaint in text_of(answer)
    assert Member.objects.count() == 0


def test_an_address_has_one_account_whatever_its_case(client):
    assert sign_up(client).status_code == 302
    again = sign_up(Client(headers={"accept-language": "en"}), email="ANN@Example.COM")
    assert "There is an account with this e-mail address" in text_of(again)
    assert Member.objects.count() == 1


def test_passwords_are_kept_as_argon2(client):
    sign_up(client)
    assert Member.objects.get().password.startswith("argon2$argon2id$")


def test_signing_in_and_out(client):
    sign_up(client)
    client.post("/sign-out")
    assert "Sign in" in text_of(client.get("/"))
    wrong = client.post("/sign-in", {"email": "ann@example.com", "password": "something else"})
    assert wrong.status_code == 422
    assert "do not go together" in text_of(wrong)
    right = client.post("/sign-in", {"email": "ann@example.com", "password": PASSWORD, "next": "/orders"})
    assert right.headers["Location"] == "/orders"
    assert "Sign out" in text_of(client.get("/"))


def test_a_session_gets_a_new_key_at_sign_in(client):
    """Who planted a session key beforehand does not get into the account."""
    sign_up(client)
    client.post("/sign-out")
    client.post("/preferences", {"market": "KR"})
    planted = client.session.session_key
    client.post("/sign-in", {"email": "ann@example.com", "password": PASSWORD})
    assert client.session.session_key != planted


def test_guessing_passwords_is_made_to_wait(client):
    sign_up(client)
    guesser = Client(headers={"accept-language": "en"})
    for _ in range(LIMIT_OF_ACCOUNT):
        assert guesser.post("/sign-in", {"email": "ann@example.com", "password": "guess"}).status_code == 422
    locked = guesser.post("/sign-in", {"email": "ann@example.com", "password": PASSWORD})
    assert locked.status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/sign-in", {"email": "ann@example.com", "password": PASSWORD}).status_code == 302


def test_signing_out_leaves_nothing_behind(client, small_market):
    """The next person at this device sees neither cart nor account."""
    sign_up(client)
    client.post("/cart/add", {"sku": small_market.sku["milk"]})
    client.post("/sign-out")
    assert "Your cart is empty" in text_of(client.get("/cart"))


def test_a_guest_account_cannot_be_signed_in_to(client, small_market):
    client.post("/cart/add", {"sku": small_market.sku["milk"]})
    client.post("/cart/change", {"checkout": "1"})
    guest = Member.objects.get(is_guest=True)
    assert client.post("/sign-in", {"email": guest.email, "password": ""}).status_code == 422
    assert not guest.has_usable_password()
