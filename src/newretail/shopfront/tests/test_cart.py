"""The cart in place: steps, saving for later, undoing, deliveries, and how it follows its member."""

from __future__ import annotations

import pytest
from django.test import Client

from newretail.people.models import Member
from newretail.shopfront.models import MemberCart
from newretail.shopfront.tests.test_browsing import text_of
from newretail.shopfront.tests.test_buying import fill, let_the_hold_expire

PASSWORD = "four words for you"


@pytest.fixture
def client(small_market):
    Member.objects.all().delete()
    for name in small_market.sku:
        small_market.set_stock(name, small_market.reserved(name) + 20)
    return Client(headers={"accept-language": "en-US"})


def press(client, **button):
    return client.post("/cart/change", button)


def sign_in(client, email="ann@example.com", **more):
    return client.post("/sign-in", {"email": email, "password": PASSWORD, **more})


def test_a_script_gets_a_line_and_the_count_instead_of_a_page(client, small_market):
    """Whoever adds from the middle of a page stays there; what went wrong is told by a page, as without a script."""
    milk = small_market.sku["milk"]
    answer = client.post("/cart/add", {"sku": milk, "quantity": 3}, headers={"x-part": "added"})
    html = answer.content.decode()
    assert 'data-units="3"' in html
    assert "In your cart: White Milk, 1 gal." in html
    assert "<main" not in html
    assert client.post("/cart/add", {"sku": "none"}, headers={"x-part": "added"}).status_code == 302


def test_without_the_script_the_page_says_the_same_and_shows_the_way(client, small_market):
    sent = {"sku": small_market.sku["milk"], "quantity": 3, "next": "/stores"}
    html = client.post("/cart/add", sent, follow=True).content.decode()
    assert 'In your cart: White Milk, 1 gal. <a href="/cart">See the cart</a>' in html


def test_a_step_is_one_more_or_one_fewer(client, small_market):
    milk = small_market.sku["milk"]
    fill(client, small_market, milk=2)
    press(client, step=f"{milk}:1")
    assert client.session["cart"] == {milk: 3}
    for _ in range(3):
        press(client, step=f"{milk}:-1")
    assert client.session["cart"] == {}
    for nonsense in (f"{milk}:7", "x:1", "", f"{milk}:"):
        press(client, step=nonsense)
    assert client.session["cart"] == {}


def test_what_was_taken_out_can_be_had_back(client, small_market):
    milk = small_market.sku["milk"]
    fill(client, small_market, milk=4)
    press(client, remove=milk)
    assert "Taken out: White Milk, 1 gal" in text_of(client.get("/cart"))
    press(client, undo="1")
    assert client.session["cart"] == {milk: 4}
    assert "Taken out" not in text_of(client.get("/cart"))
    press(client, undo="1")  # there is nothing more to undo
    assert client.session["cart"] == {milk: 4}


def test_saved_for_later_is_not_ordered_and_comes_back(client, small_market):
    milk, eggs = small_market.sku["milk"], small_market.sku["eggs"]
    fill(client, small_market, milk=2, eggs=1)
    press(client, later=milk)
    assert client.session["cart"] == {eggs: 1}
    page = text_of(client.get("/cart"))
    assert "Saved for later" in page
    assert "$1.19" in page
    press(client, back=milk)
    assert client.session["cart"] == {eggs: 1, milk: 2}
    press(client, later=milk)
    press(client, drop=milk)
    assert client.session["cart_saved"] == {}
    press(client, undo="1")
    assert client.session["cart_saved"] == {milk: 2}


def test_what_another_market_does_not_sell_is_saved(client, small_market):
    from newretail.catalog.models import Price

    fill(client, small_market, milk=2)
    price = Price.objects.get(sku__code=small_market.sku["milk"], market_code="US")
    price.delete()
    assert "saved for later" in text_of(client.get("/cart"))
    price.pk = None
    price.save()
    press(client, back=small_market.sku["milk"])
    assert client.session["cart"] == {small_market.sku["milk"]: 2}


