"""One change for many products: what it comes to for each of them, to look at first and then to do at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from newretail.catalog import api as catalog
from newretail.markets import api as markets

MOST_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall change; what is None (or no market) stays as it is."""

    market: str = ""
    percent: Decimal = Decimal(0)
    step_minor: int = 1
    category: str = ""
    is_sold: bool | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wish comes to: the lines as they should be, what changes, and a mark by which to know it again."""

    wanted: list[catalog.Line]
    edits: list[catalog.Edit]
    digest: str
    unpriced: int  # products that the price change passes over: they have no price in that market


def new_price(amount_minor: int, percent: Decimal, step_minor: int) -> int:
    """A price changed by per cent and rounded to a multiple of the step, a half up; never below one step."""
    exact = amount_minor * (100 + percent) / 100
    return max(markets.round_to_step(exact, step_minor), step_minor)


def wished(line: catalog.Line, wish: Wish) -> catalog.Line:
    """The line as the wish wants it."""
    fields: dict[str, Any] = {}
    if wish.category:
        fields["category"] = wish.category
    if wish.is_sold is not None:
        fields["is_sold"] = wish.is_sold
    price = line.prices.get(wish.market) if wish.market else None
    if price is not None:
        fields["prices"] = {**line.prices, wish.market: new_price(price, wish.percent, wish.step_minor)}
    return replace(line, **fields)


def preview(current: Sequence[catalog.Line], wish: Wish) -> Preview:
    """What would change; nothing is written."""
    wanted = [wished(line, wish) for line in current]
    edits = catalog.edits_of({line.sku_code: line for line in current}, wanted)
    unpriced = sum(line.prices.get(wish.market) is None for line in current) if wish.market else 0
    return Preview(wanted, edits, digest(edits), unpriced)


def digest(edits: Iterable[catalog.Edit]) -> str:
    """Changes when anything of the edits does: what was looked at is what is done."""
    text = json.dumps([[edit.sku_code, edit.before, edit.after] for edit in edits], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
