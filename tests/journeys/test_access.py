"""Can everybody use the shop? axe-core looks at every page template, in each language, on light and dark ground.

A page is opened once: axe looks at it on light ground and a desk, then on dark ground and a phone by the rules that
can tell the difference. Which templates there are is read off the templates themselves: one that the walk does not
show fails it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.journeys.page_kinds import page_templates
from tests.journeys.purse import fill_purse

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Rules whose answer changes with the width or the colours; the others judge the same document twice.
AS_SHOWN = (
    "color-contrast",
    "link-in-text-block",
    "target-size",
    "scrollable-region-focusable",
    "aria-hidden-focus",
    "link-name",
    "button-name",
    "label",
)
PASSWORD = "four words for you"
BANANAS = 1082185
CELLS = {"en": "cell_us", "ko": "cell_kr", "zh-hans": "cell_cn"}  # of the market that a browser's language chooses
# What needs no account; then what only a member sees.
PAGES = [
    "/",
    "/c/fruit-vegetables",
    "/c/salad-bar?price=1000-&brand=own&stock=here",  # nothing left
    "/search",
    "/search?q=milk&stock=here",
    "/search?q=zzzzqq",
    "/offers",
    f"/p/{BANANAS}/bananas",  # with a review and a question
    "/p/995242/white-milk",  # nothing said yet
    f"/reviews/{BANANAS}",
    f"/questions/{BANANAS}",
    "/sign-in",
    "/sign-up",
    "/stores",
    "/reset",
    "/reset/new?key=1.x",  # a link that is too old
    "/no-such-page",
    "/offline/en",
    "/orders",
    "/cart",
    "/styleguide",
]
MEMBER_PAGES = [
    "/account",
    "/account/details",
    "/account/money",
    "/account/addresses",
    "/account/addresses/new",
    "/account/privacy",
    "/orders",
    f"/reviews/{BANANAS}/write",
    f"/questions/{BANANAS}/ask",
]
SAY = f"""
import django; django.setup()
import json
from newretail.catalog.voices import api as voices
from newretail.catalog.voices.api import Kind, Ref, State
writer = voices.Writer(1, "Ann", "en", is_verified=True, is_staff=True)
review = voices.write_review({BANANAS}, writer, voices.Judgement(4, "Good", "Kept for a week on the counter."))
question = voices.ask({BANANAS}, writer, "How long do they keep?")
refs = [Ref(Kind.REVIEW, review.pk), Ref(Kind.QUESTION, question.pk)]
assert voices.decide(refs, State.PUBLISHED, staff_id=1) == 2
print(json.dumps({{"review": review.pk, "question": question.pk}}))
"""
UNSAY = f"""
import django; django.setup()
from newretail.catalog.models import Question
from newretail.catalog.voices import api as voices
voices.withdraw_review({BANANAS}, 1)
Question.objects.filter(product_id={BANANAS}, member_id=1).delete()
"""


LOOKED_AT: set[str] = set()  # the paths of all pages that axe has seen in this run of the tests


def faults(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong, a line each; it is run by the test itself, so the page's policy stays as it is.

    `rules`: only these, e.g. of a page that was looked at and now shows its dark colours.
    """
    LOOKED_AT.add(urlsplit(page.url).path)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    # Style sheets are not fetched once more: of these rules none reads them.
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": {"assets": ["media"]}}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@dataclass
class Walk:
    """A walk through pages in one language: what was seen, and what was wrong."""

    page: Page
    picture: Callable[[Page, str], None]
    language: str
    seen: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def look(self) -> None:
        """At the page as it is, on light and on dark ground."""
        name = self.page.evaluate("document.body.dataset.page")
        if name in self.seen and self.language != "en":
            return  # its states differ by what is there, not by the language
        for dark, width, rules in ((False, 1280, ()), (True, 390, AS_SHOWN)):
            self.page.emulate_media(color_scheme="dark" if dark else "light")
            self.page.set_viewport_size({"width": width, "height": 900})
            self.wrong += [f"{name} ({self.page.url}, {width} px): {line}" for line in faults(self.page, *rules)]
        if name not in self.seen:
            self.picture(self.page, f"access-{name.replace('/', '-').removesuffix('.html')}-{self.language}")
        self.seen.add(name)
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def to(self, *paths: str) -> None:
        for path in paths:
            self.page.goto(path)
            self.look()

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.locator(f"#id_{name}").fill(text)


