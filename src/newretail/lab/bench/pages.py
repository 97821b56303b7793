"""What the shop's pages cost: CPU on the server, queries, and what a browser must load, on the market's own database.

Run as a process of its own (`python -m newretail.lab.bench.pages`), so that it sees the market and not the database of
the other benches; nothing is written. CPU is that of the pages process with Django's test client, which is a little
more than what a server spends; that of PostgreSQL is not in it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import click

from newretail.kit import settings

ROUNDS, PAGES = 7, 20  # the median of so many rounds of so many pages each: others use the machine, too
WARM_UP = 8


class NoMarket(click.ClickException):
    """The demo market is not loaded; the message says how to load it."""


def _pages() -> dict[str, str]:
    """A path of each kind of page, of what is bought most."""
    from newretail.catalog import api as catalog
    from newretail.catalog.shelf import Ware

    wares: list[Ware] = catalog.popular("US", limit=1)
    if not wares:
        raise NoMarket("There are no products: load the demo first (newretail demo).")
    return {
        "home": "/",
        "product": f"/p/{wares[0].product_id}/{wares[0].slug or '-'}",
        "category": "/c/grocery",
        "facets": "/c/grocery?price=200-500&brand=own",
        "offers": "/offers",
        "search": "/search?q=milk",
        "stores": "/stores",
        "cart": "/cart",
    }


def cpu() -> dict[str, Any]:
    """Milliseconds of CPU a page of the pages process."""
    from django.test import Client

    client = Client(headers={"accept-language": "en-US", "accept-encoding": "gzip"})
    found: dict[str, Any] = {}
    for name, path in _pages().items():
        for _ in range(WARM_UP):
            assert client.get(path).status_code == 200, path
        rounds = []
        for _ in range(ROUNDS):
            started = time.process_time()
            for _ in range(PAGES):
                client.get(path)
            rounds.append((time.process_time() - started) / PAGES * 1000)
        found[f"{name}_ms"] = round(median(rounds), 2)
    return found


def queries() -> dict[str, Any]:
    """Queries a page through Django, by page and the most of them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"accept-language": "en-US"})
    counts: dict[str, int] = {}
    for name, path in _pages().items():
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        counts[name] = len(asked)
    return {"queries_max": max(counts.values()), **counts}


def weight() -> dict[str, Any]:
    """Kilobytes, packed by gzip, of the scripts and styles that the home page names, and of the page itself."""
    from django.contrib.staticfiles import finders
    from django.test import Client

    html = Client(headers={"accept-language": "en-US"}).get("/").content

    def packed(pattern: str) -> float:
        paths = {path.removeprefix("/static/").partition("?")[0] for path in re.findall(pattern, html.decode())}
        files = [finders.find(path) for path in paths]
        sizes = [len(gzip.compress(Path(file).read_bytes())) for file in files if isinstance(file, str)]
        return round(sum(sizes) / 1024, 1)

    return {
        "js_kb": packed(r'<script[^>]+src="([^"]+)"'),
        "css_kb": packed(r'<link rel="stylesheet" href="([^"]+)"'),
        "html_kb": round(len(gzip.compress(html)) / 1024, 1),
    }


MEASURES: dict[str, Callable[[], dict[str, Any]]] = {"pages_cpu": cpu, "pages_sql": queries, "page_weight": weight}


def bench_of(name: str, market_url: str) -> dict[str, Any]:
    """Measure in a process of its own on the market's database; NoMarket when there is nothing to measure."""
    environment = {**os.environ, settings.DATABASE_URL.name: market_url}
    command = [sys.executable, "-m", "newretail.lab.bench.pages", name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip()[-400:]
        raise NoMarket(f"The pages are measured on the demo market: load it first (newretail demo).\n{said}")
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def main(name: str) -> None:
    import logging

    import django
    from django.test.utils import setup_test_environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newretail.doors.settings")
    django.setup()
    setup_test_environment(debug=False)
    logging.disable(logging.CRITICAL)
    sys.stdout.write(json.dumps(MEASURES[name]()) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
