"""What the terminal shows while a rehearsal runs: one table, four times a second."""

from __future__ import annotations

import os

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from newretail.lab.rehearsal.meters import Sample
from newretail.lab.rehearsal.record import Fate, Kind, Records
from newretail.lab.rehearsal.settle import Waiting
from newretail.lab.rehearsal.summary import percentiles_ms

SPARKS = "▁▂▃▄▅▆▇█"
SPARK_SECONDS = 60
BAR_WIDTH = 60
WINDOW_SECONDS = 2.0


def sparkline(values: list[float]) -> str:
    """Values as bars of eight heights, the highest full."""
    top = max(values, default=0)
    return "".join(SPARKS[round(value / top * (len(SPARKS) - 1))] if top else SPARKS[0] for value in values)


def _per_second(moments: np.ndarray, now: float) -> list[float]:
    """Answers in each of the last seconds that are over."""
    last = int(now)
    first = max(0, last - SPARK_SECONDS)
    inside = moments[(moments >= first) & (moments < last)]
    return np.bincount((inside - first).astype(int), minlength=last - first).tolist() if last > first else []


def panel(
    records: Records,
    now: float,
    duration_s: float,
    sample: Sample | None,
    flash: tuple[int, int],
    flash_name: str,
    waiting: Waiting | None = None,
) -> Group:
    """The state of the rehearsal at `now` seconds after midnight; `flash`: (units of the sale, taken).

    `waiting`: after the day, what its money still waits for.
    """
    status, kind = np.asarray(records["status"]), np.asarray(records["kind"])
    done, due = np.asarray(records["done"]), np.asarray(records["due"])
    orders = kind != Kind.CANCEL
    told = orders & (status > 0)
    recent = told & (done > now - WINDOW_SECONDS)
    over = not (status == Fate.WAITING).any()
    shown = told if over else recent
    latency = percentiles_ms(done[shown] - due[shown])
    pressed = int((orders & (due <= now)).sum())
    accepted = int((told & (status < 400)).sum())
    seconds = _per_second(done[told], now)
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "left", "right"):
        table.add_column(justify=justify)
    left, refused, later = max(flash[0] - flash[1], 0), int(told.sum()) - accepted, int(records["busy"].sum())
    rate = np.bincount(done[told].astype(int)).max(initial=0) if over else (seconds or [0])[-1]
    table.add_row(
        "peak orders/s" if over else "orders/s", f"[bold]{rate:,.0f}[/]", "accepted", f"[green]{accepted:,}[/]"
    )
    table.add_row(
        "p50 / p99 ms", f"{latency['p50']:,.0f} / {latency['p99']:,.0f}", "refused", f"[yellow]{refused:,}[/]"
    )
    table.add_row("no answer yet", f"{pressed - int(told.sum()):,}", "told to come later", f"{later:,}")
    table.add_row(
        "market's queue", f"{sample.queue if sample else 0:,}", "flash sale left", f"{left:,} of {flash[0]:,}"
    )
    if sample:
        cores = f"{sample.server_cores + sample.database_cores:.2f} of {os.cpu_count()}"
        table.add_row("cores, market + DB", cores, "market's memory", f"{sample.server_mb:,.0f} MB")
    if waiting is not None:
        table.add_row("calls to the bank", f"{waiting.calls:,}", "orders not paid yet", f"{waiting.unpaid:,}")
        table.add_row("untold by the bank", f"{waiting.untold:,}", "", "[dim]settling[/]")
    share = min(now / duration_s, 1.0)
    clock = f"{int(share * 24):02d}:{int(share * 24 % 1 * 60):02d}"
    head = Text.assemble((f"11.11 {clock}", "bold"), f"  flash sale: {flash_name}")
    bar = Text("━" * int(share * BAR_WIDTH), "green") + Text("━" * (BAR_WIDTH - int(share * BAR_WIDTH)), "dim")
    return Group(head, bar, table, Text(sparkline(seconds), "cyan"))
