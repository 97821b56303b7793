"""The report of a rehearsal: one HTML file that needs nothing else, made from the results alone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from newretail.lab.report.charts import WHOLE, Series, bars, dots, lines


def render(results: dict[str, Any]) -> str:
    """The page of a rehearsal's results (see rehearsal/rehearse.py for their shape)."""
    environment = Environment(
        loader=PackageLoader("newretail.lab.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda value: f"{value:,.0f}"
    environment.filters["ms"] = _milliseconds
    environment.filters["words"] = lambda name: name.replace("_", " ")
    template = environment.get_template("page.html.jinja")
    results = {"payments": {}, **results}  # reports of days on account have none
    return template.render(**results, charts=_charts(results), rates=_rates(results))


def _milliseconds(value: float) -> str:
    """2.4 ms, 38 ms, 1.25 s."""
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def _charts(results: dict[str, Any]) -> dict[str, Markup]:
    """All charts as markup; every text in them was escaped where it was drawn."""
    seconds, samples = results["seconds"], results["samples"]

    def over_time(name: str, style: str, values: list[float], *, filled: bool = False) -> Series:
        return Series(name, style, list(enumerate(values)), filled)

    total = [accepted + refused for accepted, refused in zip(seconds["accepted"], seconds["refused"], strict=True)]
    throughput = [
        over_time("answered", "refused", total, filled=True),
        over_time("accepted", "accepted", seconds["accepted"], filled=True),
        over_time("pressed the button", "arrivals", seconds["arrivals"]),
    ]
    money = results.get("payments") or {}
    latency = [over_time(name, style, seconds[f"{name}_ms"]) for name, style in (("p50", "p50"), ("p99", "p99"))]
    cores = [
        Series(name, style, [(sample["at"], sample[f"{style}_cores"]) for sample in samples if sample["at"] >= 0])
        for name, style in (("market", "server"), ("database", "database"), ("shoppers", "load"))
    ]
    queue = [Series("waiting", "p99", [(s["at"], s["queue"]) for s in samples if s["at"] >= 0], filled=True)]
    sizes = [(str(entry["from"]), float(entry["batches"])) for entry in results["batches"]["histogram"]]
    made = {
        "throughput": lines("Orders a second", "orders/s", throughput, wide=WHOLE),
        "latency": lines("Latency by second of arrival", "ms", latency, wide=WHOLE, log=True),
        "batches": dots("Orders decided together", "orders a batch", Series("", "accepted", results["batch_points"])),
        "sizes": bars("Batches by size", "batches", sizes, "accepted"),
        "cores": lines("Cores busy", "cores", cores),
        "queue": lines("Orders waiting in the market's queue", "orders", queue),
    }
    if money:
        beside = [
            over_time("payments", "paid", money["seconds"], filled=True),
            over_time("orders accepted", "arrivals", seconds["accepted"]),
        ]
        made["payments"] = lines("Payments a second", "payments/s", beside, wide=WHOLE)
        shares = [(name.replace("_", " "), float(count)) for name, count in money["tenders"].items()]
        made["tenders"] = bars("Payments by tender", "payments", shares, "paid")
    return {name: Markup(text) for name, text in made.items()}  # noqa: S704  # escaped where it was drawn


def _rates(results: dict[str, Any]) -> dict[str, float]:
    """Figures that the page shows and the results leave to division."""
    headline, database = results["headline"], results["database"]
    answered = max(headline["accepted"] + headline["replayed"] + headline["refused"], 1)
    moments = [sample["at"] for sample in results["samples"]]
    steps = [b - a for a, b in pairwise(moments)]
    return {
        "wal_bytes_per_order": round(database["wal_bytes"] / max(headline["accepted"], 1)),
        "orders_per_commit": round(answered / max(results["batches"]["batches"], 1), 1),
        "hits": round(100 * database["blocks_hit"] / max(database["blocks_hit"] + database["blocks_read"], 1), 2),
        "server_mb": max((sample["server_mb"] for sample in results["samples"]), default=0.0),
        "watched_s": round(sum(steps), 1),
    }
