"""Can everybody use the shop? axe-core looks at every kind of page, in each language, on light and dark ground."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "home": "/",
    "category": "/c/fruit-vegetables",
    "nothing-left": "/c/salad-bar?price=1000-&brand=own&stock=here",
    "search": "/search?q=milk&stock=here",
    "nothing-found": "/search?q=zzzzqq",
    "product": "/p/1082185/bananas",
    "sign-in": "/sign-in",
    "sign-up": "/sign-up",
    "stores": "/stores",
    "reset": "/reset",
    "link-over": "/reset/new?key=1.x",
    "offline": "/offline/en",
    "no-orders": "/orders",
    "styleguide": "/styleguide",
}
MEMBER_PAGES = {
    "account": "/account",
    "details": "/account/details",
    "addresses": "/account/addresses",
    "address": "/account/addresses/new",
    "privacy": "/account/privacy",
    "orders": "/orders",
}


LOOKED_AT: set[str] = set()  # the paths of all pages that axe has seen in this run of the tests


def faults(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong, a line each; it is run by the test itself, so the page's policy stays as it is.

    `rules`: only these, e.g. of a page that was looked at and now shows its dark colours.
    """
    LOOKED_AT.add(urlsplit(page.url).path)
    page.evaluate(AXE)
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_nobody_is_shut_out(market, open_page, picture, language, dark):
    """Every kind of page, then a cart with something in it, the checkout and the account."""
    width = 390 if dark else 1280
    page = open_page("/", language=language, width=width, dark=dark)
    wrong = []
    for name, path in PAGES.items():
        page.goto(path)
        picture(page, f"access-{name}-{language}-{'dark' if dark else 'light'}")
        wrong += [f"{name}: {line}" for line in faults(page)]
    page.goto("/")
    page.locator(".card .add").first.click()
    page.goto("/cart")
    wrong += [f"cart: {line}" for line in faults(page)]
    picture(page, f"access-cart-{language}-{'dark' if dark else 'light'}")
    page.locator("button[name=checkout]").click()
    assert page.url.endswith("/checkout")
    wrong += [f"checkout: {line}" for line in faults(page)]
    page.locator(".paybar button").click()
    page.locator("#errors").wait_for()
    wrong += [f"checkout with faults: {line}" for line in faults(page)]
    page.goto("/sign-up")
    page.locator("#id_name").fill("Ann")
    page.locator("#id_email").fill(f"access-{language}-{width}@example.com")
    page.locator("#id_password").fill("four words for you")
    page.locator("main button").click()
    page.goto("/cart")
    page.locator("button[name=checkout]").click()
    page.locator("#id_name").fill("Ann")
    page.locator("#id_phone").fill("+82 2 1234 5678")
    page.locator(".paybar button").click()
    page.locator(".way-of").wait_for()
    wrong += [f"order: {line}" for line in faults(page)]
    for name, path in MEMBER_PAGES.items():
        page.goto(path)
        picture(page, f"access-{name}-{language}-{'dark' if dark else 'light'}")
        wrong += [f"{name}: {line}" for line in faults(page)]
    assert wrong == []
