"""Finding something with the search field: by keyboard, by an input method, after a slip, and without any script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_suggestion_is_chosen_with_the_keyboard(market, open_page, picture):
    """Arrows walk and come round, Escape closes and keeps the words, Enter goes there."""
    page = open_page("/")
    field = page.locator("#q[role=combobox]")
    field.press_sequentially("mil", delay=10)
    options = page.locator("#suggestions [role=option]")
    expect(options.first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    field.press("ArrowUp")
    expect(field).not_to_have_attribute("aria-activedescendant", "suggestion-0")
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    picture(page, "find-suggestions")
    assert faults(page) == []
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("mil")
    field.press("ArrowDown")
    expect(options.first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/search?q=*milk")


def test_korean_is_suggested_while_it_is_composed(market, open_page, picture):
    """Enter that ends a composition chooses nothing; the second one goes to what is marked."""
    page = open_page("/", language="ko", width=390)
    field = page.locator("#q[role=combobox]")
    field.focus()
    session = page.context.new_cdp_session(page)
    for text in ("우", "웅", "우유"):
        session.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    options = page.locator("#suggestions [role=option]")
    expect(options.first).to_have_text("흰 우유")
    expect(options.filter(has_text="우유·크림")).to_be_visible()
    picture(page, "find-korean")
    session.send("Input.insertText", {"text": "우유"})
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/search?q=*")
    expect(page.locator(".card h3 a").first).to_contain_text("흰 우유")


@pytest.mark.parametrize(
    ("language", "words", "milk", "script", "store"),
    [("ko", "우유", "흰 우유", r"[가-힣]", "점"), ("zh-hans", "牛奶", "纯牛奶", r"[\u4e00-\u9fff]", "店")],
)
def test_a_shopper_reads_the_shop_in_their_own_language(
    market, open_page, picture, language, words, milk, script, store
):
    """Searched, listed, opened: goods, sizes and the store are said in it throughout."""
    page = open_page("/", language=language, width=390)
    expect(page.locator(".where")).to_contain_text(store)
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=*")
    names = page.locator(".card h3 a").all_inner_texts()
    assert len(names) > 10
    assert all(re.search(script, name) for name in names)
    assert milk in names[0]
    assert not any(re.search(r"\b(oz|lb|gal|qt|pt)\b", text) for text in page.locator(".card").all_inner_texts())
    picture(page, f"find-{language}")
    page.locator(".card h3 a").first.click()
    name = page.locator("h1").inner_text()
    assert re.search(script, name)
    picture(page, f"product-{language}")
    assert faults(page) == []


def test_answers_that_come_late_are_not_shown(market, open_page):
    """The first question is answered after the second: what stands in the field counts."""
    page = open_page("/")
    held = []

    def hold(route):
        if route.request.url.endswith("q=br"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/search/suggest**", hold)
    field = page.locator("#q[role=combobox]")
    field.press_sequentially("br")
    page.wait_for_timeout(300)
    field.fill("yogur")
    expect(page.locator("#suggestions [role=option]").first).to_contain_text("Yogurt")
    assert len(held) == 1
    held[0].abort()
    expect(page.locator("#suggestions [role=option]").first).to_contain_text("Yogurt")


def test_a_list_is_narrowed_and_widened_on_a_phone(market, open_page, picture):
    """What my store has, then a price; each chip takes one back, and the way back is the browser's own."""
    page = open_page("/c/grocery", width=390)
    page.get_by_text("Narrow it down", exact=True).click()
    page.locator(".choices a", has_text="At ").click()
    page.get_by_text("Narrow it down", exact=True).click()
    page.locator(".choices a", has_text="Under ").click()
    chips = page.locator(".chosen .chips a")
    expect(chips).to_have_count(3)
    picture(page, "find-narrowed")
    chips.first.click()
    expect(chips).to_have_count(2)
    page.go_back()
    expect(chips).to_have_count(3)


def test_without_scripts_the_field_is_a_plain_form(market, browser):
    context = browser.new_context(base_url=market.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("#q").fill("milk")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/search?q=milk")
    context.close()


def test_the_nearest_store_is_found_from_where_one_stands(market, open_page, picture):
    """The browser is asked only when the button is pressed; a visitor who says no is told what to do instead."""
    page = open_page("/stores", width=390)
    locate = page.get_by_role("button", name="Near where I am")
    locate.click()
    expect(page.get_by_role("status").filter(has_text="Search for your city instead")).to_be_visible()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 40.71278, "longitude": -74.00597})
    locate.click()
    page.wait_for_url("**/stores?at=40.71%2C-74.01*")
    expect(page.get_by_role("heading", name="Nearest to where you are")).to_be_visible()
    assert faults(page) == []
    picture(page, "find-store")
    nearest = page.locator(".near button").first
    name = nearest.locator("xpath=preceding-sibling::div/b").inner_text()
    nearest.click()
    expect(page.get_by_text(f"Your store is now {name}")).to_be_visible()
