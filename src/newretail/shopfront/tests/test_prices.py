"""Prices as a shopper meets them: on the shelf, in the cart, at the checkout, on the order and its receipt."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from newretail.catalog.api import OfferKind
from newretail.catalog.models import Category, Offer, PriceList
from newretail.catalog.offers.api import (
    ListSheet,
    OfferSheet,
    change_list_prices,
    change_lists,
    change_offers,
    offers,
)
from newretail.catalog.work import catalog_change
from newretail.markets.models import ShippingTariff, TaxRate
from newretail.shopfront.receipts import as_pdf, receipt_of
from newretail.shopfront.tests.test_browsing import text_of
from newretail.shopfront.tests.test_buying import WHO, fill, go_to_checkout, hidden
from newretail.shopfront.visit import NODE_KEY
from newretail.stock import api as stock
from newretail.trade import api as trade

HOME = {"address": "1 Main St", "city": "Knoxville", "region": "TN", "postal_code": "37902"}
MILK = OfferSheet("US", "Milk days", OfferKind.PER_CENT, 1000, names={"ko": "우유 할인"})


@pytest.fixture(scope="module")
def priced_market(small_market) -> Iterator[None]:
    """Milk 10 % off, cheese 3 for 2, everything of dairy food at 4 %, brought for 4.99, free from 20.00."""
    with catalog_change():
        Category.objects.filter(slug="small-food").update(tax_class="food")
    three = OfferSheet("US", "Three for two", OfferKind.BUY_PAY, buy=3, pay=2, sku_code=small_market.sku["cheese"])
    change_offers([replace(MILK, sku_code=small_market.sku["milk"]), three])
    TaxRate.objects.create(market_id="US", tax_class="food", from_day=date(2020, 1, 1), basis_points=400)
    ShippingTariff.objects.create(market_id="US", way=1, fee_minor=499, free_from_minor=2000)
    trade.close()  # the next engine reads all of it
    yield
    for model in (Offer, PriceList, TaxRate, ShippingTariff):
        model.objects.all().delete()
    trade.close()


@pytest.fixture
def client(small_market, priced_market) -> Client:
    stock.expire_holds(datetime.now(UTC) + timedelta(minutes=20))  # what the tests before left in their carts
    for name in small_market.sku:
        small_market.set_stock(name, 20)
    return Client(headers={"accept-language": "en-US"})


def products_page(client: Client, name: str) -> str:
    found = client.get("/search", {"q": name}).content.decode()
    return client.get(re.search(r'<h3><a href="([^"]+)"', found)[1]).content.decode()  # type: ignore[index]


def test_a_card_and_a_page_show_what_it_costs_now_and_what_it_cost_before(client) -> None:
    card = text_of(client.get("/search", {"q": "milk"}))
    assert re.search(r"Milk days Now: \$2\.42 Before: \$2\.69", card)
    html = products_page(client, "milk")
    assert re.search(r'<s class="former small"><span class="hidden">Before: </span>\$2.69</s>', html)
    (facts,) = [
        json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', html, re.DOTALL) if '"Product"' in text
    ]
    assert facts["offers"]["price"] == "2.42"


def test_lists_are_sorted_and_narrowed_by_what_things_cost_now(client) -> None:
    """Milk at half its 2.69 is cheaper than cheese at 1.78, and below two dollars."""
    (milk,) = [offer for offer in offers("US") if offer.name == "Milk days"]

    def names(query: str) -> list[str]:
        return re.findall(r"<h3><a [^>]+>([^<]+)</a>", client.get(f"/c/small-dairy?{query}").content.decode())

    dearer = names("order=price")
    assert dearer.index("White Milk, 1 gal") > dearer.index("Shredded Cheese, 8 oz")
    assert "White Milk, 1 gal" not in names("price=-200")
    change_offers([replace(milk, value=5000)])
    trade.close()
    try:
        cheaper = names("order=price")
        assert cheaper.index("White Milk, 1 gal") < cheaper.index("Shredded Cheese, 8 oz")
        assert "White Milk, 1 gal" in names("price=-200")
    finally:
        change_offers([milk])
        trade.close()


def test_what_is_on_offer_has_a_page_of_its_own_and_a_row_of_the_window(client) -> None:
    def names(path: str) -> list[str]:
        return re.findall(r"<h3><a [^>]+>([^<]+)</a>", client.get(path).content.decode())

    assert sorted(names("/offers")) == ["Shredded Cheese, 8 oz", "White Milk, 1 gal"]
    (three,) = [offer.offer_id for offer in offers("US") if offer.name == "Three for two"]
    assert names(f"/offers?offer={three}") == ["Shredded Cheese, 8 oz"]
    assert names("/offers?price=500-1000") == []
    assert "On offer now" in text_of(client.get("/"))


def test_without_offers_the_page_says_so(client) -> None:
    client.post("/preferences", {"market": "KR", "language": "en"})
    assert "No offers just now" in text_of(client.get("/offers"))


def test_an_offer_for_several_is_named_and_changes_no_unit(client) -> None:
    card = text_of(client.get("/search", {"q": "cheese"}))
    assert re.search(r"Three for two \$1\.78", card)
    assert "Before" not in card


def test_offers_are_named_in_the_readers_language(small_market, priced_market) -> None:
    korean = Client(headers={"accept-language": "ko"})
    korean.post("/preferences", {"market": "US", "language": "ko"})
    fill(korean, small_market, milk=1)
    assert "우유 할인" in text_of(korean.get("/cart"))


def test_the_cart_says_what_is_saved_taxed_and_what_delivery_would_cost(client, small_market) -> None:
    fill(client, small_market, milk=1, cheese=3)
    cart = text_of(client.get("/cart"))
    # 2.69 + 5.34; 0.27 and 1.78 less; 4 % of 5.98 is 0.24.
    for words in ("Products $8.03", "Milk days −$0.27", "Three for two −$1.78", "Tax $0.24", "$6.22"):
        assert words in cart
    assert "Delivery $4.99, free from $20.00" in cart


def test_another_way_is_another_total_and_the_order_costs_what_was_shown(client, small_market) -> None:
    fill(client, small_market, milk=1)
    form = go_to_checkout(client)
    page = client.get("/checkout")
    brought = re.search(r'name="total_delivery" value="(\d+)"', page.content.decode())[1]  # type: ignore[index]
    assert (form["total"], brought) == ("252", str(242 + 499 + 30))  # 4 % of 2.42 and of 7.41
    sums = client.post("/checkout/sums", {**WHO, **form, "way": "delivery", "total_delivery": brought})
    for words in ("Delivery $4.99", "$17.58 more and the delivery is free"):
        assert words in text_of(sums)
    assert 'data-total="$7.71"' in sums.content.decode()
    form = hidden(client.get("/checkout"))
    answer = client.post("/checkout", {**WHO, **HOME, **form, "way": "delivery", "total_delivery": brought})
    assert answer.status_code == 302
    order = trade.find(UUID(form["order_id"]))
    assert order is not None
    assert (order.way, order.total_minor, order.shipping_minor, order.tax_minor) == ("delivery", 771, 499, 30)


def test_enough_goods_are_brought_for_nothing(client, small_market) -> None:
    fill(client, small_market, milk=9)
    assert "So is the delivery of this order" in text_of(client.get("/cart"))


def test_the_order_its_receipt_and_its_paper_tell_what_the_price_was_made_of(client, small_market) -> None:
    fill(client, small_market, milk=2, cheese=3)
    form = go_to_checkout(client)
    client.post("/checkout", {**WHO, **form})
    with_name = ("Milk days −$0.54", "Three for two −$1.78", "Tax $0.34", "Total $8.74")
    page = text_of(client.get(f"/orders/{form['order_id']}"))
    for words in with_name:
        assert words in page
    receipt = text_of(client.get(f"/orders/{form['order_id']}/receipt"))
    for words in with_name:
        assert words.replace("−", "-") in receipt
    order = trade.find(UUID(form["order_id"]))
    assert order is not None
    assert as_pdf(receipt_of(order), "en").startswith(b"%PDF")


def test_a_shown_total_that_is_no_longer_right_places_nothing(client, small_market) -> None:
    fill(client, small_market, milk=1)
    form = go_to_checkout(client)
    milk = next(sheet for sheet in offers("US") if sheet.name == "Milk days")
    change_offers([replace(milk, is_on=False)])
    trade.close()
    answer = client.post("/checkout", {**WHO, **form})
    change_offers([milk])
    trade.close()
    assert answer.status_code == 409
    assert "the total is now $2.80" in text_of(answer)


def test_a_list_of_a_store_sets_the_price_on_its_shelf_only(client, small_market) -> None:
    node = stock.node_of_market("US", small_market.other_store)
    assert node is not None
    (made,) = change_lists([ListSheet("US", "Nashville", node_ids=(node.node_id,))])
    change_list_prices(int(made.key), {small_market.sku["eggs"]: 99})
    trade.close()
    assert "$1.19" in text_of(client.get("/search", {"q": "eggs"}))
    session = client.session
    session[NODE_KEY] = small_market.other_store
    session.save()
    assert "$0.99" in text_of(client.get("/search", {"q": "eggs"}))
    fill(client, small_market, eggs=1)
    assert "Products $0.99" in text_of(client.get("/cart"))
