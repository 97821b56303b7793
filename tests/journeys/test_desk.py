"""An operator's day: a thousand products come in by a sheet with errors; the palette; who can use the office at all."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADS = ["sku", "name", "category", "package_size", "price_US", "price_KR"]


def enter(market, open_page, **how):
    page: Page = open_page("/sign-in?next=/office/", **how)
    page.locator("#id_email").fill(market.staff_email)
    page.locator("#id_password").fill(market.staff_password)
    page.locator("main button").click()
    page.wait_for_url("**/office/")  # loaded, so its scripts listen to the keyboard
    return page


def sheet(rows: list[list[str]]) -> dict[str, object]:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return {"name": "spring.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}


def send(page: Page, file: dict[str, object]) -> None:
    page.goto("/office/imports")
    page.get_by_label("CSV or XLSX file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Check the sheet").click()
    expect(page.locator("#working")).to_have_count(0, timeout=60_000)


def test_a_thousand_products_come_in_by_a_sheet(market, open_page, picture):
    """Errors are shown with row and column, the sheet with its errors is put right, published, and sold in the shop."""
    page = enter(market, open_page)
    rows = [[f"SPRING-{n}", f"Spring Tea No. {n}", "fruit-vegetables", "20 ct", "4.50", "5900"] for n in range(1000)]
    rows[10][4] = "free"
    rows[500][2] = "no-such-category"
    rows[999][0] = "SPRING-0"
    send(page, sheet([HEADS, *rows]))
    expect(page.get_by_role("heading", name="3 errors: nothing was changed")).to_be_visible()
    table = page.get_by_role("region", name="Errors")
    expect(table.locator("tbody tr")).to_have_count(3)
    expect(table).to_contain_text("Write a number such as 2.69")
    expect(table).to_contain_text("This SKU is in row 2 already")
    picture(page, "office-import-errors")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Sheet with its errors").click()
    told = list(csv.reader(io.StringIO(waiting.value.path().read_text(encoding="utf-8-sig"))))
    assert [row[-1] != "" for row in told[1:]].count(True) == 3
    told[11][4], told[501][2], told[1000][0] = "4.50", "fruit-vegetables", "SPRING-999"
    send(page, sheet(told))
    expect(page.get_by_text("The sheet is right.")).to_be_visible()
    picture(page, "office-import-ready")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. The shop shows it now.")).to_be_visible(timeout=60_000)
    for _ in range(20):  # the page that is asked for while another reads the catalogue is of the one before
        page.goto("/search?q=spring+tea+999")
        if page.get_by_role("link", name="Spring Tea No. 999").count():
            break
    expect(page.get_by_role("link", name="Spring Tea No. 999").first).to_be_visible()
    page.goto("/office/changes?q=SPRING-999")
    expect(page.locator("tbody tr").first).to_contain_text("Spring Tea No. 999")
    picture(page, "office-changes")


def test_the_palette_goes_anywhere_by_keyboard(market, open_page, picture):
    page = enter(market, open_page)
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.fill("bananas")
    expect(page.get_by_role("option").first).to_contain_text("Bananas")
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page, "color-contrast") == []
    page.emulate_media(color_scheme="light")
    picture(page, "office-palette")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/office/products/"))
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("/office/orders$"))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.goto("/office/products")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    second = page.locator("tbody tr").nth(1)
    expect(second.locator("th a")).to_be_focused()
    page.keyboard.press("x")
    expect(second.locator("input[type=checkbox]")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/office/products/\d+$"))


def test_a_clerk_finds_a_payment_in_two_clicks(market, open_page, picture, odd_money):
    """From the first page of the office: Finance, words and Find; money, postings, news and calls are there."""
    page = enter(market, open_page)
    order_id = odd_money["money-of-an-order"].rpartition("/")[2]
    for words in (order_id, f"{order_id[:-2]}00", "bp_odd"):
        page.goto("/office/")
        page.locator(".side").get_by_role("link", name="Finance").click()
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("button", name="Find").click()
        if "search" in page.url:
            page.locator("tbody a").first.click()
        for heading in ("Payments", "Postings", "What the provider said", "What the provider was asked", "Refunds"):
            expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    picture(page, "office-money-of-an-order")


def test_a_clerk_gives_a_unit_back_and_sends_on_what_is_stuck(market, open_page, picture, odd_money):
    page = enter(market, open_page)
    page.goto(odd_money["in-suspense"])
    page.get_by_text("Into the buyer’s wallet").click()
    page.locator("#amount").fill("0.01")
    page.locator("#reason").fill("the card was closed")
    picture(page, "office-in-suspense")
    page.get_by_role("button", name="Send it on").click()
    expect(page.get_by_text("The money is in the buyer’s wallet.")).to_be_visible()
    page.locator("input.units").first.fill("99")
    page.locator("#line-reason").fill("dented")
    page.evaluate("document.querySelector('.give-back form').noValidate = true")
    page.get_by_role("button", name="Give these back").click()
    expect(page.get_by_text("units can still be given back")).to_be_visible()
    page.locator("input.units").first.fill("1")
    page.locator("#line-reason").fill("dented")
    page.get_by_role("button", name="Give these back").click()
    expect(page.get_by_text("a second person must approve it").first).to_be_visible()
    picture(page, "office-given-back")
