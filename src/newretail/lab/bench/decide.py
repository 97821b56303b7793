"""decide: the pure function alone, a tenth of the orders contested."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from newretail.trade.decide import decide

POOLS = 20_000
CONTESTED_POOLS = 100


def contested_batch(count: int, seed: int) -> tuple[int, Any, Any, Any, Any]:
    """Two lines an order; a tenth of the orders want one of 100 pools that hold half of what is asked of them."""
    random = np.random.default_rng(seed)
    order = np.repeat(np.arange(count), 2)
    pool = random.integers(CONTESTED_POOLS, POOLS, count * 2)
    contested = random.random(count) < 0.1
    pool[::2][contested] = random.integers(0, CONTESTED_POOLS, int(contested.sum()))
    quantity = random.integers(1, 4, count * 2)
    available = np.full(POOLS, 1 << 40)
    demand = np.bincount(pool, weights=quantity, minlength=POOLS).astype(np.int64)
    available[:CONTESTED_POOLS] = demand[:CONTESTED_POOLS] // 2
    return count, order, pool, quantity, available


def bench_decide(url: str, var: Path) -> dict[str, Any]:
    """Batches of 25,000 orders, decided again and again for some seconds."""
    batches = [contested_batch(25_000, seed) for seed in range(40)]
    oversold = 0
    started = time.perf_counter()
    decisions = [decide(*batch) for batch in batches]
    seconds = time.perf_counter() - started
    for (_, order, pool, quantity, available), decision in zip(batches, decisions, strict=True):
        taken = np.bincount(pool, weights=quantity * decision.accepted[order], minlength=POOLS)
        oversold += int((taken > available).sum())
    refused = sum(int((~decision.accepted).sum()) for decision in decisions)
    return {
        "orders_per_s": round(sum(batch[0] for batch in batches) / seconds),
        "oversold": oversold,
        "orders": sum(batch[0] for batch in batches),
        "refused": refused,
        "batch": 25_000,
    }
