"""The office: for staff only, its figures those of the books, its changes made by the rooms' own functions."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newretail.kit.ids import uuid7
from newretail.markets import api as markets
from newretail.office import reads
from newretail.office.staff.roles import ROLES, groups
from newretail.office.today import charts, days
from newretail.people.models import Member
from newretail.stock import api as stock
from newretail.trade import api as trade

PAGES = [
    *("/office/", "/office/orders", "/office/stock", "/office/stock/worklist", "/office/cells", "/office/products"),
    *("/office/nodes", "/office/find", "/office/assortments", "/office/assortments/P-US-1"),
]
FOR_SOME = ["/office/imports", "/office/members", "/office/staff", "/office/staff/invite", "/office/changes"]
FOR_SOME += [
    "/office/settings",
    "/office/settings/markets/US",
    "/office/products/new",
    "/office/assortments/change?node=90001",
]


def signed_in(**rights: bool) -> Client:
    member = Member.objects.create_user(f"{uuid7()}@example.com", None, **rights)
    client = Client(headers={"accept-language": "en"})
    client.force_login(member)
    return client


@pytest.fixture
def boss(small_market):
    for name in small_market.sku:
        small_market.set_stock(name, 20)
    return signed_in(is_staff=True, is_superuser=True)


def order(market, buyer_id: int = 71, **units: int) -> UUID:
    order_id = uuid7()
    lines = [trade.OrderLine(market.sku[name], quantity) for name, quantity in units.items()]
    request = trade.OrderRequest(order_id=order_id, buyer_id=buyer_id, node=market.store, lines=lines, channel="till")
    trade.place(request)
    return order_id


@pytest.mark.parametrize("page", [*PAGES, "/admin/"])
def test_only_staff_come_in(small_market, page):
    """Strangers are sent to sign in, shoppers are told that it is not for them."""
    answer = Client().get(page)
    assert answer.status_code == 302
    last = Client().get(page, follow=True).redirect_chain[-1][0]
    assert last.startswith("/sign-in?next=/")
    assert signed_in().get(page, follow=True).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, *FOR_SOME])
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_every_page_opens(boss, small_market, page, language):
    if page in ("/office/", "/office/orders"):
        order(small_market, milk=1)
    answer = boss.get(page, headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.content.count(b"<h1") == 1
    assert "no-store" in answer.headers["Cache-Control"]


def test_today_counts_what_was_sold_today(boss, small_market):
    """Placed and refused orders of today and this market only; imports and rehearsals are not business of today."""
    before = {day.market.code: day for day in days.today(markets.markets(), datetime.now(UTC))}["US"].counted
    order(small_market, milk=2, bananas=1)
    order(small_market, milk=999)
    now = datetime.now(UTC)
    with psycopg.connect(small_market.url) as books:
        row = "INSERT INTO pages_us.trade_batch VALUES (%s, %s, %s, 1, 'US', 'USD', %s, 7, 0, '{}', 7, 7, 7000)"
        for number, kind, rehearsal in ((10**9, "import", None), (10**9 + 1, "place", 5)):
            books.execute(row, [number, kind, now, rehearsal])
    after = {day.market.code: day for day in days.today(markets.markets(), datetime.now(UTC))}["US"].counted
    with psycopg.connect(small_market.url) as books:
        books.execute("DELETE FROM pages_us.trade_batch WHERE batch_number >= 1000000000")
    assert (after.orders - before.orders, after.refused - before.refused) == (1, 1)
    assert after.total_minor - before.total_minor == 2 * 269 + 101
    assert dict(after.refusals)["out_of_stock"] >= 1


def test_today_is_measured_against_the_same_hours_of_the_days_before():
    """Up to the last full quarter of an hour; a day without orders has nothing to be measured against."""
    market = markets.Market("US", "United States", "USD", ("en",), "America/New_York", 0, False)
    full, empty = days.Counted(by_quarter={0: (1, 100), 8: (1, 300), 95: (1, 9_900)}), days.Counted()
    day = days.Day(market, days.Counted(by_quarter={0: (2, 200), 8: (1, 300)}), [empty] * 6 + [full], 10)
    assert day.change(1) == 25.0
    assert day.change(7) is None
    assert full.by_hour() == [1, 0, 1, *[0] * 20, 1]


def test_columns_of_a_chart_fill_its_box():
    bars = charts.columns([0, 5, 10], 10, gap=0)
    assert [(bar.x, bar.height) for bar in bars] == [(0, 0), (80, 32), (160, 64)]
    assert charts.steps([10, 0], 10) == "0.0,0.0 120.0,0.0 120.0,64.0 240.0,64.0"
    assert charts.columns([0, 0], 0)[0].height == 0


def test_a_day_begins_at_the_markets_own_midnight():
    """At 16:00 in London it is tomorrow in Seoul already."""
    now = datetime(2026, 11, 10, 16, 0, tzinfo=UTC)
    assert reads.midnight("Asia/Seoul", now) == datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
    assert reads.midnight("America/New_York", now) == datetime(2026, 11, 10, 5, 0, tzinfo=UTC)


def test_orders_are_found_by_id_by_buyer_and_by_state(boss, small_market):
    found = order(small_market, buyer_id=7_001, milk=1)
    other = order(small_market, buyer_id=7_002, milk=1)
    assert boss.get(f"/office/orders?q={found}").headers["Location"] == f"/office/orders/{found}"
    page = boss.get("/office/orders?q=7001").content.decode()
    assert str(found) in page
    assert str(other) not in page
    trade.cancel(found, actor="test", reason="test")
    cancelled = boss.get("/office/orders?state=cancelled").content.decode()
    assert str(found) in cancelled
    assert str(other) not in cancelled
    assert "No order matches" in boss.get("/office/orders?q=nobody@example.com").content.decode()


def test_the_order_book_is_paged_by_key(small_market, boss):
    """Every order once, newest first, whatever is placed in between."""
    ids = [order(small_market, buyer_id=7_100, bananas=1) for _ in range(5)]
    first = reads.newest_orders(3, buyers=[7_100])
    order(small_market, buyer_id=7_100, bananas=1)
    second = reads.newest_orders(3, buyers=[7_100], before=first[-1]["order_id"])
    assert [row["order_id"] for row in first + second] == sorted(ids, reverse=True)


def test_cancelling_needs_a_right_and_a_reason(boss, small_market):
    found = order(small_market, milk=1)
    path = f"/office/orders/{found}/cancel"
    clerk = signed_in(is_staff=True)
    assert clerk.post(path, {"reason": "because"}).status_code == 403
    boss.post(path, {"reason": "  "})
    assert trade.find(found).state == "placed"  # type: ignore[union-attr]
    boss.post(path, {"reason": "The shelf was empty"})
    cancelled = trade.find(found)
    assert cancelled is not None
    assert (cancelled.state, cancelled.moves[-1].reason) == ("cancelled", "The shelf was empty")
    assert cancelled.moves[-1].actor.startswith("staff ")
    page = boss.get(f"/office/orders/{found}").content.decode()
    assert "The shelf was empty" in page


def test_a_clerk_with_the_right_may(small_market):
    member = Member.objects.create_user("clerk@example.com", is_staff=True)
    member.user_permissions.add(Permission.objects.get(codename="move_stock"))
    clerk = Client()
    clerk.force_login(member)
    path = f"/office/stock/{small_market.store}/{small_market.sku['cheese']}"
    assert clerk.post(path, {"kind": "count", "quantity": 9, "reason": "shelf"}).status_code == 302
    assert clerk.post(f"/office/orders/{uuid7()}/cancel", {"reason": "x"}).status_code == 403


def test_goods_are_received_and_counted(boss, small_market):
    path = f"/office/stock/{small_market.store}/{small_market.sku['cheese']}"
    boss.post(path, {"kind": "count", "quantity": "7", "reason": "shelf"})
    assert _on_hand(small_market, "cheese") == 7
    boss.post(path, {"kind": "receive", "quantity": "5", "reason": "note 17"})
    assert _on_hand(small_market, "cheese") == 12
    for bad in ({"kind": "receive", "quantity": "0"}, {"kind": "count", "quantity": "-1"}, {"kind": "x"}, {}):
        assert boss.post(path, {"reason": "r", **bad}).status_code == 422
    assert boss.post(path, {"kind": "receive", "quantity": "5", "reason": ""}).status_code == 422
    assert _on_hand(small_market, "cheese") == 12
    assert boss.get(f"/office/stock/{small_market.store}/no-such-sku").status_code == 404


def _on_hand(market, name: str) -> int:
    stocks = stock.stock_of(_sku_id(market, name))
    return next(at.on_hand for at in stocks if at.node_code == market.store)


def _sku_id(market, name: str) -> int:
    from newretail.catalog.api import sku_id

    found = sku_id(market.sku[name])
    assert found is not None
    return found


def test_a_count_below_what_is_promised_is_a_task_for_somebody(boss, small_market):
    """The fact counts, the pool goes onto the worklist, and goods that come in take it off again."""
    order(small_market, eggs=10)
    path = f"/office/stock/{small_market.store}/{small_market.sku['eggs']}"
    answer = boss.post(path, {"kind": "count", "quantity": "4", "reason": "broken"}, follow=True)
    assert "on the worklist" in answer.content.decode()
    assert small_market.sku["eggs"] in boss.get("/office/stock/worklist").content.decode()
    page = boss.get("/office/").content.decode()
    assert 'href="/office/stock/worklist"><b>1</b>' in page
    assert "All clear" not in page
    boss.post(path, {"kind": "receive", "quantity": "50", "reason": "note 18"})
    assert "All clear" in boss.get("/office/").content.decode()
    assert small_market.sku["eggs"] not in boss.get("/office/stock/worklist").content.decode()


def test_stock_is_found_by_words_and_by_code(boss, small_market):
    for words in ("shredded", small_market.sku["cheese"]):
        page = boss.get(f"/office/stock?node={small_market.store}&q={words}").content.decode()
        assert "Shredded Cheese" in page
        assert "Bananas" not in page
    everything = boss.get(f"/office/stock?node={small_market.store}").content.decode()
    assert "Bananas" in everything


@pytest.mark.parametrize("query", ["after=x", "after=99999999999", "node=nowhere", "q=%00", "q='"])
def test_no_query_breaks_the_stock(boss, query):
    assert boss.get(f"/office/stock?{query}").status_code == 200


@pytest.mark.parametrize("query", ["before=x", "state=nonsense", "q=%00", "q=99999999999999999999", "q='"])
def test_no_query_breaks_the_order_book(boss, query):
    assert boss.get(f"/office/orders?{query}").status_code == 200


@pytest.mark.parametrize("page", [*PAGES, *FOR_SOME])
def test_pages_ask_the_database_few_times(boss, small_market, page):
    for _ in range(10):
        order(small_market, milk=1)
    with CaptureQueriesContext(connection) as queries:
        boss.get(page)
    assert len(queries) <= 12, [query["sql"] for query in queries]


def test_the_first_page_asks_few_times_for_whoever_has_rights_by_roles_too(small_market):
    """Rights by roles cost two questions more than an administrator's; and what is older than today is remembered."""
    desk = signed_in(is_staff=True)
    member = Member.objects.order_by("-id")[0]
    member.groups.set(groups([role.name for role in ROLES]))
    desk.get("/office/")  # how many digits a currency has is asked once a process
    days.forget()
    with CaptureQueriesContext(connection) as queries:
        desk.get("/office/")
    assert len(queries) <= 12, [query["sql"] for query in queries]
