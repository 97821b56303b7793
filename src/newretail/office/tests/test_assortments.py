"""What stores sell is seen and changed: looked at first, every fault told, nothing with units or promises lost."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from newretail.catalog.api import sku_id
from newretail.catalog.models import Price, Sku
from newretail.kit.ids import uuid7
from newretail.office.assortments.plan import Deed, codes_of, planned
from newretail.office.models import Change
from newretail.office.staff.roles import groups
from newretail.people.models import Member
from newretail.stock import api as stock
from newretail.trade import api as trade

CHANGE = "/office/assortments/change"
STORE, OTHER, KOREAN = 90_001, 90_002, 90_003


def colleague(*roles: str) -> Client:
    member = Member.objects.create_user(f"{uuid7()}@example.com", None, is_staff=True)
    member.groups.set(groups(list(roles)))
    client = Client(headers={"accept-language": "en"})
    client.force_login(member)
    return client


@pytest.fixture
def goods(small_market):
    """Somebody of Goods; every store sells everything again, twenty of each."""
    for name in small_market.sku:
        for code in (small_market.store, small_market.other_store, small_market.korean_store):
            stock.count(code, small_market.sku[name], 20, actor="test", reason="test")
    return colleague("Goods")


def empty(market, name: str, *stores: str) -> int:
    for code in stores or (market.store,):
        stock.count(code, market.sku[name], 0, actor="test", reason="test")
    found = sku_id(market.sku[name])
    assert found is not None
    return found


def sold(market, name: str) -> set[str]:
    return {at.node_code for at in stock.stock_of(sku_id(market.sku[name]) or 0)}


def look(client: Client, deed: str, nodes: list[int], status: int = 200, **told) -> str:
    answer = client.post(CHANGE, {"deed": deed, "node": nodes, **told})
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def do(client: Client, deed: str, nodes: list[int], **told) -> None:
    digest = re.search(r'name="digest" value="(\w+)"', look(client, deed, nodes, **told))
    assert digest
    assert client.post(CHANGE, {"deed": deed, "node": nodes, "digest": digest[1], **told}).status_code == 302


def buy(market, name: str) -> str:
    lines = [trade.OrderLine(market.sku[name], 1)]
    order = trade.OrderRequest(order_id=uuid7(), buyer_id=71, node=market.store, lines=lines, channel="till")
    verdict = trade.place(order)
    return "accepted" if verdict.accepted else verdict.reason


def test_an_empty_sku_is_ended_by_its_code_and_begun_again(goods, small_market):
    """The engine that has sold it before refuses it from then on; begun again it waits for goods."""
    code = small_market.sku["cheese"]
    assert buy(small_market, "cheese") == "accepted"
    stays = look(goods, "stop", [STORE], codes=code)
    assert "Promised to orders or carts" in stays
    assert 'name="digest"' not in stays, "there is nothing to do yet"
    code = small_market.sku["bananas"]
    empty(small_market, "bananas")
    look(goods, "stop", [STORE], codes=code)
    assert small_market.store in sold(small_market, "bananas"), "looking changes nothing"
    do(goods, "stop", [STORE], codes=code)
    assert small_market.store not in sold(small_market, "bananas")
    assert buy(small_market, "bananas") == "not_sold_here"
    do(goods, "start", [STORE], codes=code)
    assert buy(small_market, "bananas") == "out_of_stock"
    stock.receive(small_market.store, code, 3, actor="test", reason="test")
    assert buy(small_market, "bananas") == "accepted"
    told = Change.objects.filter(subject="pool", subject_key=f"{small_market.store}/{code}")
    assert list(told.order_by("id").values_list("action", flat=True)) == ["stop_selling", "start_selling"]
    assert Change.objects.filter(subject="node", subject_key=small_market.store).latest("id").after == {"skus": 1}


def test_a_category_goes_as_far_as_it_is_empty_at_stores_of_two_cells(goods, small_market):
    empty(small_market, "milk", small_market.other_store, small_market.korean_store)
    page = look(goods, "stop", [OTHER, KOREAN], category="small-food")
    assert "2 SKUs would no longer be sold" in page
    assert "6 are not empty and stay for now" in page
    do(goods, "stop", [OTHER, KOREAN], category="small-food")
    assert sold(small_market, "milk") == {small_market.store}
    do(goods, "start", [OTHER], like=small_market.store)
    do(goods, "start", [KOREAN], category="small-dairy")
    assert len(sold(small_market, "milk")) == 3


def test_every_fault_of_a_sheet_is_told_and_nothing_is_changed(goods, small_market):
    Sku.objects.filter(code=small_market.sku["milk"]).update(is_sold=False)
    empty(small_market, "eggs")
    do(goods, "stop", [STORE], codes=small_market.sku["eggs"])
    text = f"name;sku\nEggs;{small_market.sku['eggs']}\nX;no-such\n;\nMilk;{small_market.sku['milk']}\n"
    page = look(goods, "start", [STORE], 422, file=SimpleUploadedFile("a.csv", text.encode()))
    Sku.objects.filter(code=small_market.sku["milk"]).update(is_sold=True)
    assert "2 errors: nothing was changed" in page
    assert re.search(r"3</th><td><code>no-such", page)
    assert "not on sale" in page
    assert small_market.store not in sold(small_market, "eggs")
    good = f"sku\n{small_market.sku['eggs']}\n".encode()
    page = look(goods, "start", [STORE], file=SimpleUploadedFile("a.csv", good))
    assert f'<textarea name="codes" hidden>{small_market.sku["eggs"]}</textarea>' in page
    do(goods, "start", [STORE], codes=small_market.sku["eggs"])
    assert "column sku" in look(goods, "start", [STORE], 422, file=SimpleUploadedFile("a.csv", b"code\n1\n"))
    assert "Say which SKUs" in look(goods, "start", [STORE], 422)


def test_it_warns_of_a_sku_that_has_no_price_in_the_market_where_it_would_be_sold(goods, small_market):
    """Two stores of one market, one warning; a stop warns of nothing."""
    code = small_market.sku["eggs"]
    empty(small_market, "eggs", small_market.other_store, small_market.korean_store)
    there = Price.objects.get(sku__code=code, market_code="KR")
    Price.objects.filter(pk=there.pk).delete()
    assert "no price there" not in look(goods, "stop", [OTHER, KOREAN], codes=code)
    do(goods, "stop", [OTHER, KOREAN], codes=code)
    page = look(goods, "start", [OTHER, KOREAN], codes=code)
    assert "1 SKU has no price there" in page
    assert "KR · <a href=" in page
    do(goods, "start", [OTHER, KOREAN], codes=code)
    there.save(force_insert=True)


def test_only_what_was_looked_at_is_done(goods, small_market):
    empty(small_market, "eggs")
    page = look(goods, "stop", [STORE], category="small-food")
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest
    empty(small_market, "milk")
    told = {"deed": "stop", "node": [STORE], "category": "small-food", "digest": digest[1]}
    again = goods.post(CHANGE, told)
    assert "Look at it once more" in again.content.decode()
    assert small_market.store in sold(small_market, "eggs")


def test_it_needs_the_right_and_a_store(goods, small_market):
    clerk = colleague("Warehouse")
    assert clerk.get("/office/assortments").status_code == 200
    assert "Change it" not in clerk.get(f"/office/assortments/{small_market.store}").content.decode()
    assert clerk.post(CHANGE, {"deed": "stop", "node": [STORE], "category": "small-food"}).status_code == 403
    for nodes in ([], ["x"], ["99999999999999"]):
        assert goods.get(CHANGE, {"node": nodes}).status_code == 302
    assert goods.get("/office/assortments/nowhere").status_code == 404


def test_a_store_is_told_by_category(goods, small_market):
    empty(small_market, "eggs")
    page = goods.get(f"/office/assortments/{small_market.store}").content.decode()
    dairy = re.search(r'<th scope="row">Dairy</th>(.*?)</tr>', page, re.DOTALL)
    assert dairy
    assert re.findall(r'<td class="number[^"]*">(\d+)', dairy[1])[:4] == ["4", "4", "1", "60"]


PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 6))
POOLS = st.dictionaries(PAIRS, st.sampled_from([(0, 0), (0, 1), (1, 0), (2, 1), (-1, 0)]), max_size=5)
NODES, SKUS = (st.lists(st.integers(1, most), max_size=4) for most in (3, 6))


@given(NODES, SKUS, POOLS)
def test_a_plan_takes_every_wished_pair_once(nodes, skus, there):
    pools = [stock.Pool(*key, *units) for key, units in there.items()]
    every = {(node, sku) for node in nodes for sku in skus}
    start, stop = planned(Deed.START, nodes, skus, pools), planned(Deed.STOP, nodes, skus, pools)
    assert set(start.pairs) == every - there.keys()
    assert set(stop.pairs) == {key for key in every & there.keys() if there[key] == (0, 0)}
    for plan in (start, stop):
        assert len(plan.pairs) + len(plan.staying) + plan.already == len(every)


@given(st.lists(st.text("ABC-019", min_size=1), max_size=8), st.sampled_from(["\n", ",", "; ", "\t", "\r\n"]))
def test_codes_are_read_however_they_are_separated(codes, between):
    assert [each.code for each in codes_of(between.join(codes))] == codes
