"""Finding things: lists that are narrowed by their address, suggestions, where a product is, and its share card."""

from __future__ import annotations

import json
import re
import struct

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from resvg_py import svg_to_bytes

from newretail.catalog import api as catalog
from newretail.catalog.models import Category, Product, Sku
from newretail.catalog.work import catalog_change
from newretail.kit import settings
from newretail.shopfront import share
from newretail.shopfront.art import Subject
from newretail.stock import api as stock
from newretail.stock import near
from newretail.stock.models import Node

CHOICE = re.compile(
    r'<a href="(\?[^"]*)" rel="nofollow"><span class="mark \w+" aria-hidden="true"></span>'
    r'<span class="what">([^<]+)</span><span class="number">(\d+)<'
)
MILK = "/p/90002/white-milk-1-gal"


@pytest.fixture
def client(small_market):
    return Client(headers={"accept-language": "en-US"})


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).strip()


def cards_of(response) -> list[str]:
    return re.findall(r'<h3><a href="[^"]+">([^<]+)', response.content.decode())


def choices_of(response) -> dict[str, tuple[str, int]]:
    """Of each choice beside a list that is not chosen yet: its words, where it leads, and its number."""
    found = re.findall(CHOICE, response.content.decode())
    return {words: (to.replace("&amp;", "&"), int(count)) for to, words, count in found}


@pytest.mark.parametrize("page", ["/c/small-dairy", "/c/small-food", "/search?q=food"])
def test_each_choice_leads_to_as_many_products_as_it_says(client, page):
    """Whatever is chosen already, two choices deep: the number beside a link is what follows it."""
    path = page.partition("?")[0]
    first = choices_of(client.get(page))
    assert first
    for to, count in first.values():
        narrowed = client.get(path + to)
        assert len(cards_of(narrowed)) == count
        for deeper, left in choices_of(narrowed).values():
            assert len(cards_of(client.get(path + deeper))) == left


def test_what_my_store_has_can_be_asked_for(client, small_market):
    small_market.set_stock("eggs", 0)
    near.forget()
    page = client.get("/c/small-dairy?stock=here")
    assert "Extra Large Eggs, 1 dozen" not in cards_of(page)
    assert len(cards_of(page)) == 3
    assert "Take away: At my store" in text_of(page)
    small_market.set_stock("eggs", 20)


def test_a_chip_takes_one_choice_back_and_keeps_the_others(client):
    html = client.get("/c/small-dairy?price=-200&stock=here&order=price").content.decode()
    chips = re.search(r'<ul class="chips" aria-labelledby="chosen">(.*?)</ul>', html, re.DOTALL)
    assert chips
    assert re.findall(r'href="\?([^"]*)"', chips[1]) == ["price=-200&amp;order=price", "stock=here&amp;order=price", ""]


def test_lists_are_ordered_by_price(client):
    prices = [
        float(price)
        for price in re.findall(r'class="price">\$([\d.]+)', client.get("/c/small-dairy?order=price").content.decode())
    ]
    assert prices == sorted(prices)
    assert len(prices) == 4


@pytest.mark.parametrize(
    "query", ["price=x", "price=0-1", "brand=nobody", "stock=elsewhere", "order=random", "page=999999999999", "q=%00"]
)
def test_nonsense_in_an_address_counts_as_not_chosen(client, query):
    assert len(cards_of(client.get(f"/c/small-dairy?{query}"))) == 4


def test_queries_of_a_list_do_not_grow_with_its_rows(client, small_market):
    """One product or hundreds more: the same questions are asked."""

    def asked() -> int:
        client.get("/c/small-dairy")
        with CaptureQueriesContext(connection) as queries:
            client.get("/c/small-dairy")
        return len(queries)

    few = asked()
    dairy = Category.objects.get(slug="small-dairy")
    made = Product.objects.bulk_create([Product(id=91_000 + n, name=f"More {n}", category=dairy) for n in range(50)])
    skus = Sku.objects.bulk_create([Sku(id=91_000 + n, code=f"M-{n}", product_id=91_000 + n) for n in range(50)])
    connection.cursor().execute(
        "INSERT INTO catalog_price (tenant_id, market_code, sku_id, currency, amount_minor)"
        " SELECT 1, 'US', id, 'USD', 100 FROM catalog_sku WHERE id >= 91000"
    )
    from newretail.catalog import index

    index.forget()
    try:
        assert len(cards_of(client.get("/c/small-dairy"))) == 24
        assert asked() == few
    finally:
        Sku.objects.filter(id__in=[sku.id for sku in skus]).delete()
        Product.objects.filter(id__in=[product.id for product in made]).delete()


