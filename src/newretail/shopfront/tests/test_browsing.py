"""Looking around the shop: what pages say, in which market and language, and with how many queries."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

PAGES = [
    "/",
    "/search?q=milk",
    "/search",
    "/c/small-dairy",
    "/cart",
    "/stores",
    "/sign-in",
    "/sign-up",
    "/orders",
    "/reset",
    "/styleguide",
]


@pytest.fixture
def client(small_market):
    return Client(headers={"accept-language": "en-US"})


def text_of(response) -> str:
    """The page's words, without tags and white space."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).strip()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_every_page_has_its_frame(small_market, page, language):
    """Language, a title of its own, one main heading, a main landmark, a skip link; no inline code at all."""
    response = Client(headers={"accept-language": language}).get(page)
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{"zh-Hans" if language == "zh-hans" else language}">' in html
    assert re.search(r"<title>\s*\S.* · newretail</title>", html)
    assert len(re.findall("<h1[ >]", html)) == 1
    assert html.count("<main ") == 1
    assert 'href="#main"' in html
    assert not re.search(r'<script(?! type="module" src="/static/)|<style|\sstyle=|\son\w+=|javascript:', html)


@pytest.mark.parametrize("page", PAGES)
def test_every_field_has_a_label(client, page):
    html = client.get(page).content.decode()
    labels = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    fields = [tag for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", html) if 'type="hidden"' not in tag]
    for field in fields:
        match = re.search(r' id="([^"]+)"', field)
        assert match, field
        assert match[1] in labels, field


def test_search_finds_and_says_when_it_does_not(client, small_market):
    found = text_of(client.get("/search?q=white+milk"))
    assert "White Milk, 1 gal" in found
    assert "$2.69" in found
    assert "Bananas" not in found
    assert "Nothing found for “zzzz”" in text_of(client.get("/search?q=zzzz"))


@pytest.mark.parametrize("words", ["'", '"', "\0", "a" * 500, "& | !", "<script>alert(1)</script>", "%00", "우유"])
def test_no_search_breaks_the_page(client, words):
    response = client.get("/search", {"q": words})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "²", ""])
def test_no_page_number_breaks_the_page(client, page):
    assert client.get("/c/small-dairy", {"page": page}).status_code == 200


def test_a_product_is_sold_at_the_price_of_the_market(client, small_market):
    """The same product in dollars and in won, with the stock of that market's store."""
    american = text_of(client.get("/p/90002/white-milk-1-gal"))
    assert "$2.69" in american
    assert "Knoxville" in american
    assert "In stock" in american
    korean = text_of(Client(headers={"accept-language": "ko"}).get("/p/90002/white-milk-1-gal"))
    assert "₩3,070" in korean
    assert "마포점" in korean
    assert "세금 포함" in korean


def test_a_product_has_one_address(client, small_market):
    """Old and missing names lead to the right one, so that search engines know it once."""
    for old in ("/p/90002", "/p/90002/milk-of-yesterday"):
        response = client.get(old)
        assert response.status_code == 301
        assert response.headers["Location"] == "/p/90002/white-milk-1-gal"
    assert client.get("/p/99999999").status_code == 404
    assert client.get("/c/no-such-shelf").status_code == 404


def test_few_left_and_sold_out_are_said(client, small_market):
    small_market.set_stock("eggs", 3)
    assert "Only 3 left" in text_of(client.get("/p/90004/extra-large-eggs-1-dozen"))
    small_market.set_stock("eggs", 0)
    page = text_of(client.get("/p/90004/extra-large-eggs-1-dozen"))
    assert "Not in stock" in page
    assert "Nashville" in page  # another store that has it
    small_market.set_stock("eggs", 20)


