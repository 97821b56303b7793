"""Pure rules of stock: what a hold, a receipt and a count may say."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

MAX_HOLD_LINES = 200
MAX_QUANTITY = 10_000
MAX_ON_HAND = 1_000_000_000
MAX_HOLD_MINUTES = 60
MAX_POOLS_AT_ONCE = 50_000  # of one cell: orders wait for whoever opens or drops them


class Stays(StrEnum):
    """Why a pool cannot be dropped yet."""

    PROMISED = "promised"  # live orders or holds are to be served from it
    IN_STOCK = "in_stock"  # units lie there
    OWED = "owed"  # on back-order, more went out than came in: a count or a receipt puts it right


def why_stays(on_hand: int, reserved: int) -> Stays | None:
    """Why a pool has to stay; None: nothing lies there and nothing is promised, so it may go."""
    if reserved:
        return Stays.PROMISED
    if on_hand:
        return Stays.IN_STOCK if on_hand > 0 else Stays.OWED
    return None


def fault_of_hold(lines: Sequence[tuple[int, int]], minutes: int) -> str:
    """Say what is wrong with a hold of (sku_id, quantity) lines; empty when nothing is."""
    if not 1 <= len(lines) <= MAX_HOLD_LINES:
        return f"A hold has 1 to {MAX_HOLD_LINES} lines."
    if len({sku_id for sku_id, _ in lines}) < len(lines):
        return "A hold names a SKU once: add the quantities up."
    if any(not 1 <= quantity <= MAX_QUANTITY for _, quantity in lines):
        return f"A quantity is 1 to {MAX_QUANTITY}."
    if not 1 <= minutes <= MAX_HOLD_MINUTES:
        return f"A hold lasts 1 to {MAX_HOLD_MINUTES} minutes."
    return ""


def fault_of_receipt(quantity: int) -> str:
    return "" if 1 <= quantity <= MAX_ON_HAND else f"Goods received are 1 to {MAX_ON_HAND} units."


def fault_of_count(counted: int) -> str:
    return "" if 0 <= counted <= MAX_ON_HAND else f"A count is 0 to {MAX_ON_HAND} units."
