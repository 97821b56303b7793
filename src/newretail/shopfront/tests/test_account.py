"""The account and its mails: details, addresses, privacy, links that come by mail, consent, the app."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from newretail.people import api as people
from newretail.people.models import Attempt, Member, OrderContact, OutgoingMail
from newretail.shopfront import api, mails
from newretail.shopfront.tests.test_browsing import text_of
from newretail.shopfront.tests.test_buying import WHO, fill, hidden
from newretail.trade import api as trade

PASSWORD, NEW = "four words for you", "five other words for you"
PAGES = ["/account", "/account/details", "/account/addresses", "/account/addresses/new", "/account/privacy", "/orders"]


@pytest.fixture
def client(small_market):
    Member.objects.all().delete()
    Attempt.objects.all().delete()
    client = Client(headers={"accept-language": "en-US"})
    client.force_login(Member.objects.create_user("ann@example.com", PASSWORD, name="Ann"))
    return client


def link_in(topic: str) -> str:
    """The path that the newest mail of a kind leads to."""
    mail = OutgoingMail.objects.filter(topic__startswith=topic).latest("queued_at")
    match = re.search(r"https?://[^/\s]+(/\S+)", mail.text)
    assert match
    assert match[1].replace("&", "&amp;") in mail.html.replace("&#39;", "'")
    return match[1]


def ann() -> Member:
    return Member.objects.get(name="Ann")


def buy(client, market, **who) -> str:
    fill(client, market, milk=1)
    form = hidden(client.post("/cart/change", {"checkout": "1"}, follow=True))
    return str(client.post("/checkout", {**WHO, **form, **who}).headers["Location"])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_the_pages_are_the_members_own(client, page, language):
    client.cookies["django_language"] = language
    answer = client.get(page)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert len(re.findall("<h1[ >]", html)) == 1
    assert not re.search(r"<script(?! type=\"module\" src=)|<style|\sstyle=|\son\w+=", html)
    stranger = Client().get(page)
    assert stranger.status_code == 200 if page == "/orders" else stranger.headers["Location"].startswith("/sign-in")


def test_a_password_is_changed_by_who_knows_it(client):
    """Other devices are signed out, the owner is told."""
    other = Client()
    other.post("/sign-in", {"email": "ann@example.com", "password": PASSWORD})
    wrong = client.post("/account/details", {"form": "password", "password-current": "x", "password-password": NEW})
    assert wrong.status_code == 422
    assert "This is not your password" in text_of(wrong)
    weak = client.post("/account/details", {"form": "password", "password-current": PASSWORD, "password-password": "a"})
    assert "too short" in text_of(weak)
    client.post("/account/details", {"form": "password", "password-current": PASSWORD, "password-password": NEW})
    assert ann().check_password(NEW)
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert OutgoingMail.objects.filter(topic__startswith="changed:", to="ann@example.com").exists()


def test_an_address_changes_when_its_mail_is_opened(client):
    """Not before, not by looking at the link, and not to an address that somebody has meanwhile."""
    form = {"form": "email", "email-email": "New@Example.com", "email-current": PASSWORD}
    assert client.post("/account/details", form).status_code == 302
    assert ann().email == "ann@example.com"
    path = link_in("confirm:")
    assert client.get(path).status_code == 200
    assert ann().email == "ann@example.com"
    client.post(path)
    assert ann().email == "new@example.com"
    assert ann().email_confirmed_at is not None
    assert OutgoingMail.objects.filter(topic__startswith="changed:", to="ann@example.com").exists()
    client.post("/account/details", {**form, "email-email": "bob@example.com"})
    Member.objects.create_user("bob@example.com", PASSWORD, name="Bob")
    client.post(link_in("confirm:"))
    assert ann().email == "new@example.com"


def test_who_signs_up_is_asked_to_confirm(client):
    fresh = Client(headers={"accept-language": "ko"})
    fresh.post("/sign-up", {"name": "Min", "email": "min@example.com", "password": PASSWORD})
    mail = OutgoingMail.objects.get(to="min@example.com")
    assert (mail.language, mail.subject) == ("ko", "이메일 주소 확인")
    path = link_in("confirm:")
    fresh.post(path)
    assert Member.objects.get(name="Min").email_confirmed_at is not None
    assert fresh.get(path[:-3]).status_code == 410


def test_a_forgotten_password_is_set_anew_by_mail(client):
    """Once, with the link of the mail; what was looked at only is not used up."""
    guest = Client(headers={"accept-language": "en-US"})
    guest.post("/reset", {"email": "ANN@example.com"})
    path = link_in("reset:")
    assert guest.get(path).status_code == 200
    weak = guest.post(path, {"password": "short"})
    assert weak.status_code == 422
    assert guest.post(path, {"password": NEW}).headers["Location"] == "/sign-in"
    assert ann().check_password(NEW)
    assert guest.get(path).status_code == 410
    assert client.get("/account").status_code == 302  # whoever was signed in is not any more


def test_nobody_learns_who_has_an_account(client):
    """Word for word the same answer; guests and closed accounts get no mail."""
    guest = Client(headers={"accept-language": "en-US"})
    there = text_of(guest.post("/reset", {"email": "ann@example.com"}))
    away = text_of(guest.post("/reset", {"email": "eve@example.com"}))
    assert there.replace("ann@", "eve@") == away
    assert OutgoingMail.objects.filter(topic__startswith="reset:").count() == 1


def test_mails_on_request_are_limited(client):
    guest = Client(headers={"accept-language": "en-US"})
    answers = [guest.post("/reset", {"email": "ann@example.com"}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize("key", ["", "x", "1.x", "9" * 30 + ".x", "٣.x", "1.cdefgh-0123456789abcdef"])
def test_made_up_keys_open_nothing(client, key):
    assert client.get("/reset/new", {"key": key}).status_code == 410
    assert client.get("/confirm", {"key": key}).status_code == 410


def test_an_order_is_confirmed_by_mail_after_it_stands(client, small_market):
    path = buy(client, small_market, email="ann@example.com")
    mail = OutgoingMail.objects.get(topic=f"placed:{path.rsplit('/', 1)[1]}")
    for words in ("Your order is placed", "White Milk, 1 gal", "$2.69", "Knoxville", path):
        assert words in mail.subject + mail.text
        assert words in mail.html
    client.post(f"{path}/cancel")
    assert OutgoingMail.objects.filter(topic__startswith="cancelled:").count() == 1


def test_a_mail_that_was_not_written_is_written_later(client, small_market):
    """The process died between the order and its mail; an order that never was gets none."""
    path = buy(client, small_market, email="ann@example.com")
    OutgoingMail.objects.all().delete()
    people.keep_contact(
        UUID(int=7 << 76 | 2 << 62), ann(), {"way": "pick_up", "name": "X", "phone": "1", "email": "x@x.com"}
    )
    assert mails.catch_up() == 0  # too early: it may be on its way
    OrderContact.objects.update(written_at=timezone.now() - timedelta(minutes=5))
    assert mails.catch_up() == 1
    assert mails.catch_up() == 0
    assert OutgoingMail.objects.get().topic == f"placed:{path.rsplit('/', 1)[1]}"


def test_the_members_data_are_theirs_to_take(client, small_market):
    buy(client, small_market)
    fill(client, small_market, eggs=2)
    data = json.loads(client.get("/account/my-data.json").content)
    assert data["profile"]["email"] == "ann@example.com"
    assert [order["total_minor"] for order in data["orders"]] == [269]
    assert data["cart"] == {small_market.sku["eggs"]: 2}
    assert data["contacts_of_orders"][0]["phone"] == WHO["phone"]


def test_an_account_is_closed_when_nothing_is_under_way(client, small_market):
    path = buy(client, small_market)
    refused = client.post("/account/privacy", {"current": PASSWORD})
    assert "still under way" in text_of(refused)
    client.post(f"{path}/cancel")
    assert client.post("/account/privacy", {"current": "wrong"}).status_code == 422
    assert client.post("/account/privacy", {"current": PASSWORD}).headers["Location"] == "/"
    assert Client().post("/sign-in", {"email": "ann@example.com", "password": PASSWORD}).status_code == 422
    order = trade.find(UUID(path.rsplit("/", 1)[1]))
    assert order is not None  # the books keep it
    assert people.contact(order.order_id) is None


def test_consent_is_asked_once_and_kept_with_the_account(client):
    assert "remember what you look at" in text_of(client.get("/"))
    client.cookies["seen"] = "1"
    client.post("/consent", {"purpose": "remember", "answer": "no"})
    assert "remember what you look at" not in text_of(client.get("/"))
    assert client.cookies["seen"].value == ""
    assert people.consents(ann()) == {"remember": False}
    other = Client(headers={"accept-language": "en-US"})
    other.post("/sign-in", {"email": "ann@example.com", "password": PASSWORD})
    assert "May this browser" not in text_of(other.get("/"))  # the answer comes along
    assert client.post("/consent", {"purpose": "everything", "answer": "yes"}).status_code == 404


def test_an_address_of_another_does_not_exist(client):
    bob = Member.objects.create_user("bob@example.com", PASSWORD)
    entry = people.keep_address(bob, "US", {"name": "Bob", "address": "1 Elm St"})
    assert client.get(f"/account/addresses/{entry.pk}").status_code == 404
    client.post(f"/account/addresses/{entry.pk}/drop")
    assert people.address(bob, entry.pk) is not None


@pytest.mark.parametrize(("language", "name"), [("en", "groceries"), ("ko", "식료품"), ("zh-hans", "生鲜")])
def test_the_shop_can_be_put_on_the_home_screen(client, language, name):
    """A manifest a language with icons that exist; a worker that keeps nothing of a person."""
    manifest = json.loads(client.get(f"/manifest/{language}.webmanifest").content)
    assert name in manifest["name"]
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    worker = client.get("/service-worker.js", {"language": language})
    assert worker.headers["Content-Type"].startswith("text/javascript")
    shell = json.loads(re.search(r"const SHELL = (\[.*?\]);", worker.content.decode())[1])  # type: ignore[index]
    assert shell[0] == f"/offline/{language}"
    for page in (f"/offline/{language}", "/service-worker.js"):
        answer = Client().get(page)
        assert "Ann" not in answer.content.decode()
        assert not answer.cookies
    assert client.get("/manifest/xx.webmanifest").status_code == 404


def test_sessions_and_carts_of_long_ago_are_tidied_away(client):
    from django.contrib.sessions.models import Session

    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    assert api.clean_up()["sessions"] >= 1
    assert not Session.objects.exists()


@pytest.mark.parametrize("page", [*PAGES, "/", "/cart", "/checkout"])
def test_a_members_pages_ask_the_database_few_times(client, small_market, page):
    """With a cart of two deliveries, an order and an address."""
    people.keep_address(ann(), "US", {"name": "Ann", "phone": "1", "address": "1 Elm St"})
    buy(client, small_market)
    fill(client, small_market, milk=1, eggs=1, bananas=1)
    client.post("/cart/change", {f"delivery-{small_market.sku['eggs']}": "2", "checkout": "1"})
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    assert len(queries) <= 12, [query["sql"] for query in queries]
