"""Several deliveries in one cart: an order each, and an honest word where one of them fails."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.test import Client

from newretail.people import api as people
from newretail.people.models import Member
from newretail.shopfront.tests.test_browsing import text_of
from newretail.shopfront.tests.test_buying import WHO, fill
from newretail.trade import api as trade

HOME = {"address": "1016 W Magnolia Ave", "city": "Knoxville", "region": "tn", "postal_code": "37902"}
SECOND = {f"d2-{name}": text for name, text in {"way": "delivery", **HOME}.items()}


@pytest.fixture
def client(small_market):
    Member.objects.all().delete()
    for name in small_market.sku:
        small_market.set_stock(name, small_market.reserved(name) + 20)
    return Client(headers={"accept-language": "en-US"})


def two_deliveries(client, market) -> dict[str, str]:
    """Milk is picked up, eggs are delivered; the hidden fields of the checkout form."""
    fill(client, market, milk=2, eggs=1)
    client.post("/cart/change", {f"delivery-{market.sku['eggs']}": "2", "update": "1"})
    return hidden(client.post("/cart/change", {"checkout": "1"}, follow=True))


def hidden(page) -> dict[str, str]:
    return dict(
        re.findall(r'type="hidden" name="((?:d\d-)?(?:order_id|total))" value="([^"]*)"', page.content.decode())
    )


def order_of(text: str) -> trade.OrderView:
    found = trade.find(UUID(text))
    assert found is not None
    return found


def test_a_guest_orders_two_deliveries(client, small_market):
    """Each is an order with its own id, lines, way and address; one page shows both; the cart is empty."""
    form = two_deliveries(client, small_market)
    assert (form["total"], form["d2-total"]) == ("538", "119")
    answer = client.post("/checkout", {**WHO, **form, **SECOND})
    where = urlsplit(answer.headers["Location"])
    assert where.path == "/orders/together"
    assert parse_qs(where.query)["ids"] == [f"{form['order_id']}~{form['d2-order_id']}"]
    page = text_of(client.get(answer.headers["Location"]))
    for words in ("Your cart became 2 orders", "$5.38", "$1.19", "1016 W Magnolia Ave, Knoxville", "Knoxville"):
        assert words in page
    picked_up, delivered = (people.contact(UUID(form[name])) for name in ("order_id", "d2-order_id"))
    assert picked_up is not None
    assert delivered is not None
    assert (picked_up.way, picked_up.address) == ("pick_up", "")
    assert (delivered.way, delivered.region, delivered.country) == ("delivery", "TN", "US")
    assert [line.sku for line in order_of(form["d2-order_id"]).lines] == [small_market.sku["eggs"]]
    assert "Your cart is empty" in text_of(client.get("/cart"))
    assert Client().get(answer.headers["Location"]).status_code == 404  # to everybody else they do not exist


def test_sending_the_form_twice_is_still_two_orders(client, small_market):
    form = two_deliveries(client, small_market)
    first = client.post("/checkout", {**WHO, **form, **SECOND})
    second = client.post("/checkout", {**WHO, **form, **SECOND})
    assert first.headers["Location"] == second.headers["Location"]
    assert len(trade.orders_of(order_of(form["order_id"]).buyer_id)) == 2


def test_each_delivery_comes_from_its_own_store(client, small_market):
    form = two_deliveries(client, small_market)
    moved = client.post("/checkout", {**WHO, **form, **SECOND, "d2-store": small_market.other_store}, follow=True)
    assert moved.redirect_chain == [("/checkout", 302)]
    html = moved.content.decode()
    assert html.count(f'value="{small_market.other_store}" selected') == 1
    assert 'value="1016 W Magnolia Ave"' in html  # nothing that was typed is lost
    form = hidden(moved)
    client.post("/checkout", {**WHO, **form, **SECOND, "d2-store": small_market.other_store})
    assert order_of(form["order_id"]).node_id != order_of(form["d2-order_id"]).node_id


def test_what_fails_stays_in_the_cart_and_what_was_placed_is_said(client, small_market):
    """The eggs went to somebody else: the milk is ordered, the eggs are named, what was typed is kept."""
    form = two_deliveries(client, small_market)
    answer = client.post("/checkout", {**WHO, **form, **SECOND, "d2-total": "1"})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "One of your deliveries is placed." in page
    assert "the total is now $1.19" in page
    assert f'href="/orders/{form["order_id"]}"' in answer.content.decode()
    assert 'value="1016 W Magnolia Ave"' in answer.content.decode()
    assert client.session["cart"] == {small_market.sku["eggs"]: 1}
    assert order_of(form["order_id"]).total_minor == 538
    assert people.contact(UUID(form["d2-order_id"])) is None
    again = hidden(answer)
    assert set(again) == {"d2-order_id", "d2-total"}
    assert again["d2-order_id"] != form["d2-order_id"]
    done = client.post("/checkout", {**WHO, **again, **SECOND})
    assert parse_qs(urlsplit(done.headers["Location"]).query)["ids"] == [f"{form['order_id']}~{again['d2-order_id']}"]


def test_an_answer_that_was_lost_is_found_again(client, small_market, monkeypatch):
    """Busy: nobody knows. Sent again with the same ids it is one order each, and the cart gives up what was placed."""
    form = two_deliveries(client, small_market)
    monkeypatch.setenv("NEWRETAIL_QUEUE_LIMIT", "0")
    trade.close()
    answer = client.post("/checkout", {**WHO, **form, **SECOND})
    assert answer.status_code == 503
    assert hidden(answer) == form
    monkeypatch.delenv("NEWRETAIL_QUEUE_LIMIT")
    trade.close()
    done = client.post("/checkout", {**WHO, **form, **SECOND})
    assert "together" in done.headers["Location"]
    assert client.session["cart"] == {}


def test_a_cart_that_changed_in_another_tab_is_looked_at_first(client, small_market):
    """Nothing is ordered that was not on the form; what was typed is there again."""
    form = two_deliveries(client, small_market)
    fill(client, small_market, bananas=1)
    answer = client.post("/checkout", {**WHO, **form, **SECOND}, follow=True)
    assert "Your cart has changed since" in text_of(answer)
    assert trade.find(UUID(form["order_id"])) is None
    client.post("/cart/change", {"checkout": "1"})
    assert 'value="1016 W Magnolia Ave"' in client.get("/checkout").content.decode()


@pytest.mark.parametrize("way", ["renew", "sign_in"])
def test_what_was_typed_waits_while_one_is_elsewhere(client, small_market, way):
    """Holding longer and signing in are buttons of the form: they take what was typed along."""
    Member.objects.create_user("ann@example.com", "four words for you", name="Ann")
    form = two_deliveries(client, small_market)
    typed = {**WHO, **form, **SECOND, "note": "Ring twice", way: "1"}
    answer = client.post("/checkout", typed)
    if way == "sign_in":
        assert answer.headers["Location"] == "/sign-in?next=%2Fcheckout"
        who = {"email": "ann@example.com", "password": "four words for you", "next": "/checkout"}
        answer = client.post("/sign-in", who)
    assert answer.headers["Location"] == "/checkout"
    html = client.get("/checkout").content.decode()
    for kept in ("Kim Min-ji", "Ring twice", "1016 W Magnolia Ave"):
        assert f'value="{kept}"' in html
    assert re.search(r'name="d2-way" value="delivery"[^>]* checked', html)


def test_the_form_is_checked_while_it_is_filled_in(client, small_market):
    """By the rules of placing: the fields that are wrong, in the buyer's words; and a draft is kept."""
    form = two_deliveries(client, small_market)
    typed = {**WHO, **form, **SECOND, "phone": "call me", "d2-postal_code": "1"}
    answer = client.post("/checkout/check", typed).json()
    assert set(answer["errors"]) == {"id_phone", "id_d2-postal_code"}
    assert "five digits" in answer["errors"]["id_d2-postal_code"][0]
    assert 'value="call me"' in client.get("/checkout").content.decode()
    assert client.post("/checkout/check", {**WHO, **form, **SECOND}).json()["errors"] == {}


