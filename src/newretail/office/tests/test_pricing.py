"""Offers and price lists at the desk: made, looked at, changed, ended; prices in place and by sheet."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newretail.catalog.models import ListPrice, Offer, PriceList
from newretail.catalog.offers import api as pricing
from newretail.office.models import Change, Import
from newretail.office.tests.test_desk import colleague, enter

MOST_QUERIES = 12
READS_OF_A_PREVIEW = 2  # on a cursor that Django does not count
OFFER = {
    "do": "save",
    "market": "US",
    "name": "Milk week",
    "name_ko": "우유 주간",
    "name_zh_hans": "",
    "kind": "per_cent",
    "percent": "12.5",
    "min_quantity": "1",
    "goods": "sku",
    "channel": "0",
    "is_on": "on",
}
LIST = {"market": "US", "name": "App prices", "channel": "2", "priority": "5", "stores": "", "is_on": "on"}


@pytest.fixture
def desk(small_market):
    """A colleague of the pricing role; what they made is gone afterwards."""
    yield enter(colleague("Pricing"))
    Import.objects.all().delete()
    ListPrice.objects.all().delete()
    PriceList.objects.all().delete()
    Offer.objects.all().delete()


def seen(client: Client, path: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', client.get(path).content.decode())
    assert found
    return found[1]


def post(client: Client, path: str, told: dict[str, Any]) -> Any:
    return client.post(path, {"seen": seen(client, path), **told})


def an_offer(client: Client, small_market, **told: Any) -> pricing.OfferSheet:
    answer = post(client, "/office/offers/new", {**OFFER, "sku": small_market.sku["milk"], **told})
    assert answer.status_code == 302, answer.content.decode()
    made = pricing.offer(int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert made
    return made


def a_list(client: Client, **told: Any) -> pricing.ListSheet:
    answer = post(client, "/office/price-lists/new", {**LIST, **told})
    assert answer.status_code == 302, answer.content.decode()
    return next(each for each in pricing.price_lists() if answer.headers["Location"].endswith(f"/{each.list_id}"))


def test_an_offer_is_made_changed_and_ended_with_a_trail(desk, small_market):
    made = an_offer(desk, small_market, starts_at="2026-11-11T00:00", until="2099-01-01T00:00")
    assert (made.value, made.sku_code, made.names) == (1250, small_market.sku["milk"], {"ko": "우유 주간"})
    assert made.starts_at == datetime(2026, 11, 11, 5, tzinfo=UTC), "midnight in New York"
    path = f"/office/offers/{made.offer_id}"
    told = {**OFFER, "kind": "amount_off", "amount": "0.50", "goods": "all", "channel": "2"}
    assert post(desk, path, told).status_code == 302
    change = Change.objects.filter(subject="offer", subject_key=str(made.offer_id)).latest("id")
    assert change.before is not None
    assert change.after is not None
    assert change.before == {**change.before, "percent": "12.5", "kind": "per_cent", "channel": ""}
    assert change.after == {**change.after, "amount_US": 50, "kind": "amount_off", "channel": "app", "sku_code": None}
    html = desk.get(path).content.decode()
    assert "Amount US" in html
    assert "$0.50" in html
    assert desk.post(f"{path}/end").status_code == 302
    ended = pricing.offer(made.offer_id or 0)
    assert ended is not None
    assert ended.until is not None
    assert ended.until <= datetime.now(UTC)
    count = Change.objects.count()
    desk.post(f"{path}/end")
    assert Change.objects.count() == count, "what is over is not ended again"


def test_an_offer_that_has_not_begun_is_called_off(desk, small_market):
    made = an_offer(desk, small_market, starts_at="2098-01-01T00:00")
    desk.post(f"/office/offers/{made.offer_id}/end")
    off = pricing.offer(made.offer_id or 0)
    assert off is not None
    assert (off.is_on, off.until) == (False, None)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"percent": ""}, "Write how many per cent"),
        ({"percent": "100"}, "less than or equal to 99.99"),
        ({"kind": ""}, "This field is required"),
        ({"kind": "amount_off", "amount": "free"}, "This is not a price"),
        ({"kind": "fixed_price", "amount": ""}, "Write an amount"),
        ({"kind": "buy_pay", "buy": "2", "pay": "2"}, "Fewer must be paid"),
        ({"goods": ""}, "This field is required"),
        ({"goods": "sku", "sku": "NOBODY"}, "no SKU with this code"),
        ({"goods": "product", "product": "99999"}, "no product with this number"),
        ({"goods": "category", "category": ""}, "Choose a category"),
        ({"starts_at": "2026-03-08T02:30"}, "clocks go forward"),
        ({"starts_at": "2026-03-09T02:30", "until": "2026-03-09T02:30"}, "end after it begins"),
        ({"until": "soon"}, "Write a day and a time"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_every_fault_of_an_offer_is_told_at_its_field(desk, small_market, told, fault):
    answer = post(desk, "/office/offers/new", {**OFFER, "sku": small_market.sku["milk"], **told})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(rf'class="wrong"[^>]*>[^<]*{fault}', html), html
    assert not Offer.objects.exists()


def test_fields_of_another_kind_say_nothing(desk, small_market):
    """They do not show, so what was left in them is no fault."""
    made = an_offer(desk, small_market, amount="nonsense", buy="0", product="x")
    assert (made.value, made.buy, made.product_id) == (1250, 0, None)


def test_the_preview_tells_what_an_offer_does_and_saves_nothing(desk, small_market):
    told = {**OFFER, "do": "look", "kind": "amount_off", "amount": "0.19", "sku": small_market.sku["eggs"]}
    html = post(desk, "/office/offers/new", told).content.decode()
    assert re.search(r"\$1\.19.*<strong>\$1\.00</strong>.*\$0\.19", html, re.DOTALL)
    assert not Offer.objects.exists()
    better = an_offer(desk, small_market, name="Half", percent="50", sku=small_market.sku["eggs"])
    assert "“Half” saves as much already" in post(desk, "/office/offers/new", told).content.decode()
    own = desk.get(f"/office/offers/{better.offer_id}").content.decode()
    assert "<strong>$0.59</strong>" in own, "an offer is not compared with itself"


def test_who_saves_over_newer_work_is_told(desk, small_market):
    made = an_offer(desk, small_market)
    path = f"/office/offers/{made.offer_id}"
    old = seen(desk, path)
    told = {**OFFER, "sku": small_market.sku["milk"]}
    post(desk, path, {**told, "percent": "20"})
    answer = desk.post(path, {**told, "percent": "30", "seen": old})
    assert answer.status_code == 422
    assert "in the meantime" in answer.content.decode()


def test_offers_are_found_by_state_kind_and_words(desk, small_market):
    now = an_offer(desk, small_market)
    coming = an_offer(
        desk, small_market, name="Later", starts_at=f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%dT%H:%M}"
    )
    over = an_offer(desk, small_market, name="Long ago", until="2020-01-01T00:00")
    off = an_offer(desk, small_market, name="Asleep", kind="buy_pay", buy="3", pay="2", is_on="")
    for query, found in (
        ("state=running", now),
        ("state=coming", coming),
        ("state=over", over),
        ("state=off", off),
        ("kind=buy_pay", off),
        ("q=우유&state=running", now),
    ):
        lines = b"".join(desk.get(f"/office/offers?{query}&col=id&format=csv").streaming_content).decode().split()
        assert lines[1:] == [str(found.offer_id)], query
    assert "Buy 3, pay 2" in desk.get("/office/offers?market=US&sort=name").content.decode()


def test_prices_are_edited_in_place(desk, small_market):
    made = a_list(desk)
    path = f"/office/price-lists/prices?list={made.list_id}"
    milk, eggs = small_market.sku["milk"], small_market.sku["eggs"]
    assert desk.post(path, {"new-code": milk, "price-": "2.50"}).status_code == 302
    assert pricing.list_prices(made.list_id or 0) == {milk: 250}
    faulty = desk.post(path, {f"price-{milk}": "dear", "new-code": "NOBODY", "price-": "1"})
    html = faulty.content.decode()
    assert faulty.status_code == 422
    assert 'value="dear"' in html
    assert html.count('aria-invalid="true"') == 2
    assert desk.post(path, {"new-code": eggs}).status_code == 422, "a SKU without its price"
    desk.post(path, {f"price-{milk}": "-", "new-code": eggs, "price-": "1"})
    assert pricing.list_prices(made.list_id or 0) == {eggs: 100}
    gone = Change.objects.get(subject="list_price", subject_key=f"{made.list_id}/{milk}", action="remove")
    assert (gone.before, gone.after) == ({"price_US": 250}, None)
    assert "-16.0 %" in desk.get(f"{path}&q={eggs}").content.decode()


def test_a_sheet_of_prices_is_checked_then_published(desk, small_market):
    made = a_list(desk)
    path = f"/office/price-lists/prices?list={made.list_id}"
    milk, eggs = small_market.sku["milk"], small_market.sku["eggs"]

    def send(text: str) -> Import:
        answer = desk.post(path, {"sheet": "1", "file": SimpleUploadedFile("app.csv", text.encode())})
        return Import.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])

    wrong = send(f"sku;price\n{milk};cheap\nNOBODY;1\n;2\n{milk};3\n")
    assert wrong.state == "faulty"
    assert [(row, column) for row, column, _value, _text in wrong.faults] == [
        (2, "price"),
        (3, "sku"),
        (4, "sku"),
        (5, "sku"),
    ]
    assert {column for _row, column, _value, _text in send("code,price\n1,2\n").faults} == {"code", "sku"}
    right = send(f"sku,name,base_price,price\n{milk},,,2.50\n{eggs},,,0.99\n")
    assert (right.state, right.added, right.changed) == ("checked", 2, 0)
    assert pricing.list_prices(made.list_id or 0) == {}, "a dry run changes nothing"
    desk.post(f"/office/imports/{right.pk}/publish")
    assert pricing.list_prices(made.list_id or 0) == {milk: 250, eggs: 99}
    assert "Its prices" in desk.get(f"/office/imports/{right.pk}").content.decode()
    out = b"".join(desk.get(f"{path}&format=csv").streaming_content).decode()
    again = send(out)
    assert (again.state, again.added, again.changed, again.unchanged) == ("checked", 0, 0, 2), out


def test_a_price_list_keeps_its_faults_at_their_fields(desk, small_market):
    made = a_list(desk, stores="")
    html = post(desk, "/office/price-lists/new", {**LIST, "stores": "NOWHERE"}).content.decode()
    assert "a price list with this name" in html
    assert "no store with the code NOWHERE" in html
    path = f"/office/price-lists/{made.list_id}"
    assert post(desk, path, {**LIST, "name": "Apps", "priority": "6"}).status_code == 302
    change = Change.objects.filter(subject="price_list").latest("id")
    assert (change.before, change.after) == (
        {"name": "App prices", "priority": 5},
        {"name": "Apps", "priority": 6},
    )


def test_who_has_no_right_looks_and_changes_nothing(desk, small_market):
    made, of_list = an_offer(desk, small_market), a_list(desk)
    goods = enter(colleague("Goods"))
    for path in (
        f"offers/{made.offer_id}",
        f"price-lists/{of_list.list_id}",
        f"price-lists/prices?list={of_list.list_id}",
    ):
        html = goods.get(f"/office/{path}").content.decode()
        assert not re.search(">Save[^s]", html)
        assert goods.post(f"/office/{path}", OFFER).status_code == 403
    for path in ("offers/new", "price-lists/new"):
        assert goods.get(f"/office/{path}").status_code == 403
    assert goods.post(f"/office/offers/{made.offer_id}/end").status_code == 403
    sent = desk.post(
        f"/office/price-lists/prices?list={of_list.list_id}",
        {"sheet": "1", "file": SimpleUploadedFile("app.csv", b"sku,price\n")},
    )
    assert goods.get(sent.headers["Location"]).status_code == 403, "an import of prices is not one of products"
    assert goods.get("/office/offers/4711").status_code == 404
    assert goods.get("/office/price-lists/4711").status_code == 404


def test_no_page_of_pricing_asks_too_much(desk, small_market):
    made, of_list = an_offer(desk, small_market), a_list(desk)
    for path in (
        "offers",
        "offers/new",
        f"offers/{made.offer_id}",
        "price-lists",
        "price-lists/new",
        f"price-lists/{of_list.list_id}",
        f"price-lists/prices?list={of_list.list_id}",
    ):
        desk.get(f"/office/{path}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(f"/office/{path}").status_code == 200
        asked = len(queries) + (READS_OF_A_PREVIEW if path == f"offers/{made.offer_id}" else 0)
        assert asked <= MOST_QUERIES, (path, len(queries), [each["sql"][:150] for each in queries])