def test_a_script_gets_the_changed_part_alone(client, small_market):
    fill(client, small_market, milk=1)
    answer = client.post("/cart/change", {"step": f"{small_market.sku['milk']}:1"}, headers={"X-Part": "cart"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in html
    assert 'data-units="2"' in html
    assert "$5.38" in html


def test_a_line_that_is_short_says_so_and_offers_what_is_left(client, small_market):
    milk = small_market.sku["milk"]
    fill(client, small_market, milk=6)
    small_market.set_stock("milk", small_market.reserved("milk") + 4)
    page = client.get("/cart")
    assert "Knoxville has only 4 left." in text_of(page)
    assert f'value="{milk}:4"' in page.content.decode()
    press(client, fit=f"{milk}:4")
    assert client.session["cart"] == {milk: 4}
    assert "only 4 left" not in text_of(client.get("/cart"))


def test_ones_own_hold_is_not_somebody_elses(client, small_market):
    """Back from the checkout the cart does not call short what is held for this very cart."""
    small_market.set_stock("milk", small_market.reserved("milk") + 3)
    fill(client, small_market, milk=3)
    press(client, checkout="1")
    assert "left." not in text_of(client.get("/cart"))
    press(client, remove=small_market.sku["milk"])


def test_lines_go_with_the_delivery_that_was_chosen(client, small_market):
    milk, eggs = small_market.sku["milk"], small_market.sku["eggs"]
    fill(client, small_market, milk=1, eggs=1)
    press(client, update="1", **{f"delivery-{eggs}": "2"})
    page = text_of(client.get("/cart"))
    assert "Delivery 2" in page
    assert "This becomes 2 orders" in page
    press(client, update="1", **{f"delivery-{eggs}": "99", f"delivery-{milk}": "x"})
    assert client.session["cart_deliveries"] == {eggs: 4}  # the most there may be


def test_the_members_cart_follows_them(client, small_market):
    """What is put in on one device is there on the other, after signing out and in again too."""
    Member.objects.create_user("ann@example.com", PASSWORD, name="Ann")
    sign_in(client)
    fill(client, small_market, milk=2)
    press(client, later=small_market.sku["milk"])
    fill(client, small_market, bananas=3)
    phone = Client(headers={"accept-language": "en-US"})
    sign_in(phone)
    page = text_of(phone.get("/cart"))
    assert "3 units" in page
    assert "Saved for later" in page
    fill(phone, small_market, bananas=1)
    assert "4 units" in text_of(client.get("/cart"))
    client.post("/sign-out")
    assert "Your cart is empty" in text_of(client.get("/cart"))
    sign_in(client)
    assert "4 units" in text_of(client.get("/cart"))


def test_carts_are_merged_at_sign_in(client, small_market):
    """Sums of both, capped, the member told; nothing is left in the session for the next person."""
    ann = Member.objects.create_user("ann@example.com", PASSWORD, name="Ann")
    milk, eggs, bananas = (small_market.sku[name] for name in ("milk", "eggs", "bananas"))
    MemberCart.objects.create(member=ann, lines=[[milk, 998, 1], [eggs, 1, 2]], saved=[[bananas, 1]])
    fill(client, small_market, milk=5, bananas=2)
    sign_in(client)
    page = text_of(client.get("/cart"))
    assert "2 products of this browser" in page
    row = MemberCart.objects.get(member=ann)
    assert row.lines == [[milk, 999, 1], [eggs, 1, 2], [bananas, 2, 1]]
    assert row.saved == [[bananas, 1]]
    assert "cart" not in client.session


def test_the_order_of_the_lines_is_that_of_putting_them_in(client, small_market):
    ann = Member.objects.create_user("ann@example.com", PASSWORD, name="Ann")
    sign_in(client)
    for name in ("milk", "bananas", "eggs", "cheese"):
        fill(client, small_market, **{name: 1})
    codes = [line[0] for line in MemberCart.objects.get(member=ann).lines]
    assert codes == [small_market.sku[name] for name in ("milk", "bananas", "eggs", "cheese")]


def test_a_hold_that_is_over_does_not_stand_in_the_way(client, small_market):
    fill(client, small_market, milk=1)
    press(client, checkout="1")
    let_the_hold_expire(client)
    assert press(client, checkout="1").headers["Location"] == "/checkout"
