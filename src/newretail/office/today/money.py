"""What was paid today in every market: by tender, declined, awaited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from newretail.markets import api as markets
from newretail.office.finance import words
from newretail.office.finance.reads import places
from newretail.office.reads import midnight, rows
from newretail.pay import api as pay

DECLINED, AWAITED = 0, -1  # rows of the statement that are of no tender


@dataclass(slots=True)
class Part:
    """What one way of paying brought."""

    label: str
    captured_minor: int
    captures: int


@dataclass(slots=True)
class Taken:
    """One market's money since midnight, in minor units of its currency."""

    captured_minor: int = 0
    refunded_minor: int = 0
    declined: int = 0
    awaited: int = 0
    awaited_minor: int = 0
    parts: list[Part] = field(default_factory=list)


def today(now: datetime) -> dict[str, Taken]:
    """Today's money by market; costs what its quarters of an hour cost, however many payments there were."""
    zones = {market.code: market.time_zone for market in markets.markets()}
    here = {place.name: place.market_code for place in places() if place.market_code in zones}
    starts = [midnight(zones[code], now) for code in here.values()]
    values = {"cells": list(here), "starts": starts, "declined": int(pay.EventKind.DECLINED)}
    taken = {code: Taken() for code in here.values()}
    charts: dict[tuple[str, int], list[int]] = {}
    for row in rows("today.sql", "money", values) if here else []:
        if row["cell"] in here:
            _add(taken[here[row["cell"]]], charts, here[row["cell"]], row)
    for (code, chart), (captured, captures) in charts.items():
        taken[code].parts.append(Part(words.tender_of_chart(chart), captured, captures))
    for one in taken.values():
        one.parts.sort(key=lambda part: -part.captured_minor)
    return taken


def _add(into: Taken, charts: dict[tuple[str, int], list[int]], code: str, row: dict[str, Any]) -> None:
    amount, count = int(row["captured_minor"]), int(row["captures"])
    if row["tender"] == DECLINED:
        into.declined += count
    elif row["tender"] == AWAITED:
        into.awaited += count
        into.awaited_minor += amount
    else:
        into.captured_minor += amount
        into.refunded_minor += int(row["refunded_minor"])
        sums = charts.setdefault((code, row["tender"]), [0, 0])
        sums[0] += amount
        sums[1] += count
