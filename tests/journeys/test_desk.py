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
PAGES = {
    "today": "/office/",
    "orders": "/office/orders",
    "products": "/office/products",
    "product": "/office/products/1082185",
    "add-product": "/office/products/new",
    "imports": "/office/imports",
    "stock": "/office/stock",
    "stores": "/office/nodes",
    "members": "/office/members",
    "staff": "/office/staff",
    "invite": "/office/staff/invite",
    "changes": "/office/changes",
    "settings": "/office/settings",
    "find": "/office/find?q=milk",
}


def enter(market, open_page, **how):
    page: Page = open_page("/sign-in?next=/office/", **how)
    page.locator("#id_email").fill(market.staff_email)
    page.locator("#id_password").fill(market.staff_password)
    page.locator("main button").click()
    expect(page.locator("h1")).to_be_visible()
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
    page.goto("/search?q=spring+tea+999")
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


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ko", True), ("zh-hans", False)])
def test_nobody_is_shut_out_of_the_office(market, open_page, picture, language, dark):
    """axe-core on every page of the office; dark on a phone."""
    width = 390 if dark else 1280
    page = enter(market, open_page, language=language, width=width, dark=dark)
    wrong = []
    for name, path in PAGES.items():
        page.goto(path)
        picture(page, f"office-{name}-{language}-{'dark' if dark else 'light'}")
        wrong += [f"{name}: {line}" for line in faults(page)]
    page.goto("/office/orders")
    page.locator("tbody a").first.click()
    wrong += [f"order: {line}" for line in faults(page)]
    page.goto("/office/products?q=milk")
    page.locator("tbody input[type=checkbox]").first.check()
    page.locator(".chosen-bar button").first.click()
    page.locator("#id_percent").fill("-10")
    page.locator("form.panel button.main").click()
    wrong += [f"bulk: {line}" for line in faults(page)]
    picture(page, f"office-bulk-{language}-{'dark' if dark else 'light'}")
    assert wrong == []
