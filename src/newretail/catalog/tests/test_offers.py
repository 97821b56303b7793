"""Offers and price lists: edited in sets, fenced by the database, and read by the engine as arrays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from newretail.catalog.api import OfferKind, PriceSnapshot, Unsound, best_offers, catalog_revision, price_snapshot
from newretail.catalog.models import Category, Offer, Price, Product, Sku
from newretail.catalog.offers.api import (
    ListSheet,
    OfferSheet,
    change_list_prices,
    change_lists,
    change_offers,
    list_prices,
    offers,
    price_lists,
)
from newretail.catalog.offers.models import CHANNELS
from newretail.people.models import Member

NOW = datetime(2036, 11, 11, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
TENTH = OfferSheet("US", "A tenth off", OfferKind.PER_CENT, 1000)


@pytest.fixture
def goods(in_rollback) -> None:
    """SKU 1 and 2 of one product in food › dairy, SKU 3 in books; 1.00, 2.00 and 3.00 dollars."""
    Product.objects.all().delete()
    food = Category.objects.create(slug="food", name="Food", tax_class="food")
    dairy = Category.objects.create(slug="dairy", name="Dairy", parent=food)
    books = Category.objects.create(slug="books", name="Books")
    for number, category in ((1, dairy), (2, books)):
        Product.objects.create(id=number, name=f"Product {number}", category=category)
    for number, product in ((1, 1), (2, 1), (3, 2)):
        sku = Sku.objects.create(id=number, code=f"S{number}", product_id=product)
        Price.objects.create(sku=sku, market_code="US", currency="USD", amount_minor=100 * number)


def snapshot(market: str = "US") -> PriceSnapshot:
    connection.ensure_connection()
    return price_snapshot(connection.connection, 1, market)


def revision() -> int:
    connection.ensure_connection()
    return catalog_revision(connection.connection)


def savings(at_ms: int = NOW_MS, quantity: int = 1, channel: int = 1) -> list[int]:
    """What SKU 1, 2 and 3 cost less."""
    found = snapshot()
    skus = np.arange(1, 4)
    columns = (found.price_minor[skus], np.full(3, quantity), np.full(3, channel))
    best = best_offers(found.offers, skus, *columns, at_ms)
    return [0, 0, 0] if best is None else best[0].tolist()


@pytest.mark.usefixtures("goods")
class TestOffers:
    @pytest.mark.parametrize(
        ("scope", "expected"),
        [
            ({}, [10, 20, 30]),
            ({"sku_code": "S2"}, [0, 20, 0]),
            ({"product_id": 1}, [10, 20, 0]),
            ({"category": "food"}, [10, 20, 0]),
            ({"category": "books"}, [0, 0, 30]),
            ({"category": "food", "market_code": "KR"}, [0, 0, 0]),
            ({"is_on": False}, [0, 0, 0]),
            ({"channel": 2}, [0, 0, 0]),
            ({"min_quantity": 2}, [0, 0, 0]),
        ],
        ids=str,
    )
    def test_an_offer_is_for_what_it_says(self, scope, expected) -> None:
        change_offers([replace(TENTH, **scope)])
        assert savings() == expected

    def test_the_best_of_several_counts_alone(self) -> None:
        two_for_one = OfferSheet("US", "Two for one", OfferKind.BUY_PAY, buy=2, pay=1, category="dairy")
        change_offers([TENTH, two_for_one, replace(TENTH, name="Off", kind=OfferKind.AMOUNT_OFF, value=40)])
        assert savings(quantity=1) == [40, 40, 40]
        assert savings(quantity=2) == [100, 200, 80]

    def test_an_offer_runs_from_its_first_moment_up_to_its_last(self) -> None:
        change_offers([replace(TENTH, sku_code="S1", starts_at=NOW, until=NOW + timedelta(hours=1))])
        hour = 3_600_000
        assert [savings(NOW_MS + at)[0] for at in (-1, 0, hour - 1, hour)] == [0, 10, 10, 0]

    def test_editing_tells_the_engine_and_the_trail_what_changed(self) -> None:
        before = revision()
        (made,) = change_offers([TENTH])
        assert (made.subject, made.before, made.after and made.after["value"]) == ("offer", None, 1000)
        (there,) = offers("US")
        (changed,) = change_offers([replace(there, value=2000, names={"ko": "20% 할인"})])
        assert changed.before == {"value": 1000, "names": {}}
        assert changed.after == {"value": 2000, "names": {"ko": "20% 할인"}}
        assert change_offers(offers("US")) == []
        assert revision() > before
        assert snapshot().offers.names == ({"en": "A tenth off", "ko": "20% 할인"},)

    @pytest.mark.parametrize(
        "fault",
        [
            {"value": 0},
            {"value": 10_000},
            {"kind": OfferKind.BUY_PAY, "value": 0, "buy": 2, "pay": 2},
            {"kind": OfferKind.AMOUNT_OFF, "value": -5},
            {"min_quantity": 0},
            {"name": ""},
            {"sku_code": "S1", "category": "food"},
            {"sku_code": "no-such"},
            {"category": "no-such"},
            {"starts_at": NOW, "until": NOW},
            {"channel": 9},
        ],
        ids=str,
    )
    def test_what_makes_no_sense_is_refused_and_nothing_is_changed(self, fault) -> None:
        before = revision()
        with pytest.raises(Unsound):
            change_offers([replace(TENTH, name="Sound"), replace(TENTH, **fault)])
        assert (offers(), revision()) == ([], before)

    def test_the_database_is_the_last_fence(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Offer.objects.create(market_code="US", name="Free", kind=OfferKind.PER_CENT, value=10_000)

    def test_classes_of_tax_are_inherited(self) -> None:
        found = snapshot()
        assert [found.tax_classes[number] for number in found.tax_class[1:4]] == ["food", "food", "general"]

    def test_channels_are_those_of_orders(self) -> None:
        from newretail.trade.rules import Channel

        assert CHANNELS[1:] == [(int(channel), channel.name.lower()) for channel in Channel]

    def test_people_who_work_here_edit_them_in_the_tables_too(self) -> None:
        client = Client()
        client.force_login(Member.objects.create_superuser("chief@example.com", "correct horse"))
        values = {"market_code": "US", "name": "A tenth off", "kind": 1, "value": 1000, "buy": 0, "pay": 0}
        values |= {"min_quantity": 1, "channel": 0, "names": "{}", "is_on": "on"}
        before = revision()
        assert client.post(reverse("admin:catalog_offer_add"), values).status_code == 302
        assert savings() == [10, 20, 30]
        assert revision() > before
        for model in ("offer", "pricelist", "listprice"):
            assert client.get(reverse(f"admin:catalog_{model}_changelist")).status_code == 200
        assert client.get(reverse("admin:catalog_offer_delete", args=[offers()[0].offer_id])).status_code == 403


@pytest.mark.usefixtures("goods")
class TestPriceLists:
    def test_a_list_is_read_with_its_prices_the_highest_priority_last(self) -> None:
        change_lists([ListSheet("US", "App", priority=5, channel=2), ListSheet("US", "Store", node_ids=(9, 4))])
        by_name = {sheet.name: sheet.list_id or 0 for sheet in price_lists("US")}
        before = revision()
        changed = change_list_prices(by_name["App"], {"S3": 250, "S1": 90})
        assert [(one.key, one.before, one.after) for one in changed] == [
            (f"{by_name['App']}/S3", None, {"amount_minor": 250}),
            (f"{by_name['App']}/S1", None, {"amount_minor": 90}),
        ]
        change_list_prices(by_name["Store"], {"S2": 180})
        store, app = snapshot().lists
        assert (app.channel, app.sku_id.tolist(), app.price_minor.tolist()) == (2, [1, 3], [90, 250])
        assert (store.nodes.tolist(), store.price_minor.tolist()) == ([4, 9], [180])
        assert revision() > before

    def test_a_price_is_changed_or_taken_off_and_the_rest_stays(self) -> None:
        (made,) = change_lists([ListSheet("US", "App", channel=2)])
        change_list_prices(int(made.key), {"S1": 90, "S2": 180})
        changed = change_list_prices(int(made.key), {"S1": 95, "S2": None, "S3": None})
        assert [(one.before, one.after) for one in changed] == [
            ({"amount_minor": 90}, {"amount_minor": 95}),
            ({"amount_minor": 180}, None),
        ]
        assert list_prices(int(made.key)) == {"S1": 95}

    @pytest.mark.parametrize("prices", [{"S1": 0}, {"S1": 2_000_000_001}, {"no-such": 5}])
    def test_a_price_that_makes_no_sense_changes_nothing(self, prices) -> None:
        (made,) = change_lists([ListSheet("US", "App")])
        with pytest.raises(Unsound):
            change_list_prices(int(made.key), {"S2": 5, **prices})
        assert list_prices(int(made.key)) == {}
