"""From the cart to the placed order and back, by the pages, on a real engine and a real database."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client

from newretail.catalog.models import Sku
from newretail.catalog.work import set_price
from newretail.people import api as people
from newretail.people.models import Member
from newretail.shopfront.tests.test_browsing import text_of
from newretail.stock import api as stock
from newretail.trade import api as trade

WHO = {"name": "Kim Min-ji", "phone": "+82 2 1234 5678", "way": "pick_up"}


@pytest.fixture
def client(small_market):
    stock.expire_holds(datetime.now(UTC) + timedelta(minutes=20))  # what the tests before left in their carts
    for name in small_market.sku:
        small_market.set_stock(name, 20)
    return Client(headers={"accept-language": "en-US"})


def fill(client, market, **units: int) -> None:
    for name, quantity in units.items():
        client.post("/cart/add", {"sku": market.sku[name], "quantity": quantity})


def go_to_checkout(client) -> dict[str, str]:
    """Press the cart's button; the hidden fields of the form that comes."""
    answer = client.post("/cart/change", {"checkout": "1"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/checkout", text_of(answer)
    return hidden(answer)


def hidden(page) -> dict[str, str]:
    html = page.content.decode()
    return {name: re.search(f'name="{name}" value="([^"]*)"', html)[1] for name in ("order_id", "total")}  # type: ignore[index]


def place(client, form: dict[str, str], **more: str):
    return client.post("/checkout", {**WHO, **form, **more})


def test_a_guest_buys(client, small_market):
    """The order is placed at the shown price, its stock is reserved, the cart is empty, the page tells all of it."""
    before = small_market.reserved("milk")
    fill(client, small_market, milk=2, bananas=1)
    form = go_to_checkout(client)
    assert form["total"] == str(2 * 269 + 101)
    assert small_market.reserved("milk") == before + 2  # held while the form is filled in
    answer = place(client, form)
    assert answer.headers["Location"] == f"/orders/{form['order_id']}"
    assert small_market.reserved("milk") == before + 2  # the order took the hold over
    page = text_of(client.get(answer.headers["Location"]))
    for words in ("Placed", "White Milk, 1 gal", "$6.39", "Kim Min-ji", "+82 2 1234 5678", "Knoxville"):
        assert words in page
    assert "Your cart is empty" in text_of(client.get("/cart"))
    order = trade.find(UUID(form["order_id"]))
    assert order is not None
    assert (order.channel, order.state, order.total_minor, order.currency) == ("web", "placed", 639, "USD")
    buyer = people.member(order.buyer_id)
    assert buyer is not None
    assert buyer.is_guest
    assert not buyer.has_usable_password()


def test_a_form_sent_twice_is_one_order(client, small_market):
    before = small_market.reserved("milk")
    fill(client, small_market, milk=1)
    form = go_to_checkout(client)
    first, second = place(client, form), place(client, form)
    assert first.headers["Location"] == second.headers["Location"] == f"/orders/{form['order_id']}"
    assert small_market.reserved("milk") == before + 1


def test_two_clicks_at_once_are_one_order(client, small_market):
    """A double click sends the form twice before either is answered."""
    before = small_market.reserved("cheese")
    fill(client, small_market, cheese=1)
    form = go_to_checkout(client)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}

    def click(_: int) -> int:
        try:
            other = Client(headers={"accept-language": "en-US"})
            other.cookies.load(cookies)
            return int(place(other, form).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))
    assert answers == [302] * 4
    assert small_market.reserved("cheese") == before + 1
    order = trade.find(UUID(form["order_id"]))
    assert order is not None
    assert len(trade.orders_of(order.buyer_id)) == 1


def test_nothing_typed_is_lost(client, small_market):
    """A form with a fault comes back with everything in it, the fault named beside the field and at the top."""
    fill(client, small_market, milk=1)
    form = go_to_checkout(client)
    answer = place(client, form, phone="call me", way="delivery", address="", note="Ring twice")
    assert answer.status_code == 422
    html = answer.content.decode()
    for kept in ("Kim Min-ji", "call me", "Ring twice", 'value="delivery" '):
        assert kept in html
    assert 'role="alert"' in html
    assert 'href="#id_phone"' in html
    assert 'href="#id_address"' in html
    assert "<title>Error: Checkout" in html
    assert hidden(answer) == form  # the same order as before