def test_a_slip_in_a_search_is_forgiven_and_said(client):
    page = client.get("/search?q=bannanas")
    assert cards_of(page) == ["Bananas"]
    assert "Nothing has “bannanas” in its name" in text_of(page)
    assert "Results for “bananas”" in text_of(page)


def test_a_category_is_found_in_korean(small_market):
    """Nothing is called so in English; the category is, and leads to what it holds."""
    Category.objects.filter(slug="small-dairy").update(name="Cheese")
    from newretail.catalog import index

    index.forget()
    page = Client(headers={"accept-language": "ko"}).get("/search?q=치즈")
    assert len(cards_of(page)) == 4
    assert 'href="/c/small-dairy"' in page.content.decode()
    Category.objects.filter(slug="small-dairy").update(name="Dairy")


def test_where_nothing_is_found_there_are_ways_out(client):
    page = client.get("/search?q=zzzzzzz").content.decode()
    assert "Nothing found for" in page
    assert 'href="/c/small-food"' in page


def test_suggestions_say_what_they_are_and_where_they_lead(client):
    answer = client.get("/search/suggest?q=mil").json()
    groups = {group["label"]: group["options"] for group in answer["groups"]}
    assert groups["Searches"] == [{"text": "White Milk", "to": "/search?q=white+milk"}]
    (product,) = groups["Products"]
    assert (product["to"], product["picture"]) == (MILK, "/art/90002.svg")
    assert "$2.69" in product["more"]
    assert answer["said"] == "2 suggestions"
    for option in (option for options in groups.values() for option in options):
        assert client.get(option["to"]).status_code == 200


@pytest.mark.parametrize("words", ["", " ", "\0", "%", "<i>", "a" * 5000, "뷁", "'; --", "zzzzzz"])
def test_no_words_break_the_suggestions(client, words):
    response = client.get("/search/suggest", {"q": words})
    assert response.status_code == 200
    assert response.json()["groups"] == []


def test_suggestions_ask_the_database_twice_at_most(client):
    client.get("/search/suggest?q=milk")
    with CaptureQueriesContext(connection) as queries:
        client.get("/search/suggest?q=chee")
    assert len(queries) <= 2


def test_a_product_says_where_it_is(client, small_market):
    """At my store, how far the next one is, and how many have it; sold out everywhere is said as such."""
    small_market.set_stock("cheese", 0)
    page = text_of(client.get("/p/90003/shredded-cheese-8-oz"))
    assert "Pick up at Knoxville Not in stock" in page
    assert "1 store has it" in page
    assert re.search(r"Nashville [\d.]+ mi away", page)
    small_market.set_stock("cheese", 0, (90_002, "P-US-2"))
    assert "Sold out No store of this market has any" in text_of(client.get("/p/90003/shredded-cheese-8-oz"))
    small_market.set_stock("cheese", 20)
    small_market.set_stock("cheese", 20, (90_002, "P-US-2"))
    assert "2 stores have it" in text_of(client.get("/p/90003/shredded-cheese-8-oz"))


def test_stores_are_found_near_by_name_and_from_where_one_is(client, small_market):
    """Who says nothing sees those near the own store; nonsense instead of a place is no place."""
    near = text_of(client.get("/stores"))
    assert re.search(r"Nearest to Knoxville Knoxville Your store Nashville [\d.]+ mi away", near)
    assert text_of(client.get("/stores?at=91,400")) == text_of(client.get("/stores?at=here")) == near
    there = text_of(client.get("/stores?at=36.2,-86.8"))
    assert re.search(r"Nearest to where you are Nashville [\d.]+ mi away Choose Nashville Knoxville", there)
    named = text_of(client.get("/stores", {"q": " NASH "}))
    assert "Stores called “NASH” Nashville" in named
    assert "Knoxville Your store" not in named
    assert "No store is called so" in text_of(client.get("/stores", {"q": "Atlantis"}))


