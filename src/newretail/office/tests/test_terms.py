"""Taxes and delivery prices at the desk: looked at on baskets, begun on a day, taken back in time, written down."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newretail.markets import api as markets
from newretail.markets.models import ShippingTariff, TaxRate
from newretail.office.models import Change
from newretail.office.taxes.preview import of_rate, of_tariff
from newretail.office.tests.test_desk import colleague, enter
from newretail.office.tests.test_pricing import MOST_QUERIES, seen

READS_OF_A_PREVIEW = 3  # on a cursor that Django does not count


@pytest.fixture
def desk(small_market):
    """A colleague of the pricing role; what they made is gone afterwards."""
    yield enter(colleague("Pricing"))
    TaxRate.objects.all().delete()
    ShippingTariff.objects.all().delete()


def today(market: str = "US"):
    return markets.today_in(markets.market(market).time_zone)


def rate(client: Client, do: str = "save", **told: str):
    values = {"market": "US", "tax_class": "general", "percent": "7.25", "do": do}
    return client.post("/office/taxes/new", {**values, "from_day": str(today() + timedelta(days=30)), **told})


def tariff(client: Client, do: str = "save", path: str = "/office/delivery/US/delivery", **told: str):
    values = {"fee": "4.99", "free_from": "35", "is_taxed": "on", "do": do, "seen": seen(client, path)}
    return client.post(path, {**values, **told})


def test_a_tax_rate_is_looked_at_on_a_basket_then_begins_on_its_day(desk):
    looked = rate(desk, "look")
    assert looked.status_code == 200
    assert "What it does to a basket" in looked.content.decode()
    assert TaxRate.objects.count() == 0, "looking saves nothing"
    assert rate(desk).status_code == 302
    made = TaxRate.objects.get()
    assert (made.basis_points, made.from_day) == (725, today() + timedelta(days=30))
    change = Change.objects.filter(subject="tax_rate", subject_key=str(made.pk)).latest("id")
    assert change.after == {"market_code": "US", "percent": "7.25", "first_day": str(made.from_day)}
    found = desk.get("/office/taxes?market=US&state=coming").content.decode()
    assert f"/office/taxes/{made.pk}" in found
    assert "7.25 %" in desk.get(f"/office/taxes/{made.pk}").content.decode()


def test_the_preview_says_what_a_buyer_would_pay(small_market):
    """On top in the United States, inside in Korea: there the buyer pays the same."""
    day = today() + timedelta(days=3)
    on_top = of_rate(markets.RateSheet("US", "general", day, 1000), "America/New_York")
    inside = of_rate(markets.RateSheet("KR", "general", day, 2000), "Asia/Seoul")
    assert on_top is not None
    assert inside is not None
    assert on_top.after.total_minor == on_top.after.goods_minor + on_top.after.tax_minor > on_top.before.total_minor
    assert inside.after.total_minor == inside.before.total_minor
    assert inside.after.tax_minor > inside.before.tax_minor
    assert of_rate(markets.RateSheet("US", "no-such-class", day, 1000), "America/New_York") is None


def test_a_rate_that_has_not_begun_is_taken_back_and_one_that_has_stays(desk):
    rate(desk)
    coming = TaxRate.objects.get().pk
    assert "Taken back" in desk.post(f"/office/taxes/{coming}/take-back", follow=True).content.decode()
    assert Change.objects.filter(subject="tax_rate", subject_key=str(coming)).latest("id").action == "remove"
    rate(desk, from_day=str(today()))
    begun = TaxRate.objects.get().pk
    assert "orders were made with it" in desk.post(f"/office/taxes/{begun}/take-back", follow=True).content.decode()
    assert TaxRate.objects.filter(pk=begun).exists()


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"percent": "101"}, "less than or equal to 100"),
        ({"percent": "-1"}, "greater than or equal to 0"),
        ({"percent": "7.255"}, "no more than 2 decimal places"),
        ({"tax_class": "luxury"}, "Select a valid choice"),
        ({"from_day": "2020-01-01"}, "cannot begin in the past"),
        ({"from_day": "soon"}, "Enter a valid date"),
        ({"from_day": "2999-01-01"}, "live to see"),
    ],
)
def test_a_slip_in_a_rate_is_told_where_it_is(desk, told, fault):
    answer = rate(desk, **told)
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert TaxRate.objects.count() == 0


def test_two_rates_of_a_class_cannot_begin_on_one_day(desk):
    rate(desk)
    answer = rate(desk, percent="8")
    assert answer.status_code == 422
    assert "begins on that day already" in answer.content.decode()


def test_the_list_tells_what_is_in_force_what_comes_and_what_is_over(desk):
    start = [today() + timedelta(days=days) for days in (-20, -10, 10)]
    for number, day in enumerate(start):
        TaxRate.objects.create(market_id="US", tax_class="general", from_day=day, basis_points=100 * number)
    rows = {
        state: re.findall(r"/office/taxes/(\d+)", desk.get(f"/office/taxes?market=US&state={state}").content.decode())
        for state in ("over", "running", "coming")
    }
    by_day = [str(pk) for pk in TaxRate.objects.order_by("from_day").values_list("pk", flat=True)]
    assert rows == {"over": by_day[:1], "running": by_day[1:2], "coming": by_day[2:]}
    export = b"".join(desk.get("/office/taxes?format=csv").streaming_content).decode()
    assert "From the beginning" in export


def test_what_delivery_costs_is_looked_at_then_saved_and_written_down(desk):
    looked = tariff(desk, "look")
    assert "What baskets cost with it" in looked.content.decode()
    assert ShippingTariff.objects.count() == 0
    assert tariff(desk).status_code == 302
    there = ShippingTariff.objects.get()
    assert (there.market_id, there.fee_minor, there.free_from_minor, there.is_taxed) == ("US", 499, 3500, True)
    assert tariff(desk, free_from="").status_code == 302
    change = Change.objects.filter(subject="tariff", subject_key="US/delivery").latest("id")
    assert (change.before, change.after) == ({"free_from_US": 3500}, {"free_from_US": None})
    html = desk.get("/office/delivery/US/delivery").content.decode()
    assert "$35.00" in html
    count = Change.objects.count()
    assert tariff(desk, free_from="").status_code == 302
    assert Change.objects.count() == count
    listed = desk.get("/office/delivery?market=US&way=delivery").content.decode()
    assert "$4.99" in listed


def test_the_baskets_lie_on_each_side_of_what_is_free(small_market):
    seen = of_tariff("US", markets.tariff("US", 1) or _tariff(499, 2000))
    fees = {(each.after.goods_minor - each.after.discount_minor >= 2000): each.after.shipping_minor for each in seen}
    assert fees == {False: 499, True: 0}
    assert all(each.before.shipping_minor == 0 for each in seen)


def _tariff(fee: int, free_from: int):
    from newretail.markets.terms.api import Tariff, Way

    return Tariff(int(Way.DELIVERY), fee, free_from, True)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"fee": "free"}, "in figures"),
        ({"fee": "-1"}, "in figures"),
        ({"fee": "999999999"}, "At most"),
        ({"free_from": "0"}, "always be free"),
        ({"seen": "0" * 32}, "Somebody changed it"),
    ],
)
def test_a_slip_in_a_tariff_is_told_where_it_is(desk, told, fault):
    answer = tariff(desk, **told)
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert ShippingTariff.objects.count() == 0


def test_who_has_no_right_sees_it_and_changes_nothing(desk):
    carla = enter(colleague("Warehouse"))
    assert carla.get("/office/taxes").status_code == 200
    assert carla.get("/office/delivery/US/delivery").status_code == 200
    assert rate(carla).status_code == 403
    assert tariff(carla).status_code == 403
    assert desk.get("/office/delivery/XX/delivery").status_code == 404
    assert desk.get("/office/delivery/US/pigeon").status_code == 404
    assert desk.get("/office/taxes/999999").status_code == 404


def test_pages_of_terms_cost_few_queries(desk):
    rate(desk)
    desk.get("/office/taxes")  # takes the message with it
    paths = (
        "/office/taxes",
        f"/office/taxes/{TaxRate.objects.get().pk}",
        "/office/delivery",
        "/office/delivery/US/delivery",
    )
    for path in paths:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(path).status_code == 200
        reads = READS_OF_A_PREVIEW if path.endswith("delivery/US/delivery") else 0
        assert len(asked) + reads <= MOST_QUERIES, "\n".join([path, *(query["sql"][:120] for query in asked)])