def test_market_and_language_are_chosen_and_kept(client, small_market):
    answer = client.post("/preferences", {"market": "KR", "language": "ko", "next": "/search?q=milk"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/search?q=milk")
    page = client.get("/search?q=milk").content.decode()
    assert '<html lang="ko">' in page
    assert "₩3,070" in page


def test_another_language_leaves_the_market_that_was_chosen_with_it(client):
    """Prices in dollars, read in Korean: the language alone would lead to its own market."""
    client.post("/preferences", {"market": "US", "language": "ko"})
    page = client.get("/").content.decode()
    assert '<html lang="ko"' in page
    assert "US$1.01" in page
    assert "₩" not in re.sub(r"<option[^>]*>[^<]*", "", page)


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_led_away(client, bad):
    """`next` leads to pages of ours only."""
    assert client.post("/preferences", {"next": bad}).headers["Location"] == "/"


def test_a_store_is_chosen(client, small_market):
    client.post("/stores/choose", {"store": small_market.other_store})
    assert "Your store: Nashville" in text_of(client.get("/"))
    for other in (small_market.korean_store, "GONE", ""):  # not of this market: nothing is chosen
        client.post("/stores/choose", {"store": other})
        assert "Your store: Nashville" in text_of(client.get("/"))


@pytest.mark.parametrize("page", ["/", "/search?q=a", "/c/small-dairy", "/p/90002/white-milk-1-gal", "/cart"])
def test_pages_ask_the_database_few_times(client, small_market, page):
    """Twelve queries at most, however many products are shown."""
    for code in small_market.sku.values():
        client.post("/cart/add", {"sku": code, "quantity": 2})
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(page)
    assert len(queries) <= 12, [query["sql"] for query in queries]


def test_a_product_is_told_to_search_engines(client, small_market):
    """Structured data as schema.org has it, and nothing in it that could end the script it stands in."""
    html = client.get("/p/90002/white-milk-1-gal").content.decode()
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert match
    facts = json.loads(match[1])
    assert (facts["@type"], facts["offers"]["price"], facts["offers"]["priceCurrency"]) == ("Product", "2.69", "USD")
    assert facts["offers"]["availability"] == "https://schema.org/InStock"
    assert "<" not in match[1]


def test_what_was_looked_at_comes_back_on_the_home_page(client, small_market):
    """Kept by the browser; a cookie that somebody made up breaks nothing."""
    client.get("/p/90002/white-milk-1-gal")
    assert "seen" not in client.cookies  # nobody has said yes
    client.post("/consent", {"purpose": "remember", "answer": "yes"})
    assert "You looked at these" not in text_of(client.get("/"))
    client.get("/p/90002/white-milk-1-gal")
    assert "You looked at these White Milk, 1 gal" in text_of(client.get("/"))
    for nonsense in ("~~~", "a" * 5000, "<b>", "x~y"):
        client.cookies["seen"] = nonsense
        assert client.get("/").status_code == 200


def test_a_card_says_when_the_store_has_none_left(client, small_market):
    pages = ("/c/small-dairy", "/", "/p/90002/white-milk-1-gal")
    for units in (0, 20, 0, 20):
        small_market.set_stock("eggs", units)
        for page in pages:
            assert ("Sold out here" in text_of(client.get(page))) is (units == 0), page


def test_categories_are_narrowed_by_their_address(client, small_market):
    """Without a script; what fits nothing says so and leads back."""
    everything = client.get("/c/small-dairy").content.decode()
    nothing = client.get("/c/small-dairy?price=1000-").content.decode()
    assert everything.count('class="card') > nothing.count('class="card')
    assert "Show everything" in nothing


def test_a_form_is_taken_with_the_token_of_its_own_visitor(small_market):
    """Forms stand in pieces of pages that are kept for everybody; their tokens and their ways back do not."""
    for page in ("/p/90002/white-milk-1-gal", "/", "/c/small-dairy?page=1"):
        visitors = [Client(enforce_csrf_checks=True) for _ in range(2)]
        forms = [visitor.get(page).content.decode() for visitor in visitors]
        for mine, other, form in zip(visitors, reversed(visitors), forms, strict=True):
            tokens = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form))
            assert len(tokens) == 1
            sent = {"sku": small_market.sku["milk"], "csrfmiddlewaretoken": tokens.pop()}
            assert mine.post("/cart/add", sent).status_code == 302
            assert other.post("/cart/add", sent).status_code == 403
            assert set(re.findall(r'name="next" value="([^"]+)"', form)) == {page}
