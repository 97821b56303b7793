"""wall: the 11.11 wall in Chromium while orders stream in, then a night of it in seconds, to see whether it leaks."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import httpx
import psutil

from newretail.cloud.api import create_key
from newretail.kit import settings
from newretail.lab.bench import stage
from newretail.lab.bench.http import _requests, closed_loop, running_door
from newretail.lab.scratch import close_scratch, open_scratch

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

LOAD_SECONDS = 12
ORDERS = 60_000
CONNECTIONS = 64
FAST_SECONDS, FEEDS = 5, 4  # what leaks grows in each of them; what is made late, once
EMAIL, PASSWORD = "bench@newretail.invalid", "a password for benches only"  # in the benches' database

# Feeds states as the door sends them, as fast as the page takes them, through all scenes. Five are a second of a wall.
FEED = """
async (seconds) => {
  const { model, stage, source } = window.wall;
  const began = performance.now();
  let fed = 0;
  let at = model.now;
  const orders = Object.fromEntries(Object.entries(model.state.markets).map(([code, row]) => [code, [...row]]));
  const nodes = model.hello.nodes.map((node) => node[0]);
  while (performance.now() - began < seconds * 1000) {
    stage.show(Math.floor(fed / 200) % 5);
    for (let i = 0; i < 40; i++, fed++) {
      at += 200;
      const second = Math.floor(at / 1000);
      for (const row of Object.values(orders)) [5000 + (fed % 977), 40, 3, 90].forEach((more, n) => (row[n] += more));
      source.state({
        ...model.state, at, markets: orders,
        seconds: [[second - 1, 180 + (fed % 60), 9, 170], [second, 40, 2, 38]],
        tenders: [["wallet", 60 + fed], ["card", 20 + fed], ["points", 5 + fed]], best_paid: [230 + fed, second],
        best_second: [240 + fed, second], best_minute: [9000 + fed, second],
        biggest: { total_minor: 100000 + fed, market: Object.keys(orders)[0], node: nodes[fed % nodes.length] },
        aisles: Object.keys(model.hello.aisles).slice(0, 10).map((id, place) => [id, 0.2 / (place + 1)]),
        flights: Array.from({ length: 24 }, (_, n) => [fed + n, fed * n].map((at) => nodes[at % nodes.length])),
      });
    }
    await new Promise(requestAnimationFrame);
  }
  return fed;
}
"""


@contextmanager
def _pages(door: psutil.Process) -> Iterator[None]:
    """The pages process behind a door, with the door's own environment."""
    environment = door.environ()
    pages = subprocess.Popen([sys.executable, "-m", "newretail.doors.process", "pages"], env=environment)
    address = f"http://127.0.0.1:{environment[settings.PAGES_PORT.name]}/sign-in"
    try:
        for _ in range(300):
            try:
                httpx.get(address, trust_env=False)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield
    finally:
        pages.terminate()
        pages.wait(30)


@contextmanager
def _wall(port: int) -> Iterator[Page]:
    """The wall in Chromium, signed in as staff, its first state there."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise RuntimeError("The bench of the wall needs Chromium: apt-get install chromium.")
    home = f"http://127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{home}/sign-in?next=/screen")
        page.locator("input[type=email], input[name=username]").first.fill(EMAIL)
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("input[type=password]").press("Enter")
        page.wait_for_url("**/screen")
        while not page.evaluate("Boolean(window.wall?.model.state)"):  # the policy forbids Playwright's own waiting
            page.wait_for_timeout(100)
        yield page
        browser.close()


def _heap_mb(devtools: CDPSession) -> float:
    for _ in range(3):
        devtools.send("HeapProfiler.collectGarbage")
    return float(devtools.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def _updates_a_second(page: Page, seconds: int) -> list[int]:
    counts = [int(page.evaluate("window.wall.updates"))]
    for _ in range(seconds):
        page.wait_for_timeout(1000)
        counts.append(int(page.evaluate("window.wall.updates")))
    return [after - before for before, after in pairwise(counts)]


def bench_wall(url: str, var: Path) -> dict[str, Any]:
    """Updates under load, then how the heap grows while thousands of states go by, by hour of a wall."""
    from newretail.people.api import ensure_staff

    ensure_staff(EMAIL, PASSWORD)
    scratch = open_scratch(url, "wall", sku_count=stage.SKUS)
    key = create_key(url, "bench wall", orders_per_second=10_000_000)
    requests = _requests(scratch.node(), key, ORDERS, 3)
    try:
        with running_door(url) as (port, door), _pages(door), _wall(port) as page:
            load = threading.Thread(
                target=closed_loop, args=(port, requests, CONNECTIONS), kwargs={"limit_seconds": LOAD_SECONDS}
            )
            load.start()
            updates = _updates_a_second(page, LOAD_SECONDS - 2)
            load.join()
            shown = int(page.evaluate("window.wall.model.orders"))
            devtools = page.context.new_cdp_session(page)
            page.evaluate(FEED, 5)  # what is made once is made now
            heap, fed = [_heap_mb(devtools)], []
            for _ in range(FEEDS):
                fed.append(int(page.evaluate(FEED, FAST_SECONDS)))
                heap.append(_heap_mb(devtools))
    finally:
        close_scratch(url, "wall")
    hours = [states / 5 / 3600 for states in fed]
    growth = [(after - before) / played for (before, after), played in zip(pairwise(heap), hours, strict=True)]
    return {
        "leak_mb_per_hour": round(max(0.0, median(growth)), 2),
        "updates_per_s": max(updates),
        "orders_shown": shown,
        "growth_mb_per_hour": [round(value, 2) for value in growth],
        "heap_mb": round(heap[-1], 1),
        "hours_played": round(sum(hours), 2),
        "states_fed": sum(fed),
    }