@pytest.fixture
def called_in_korean(small_market):
    """The store of Nashville, with names in two more languages."""
    there = Node.objects.filter(code=small_market.other_store)
    before = there.values("names", "city_names").get()
    there.update(names={"ko": "내슈빌점"}, city_names={"zh-hans": "纳什维尔"})
    yield
    there.update(**before)


@pytest.mark.parametrize(
    ("words", "language", "found"),
    [
        ("내슈빌", "en", ["Nashville"]),
        ("纳什", "en", ["Nashville"]),
        ("NASH", "ko", ["내슈빌점"]),
        ("knox", "zh-hans", ["Knoxville"]),
        ("ville", "ko", ["Knoxville", "내슈빌점"]),
    ],
)
def test_a_store_is_found_by_what_any_language_calls_it(client, called_in_korean, words, language, found):
    client.post("/preferences", {"market": "US", "language": language})
    html = client.get("/stores", {"q": words}).content.decode()
    listed = re.search(r'aria-labelledby="nearest">(.*?)</section>', html, re.DOTALL)
    assert listed is not None
    assert [name for name in ("Knoxville", "Nashville", "내슈빌점") if f"<b>{name}<" in listed[1]] == found


def test_near_ones_come_first_and_reserved_units_do_not_count(small_market):
    node = stock.node_by_code(small_market.store)
    assert node is not None
    found, also = stock.whereabouts("US", node, 90_002, [90_001, 90_004, 404])
    assert also == {90_001: 20, 90_004: 20}
    assert (found.here, found.nodes, found.units) == (20, 2, 40)
    assert [at.node.node_code for at in found.nearest] == [small_market.other_store]
    assert found.nearest[0].kilometres == pytest.approx(259, abs=1)
    elsewhere, nothing = stock.whereabouts("KR", node, 90_002, [90_001])
    assert (elsewhere.here, elsewhere.nodes, nothing) == (0, 1, {})


def test_distances_are_those_of_the_earth():
    """Seoul to Busan, by the great circle: 325 km; a place to itself: none."""
    import numpy as np

    nodes = [stock.NodeView(number, str(number), "", "store", "", "KR", "x") for number in (1, 2)]
    points = np.radians(np.array([[37.5665, 126.9780], [35.1796, 129.0756]]))
    directory = near.Directory(nodes, points[:, 0], points[:, 1], ["Seoul", "Busan"])
    assert directory.kilometres_from(1).tolist() == pytest.approx([0, 325], abs=1)
    assert directory.kilometres_around(35.1796, 129.0756).tolist() == pytest.approx([325, 0], abs=1)


def test_what_is_bought_together_is_shown(client, small_market):
    from newretail.catalog.models import Together

    others = enumerate((90_004, 90_001, 90_003), 1)
    with catalog_change():
        for place, other in others:
            Together.objects.create(id=place, product_id=90_002, place=place, other_id=other, baskets=9, lift=3.0)
    try:
        page = text_of(client.get(MILK))
        assert re.search(r"Bought together Extra Large Eggs.* Bananas.* Shredded Cheese.* Similar products", page)
    finally:
        with catalog_change():
            Together.objects.all().delete()


def test_the_way_to_a_product_is_told_to_search_engines(client):
    html = client.get(MILK).content.decode()
    facts = [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)]
    assert [fact["@type"] for fact in facts] == ["Product", "BreadcrumbList"]
    trail = facts[1]["itemListElement"]
    assert [step["position"] for step in trail] == [1, 2, 3]
    assert [step["name"] for step in trail] == ["Food", "Dairy", "White Milk, 1 gal"]
    assert facts[0]["url"] == trail[-1]["item"] == f"http://testserver{MILK}"