def run_in(market, code: str) -> str:
    """Run a few lines on the market's own database; what they printed."""
    environment = {
        **os.environ,
        "NEWRETAIL_VAR": str(market.var),
        "NEWRETAIL_DATABASE_URL": market.database_url,
        "DJANGO_SETTINGS_MODULE": "newretail.doors.settings",
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def said(market):
    """A published review and a published question; nothing of them is left for other journeys."""
    yield json.loads(run_in(market, SAY))
    run_in(market, UNSAY)


def buy(walk: Walk) -> str:
    """From the cart to the order of a guest; the order's address."""
    page = walk.page
    page.locator("button[name=checkout]").click()
    page.wait_for_url("**/checkout")
    walk.look()
    page.locator(".paybar button").click()
    page.locator("#errors").wait_for()
    walk.look()
    walk.fill(name="Ann", phone="+82 2 1234 5678")
    page.locator(".paybar button").click()
    page.locator(".way-of").wait_for()
    walk.look()
    return page.url.partition("?")[0]


def owe(walk: Walk) -> None:
    """Order, go to the demo bank and come back without having paid: what is said then, and what can be done."""
    page = walk.page
    page.goto("/")
    page.locator(".card .add").first.click()
    page.locator(".to-cart .count").wait_for()
    page.goto("/cart")
    page.locator("button[name=checkout]").click()
    page.wait_for_url("**/checkout")
    walk.fill(phone="+82 2 1234 5678")
    page.locator("input[name=pay_with][value=card]").check()
    walk.look()  # with a wallet and points
    page.locator(".paybar button").click()
    page.locator("button[value=back]").click()  # the bank is a house of its own: its pages are not ours
    page.wait_for_url("**/back?left*")
    walk.look()
    waiting = urlsplit(page.url).path
    order = waiting.removesuffix("/back")
    walk.to(waiting, order, f"{order}/pay")


def add_money(walk: Walk) -> None:
    """Begin a top-up, with a fault first, and come back without having paid."""
    page = walk.page
    walk.to(f"/account/money/top-ups/new/{CELLS[walk.language]}")
    page.locator("input[name=amount][value=own]").check()
    page.locator(".payment button.main").click()
    page.locator("#errors").wait_for()
    walk.look()
    walk.fill(own="100000" if walk.language == "ko" else "100")
    page.locator(".payment button.main").click()
    page.locator("button[value=back]").click()
    page.wait_for_url("**/back?left*")
    walk.look()
    walk.to("/account/money")


def reset_link(market, email: str) -> list[str]:
    """The paths that came by mail to somebody."""
    from tests.journeys.test_counter import mails_to

    bodies = [mail.get_body(("plain",)) for mail in mails_to(market, email)]
    texts = [body.get_content() for body in bodies if body is not None]
    return [path for text in texts for path in re.findall(r"https?://[^/\s]+(/(?:reset/new|confirm)\S+)", text)]


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_nobody_is_shut_out(market, open_page, picture, said, language):
    """Every page template of the shop; the cart with something in it and the checkout with faults among them."""
    walk = Walk(open_page("/", language=language), picture, language)
    page, email = walk.page, f"access-{language}@example.com"
    walk.to(*PAGES)
    page.goto("/")
    page.locator(".card .add").first.click()
    page.locator(".to-cart .count").wait_for()
    walk.look()  # with the toast
    walk.to("/cart")
    order = buy(walk)
    walk.to(f"{order}/receipt", f"/orders/together?ids={order.rpartition('/')[2]}")
    page.goto("/sign-up")
    walk.fill(name="Ann", email=email, password=PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(lambda url: "/sign-up" not in url)
    fill_purse(market, email, wallet_minor=120, points=25, cell=CELLS[language])
    walk.to(
        *MEMBER_PAGES,
        f"/account/money/wallet-{CELLS[language]}",
        f"/questions/{BANANAS}/answer/{said['question']}",
        f"/reviews/report/review-{said['review']}",
    )
    owe(walk)
    add_money(walk)
    page.goto("/reset")
    walk.fill(email=email)
    with page.expect_navigation():
        page.locator("main .panel button").click()
    walk.look()
    walk.to(*reset_link(market, email))
    assert walk.wrong == []
    assert page_templates("shopfront") - walk.seen == set()