def test_the_clock_says_the_time_of_the_day_and_of_the_server(client, small_market):
    two_deliveries(client, small_market)
    html = client.get("/checkout").content.decode()
    assert re.search(r'data-ends="20\d\d-\d\d-\d\dT[^"]+\+00:00" data-now="20', html)
    assert re.search(r"held for you until \d+:\d\d", text_of(client.get("/checkout")))


def test_a_member_picks_an_address_of_their_book(client, small_market):
    """The default is chosen; the parcel bears the name of the entry; a new address is kept when they want it."""
    ann = Member.objects.create_user("ann@example.com", "four words for you", name="Ann")
    entry = people.keep_address(ann, "US", {**HOME, "region": "TN", "name": "Bo", "phone": "+1 865 555 0199"})
    client.post("/sign-in", {"email": "ann@example.com", "password": "four words for you"})
    fill(client, small_market, milk=1)
    page = client.post("/cart/change", {"checkout": "1"}, follow=True)
    assert re.search(rf'name="entry" value="{entry.pk}"[^>]* checked', page.content.decode())
    form = hidden(page)
    client.post("/checkout", {**WHO, **form, "way": "delivery", "entry": str(entry.pk)})
    told = people.contact(UUID(form["order_id"]))
    assert told is not None
    assert (told.name, told.phone, told.address) == ("Bo", "+1 865 555 0199", HOME["address"])
    fill(client, small_market, milk=1)
    form = hidden(client.post("/cart/change", {"checkout": "1"}, follow=True))
    other = {**HOME, "address": "2 Elm St", "entry": "new", "way": "delivery", "keep": "on"}
    assert client.post("/checkout", {**WHO, **form, **other}).status_code == 302
    assert [kept.address for kept in people.addresses(ann)] == [HOME["address"], "2 Elm St"]


def test_an_address_of_somebody_else_cannot_be_chosen(client, small_market):
    bob = Member.objects.create_user("bob@example.com", "four words for you")
    entry = people.keep_address(bob, "US", {**HOME, "name": "Bob", "phone": "1"})
    fill(client, small_market, milk=1)
    form = hidden(client.post("/cart/change", {"checkout": "1"}, follow=True))
    answer = client.post("/checkout", {**WHO, **form, "way": "delivery", "entry": str(entry.pk)})
    assert answer.status_code == 422


def test_what_was_bought_is_bought_again(client, small_market):
    fill(client, small_market, milk=2, eggs=1)
    form = hidden(client.post("/cart/change", {"checkout": "1"}, follow=True))
    path = client.post("/checkout", {**WHO, **form}).headers["Location"]
    answer = client.post(f"{path}/again", follow=True)
    assert "2 products are in your cart again." in text_of(answer)
    assert client.session["cart"] == {small_market.sku["milk"]: 2, small_market.sku["eggs"]: 1}
    assert Client().post(f"{path}/again").status_code == 404
