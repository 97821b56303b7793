"""`newretail bench NAME`: a figure of speed, measured now; `newretail bench all` keeps a table in bench/results/."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import psutil

from newretail.kit import settings

FLOORS: dict[str, dict[str, tuple[str, float, float]]] = {
    "engine": {"orders_per_s": (">=", 180_000, 325_000)},
    "hot_sku": {"orders_per_s": (">=", 31_000, 150_000)},
    "http": {
        "orders_per_s": (">=", 8_000, 12_000),
        "p99_ms": ("<=", 60, 30),
        "cpu_ms_per_order": ("<=", 0.30, 0.15),
        "rss_mb": ("<=", 600, 300),
    },
    "decide": {"orders_per_s": (">=", 2_000_000, 5_000_000)},
    "ledger": {"transfers_per_s": (">=", 100_000, 256_000)},
    "ledger_hot": {"transfers_per_s": (">=", 50_000, 150_000)},
    "bank_faults": {"lost_minor": ("<=", 0, 0)},
    "place_and_pay": {"orders_per_s": (">=", 80_000, 162_500)},
    "wall": {"leak_mb_per_hour": ("<=", 5, 1), "updates_per_s": ("<=", 10, 5)},
    "pages_cpu": {"home_ms": ("<=", 4, 2), "product_ms": ("<=", 4, 2), "category_ms": ("<=", 6, 3)},
    "pages_sql": {"queries_max": ("<=", 12, 8)},
    "lighthouse": {
        "performance": (">=", 95, 98),
        "accessibility": (">=", 100, 100),
        "best_practices": (">=", 95, 100),
    },
    "page_weight": {"js_kb": ("<=", 60, 20), "css_kb": ("<=", 30, 15)},
}
BENCHES = tuple(FLOORS)
ZERO = ("oversold", "lost", "doubled", "unpaid", "unbalanced", "overdrawn")


def _benches() -> dict[str, Callable[[str, Path], dict[str, Any]]]:
    from newretail.lab.bench.bank_faults import bench_bank_faults
    from newretail.lab.bench.decide import bench_decide
    from newretail.lab.bench.engine import bench_engine, bench_hot_sku
    from newretail.lab.bench.http import bench_http
    from newretail.lab.bench.ledger import bench_ledger, bench_ledger_hot
    from newretail.lab.bench.lighthouse import bench_lighthouse
    from newretail.lab.bench.pages import MEASURES, bench_of
    from newretail.lab.bench.place_and_pay import bench_place_and_pay
    from newretail.lab.bench.wall import bench_wall

    def pages(name: str) -> Callable[[str, Path], dict[str, Any]]:
        return lambda url, var: bench_of(name, market_of(url))

    return {
        "engine": bench_engine,
        "hot_sku": bench_hot_sku,
        "http": bench_http,
        "decide": bench_decide,
        "ledger": bench_ledger,
        "ledger_hot": bench_ledger_hot,
        "bank_faults": bench_bank_faults,
        "place_and_pay": bench_place_and_pay,
        "wall": bench_wall,
        "lighthouse": lambda url, var: bench_lighthouse(market_of(url), var),
        **{name: pages(name) for name in MEASURES},
    }


_market_of: dict[str, str] = {}


def market_of(url: str) -> str:
    """The market's own database, beside which the benches' database was made; that one itself where none was."""
    return _market_of.get(url, url)


def prepare(home_url: str, migrate: Callable[[], object]) -> str:
    """Point this process at the benches' database and bring its tables up to date; return its URL."""
    from newretail.lab.bench.stage import bench_database

    url = bench_database(home_url)
    _market_of[url] = home_url
    os.environ[settings.DATABASE_URL.name] = url
    migrate()
    return url


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "load_average": [round(value, 2) for value in os.getloadavg()],
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def run_bench(name: str, url: str, as_json: bool) -> dict[str, Any]:
    """Run one bench and print it."""
    if not as_json:
        click.echo(f"{name} …", err=True)
    figures = {"bench": name, **_benches()[name](url, settings.VAR.path), "machine": machine()}
    if as_json:
        click.echo(json.dumps(figures))
    return figures


def run_all(url: str, results: Path) -> bool:
    """Run every bench, print the table, keep each as JSON; False when a floor was missed or an order went wrong."""
    results.mkdir(parents=True, exist_ok=True)
    fine = True
    click.echo(f"{'figure':<26}{'measured':>14}{'floor':>12}{'aim':>12}")
    for name in _benches():
        rows = []
        try:
            figures = run_bench(name, url, as_json=False)
        except click.ClickException as error:  # the others are measured all the same
            click.echo(f"{name}: {error.message}", err=True)
            fine = False
            continue
        (results / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")
        for key, (sense, floor, aim) in FLOORS[name].items():
            value = figures[key]
            good = value >= floor if sense == ">=" else value <= floor
            fine = fine and good
            rows.append(f"{name + '.' + key:<26}{value:>14,}{floor:>12,}{aim:>12,}{'' if good else '  MISSED'}")
        for key in ZERO:
            if key in figures:
                fine = fine and figures[key] == 0
                rows.append(f"{name + '.' + key:<26}{figures[key]:>14,}{0:>12}{0:>12}")
        if "ratio_to_raw_copy" in figures:
            rows.append(f"{name + ': ratio to raw COPY':<26}{figures['ratio_to_raw_copy']:>14}")
        if "fsync_write_mb_per_s" in figures:
            rows.append(f"{'fsync write, MB a second':<26}{figures['fsync_write_mb_per_s']:>14,}")
        click.echo("\n".join(rows))
    return fine
