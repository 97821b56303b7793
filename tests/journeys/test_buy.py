"""From search to the placed order, as guest and as member, in English and Korean, at phone and desk width."""

from __future__ import annotations

import re
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en": {
        "search": "Search",
        "add": "Add to cart",
        "cart": "Cart",
        "checkout": "Go to checkout",
        "name": "Name",
        "phone": "Phone",
        "deliver": "Deliver it to me",
        "place": "Place the order",
        "thanks": "Thank you. Your order is placed.",
        "error": "Error: Checkout",
    },
    "ko": {
        "search": "검색",
        "add": "장바구니에 담기",
        "cart": "장바구니",
        "checkout": "주문하러 가기",
        "name": "이름",
        "phone": "전화번호",
        "deliver": "배송받기",
        "place": "주문하기",
        "thanks": "감사합니다. 주문이 접수되었습니다.",
        "error": "오류: 주문하기",
    },
}
HOME = {
    "en": {"address": "12 Magnolia Ave", "city": "Knoxville", "region": "TN", "postal_code": "37902"},
    "ko": {"postal_code": "04168", "city": "서울 마포구", "address": "마포대로 12"},
}
CURRENCY = {"en": "$", "ko": "₩"}
# Whoever is quicker than the script gets a page that says the same.
IN_THE_CART = ".toast a, .says a"


def put_in_cart(page: Page, words: dict[str, str], what: str, quantity: int) -> None:
    """Search for it, open the first hit, put some of it into the cart."""
    page.locator("input[name=q]").fill(what)
    page.get_by_role("button", name=words["search"], exact=True).click()
    page.locator(".card a").first.click()
    page.locator("#quantity").fill(str(quantity))
    page.get_by_role("button", name=words["add"], exact=True).click()
    expect(page.locator(IN_THE_CART)).to_be_visible()


def check_out(page: Page, words: dict[str, str], name: str) -> str:
    """From the cart to the placed order, first with a fault that the form must survive; the order's id."""
    page.get_by_role("banner").get_by_role("link", name=words["cart"]).click()
    page.get_by_role("button", name=words["checkout"]).click()
    page.get_by_label(words["name"], exact=True).fill(name)
    page.get_by_label(words["phone"], exact=True).fill("")
    page.get_by_label(words["deliver"]).check()
    page.get_by_role("button", name=words["place"]).click()
    expect(page).to_have_title(re.compile(words["error"]))
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label(words["name"], exact=True)).to_have_value(name)
    expect(page.get_by_label(words["deliver"])).to_be_checked()
    page.get_by_role("alert").get_by_role("link").first.click()  # leads to the field
    expect(page.get_by_label(words["phone"], exact=True)).to_be_focused()
    page.keyboard.type("+82 2 1234 5678")
    for part, text in HOME["ko" if words is WORDS["ko"] else "en"].items():
        page.locator(f"#id_{part}").fill(text)
    page.get_by_role("button", name=words["place"]).click()
    expect(page.get_by_text(words["thanks"])).to_be_visible()
    match = re.search(r"/orders/([0-9a-f-]{36})$", page.url)
    assert match
    return match[1]


def in_the_books(database_url: str, order_id: str) -> tuple[int, int, int]:
    """Lines, units and total of an order as the books have it."""
    with psycopg.connect(database_url) as books:
        row = books.execute(
            "SELECT count(*), sum(l.quantity), max(o.total_minor) FROM every_order o"
            " JOIN every_order_line l USING (order_id) WHERE o.order_id = %s",
            [UUID(order_id)],
        ).fetchone()
    assert row is not None
    return (int(row[0]), int(row[1]), int(row[2]))


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_guest_buys(market, open_page, picture, language, width):
    words, name = WORDS[language], f"guest-{language}-{width}"
    page = open_page("/", language=language, width=width, in_motion=True)
    expect(page.locator("html")).to_have_attribute("lang", language)
    picture(page, f"{name}-1-home")
    put_in_cart(page, words, "cheese", 2)
    picture(page, f"{name}-2-product")
    put_in_cart(page, words, "white milk", 1)
    order_id = check_out(page, words, "김민지")
    picture(page, f"{name}-3-order")
    lines, units, total = in_the_books(market.database_url, order_id)
    assert (lines, units) == (2, 3)
    shown = page.locator(".total span").last.inner_text()
    assert shown.startswith(CURRENCY[language])
    assert int(re.sub(r"\D", "", shown)) == total