def test_a_price_that_changed_is_shown_before_it_is_paid(client, small_market):
    """The order is not placed at a price that the buyer has not seen; the new one is, when they agree."""
    fill(client, small_market, bananas=2)
    form = go_to_checkout(client)
    bananas = Sku.objects.get(code=small_market.sku["bananas"])
    set_price(bananas, "US", "USD", 150)
    trade.close()  # an engine that is open would see it within a second
    try:
        answer = place(client, form)
        assert answer.status_code == 409
        assert "the total is now $3.00" in text_of(answer)
        assert "Kim Min-ji" in answer.content.decode()
        again = hidden(answer)
        assert again["total"] == "300"
        assert place(client, again).status_code == 302
    finally:
        set_price(bananas, "US", "USD", 101)
        trade.close()


def test_the_last_unit_goes_to_one_of_two(small_market):
    """While one is at the checkout the other is told that it is gone, and by which store."""
    small_market.set_stock("eggs", small_market.reserved("eggs") + 1)
    first, second = (Client(headers={"accept-language": "en-US"}) for _ in range(2))
    fill(first, small_market, eggs=1)
    fill(second, small_market, eggs=1)
    form = go_to_checkout(first)
    answer = second.post("/cart/change", {"checkout": "1"}, follow=True)
    assert "Knoxville has no Extra Large Eggs, 1 dozen now" in text_of(answer)
    first.post("/cart/change", {"remove": small_market.sku["eggs"]})  # changes their mind: the hold is given back
    assert go_to_checkout(second)["order_id"] != form["order_id"]


