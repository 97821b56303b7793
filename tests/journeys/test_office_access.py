"""Can everybody work in the office? axe-core looks at every page of it, in each language, on light and dark ground."""

from __future__ import annotations

import pytest

from tests.journeys.test_access import faults
from tests.journeys.test_desk import HEADS, enter, send, sheet

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "today": "/office/",
    "orders": "/office/orders",
    "members": "/office/members",
    "member": "/office/members/7",
    "products": "/office/products",
    "product": "/office/products/1082185",
    "add-product": "/office/products/new",
    "brands": "/office/brands",
    "brand": "/office/brands/Maker%202",
    "offers": "/office/offers",
    "offer": "/office/offers/1",
    "add-offer": "/office/offers/new",
    "price-lists": "/office/price-lists",
    "price-list": "/office/price-lists/1",
    "add-price-list": "/office/price-lists/new",
    "list-prices": "/office/price-lists/prices?q=milk",
    "taxes": "/office/taxes",
    "tax": "/office/taxes/1",
    "delivery": "/office/delivery",
    "tariff": "/office/delivery/US/delivery",
    "gift-cards": "/office/gift-cards",
    "issue-gift-cards": "/office/gift-cards/issue",
    "pictures": "/office/pictures",
    "pictures-of-one": "/office/pictures/1082185",
    "imports": "/office/imports",
    "stock": "/office/stock",
    "worklist": "/office/stock/worklist",
    "assortments": "/office/assortments",
    "stores": "/office/nodes",
    "reviews": "/office/voices",
    "staff": "/office/staff",
    "invite": "/office/staff/invite",
    "changes": "/office/changes",
    "cells": "/office/cells",
    "settings": "/office/settings",
    "market": "/office/settings/markets/KR",
    "moderation": "/office/settings/reviews",
    "find": "/office/find?q=milk",
    "styleguide": "/office/styleguide",
    "money": "/office/finance/",
    "search": "/office/finance/search?q=7",
    "suspense": "/office/finance/suspense",
    "trial": "/office/finance/trial-balance?of=1-us",
    "statements": "/office/finance/statements?of=1-us",
    "payouts": "/office/finance/payouts",
    "provider-payouts": "/office/finance/provider-payouts",
    "months": "/office/finance/months",
    "terms": "/office/finance/terms",
    "wall-choice": "/office/wall",
}
PHONE = "ko"  # one language on a phone, the others at a desk


@pytest.mark.parametrize("language", ["en", *(pytest.param(one, marks=pytest.mark.sweep) for one in ("ko", "zh-hans"))])
def test_nobody_is_shut_out_of_the_office(market, open_page, picture, odd_money, language):
    """Every page, and what shows only after something was done; dark colours are looked at on the same page."""
    page = enter(market, open_page, language=language, width=390 if language == PHONE else 1280)
    wrong: list[str] = []

    def look(name: str) -> None:
        page.emulate_media(color_scheme="light")
        picture(page, f"office-{name}-{language}")
        wrong.extend(f"{name}: {line}" for line in faults(page))
        page.emulate_media(color_scheme="dark")
        wrong.extend(f"{name}, dark: {line}" for line in faults(page, "color-contrast"))

    for name, path in {**PAGES, **odd_money}.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{name} answers {answer.status}"
        page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
        look(name)
    page.goto("/office/products?q=milk")
    page.locator("tbody input[type=checkbox]").first.check()
    page.locator(".chosen-bar button").first.click()
    page.locator("#id_percent").fill("-10")
    page.locator("form.panel button.main").click()
    look("bulk")
    page.goto("/office/products/new")
    page.locator("main button.main").last.click()
    look("product-with-faults")
    page.goto("/office/stock")
    page.locator("tbody a").first.click()
    look("pool")
    page.goto("/office/nodes")
    page.locator("tbody a").first.click()
    look("store")
    page.goto("/office/assortments")
    page.locator("tbody a").first.click()
    look("assortment")
    page.locator(".list-head a.button.main").click()
    page.locator("#id_codes").fill("no-such")
    page.locator("form[enctype] button").click()
    look("assortment-with-faults")
    page.locator("#id_codes").fill("1082185")
    page.locator("input[name=deed][value=stop]").check()
    page.locator("form[enctype] button").click()
    look("assortment-looked-at")
    page.goto("/office/taxes/new")
    page.locator("#id_percent").fill("9.25")
    page.locator("button[value=look]").click()
    look("tax-looked-at")
    page.goto("/office/gift-cards/issue")
    page.locator("main form button").last.click()
    look("issue-with-faults")
    page.goto("/office/staff/invite")
    page.locator("#id_email").fill(f"colleague-{language}@example.com")
    page.locator("#id_name").fill("Ann")
    page.locator("main form button").last.click()
    look("invited")
    link = page.locator(".secret").inner_text()
    page.goto("/office/staff")
    page.locator("tbody a").first.click()
    look("colleague")
    if language == "en":
        send(page, sheet([HEADS, ["X-1", "", "no-such-category", "", "free", ""]]))
        look("import-with-errors")
    page.context.clear_cookies()
    page.goto(link)
    look("welcome")
    assert wrong == []
