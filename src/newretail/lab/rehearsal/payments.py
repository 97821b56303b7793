"""What was paid in a rehearsal, and how: from the batches, the shoppers' record, and the books of the shadow cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.cloud.api import CellPlace
from newretail.kit.arrays import read_copy
from newretail.kit.sql import in_cell
from newretail.lab.rehearsal.plan import Plan
from newretail.lab.rehearsal.record import REASONS, Kind, accepted
from newretail.lab.rehearsal.settle import Settled
from newretail.lab.rehearsal.summary import percentiles_ms
from newretail.lab.rehearsal.tenders import UNPAID
from newretail.pay.api import CallKind, EventKind, Outcome, PaidSums, Settlement, paid_since
from newretail.trade.rules import Reason, State

ROOM, FILE = "newretail.lab.rehearsal", "settle.sql"
DECLINES = {reason.slug for reason in (Reason.PAYMENT_DECLINED, Reason.NO_ACCOUNT, Reason.ACCOUNT_CLOSED)}
# What the market had to survive; the others of the bank's draws are shoppers who decline or leave.
FAULTS = (
    *("delay", "duplicate", "reorder", "drop", "contradict", "unknown", "wrong_signature"),
    *("busy", "error_before", "error_after", "time_out", "lost_answer"),
)
_ID = np.dtype([("high", np.uint64), ("low", np.uint64)])
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Book:
    """The orders of all shadow cells. `paid_after`: seconds from placed to paid, of those that waited; else NaN."""

    ids: npt.NDArray[Any]
    state: npt.NDArray[np.int64]
    settlement: npt.NDArray[np.int64]
    paid_after: Floats


def figures(
    home_url: str, shadows: Sequence[CellPlace], plan: Plan, midnight: datetime, settled: Settled
) -> dict[str, Any]:
    """Everything that the report says about money; empty where the day was on account."""
    if plan.chosen.ways == (UNPAID,):
        return {}
    seconds, sums = _by_second(home_url, shadows, midnight)
    book = _read_book(home_url, shadows)
    events = _counted(home_url, shadows, "events")
    calls_back = _counted(home_url, shadows, "given_back")
    count = sum(sums.payments.values())
    waited = book.paid_after[~np.isnan(book.paid_after)]
    return {
        "payments": count,
        "seconds": seconds,
        "peak_per_s": max(seconds, default=0),
        "per_s": round(count / max(len(seconds), 1), 1),
        "tenders": {name: sums.payments[name] for name in sorted(sums.payments, key=lambda name: -sums.payments[name])},
        "ways": _by_way(plan, book),
        "declines": _declines(plan, events),
        "at_once": int(((book.settlement == Settlement.WITH_ORDER) & (book.state != State.CANCELLED)).sum()),
        "time_to_settle_ms": percentiles_ms(waited),
        "waited": len(waited),
        "outcomes": _outcomes(events),
        "given_back": {CallKind(kind).name.lower(): calls for (kind, *_), calls in calls_back.items()},
        "faults": {name: settled.dealt[name] for name in FAULTS if settled.dealt.get(name)},
        "settling": {
            **asdict(settled),
            "lost": settled.lost,
            "holds": settled.holds,
            "left_anything": settled.left.any,
        },
    }


def _by_second(home_url: str, shadows: Sequence[CellPlace], midnight: datetime) -> tuple[list[int], PaidSums]:
    """Payments in each second after midnight, and the sums by tender."""
    start, everything, seconds = int(midnight.timestamp()), PaidSums(), Counter[int]()
    for place in shadows:
        with psycopg.connect(place.url(home_url)) as connection:
            sums, rows = paid_since(connection, place.name, midnight)
        for name, count in sums.payments.items():
            everything.payments[name] = everything.payments.get(name, 0) + count
        seconds.update(dict(rows))
    last = max(seconds, default=start)
    return [seconds[second] for second in range(start, last + 1)] if seconds else [], everything


def _read_book(home_url: str, shadows: Sequence[CellPlace]) -> _Book:
    fields = [("id", ">u8,>u8"), ("state", ">i2"), ("settlement", ">i2"), ("after", ">f8")]
    parts = []
    for place in shadows:
        with psycopg.connect(place.url(home_url)) as connection:
            parts.append(read_copy(connection, in_cell(ROOM, FILE, "fates", place.name), fields))
    rows = np.concatenate(parts)
    ids = np.empty(len(rows), _ID)
    ids["high"], ids["low"] = rows["id"]["f0"], rows["id"]["f1"]
    after = rows["after"].astype(np.float64)
    state, settlement = rows["state"].astype(np.int64), rows["settlement"].astype(np.int64)
    return _Book(ids, state, settlement, np.where(after < 0, np.nan, after))


def _counted(home_url: str, shadows: Sequence[CellPlace], statement: str) -> Counter[tuple[int, ...]]:
    """Counts by the leading columns of a statement, over the cells."""
    found: Counter[tuple[int, ...]] = Counter()
    for place in shadows:
        with psycopg.connect(place.url(home_url)) as connection:
            for *key, count in connection.execute(in_cell(ROOM, FILE, statement, place.name)):
                found[tuple(key)] += count
    return found


def _by_way(plan: Plan, book: _Book) -> list[dict[str, Any]]:
    """Orders by the way their shoppers chose: asked, paid, declined, never paid, and how long it took."""
    records, chosen = plan.record, plan.chosen
    count = len(plan.order_ids)
    first = records[records["kind"] == Kind.PLACE]
    reason = np.zeros(count, np.int64)
    reason[first["order"]] = first["reason"]
    taken = np.zeros(count, np.bool_)
    taken[np.unique(records["order"][accepted(records)])] = True
    ids = np.ascontiguousarray(plan.order_ids).view(_ID).ravel()
    _, ours, theirs = np.intersect1d(ids, book.ids, return_indices=True)
    state, after = np.zeros(count, np.int64), np.full(count, np.nan)
    settlement = np.zeros(count, np.int64)
    state[ours], after[ours], settlement[ours] = book.state[theirs], book.paid_after[theirs], book.settlement[theirs]
    by_provider = settlement == Settlement.BY_PROVIDER
    paid = taken & np.where(by_provider, ~np.isnan(after), True)
    declined = ~taken & np.isin(reason, [REASONS.index(slug) for slug in DECLINES])
    rows = []
    for number, name in enumerate(chosen.ways):
        here = chosen.way == number
        waits = after[here & ~np.isnan(after)]
        rows.append(
            {
                "way": name,
                "orders": int(here.sum()),
                "paid": int((here & paid).sum()),
                "declined": int((here & declined).sum()),
                "never_paid": int((here & taken & ~paid).sum()),
                "p50_ms": percentiles_ms(waits)["p50"],
                "p99_ms": percentiles_ms(waits)["p99"],
                "waits": len(waits),
            }
        )
    return sorted(rows, key=lambda row: -row["orders"])


def _declines(plan: Plan, events: Counter[tuple[int, ...]]) -> dict[str, int]:
    """Why money did not come: what the market refused, and what the bank did."""
    first = plan.record[(plan.record["kind"] == Kind.PLACE) & (plan.record["status"] >= 400)]
    counts = np.bincount(first["reason"], minlength=len(REASONS))
    found = {slug: int(counts[REASONS.index(slug)]) for slug in sorted(DECLINES) if counts[REASONS.index(slug)]}
    by_bank = events[int(EventKind.DECLINED), int(Outcome.APPLIED)]
    return found | ({"declined_by_the_bank": by_bank} if by_bank else {})


def _outcomes(events: Counter[tuple[int, ...]]) -> dict[str, int]:
    """What was made of the provider's events."""
    found: Counter[str] = Counter()
    for (_, outcome), count in events.items():
        found[Outcome(outcome).name.lower()] += count
    return dict(found.most_common())
