"""The source's baskets as orders that were sold at a till and taken home. Pure NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from newretail.lab.demo.plan import Plan
from newretail.lab.demo.prices import paid_price
from newretail.lab.demo.source import Ints
from newretail.lab.demo.world import MARKETS, SOURCE_TIME_ZONE

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Month:
    """The orders of one month in one cell, in order of their ids; lines lie in the order of their orders."""

    last_placed_ms: int
    id_high: npt.NDArray[np.uint64]
    id_low: npt.NDArray[np.uint64]
    buyer_id: Ints
    node_id: Ints
    total_minor: Ints
    line_count: Ints
    sku_id: Ints
    quantity: Ints
    unit_price: Ints


def _offsets_ms(milliseconds: Ints, time_zone: str) -> Ints:
    """How far a zone's wall clock is ahead of UTC at each moment; asked once an hour, for zones change on the hour."""
    hours, place = np.unique(milliseconds // HOUR_MS, return_inverse=True)
    zone = ZoneInfo(time_zone)
    ahead = [datetime.fromtimestamp(hour * 3600, zone).utcoffset() for hour in hours.tolist()]
    return np.array([int(offset.total_seconds()) * 1000 for offset in ahead if offset is not None])[place]


def same_wall_clock(milliseconds: Ints, time_zone: str) -> Ints:
    """The moment at which a clock in the zone shows what a clock in the source's zone showed.

    A basket bought at six in the evening stays one bought at six in the evening, in Seoul too. No zone of the demo but
    the source's own has summer time, so the offset at the source's moment is that of the moment found.
    """
    local = milliseconds + _offsets_ms(milliseconds, SOURCE_TIME_ZONE)
    return local - _offsets_ms(milliseconds, time_zone)


def order_ids(milliseconds: Ints, basket: Ints) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """UUIDv7 of a basket's moment whose last bits are the basket's number in the source: the same at every import."""
    high = (milliseconds.astype(np.uint64) << np.uint64(16)) | np.uint64(0x7000)
    return high, basket.astype(np.uint64) | np.uint64(1 << 63)


def months(plan: Plan, market: int) -> Iterator[Month]:
    """The orders of a market's members, month by month (months of the market's wall clock)."""
    lines = plan.lines
    home_node = plan.home_node[lines.household]
    mine = np.flatnonzero(plan.market_of_node[home_node] == market)
    zone = MARKETS[market].time_zone
    placed = same_wall_clock(lines.milliseconds[mine], zone)
    order = np.lexsort((lines.product[mine], lines.basket[mine], placed))
    mine, placed = mine[order], placed[order]
    wall = (placed + _offsets_ms(placed, zone)).astype("datetime64[ms]").astype("datetime64[M]")
    node = plan.line_node[mine]
    node = np.where(plan.market_of_node[node] == market, node, home_node[mine])
    unit_price = paid_price(lines.value[mine], lines.quantity[mine], MARKETS[market])
    for month in np.unique(wall):
        yield _month(plan, mine, placed, node, unit_price, np.flatnonzero(wall == month))


def _month(plan: Plan, mine: Ints, placed: Ints, node: Ints, unit_price: Ints, here: Ints) -> Month:
    rows = mine[here]
    basket = plan.lines.basket[rows]
    first = np.flatnonzero(np.diff(basket, prepend=-1))
    quantity = plan.lines.quantity[rows]
    id_high, id_low = order_ids(placed[here][first], basket[first])
    return Month(
        last_placed_ms=int(placed[here][-1]),
        id_high=id_high,
        id_low=id_low,
        buyer_id=plan.lines.household[rows][first],
        node_id=node[here][first],
        total_minor=np.add.reduceat(quantity * unit_price[here], first),
        line_count=np.diff(first, append=len(rows)),
        sku_id=plan.lines.product[rows] + 1,
        quantity=quantity,
        unit_price=unit_price[here],
    )
