"""lighthouse: Google's own judge on home, category, product and checkout, as it looks at a phone on a weak line.

Lighthouse comes by npm, in the versions of bench/lighthouse/package-lock.json, into the market's own folder, once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import httpx

from newretail.kit import settings
from newretail.kit.ports import free_port
from newretail.lab.rehearsal.server import running_market

WANTED = Path("bench") / "lighthouse"
CATEGORIES = {"performance": "performance", "accessibility": "accessibility", "best-practices": "best_practices"}
FLAGS = "--headless=new --no-sandbox --disable-gpu"
OPENING_SECONDS = 60
PAGE_SECONDS = 60
TRIES = 3  # on a busy machine Chromium now and then loses the beginning of its own trace


class NoLighthouse(click.ClickException):
    """A tool is missing; the message says how to get it."""


def _tool(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NoLighthouse(f"This bench needs {name} in PATH; on Debian: apt-get install {package}")
    return found


def installed(var: Path) -> Path:
    """Lighthouse's command under var/, installed there from the lock file where it is not yet."""
    folder = var / "lighthouse"
    command = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    wanted = WANTED / "package-lock.json"
    if not wanted.exists():
        raise NoLighthouse(f"{wanted} is not here: run this bench from the project's folder.")
    there = folder / "package-lock.json"
    if command.exists() and there.exists() and there.read_bytes() == wanted.read_bytes():
        return command
    click.echo("Fetching Lighthouse by npm …", err=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(WANTED / name, folder / name)
    npm = [_tool("npm", "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(npm, cwd=folder, check=True, stdout=sys.stderr)
    return command


@contextmanager
def _market(database_url: str, log: Path) -> Iterator[str]:
    """The market that is open here, or one opened for this and closed after it."""
    found = running_market()
    if found:
        yield found
        return
    port = free_port()
    ports = {settings.PORT.name: str(port), settings.PAGES_PORT.name: str(free_port())}
    ports[settings.BANK_PORT.name] = str(free_port())
    environment = {**os.environ, settings.DATABASE_URL.name: database_url, **ports}
    command = [sys.executable, "-c", "from newretail.doors.cli import main; main()", "run"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + OPENING_SECONDS
        while not _is_open(url):
            if time.monotonic() > deadline or process.poll() is not None:
                raise NoLighthouse(f"The market did not open; load the demo first (newretail demo). It said: {log}")
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _is_open(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _at_the_checkout(url: str) -> tuple[str, str]:
    """Fill a cart as a guest does; return the path of a product and the cookies of a browser at the checkout."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_tool("chromium", "chromium"), args=["--no-sandbox"])
        page = browser.new_page(base_url=url, locale="en-US")
        page.goto("/c/grocery")
        page.locator(".card a").first.click()
        product = httpx.URL(page.url).path
        with page.expect_response("**/cart/add"):  # put in without leaving the page
            page.locator("form[action$='/cart/add'] button").first.click()
        page.goto("/cart")
        page.locator("button[name=checkout]").first.click()
        page.wait_for_url("**/checkout**")
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
        browser.close()
    return product, cookies


def _judge(command: Path, url: str, cookies: str, var: Path) -> dict[str, int]:
    """Lighthouse's scores of a page, 0 to 100; the whole report stays under var/lighthouse."""
    name = url.rstrip("/").rpartition("/")[2] or "page"
    report = var / "lighthouse" / f"{name.replace(':', '-')}.json"
    environment = {**os.environ, "CHROME_PATH": _tool("chromium", "chromium")}
    arguments = [
        *(_tool("node", "nodejs"), str(command), url, "--quiet", "--output=json", f"--output-path={report}"),
        *(f"--only-categories={','.join(CATEGORIES)}", "--form-factor=mobile", f"--chrome-flags={FLAGS}"),
        *([f"--extra-headers={json.dumps({'Cookie': cookies})}"] if cookies else []),
    ]
    for _ in range(TRIES):
        report.unlink(missing_ok=True)
        done = subprocess.run(
            arguments, env=environment, check=False, timeout=PAGE_SECONDS, capture_output=True, text=True
        )
        said = json.loads(report.read_text()) if report.exists() else {}
        trouble = said.get("runtimeError", {}).get("message", "") or (done.stderr.strip()[-400:] if not said else "")
        if not trouble:
            break
    else:
        raise NoLighthouse(f"Lighthouse could not look at {url}, {TRIES} times: {trouble}")
    if said["finalDisplayedUrl"] != url:
        raise NoLighthouse(f"Lighthouse looked at {said['finalDisplayedUrl']} when it was sent to {url}.")
    return {ours: round(100 * said["categories"][theirs]["score"]) for theirs, ours in CATEGORIES.items()}


def bench_lighthouse(database_url: str, var: Path) -> dict[str, Any]:
    """The lowest score of each category over the four pages, and the scores page by page."""
    command = installed(var)
    with _market(database_url, var / "lighthouse" / "market.log") as url:
        product, cookies = _at_the_checkout(url)
        paths = {"home": "/", "category": "/c/grocery", "product": product, "checkout": "/checkout"}
        pages = {
            name: _judge(command, url + path, cookies if name == "checkout" else "", var)
            for name, path in paths.items()
        }
    lowest = {category: min(scores[category] for scores in pages.values()) for category in CATEGORIES.values()}
    return {**lowest, "pages": pages}
