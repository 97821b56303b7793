"""The figures of a rehearsal, from the record: throughput, latency, verdicts, all as plain numbers. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from newretail.lab.rehearsal.record import REASONS, Fate, Kind, Records

Floats = npt.NDArray[np.float64]
PERCENTILES = (50, 75, 90, 95, 99, 99.9, 100)


def percentiles_ms(latency_s: Floats) -> dict[str, float]:
    """Percentiles in milliseconds by name (p50 … p99.9, max); zeros where nothing was measured."""
    names = [f"p{level:g}" if level < 100 else "max" for level in PERCENTILES]
    values = np.percentile(latency_s, PERCENTILES) * 1000 if len(latency_s) else np.zeros(len(PERCENTILES))
    return dict(zip(names, (round(float(value), 2) for value in values), strict=True))


def summarise(records: Records) -> dict[str, Any]:
    """Headline figures and tables. Latency counts from the moment a shopper pressed the button."""
    placing = records["kind"] != Kind.CANCEL
    orders = records[placing]
    answered = orders["status"] > 0
    told = orders[answered]
    last = float(told["done"].max()) if len(told) else 0.0
    first_accept = orders["status"] == 201
    replayed = (orders["status"] == 200) & answered
    refused = told["status"] >= 400
    cancels = records[~placing]
    # Told to come back later is the market's word; the wait that follows is the shopper's, so both are shown.
    straight = told[told["tries"] == 0]
    return {
        "requests": len(records),
        "orders": int((records["kind"] == Kind.PLACE).sum()),
        "accepted": int(first_accept.sum()),
        "replayed": int(replayed.sum()),
        "refused": int(refused.sum()),
        "unanswered": int((orders["status"] == Fate.GIVEN_UP).sum()),
        "refusals": _by_reason(told[refused]),
        "cancelled": int((cancels["status"] == 200).sum()),
        "cancels_skipped": int((cancels["status"] == Fate.SKIPPED).sum()),
        "told_later": int(records["busy"].sum()),
        "connections_broken": int(records["broken"].sum()),
        "seconds": round(last, 2),
        "orders_per_s": round(len(told) / last, 1) if last else 0.0,
        "accepted_per_s": round(int(first_accept.sum()) / last, 1) if last else 0.0,
        "peak_orders_per_s": int(_per_second(told["done"], last).max(initial=0)),
        "first_second_arrivals": int((orders["due"] < 1.0).sum()),
        "latency_ms": percentiles_ms(told["done"] - told["due"]),
        "latency_straight_ms": percentiles_ms(straight["done"] - straight["due"]),
        "late_ms": percentiles_ms(told["sent"] - told["due"]),
    }


def _by_reason(refused: Records) -> dict[str, int]:
    counts = np.bincount(refused["reason"], minlength=len(REASONS))
    ranked = sorted(((int(count), REASONS[number]) for number, count in enumerate(counts) if count), reverse=True)
    return {reason: count for count, reason in ranked}


def _per_second(moments: Floats, last: float) -> npt.NDArray[np.intp]:
    return np.bincount(moments.astype(np.int64), minlength=int(last) + 1)


def by_second(records: Records) -> dict[str, list[float]]:
    """Series with a value a second: what came, what was answered and how, and latency of what came in that second."""
    orders = records[records["kind"] != Kind.CANCEL]
    told = orders[orders["status"] > 0]
    last = max(float(told["done"].max(initial=0)), float(orders["due"].max(initial=0)))
    latency = told["done"] - told["due"]
    by_due = np.argsort(told["due"], kind="stable")
    edges = np.searchsorted(told["due"][by_due], np.arange(1, int(last) + 1))
    groups = np.split(latency[by_due], edges)
    series: dict[str, npt.NDArray[Any]] = {
        "arrivals": _per_second(orders["due"], last),
        "accepted": _per_second(told["done"][told["status"] < 400], last),
        "refused": _per_second(told["done"][told["status"] >= 400], last),
        **{
            name: np.array([np.percentile(group, level) * 1000 if len(group) else 0.0 for group in groups]).round(2)
            for name, level in (("p50_ms", 50), ("p99_ms", 99), ("max_ms", 100))
        },
    }
    return {name: values.tolist() for name, values in series.items()}


def batch_sizes(batches: list[dict[str, Any]]) -> dict[str, Any]:
    """How many orders were decided together: a histogram by powers of two, and the largest."""
    sizes = np.array([batch["accepted"] + batch["refused"] for batch in batches if batch["kind"] == "place"], np.int64)
    if not len(sizes):
        return {"batches": 0, "mean": 0.0, "largest": 0, "histogram": []}
    power = np.floor(np.log2(np.maximum(sizes, 1))).astype(np.int64)
    counts = np.bincount(power)
    return {
        "batches": len(sizes),
        "mean": round(float(sizes.mean()), 1),
        "largest": int(sizes.max()),
        "histogram": [
            {"from": int(2**p), "to": int(2 ** (p + 1) - 1), "batches": int(count)} for p, count in enumerate(counts)
        ],
    }