@pytest.mark.parametrize(("language", "width"), [("en", 390), ("ko", 1280)])
def test_a_member_buys_sees_it_again_and_cancels(market, open_page, picture, language, width):
    """Sign up, buy, find the order under "my orders" in another browser, cancel it there."""
    words, name = WORDS[language], f"member-{language}-{width}"
    email, password = f"{name}@example.com", "four words for you"
    page = open_page("/sign-up", language=language, width=width)
    page.locator("#id_name").fill("Min-ji")
    page.locator("#id_email").fill(email)
    page.locator("#id_password").fill(password)
    page.locator("main button").click()
    expect(page.locator("p[role=status]").first).to_be_visible()
    put_in_cart(page, words, "strawberries", 1)
    order_id = check_out(page, words, "Min-ji")
    elsewhere = open_page("/sign-in?next=/orders", language=language, width=width, dark=True)
    elsewhere.locator("#id_email").fill(email)
    elsewhere.locator("#id_password").fill(password)
    elsewhere.locator("main button").click()
    picture(elsewhere, f"{name}-orders-dark")
    elsewhere.locator(f'a[href="/orders/{order_id}"]').click()
    elsewhere.locator("details summary").click()
    elsewhere.locator("details button").click()
    expect(elsewhere.locator(".state.cancelled")).to_be_visible()
    picture(elsewhere, f"{name}-cancelled-dark")


def test_visitors_are_kept_apart(open_page):
    """What one puts into their cart, and who they are, never shows in another browser."""
    one = open_page("/")
    put_in_cart(one, WORDS["en"], "bananas", 5)
    one.goto("/sign-up")
    one.locator("#id_name").fill("One")
    one.locator("#id_email").fill("one@example.com")
    one.locator("#id_password").fill("four words for you")
    one.locator("main button").click()
    other = open_page("/cart")
    expect(other.get_by_text("Your cart is empty.")).to_be_visible()
    expect(other.get_by_role("banner").get_by_role("link", name="Sign in", exact=True)).to_be_visible()


def test_everything_is_reached_by_keyboard(open_page):
    """Skip link first, then search; the order can be placed without a mouse."""
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.locator("input[name=q]").focus()
    page.keyboard.type("bananas")
    page.keyboard.press("Enter")
    page.locator(".card a").first.focus()
    page.keyboard.press("Enter")
    page.locator("#quantity").focus()
    page.keyboard.press("Enter")  # sends the form
    expect(page.locator(IN_THE_CART)).to_be_visible()


def test_staff_look_after_the_market(market, open_page, picture):
    """Today's numbers, one order, its stock, cells and the tables: each page opens without a complaint."""
    page = open_page("/office/")
    expect(page).to_have_title(re.compile("Sign in"))
    page.locator("#id_email").fill(market.staff_email)
    page.locator("#id_password").fill(market.staff_password)
    page.locator("main button").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    picture(page, "office-today")
    page.get_by_role("link", name="Orders", exact=True).click()
    page.locator("tbody a").first.click()
    picture(page, "office-order")
    page.get_by_role("link", name="Stock", exact=True).click()
    page.locator("input[name=q]").fill("bananas")
    page.get_by_role("button", name="Show").click()
    page.locator("tbody a").first.click()
    page.get_by_label("Units").fill("10")
    page.get_by_label("Reason or delivery note").fill("note 17")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("p[role=status]").first).to_contain_text("Noted")
    picture(page, "office-pool")
    page.get_by_role("link", name="Cells", exact=True).click()
    picture(page, "office-cells")
    page.get_by_role("link", name="Tables", exact=True).click()
    page.get_by_role("link", name="Products", exact=True).first.click()
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    page.screenshot(path="var/journeys/admin-products.png")
