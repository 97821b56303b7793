"""The market as a person meets it: `newretail run` on an empty database, the demo in it, and a real browser.

- `market` (package): the running market; what its processes say goes to var/journeys/market.log.
- `open_page`: opens a browser page in a language and a width; a script error, an inline script or style that the policy
  stops, or a page wider than its window fails the test that caused it. Its reader has asked for less motion, which
  spares a fifth of what a page costs to draw; a story opens its page `in_motion` where most people's view counts.
- `picture`: keeps a screenshot under var/journeys/.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright
from psycopg import sql

from newretail.kit.ports import free_port

PICTURES = Path(__file__).parent.parent.parent / "var" / "journeys"
PREFIX = "newretail_journey_"
OPENING_SECONDS = 420  # a cold, busy machine; the demo alone is loaded in under 90
FLAGS = (
    "--no-sandbox",  # CI runs as root, where Chromium's own sandbox does not start; it opens our own pages only
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=20_000)  # milliseconds; both cores are busy with other tests meanwhile
LOCALES = {"en": "en-US", "ko": "ko-KR", "zh-hans": "zh-CN"}


@dataclass(frozen=True)
class Market:
    """Where the market is open, and its staff account."""

    url: str
    staff_email: str
    staff_password: str
    database_url: str
    var: Path
    bank_port: int


def _wait_until_open(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + OPENING_SECONDS
    while "Ctrl-C closes it" not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"The market did not open. It said:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)


def _drop_left_overs(server: str) -> None:
    """Drop the databases of test runs whose process is gone (killed runs leave theirs)."""
    with psycopg.connect(server, autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]).fetchall()
        for (name,) in rows:
            if not psutil.pid_exists(int(name.removeprefix(PREFIX))):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def _database(server_of: str) -> Iterator[str]:
    """An empty database of its own on the server of the test run."""
    from newretail.kit import postgres

    parts = urlsplit(server_of)
    name = f"{PREFIX}{os.getpid()}"
    server = urlunsplit(parts._replace(path="/postgres"))
    _drop_left_overs(server)
    postgres.create_database(server, name)
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="package")
def market(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    var = tmp_path_factory.mktemp("market")
    log = PICTURES / "market.log"
    port, bank_port = free_port(), free_port()
    with _database(database_url) as url, log.open("wb") as out:
        environment = {
            **os.environ,
            "NEWRETAIL_VAR": str(var),
            "NEWRETAIL_DATABASE_URL": url,
            "NEWRETAIL_PORT": str(port),
            "NEWRETAIL_PAGES_PORT": str(free_port()),
            "NEWRETAIL_BANK_PORT": str(bank_port),
        }
        command = [sys.executable, "-c", "from newretail.doors.cli import main; main()", "run"]
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_until_open(process, log)
            password = (var / "staff_password").read_text().strip()
            yield Market(f"http://127.0.0.1:{port}", "staff@newretail.invalid", password, url, var, bank_port)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                assert process.wait(40) == 0, "Ctrl-C must close the market cleanly"
            finally:
                process.kill()


@pytest.fixture(scope="package")
def odd_money(market: Market) -> dict[str, str]:
    """Money that fits nothing, in the books of the market that is open: pages about it by name."""
    environment = {**os.environ, "NEWRETAIL_VAR": str(market.var), "NEWRETAIL_DATABASE_URL": market.database_url}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "odd_money.py")], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    paths: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return paths


def chromium() -> str:
    """Where Debian and others put it. A test run without a browser proves nothing, so that is an error.

    Debian's headless shell is the same engine without the window around it: a tenth to a third less for every page.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise AssertionError(
        "These tests need Chromium: apt-get install chromium-headless-shell fonts-noto-cjk (make test does it)."
    )


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        started.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(market: Market, browser: Browser) -> Iterator[OpenPage]:
    contexts = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Chromium reports our own 4xx answers (a form with a fault) as errors of loading; those are meant.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def note_script_error(error: Error) -> None:
        # A busy machine gives up blending one page into the next; the next page is shown all the same.
        if not error.message.startswith("Transition was "):
            complaints.append(str(error))

    def opened(
        path: str = "/", *, language: str = "en", width: int = 1280, dark: bool = False, in_motion: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=market.url,
            locale=LOCALES[language],
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="no-preference" if in_motion else "reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", note)
        page.on("pageerror", note_script_error)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep what the page looks like; a page that is wider than its window cannot be read on a phone."""

    def take(page: Page, name: str) -> None:
        page.evaluate(
            "document.activeViewTransition?.finished.catch(() => {})"
        )  # not half of this page, half of the last
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{name} is {over} px wider than the window"

    return take
