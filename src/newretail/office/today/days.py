"""Today in every market, quarter by quarter, beside the seven days before; rehearsals and imports are not in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from newretail.kit.lately import Lately
from newretail.markets import api as markets
from newretail.office.reads import midnight, rows

DAYS_BEFORE = 7
QUARTER = timedelta(minutes=15)
PAST_DAYS_KEPT_SECONDS = 600.0  # days that are over do not change
SUMS = ("orders", "refused", "units", "total_minor")


@dataclass(frozen=True, slots=True)
class Span:
    """A market's day, or the part of it that is over."""

    market_code: str
    start: datetime
    end: datetime


@dataclass(slots=True)
class Counted:
    """What was ordered in a span: sums, orders and money by quarter of an hour since its start, refusals by reason."""

    orders: int = 0
    refused: int = 0
    units: int = 0
    total_minor: int = 0
    by_quarter: dict[int, tuple[int, int]] = field(default_factory=dict)
    refusals: list[tuple[str, int]] = field(default_factory=list)

    def until(self, quarter: int) -> tuple[int, int]:
        """Orders and money of the quarters before this one."""
        early = [sums for number, sums in self.by_quarter.items() if number < quarter]
        return sum(orders for orders, _ in early), sum(money for _, money in early)

    def by_hour(self) -> list[int]:
        """Orders in each of the day's hours; a day with a change of the clock has 23 or 25."""
        hours = [0] * max(24, max(self.by_quarter, default=0) // 4 + 1)
        for quarter, (orders, _money) in self.by_quarter.items():
            hours[quarter // 4] += orders
        return hours


@dataclass(frozen=True, slots=True)
class Day:
    """One market's day so far, in its own time zone; `before`: the days before it, yesterday last."""

    market: markets.Market
    counted: Counted
    before: list[Counted]
    quarter: int  # of the day that runs now

    @property
    def mean_minor(self) -> int:
        return self.counted.total_minor // self.counted.orders if self.counted.orders else 0

    def change(self, days_ago: int) -> float | None:
        """Money up to the last full quarter, against the same quarters so many days ago, in per cent; None for none."""
        now, then = self.counted.until(self.quarter)[1], self.before[-days_ago].until(self.quarter)[1]
        return (now - then) / then * 100 if then else None


def _count(spans: tuple[Span, ...]) -> list[Counted]:
    """What was ordered in each span; the cost grows with batches, not with orders."""
    codes, starts, ends = zip(*((span.market_code, span.start, span.end) for span in spans), strict=True)
    counted = [Counted() for _ in spans]
    for row in rows("today.sql", "quarters", {"codes": list(codes), "starts": list(starts), "ends": list(ends)}):
        into = counted[row["number"] - 1]
        if row["quarter"] is None:
            into.refusals.append((row["reason"], row["orders"]))
            continue
        for name in SUMS:
            setattr(into, name, getattr(into, name) + row[name])
        into.by_quarter[row["quarter"]] = (row["orders"], row["total_minor"])
    return counted


_past = Lately(PAST_DAYS_KEPT_SECONDS, _count)


def forget() -> None:
    """Read the past days anew at the next call."""
    _past.forget()


def today(now: datetime | None = None) -> list[Day]:
    """Today in every market, with the days before."""
    now = now or datetime.now(UTC)
    known = markets.markets()
    if not known:
        return []
    starts = [midnight(market.time_zone, now) for market in known]
    current = _count(tuple(Span(m.code, start, now) for m, start in zip(known, starts, strict=True)))
    past = _past(tuple(span for m, start in zip(known, starts, strict=True) for span in _days_before(m, start)))
    days = []
    for place, (market, start) in enumerate(zip(known, starts, strict=True)):
        before = past[place * DAYS_BEFORE : (place + 1) * DAYS_BEFORE]
        days.append(Day(market, current[place], before, int((now - start) / QUARTER)))
    return days


def _days_before(market: markets.Market, start: datetime) -> list[Span]:
    """The seven days before the one that began at `start`, the oldest first."""
    ends = [start]
    for _ in range(DAYS_BEFORE):
        ends.append(midnight(market.time_zone, ends[-1] - timedelta(hours=1)))
    ends.reverse()
    return [Span(market.code, first, second) for first, second in pairwise(ends)]
