"""Screen: price a batch and find what is wrong with an order by itself, before any stock is looked at. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from newretail.catalog.api import PriceSnapshot
from newretail.markets.terms.api import Terms
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.pricing import Priced, price
from newretail.trade.rules import MAX_CLOCK_AHEAD_MS, MAX_LINES, MAX_QUANTITY, MAX_TOTAL_MINOR, Reason

Ints = npt.NDArray[np.int64]


def _line_faults(batch: Batch, unit_price: Ints, reason: npt.NDArray[np.uint8], line: Ints) -> None:
    """Give each order the fault of its first faulty line."""
    fault = np.zeros(len(batch.sku_id), np.uint8)
    fault[unit_price <= 0] = Reason.NOT_FOR_SALE
    fault[(batch.quantity < 1) | (batch.quantity > MAX_QUANTITY)] = Reason.BAD_QUANTITY
    fault[batch.sku_id < 0] = Reason.UNKNOWN_SKU
    key = (batch.line_order << 32) | (batch.sku_id & 0xFFFFFFFF)
    ordered = np.sort(key)
    if (ordered[1:] == ordered[:-1]).any():
        _, first = np.unique(key, return_index=True)
        again = np.ones(len(key), np.bool_)
        again[first] = False
        fault[again & (fault == 0)] = Reason.DUPLICATE_SKU
    bad = np.flatnonzero(fault)[::-1]  # reversed, so that the first faulty line of an order wins
    reason[batch.line_order[bad]] = fault[bad]
    line[batch.line_order[bad]] = bad


def screen(batch: Batch, prices: PriceSnapshot, terms: Terms, now_ms: int) -> tuple[Verdicts, Priced]:
    """Return the verdicts so far (ACCEPTED: nothing wrong yet) and what each line costs. `now_ms`: Unix time."""
    count = len(batch)
    priced = price(batch, prices, terms, now_ms)
    total = priced.total
    reason = np.zeros(count, np.uint8)
    line = np.full(count, -1, np.int64)
    number = np.zeros(count, np.int64)
    _line_faults(batch, priced.unit_price, reason, line)
    lines = batch.line_counts
    fine = reason == 0
    too_large = total > MAX_TOTAL_MINOR
    too_large[priced.too_large(batch)] = True
    reason[fine & too_large] = Reason.TOTAL_TOO_LARGE
    reason[fine & (batch.expected_minor >= 0) & (batch.expected_minor != total)] = Reason.TOTAL_DIFFERS
    reason[batch.node_id < 0] = Reason.UNKNOWN_NODE
    reason[lines > MAX_LINES] = Reason.TOO_MANY_LINES
    reason[lines == 0] = Reason.NO_LINES
    number[lines > MAX_LINES] = lines[lines > MAX_LINES]
    reason[batch.buyer_id <= 0] = Reason.BAD_BUYER
    milliseconds = (batch.id_high >> np.uint64(16)).astype(np.int64)
    reason[milliseconds > now_ms + MAX_CLOCK_AHEAD_MS] = Reason.ID_AHEAD_OF_TIME
    is_uuid7 = ((batch.id_high >> np.uint64(12)) & np.uint64(0xF) == 7) & (batch.id_low >> np.uint64(62) == 2)
    reason[~is_uuid7] = Reason.BAD_ID
    faulty = batch.fault > 0
    reason[faulty] = batch.fault[faulty]
    return Verdicts(reason, line, number, total, np.zeros(count, np.uint8)), priced