def test_a_shared_link_has_a_picture_that_every_site_can_show(client, tmp_path, monkeypatch):
    """A PNG of 1200 × 630, drawn once; a second visitor and a browser that has it get the same."""
    monkeypatch.setenv(settings.VAR.name, str(tmp_path))
    html = client.get(MILK).content.decode()
    match = re.search(r'<meta property="og:image" content="http://testserver([^"]+)">', html)
    assert match
    card = client.get(match[1])
    assert card.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", card.content[16:24]) == (1200, 630)
    (file,) = (tmp_path / "share").rglob("*.png")
    drawn = file.stat().st_mtime_ns
    assert client.get(match[1]).content == card.content
    assert file.stat().st_mtime_ns == drawn
    assert client.get(match[1], headers={"if-none-match": card.headers["ETag"]}).status_code == 304
    assert client.get("/art/share/404404.png").status_code == 404


def test_share_cards_are_kept_in_bounds(tmp_path, monkeypatch):
    """The oldest goes when a folder is full."""
    monkeypatch.setattr(share, "FILES", 3)
    for number in range(5):
        share._keep(tmp_path / f"{number}.png", b"x")
    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "4.png").exists()


def test_a_name_with_signs_of_markup_stays_a_name():
    name = '<script> & "quotes" of a very long name that goes on and on'
    drawn = share.card(Subject(1, name, "A&B"), name, "A&B")
    assert "<script>" not in drawn
    assert "A&amp;B" in drawn
    assert svg_to_bytes(svg_string=drawn)[:4] == b"\x89PNG"


def test_the_catalogue_of_the_moment_is_what_cards_say(client, small_market):
    """A price that changes is on the card at once, and in the right band."""
    from newretail.catalog.work import set_price

    sku = Sku.objects.get(id=90_004)
    set_price(sku, "US", "USD", 5_000)
    assert "$50.00" in text_of(client.get("/c/small-dairy?price=1000-"))
    set_price(sku, "US", "USD", 119)
    assert cards_of(client.get("/c/small-dairy?price=1000-")) == []


def test_the_index_is_small_enough_for_every_process(small_market):
    """Seven columns of four bytes a product, and nothing a product besides."""
    index = catalog.index("US")
    assert len(index.product_id) == 4
    assert all(column.dtype.itemsize == 4 for column in (index.product_id, index.brand, index.phrase, index.sku_id))


@pytest.mark.parametrize(
    ("language", "words", "name", "size", "each"),
    [("ko", "우유", "흰 우유, 3.79L", "3.79L", "100ml당"), ("zh-hans", "牛奶", "纯牛奶 3.79升", "3.79升", "每100毫升")],
)
def test_a_shopper_finds_and_reads_goods_in_their_own_language(small_market, language, words, name, size, each):
    """From the suggestion to the product: name, size, price of a measure; the address stays the English one."""
    client = Client(headers={"accept-language": language})
    client.post("/preferences", {"market": "KR", "language": language})
    offered = client.get("/search/suggest", {"q": words}).json()
    assert offered["groups"][0]["options"][0]["text"] == name.removesuffix(size).rstrip(", ")
    listed = client.get("/search", {"q": words})
    assert cards_of(listed)[0] == name
    assert each in text_of(listed)
    page = client.get(MILK)
    assert f"<h1>{name}</h1>" in page.content.decode()
    assert f"/art/share/90002.png?in={language}" in page.content.decode()
    assert "1 gal" not in text_of(page)
    assert "Bananas" in text_of(client.get("/search?q=bananas")), "what has no name in it is said in English"


def test_stores_are_called_as_the_people_there_call_them(small_market):
    korean = Client(headers={"accept-language": "ko"})
    assert "마포점" in text_of(korean.get("/stores"))
    english = Client(headers={"accept-language": "en"})
    english.post("/preferences", {"market": "KR"})
    found = text_of(english.get("/stores"))
    assert "Mapo" in found
    assert "마포" not in found


def test_a_card_to_share_is_written_in_a_font_that_this_machine_has():
    """Where there is none the card is in English: no empty boxes go out."""
    assert share.font_with("AB")
    assert share.font_with("\U000f0001\U000f0002") is None
    drawn = share.card(Subject(1, "Eggs", "Own Brand"), "아주 긴 이름을 가진 특별한 달걀 세트", "자체 브랜드")
    assert drawn.count("<text") >= 4
