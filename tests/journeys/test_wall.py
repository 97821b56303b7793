"""The wall during a small rehearsal, as a room sees it: every scene, marked as a rehearsal, and its replay."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCENES = ["gmv", "map", "pace", "goods", "records"]
REHEARSE = "from newretail.doors.cli import main; main()"


@pytest.fixture
def rehearsing(market) -> Iterator[subprocess.Popen[bytes]]:
    """A rehearsal of 6,000 orders against the running market."""
    environment = {
        **os.environ,
        "NEWRETAIL_VAR": str(market.var),
        "NEWRETAIL_DATABASE_URL": market.database_url,
        "NEWRETAIL_BANK_PORT": str(market.bank_port),
    }
    options = ["--orders", "6000", "--duration", "25", "--connections", "32", "--url", market.url]
    process = subprocess.Popen(
        [sys.executable, "-c", REHEARSE, "rehearse", *options],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.terminate()
    process.wait(60)


def sign_in(page: Page, market, target: str) -> None:
    page.goto(f"/sign-in?next={quote(target)}")
    page.locator("input[name=email], input[name=username]").first.fill(market.staff_email)
    page.locator("input[type=password]").fill(market.staff_password)
    page.locator("input[type=password]").press("Enter")
    page.wait_for_url(re.compile(re.escape(target)))


def until(page: Page, expression: str, seconds: float = 60) -> None:
    """Wait for a JavaScript expression. (Playwright's own waiting needs eval, which the page's policy forbids.)"""
    for _ in range(int(seconds * 10)):
        if page.evaluate(f"Boolean({expression})"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


def shown(page: Page, element: str) -> int:
    return int(re.sub(r"\D", "", page.locator(element).inner_text()) or "0")


def look_at(page: Page, scene: str) -> None:
    page.locator(f"#dots button[data-scene={scene}]").click()
    expect(page.locator(f"#{scene}")).to_have_class(re.compile(r"\bon\b"))
    page.wait_for_timeout(1200)
    until(page, "!document.getElementById('milestone').classList.contains('on')", 10)
    page.wait_for_timeout(600)


def test_a_room_watches_a_rehearsal(market, open_page, picture, rehearsing):
    page = open_page("/sign-in", in_motion=True)
    sign_in(page, market, "/screen")
    badge = page.locator("#badge")
    expect(badge).to_contain_text("no real orders", timeout=240_000)  # shadow cells first; a busy machine
    until(page, "window.wall.model.orders > 0")
    first = shown(page, "#foot-orders")
    for scene in SCENES:
        look_at(page, scene)
        picture(page, f"wall-{scene}-desk")
    assert shown(page, "#foot-orders") > first > 0
    assert page.evaluate("window.wall.model.gmv") > 0
    until(page, "window.wall.model.payments > 0")
    look_at(page, "pace")
    expect(page.locator("#tenders li[data-tender=wallet] b")).to_have_text(re.compile(r"^\d+ ?%$"))
    assert page.locator("#markets li").count() == 3
    assert page.evaluate("document.querySelectorAll('#odometer .wheel').length") >= 4
    phone = open_page("/sign-in", language="ko", width=390, in_motion=True)
    sign_in(phone, market, "/screen")
    expect(phone.locator("#badge")).to_contain_text("실제 주문 아님", timeout=30_000)
    for scene in SCENES:
        look_at(phone, scene)
        picture(phone, f"wall-{scene}-phone-ko")
    phone.close()
    page.goto("about:blank")  # nobody watches the end: two walls that are drawn anew all the time slow it down
    assert rehearsing.wait(420) == 0  # the bank is faulty: its payments settle when the day is over

    page.goto("/office/wall")
    picture(page, "wall-choice")
    page.get_by_role("region", name="Play a past rehearsal again").get_by_role("link").first.click()
    expect(badge).to_contain_text("Replay of rehearsal", timeout=30_000)
    until(page, "window.wall.model.orders > 100 && window.wall.model.gmv > 0")
    look_at(page, "goods")
    picture(page, "wall-replay")
    until(page, "window.wall.model.payments > 100")
    look_at(page, "pace")
    expect(page.locator("#tenders")).to_be_visible()
    picture(page, "wall-replay-pace")


def test_keys_turn_the_scenes_and_the_real_market_is_quiet(market, open_page):
    page = open_page("/sign-in")
    sign_in(page, market, "/screen?view=live")
    expect(page.locator("#badge")).to_have_text("Live")
    expect(page.locator("#gmv")).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press("ArrowRight")
    expect(page.locator("#map")).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press("3")
    expect(page.locator("#pace")).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#map")).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press(" ")
    expect(page.locator("body")).to_have_class(re.compile("paused"))


def test_rings_and_lists_keep_their_size_over_a_day(market, open_page):
    """86,400 seconds of states in a few seconds of ours: what is kept does not grow, nor does the heap."""
    page = open_page("/sign-in")
    sign_in(page, market, "/screen?view=live&scene=map")
    until(page, "window.wall?.model.state")
    devtools = page.context.new_cdp_session(page)

    def feed(hours: int) -> None:
        page.evaluate(
            """(hours) => {
              const { model } = window.wall;
              const base = Math.floor(model.now / 1000);
              for (let second = 0; second < hours * 3600; second++)
                model.take({
                  ...model.state, at: (base + second) * 1000,
                  seconds: [[base + second, second % 500, 1]],
                  flights: Array.from({ length: 40 }, () => [1, 2]),
                });
            }""",
            hours,
        )

    def heap() -> float:
        for _ in range(3):
            devtools.send("HeapProfiler.collectGarbage")
        return float(devtools.send("Runtime.getHeapUsage")["usedSize"]) / 2**20

    feed(1)
    before = heap()
    feed(24)
    grown = heap() - before
    sizes = page.evaluate("[window.wall.model.ring.accepted.length, window.wall.model.flights.length]")
    assert sizes[0] == 300
    assert sizes[1] <= 200
    assert grown < 5, f"{grown:.1f} MB more after a day"