def test_another_store_is_asked_before_the_order(client, small_market):
    """Choosing another store keeps what was typed and moves the hold."""
    fill(client, small_market, milk=1)
    before = small_market.reserved("milk")
    form = go_to_checkout(client)
    gone = client.post("/checkout", {**WHO, **form, "store": small_market.korean_store}, follow=True).content.decode()
    assert "This store is not there any more." in gone
    assert f'value="{small_market.store}" selected' in gone
    answer = client.post("/checkout", {**WHO, **form, "store": small_market.other_store}, follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain == [("/checkout", 302)]
    assert "Kim Min-ji" in html
    assert f'value="{small_market.other_store}" selected' in html
    assert small_market.reserved("milk") == before
    order = place(client, hidden(answer), store=small_market.other_store)
    assert "Nashville" in text_of(client.get(order.headers["Location"]))


def test_an_order_is_its_buyers_own(client, small_market):
    """To everybody else it does not exist, and they cannot cancel it."""
    fill(client, small_market, milk=1)
    path = place(client, go_to_checkout(client)).headers["Location"]
    stranger = Client()
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/cancel").status_code == 404
    assert client.get(path).status_code == 200


def test_cancelling_gives_the_goods_back_once(client, small_market):
    fill(client, small_market, milk=3)
    before = small_market.reserved("milk")
    path = place(client, go_to_checkout(client)).headers["Location"]
    assert small_market.reserved("milk") == before + 3
    for _ in range(2):
        assert "Cancelled" in text_of(client.post(f"{path}/cancel", follow=True))
        assert small_market.reserved("milk") == before
    assert "Cancel this order" not in text_of(client.get(path))


def test_a_guest_who_signs_up_keeps_cart_and_orders(client, small_market):
    fill(client, small_market, milk=1)
    path = place(client, go_to_checkout(client)).headers["Location"]
    fill(client, small_market, bananas=4)
    answer = client.post(
        "/sign-up",
        {"name": "Min-ji", "email": "MinJi@example.com", "password": "four words for you", "next": "/orders"},
    )
    assert answer.headers["Location"] == "/orders"
    assert path in client.get("/orders").content.decode()
    assert "4 units" in text_of(client.get("/cart"))
    member = Member.objects.get(email="minji@example.com")
    assert not member.is_guest
    later = Client()
    later.post("/sign-in", {"email": "minji@EXAMPLE.com", "password": "four words for you"})
    assert later.get(path).status_code == 200
    assert 'value="Kim Min-ji"' in _checkout_of(later, small_market)  # what they told last time is filled in


def _checkout_of(client, market) -> str:
    fill(client, market, cheese=1)
    return str(client.post("/cart/change", {"checkout": "1"}, follow=True).content.decode())


@pytest.mark.parametrize(
    ("quantity", "units"), [("0", None), ("3", 3), ("-2", 1), ("x", 1), ("1e9", 1), ("99999", 999), ("", 1)]
)
def test_a_quantity_is_taken_or_left(client, small_market, quantity, units):
    """Editing in place: 0 takes the line out, nonsense changes nothing, too many is the most that goes."""
    fill(client, small_market, milk=1)
    client.post("/cart/change", {f"quantity-{small_market.sku['milk']}": quantity, "update": "1"})
    assert client.session["cart"].get(small_market.sku["milk"]) == units


def test_unknown_goods_do_not_get_into_the_cart(client, small_market):
    answer = client.post("/cart/add", {"sku": "no-such-thing"}, follow=True)
    assert "not sold in this market" in text_of(answer)
    assert client.session.get("cart", {}) == {}


def test_the_checkout_needs_a_cart(client):
    assert client.get("/checkout").headers["Location"] == "/cart"
    assert client.post("/checkout", {}).headers["Location"] == "/checkout"
    assert client.post("/cart/change", {"checkout": "1"}).headers["Location"] == "/cart"


def test_a_hold_that_is_over_is_taken_anew(client, small_market):
    """Who comes back after a long call finds their goods held again, when they are still there."""
    before = small_market.reserved("milk")
    fill(client, small_market, milk=1)
    go_to_checkout(client)
    let_the_hold_expire(client)
    assert small_market.reserved("milk") == before
    assert client.get("/checkout", follow=True).redirect_chain == [("/checkout", 302)]
    assert small_market.reserved("milk") == before + 1


def test_an_order_is_placed_though_its_hold_is_over(client, small_market):
    """The form was open too long, the goods are still there: nobody is made to begin again."""
    before = small_market.reserved("milk")
    fill(client, small_market, milk=2)
    form = go_to_checkout(client)
    let_the_hold_expire(client)
    assert place(client, form).headers["Location"] == f"/orders/{form['order_id']}"
    assert small_market.reserved("milk") == before + 2


def test_goods_that_went_meanwhile_are_named(client, small_market):
    """The hold is over and somebody else was faster: the form says what is missing and keeps what was typed."""
    fill(client, small_market, eggs=2)
    form = go_to_checkout(client)
    let_the_hold_expire(client)
    small_market.set_stock("eggs", small_market.reserved("eggs") + 1)
    answer = place(client, form)
    assert answer.status_code == 409
    assert "not enough of Extra Large Eggs, 1 dozen" in text_of(answer)
    assert "Kim Min-ji" in answer.content.decode()
    assert people.contact(UUID(form["order_id"])) is None  # what was told for no order is not kept


def test_signing_in_at_the_checkout_keeps_the_cart(client, small_market):
    """The guest's hold is given back, the cart stays, and the order is the member's."""
    Member.objects.create_user("late@example.com", "four words for you", name="Late")
    before = small_market.reserved("cheese")
    fill(client, small_market, cheese=2)
    go_to_checkout(client)
    client.post("/sign-in", {"email": "late@example.com", "password": "four words for you"})
    assert small_market.reserved("cheese") == before
    assert client.get("/checkout").headers["Location"] == "/cart"
    path = place(client, go_to_checkout(client)).headers["Location"]
    order = trade.find(UUID(path.rsplit("/", 1)[1]))
    assert order is not None
    assert order.buyer_id == Member.objects.get(email="late@example.com").pk
    assert small_market.reserved("cheese") == before + 2


def let_the_hold_expire(client) -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    session = client.session
    session["holds"] = {number: {**hold, "expires_at": over.isoformat()} for number, hold in session["holds"].items()}
    session.save()
    stock.expire_holds(datetime.now(UTC) + timedelta(minutes=20))


def test_a_queue_that_is_full_loses_nothing(client, small_market, monkeypatch):
    """The form comes back with the same order id, so pressing again cannot make two orders."""
    fill(client, small_market, milk=1)
    form = go_to_checkout(client)
    monkeypatch.setenv("NEWRETAIL_QUEUE_LIMIT", "0")
    trade.close()
    answer = place(client, form)
    assert answer.status_code == 503
    assert "press the button again" in text_of(answer)
    assert hidden(answer) == form
    assert "Kim Min-ji" in answer.content.decode()
    monkeypatch.delenv("NEWRETAIL_QUEUE_LIMIT")
    trade.close()
    assert place(client, form).headers["Location"] == f"/orders/{form['order_id']}"


def test_an_order_id_of_somebody_else_is_of_no_use(client, small_market):
    """Who sends another's order id neither sees that order nor changes it."""
    fill(client, small_market, milk=1)
    path = place(client, go_to_checkout(client)).headers["Location"]
    thief = Client(headers={"accept-language": "en-US"})
    fill(thief, small_market, bananas=1)
    form = {**go_to_checkout(thief), "order_id": path.rsplit("/", 1)[1]}
    answer = place(thief, form, name="Mallory")
    assert answer.status_code == 409
    assert hidden(answer)["order_id"] != form["order_id"]
    assert thief.get(path).status_code == 404
    assert "Kim Min-ji" in text_of(client.get(path))
