"""What the wall reads: the batches of a day or of a rehearsal by their watermark, and a bounded look at new orders."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.catalog.api import aisles
from newretail.cloud.api import CellPlace, Links
from newretail.doors.orders.wall_figures import Figures
from newretail.kit.sql import statements
from newretail.pay.api import Paid, PaidSums, paid_since, read_paid
from newretail.trade.follow import Newest, Placed, Sums, newest, opening, read_on

NEWEST_A_CELL = 16  # orders looked at in a cell, a turn
NEWEST_AT_OPENING = 400
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MarketEntry:
    code: str
    name: str
    currency: str
    minor_digits: int
    time_zone: str

    def midnight(self, now: datetime) -> datetime:
        return now.astimezone(ZoneInfo(self.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class World:
    """What changes seldom: markets, rates, nodes, aisles."""

    markets: dict[str, MarketEntry]
    rates: dict[str, dict[str, float]]  # major units of the second currency for one of the first
    nodes: list[tuple[int, str, str, float, float, dict[str, str]]]
    names: dict[int, str]
    aisle_of: npt.NDArray[np.int32]

    def value(self, total_minor: int, market_code: str) -> float:
        """An amount in the pivot (the first) currency, to compare markets by."""
        market = self.markets[market_code]
        pivot = min(self.rates, default=market.currency)
        rate = self.rates.get(market.currency, {}).get(pivot, 1.0)
        return float(total_minor / 10**market.minor_digits * rate)


def read_world(connection: psycopg.Connection[Any], tenant_id: int) -> World:
    sql = statements("newretail.doors.orders", "wall.sql")
    markets = {row[0]: MarketEntry(*row) for row in connection.execute(sql["markets"].encode())}
    rates = crossed(connection.execute(sql["rates"].encode()).fetchall(), {m.currency for m in markets.values()})
    nodes = connection.execute(sql["nodes"].encode(), [tenant_id]).fetchall()
    names, aisle_of = aisles(connection, tenant_id)
    return World(markets, rates, nodes, names, aisle_of)


def crossed(rows: Iterable[tuple[str, str, float]], currencies: set[str]) -> dict[str, dict[str, float]]:
    """Every pair that the rates give: as written, the other way round, or over one third currency."""
    known: dict[str, dict[str, float]] = {currency: {currency: 1.0} for currency in sorted(currencies)}
    for base, quote, rate in rows:
        known.setdefault(base, {base: 1.0})[quote] = rate
        known.setdefault(quote, {quote: 1.0}).setdefault(base, 1 / rate)
    for one in known.values():
        for middle, first in list(one.items()):
            for other, second in known[middle].items():
                one.setdefault(other, first * second)
    return known


@dataclass(slots=True)
class View:
    """One thing that walls look at: the real market today (`rehearsal_id` None), or a rehearsal."""

    rehearsal_id: int | None
    places: list[CellPlace]
    world: World
    figures: Figures = field(default_factory=Figures)
    sums: dict[str, Sums] = field(default_factory=dict)
    paid: dict[str, PaidSums] = field(default_factory=dict)
    flights: list[list[int]] = field(default_factory=list)  # [node, home node or 0] of the newest orders
    ends_at: float = 0.0  # Unix time at which the first of its days ends

    def open(self, links: Links) -> None:
        """Read the day so far; costs what its batches cost, once."""
        now = datetime.now(UTC)
        starts = {}
        for place in self.places:
            market = self.world.markets[place.market_code]
            starts[place.name] = BEGINNING if self.rehearsal_id is not None else market.midnight(now)
        ends = [(start + timedelta(days=1)).timestamp() for start in starts.values()]
        self.ends_at = min(ends) if ends and self.rehearsal_id is None else float("inf")
        seconds: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        paid: Counter[int] = Counter()
        for place in self.places:
            with links.cell(place) as connection:
                self.sums[place.name], rows = opening(connection, place, starts[place.name])
                for second, accepted, refused in rows:
                    seconds[second][0] += accepted
                    seconds[second][1] += refused
                self.paid[place.name], paid_rows = paid_since(connection, place.name, starts[place.name])
                paid.update(dict(paid_rows))
                since = starts[place.name].timestamp() * 1000
                orders = newest(connection, place, int(time.time() * 1000), NEWEST_AT_OPENING)
                self._sample(place, [order for order in orders if order.order_id.int >> 80 >= since])
        self.figures.add_seconds((second, row[0], row[1]) for second, row in sorted(seconds.items()))
        self.figures.add_paid(sorted(paid.items()))

    def read_on(self, links: Links) -> None:
        """Take in what came since the last turn."""
        placed: list[Placed] = []
        paid: list[Paid] = []
        fresh: list[Newest] = []
        with ExitStack() as open_now:
            connections: dict[str, psycopg.Connection[Any]] = {}
            for place in self.places:
                if place.database_url not in connections:
                    connections[place.database_url] = open_now.enter_context(links.cell(place))
                connection, sums = connections[place.database_url], self.sums[place.name]
                before = Sums(sums.mark, sums.accepted)
                placed += read_on(connection, place, sums)
                paid += read_paid(connection, place.name, self.paid[place.name])
                if sums.accepted > before.accepted:
                    orders = newest(connection, place, int(time.time() * 1000), NEWEST_A_CELL)
                    unseen = [order for order in orders if order.batch_number > before.mark]
                    self._sample(place, unseen)
                    fresh += unseen
        self.figures.add_batches(placed)
        self.figures.add_paid((int(batch.at), batch.payments) for batch in sorted(paid))
        self._fly(links, fresh)

    def _sample(self, place: CellPlace, orders: list[Newest]) -> None:
        aisle_of = self.world.aisle_of
        for order in orders:
            shown = {"total_minor": order.total_minor, "market": place.market_code, "node": order.node_id}
            self.figures.offer_order(self.world.value(order.total_minor, place.market_code), shown)
            for sku_id, quantity, _ in order.lines:
                if sku_id < len(aisle_of):
                    self.figures.count_units(int(aisle_of[sku_id]), quantity)

    def _fly(self, links: Links, orders: list[Newest]) -> None:
        """Each order flies from the node that has the goods to the city where its buyer is at home."""
        self.flights = []
        if orders:
            statement = statements("newretail.doors.orders", "wall.sql")["homes"].encode()
            with links.home() as connection:
                homes = dict(connection.execute(statement, [[order.buyer_id for order in orders]]).fetchall())
            self.flights = [[order.node_id, homes.get(order.buyer_id, 0)] for order in orders]

    def marks(self) -> list[int]:
        """How far the batches of each cell were read: two looks that differ have news between them."""
        return [sums.mark for both in (self.sums, self.paid) for sums in both.values()]

    def hello(self) -> dict[str, Any]:
        """What a wall needs once: places and names, and the last minutes."""
        world = self.world
        codes = {place.market_code for place in self.places}
        return {
            "rehearsal": self.rehearsal_id,
            "markets": [
                {"code": m.code, "name": m.name, "currency": m.currency, "digits": m.minor_digits}
                for m in world.markets.values()
                if m.code in codes
            ],
            "rates": world.rates,
            "nodes": [
                [number, city, code, round(latitude, 3), round(longitude, 3)]
                for number, city, code, latitude, longitude, _ in world.nodes
                if code in codes
            ],
            "cities": self._cities(),
            "aisles": world.names,
            "seconds": self.figures.last_seconds(300),
        }

    def _cities(self) -> dict[str, dict[str, str]]:
        """By language: what the cities are called in it."""
        found: dict[str, dict[str, str]] = {}
        for _, city, _, _, _, names in self.world.nodes:
            for language, name in names.items():
                found.setdefault(language, {})[city] = name
        return found

    def state(self) -> dict[str, Any]:
        """All figures as they stand; a wall that missed a state misses nothing but flights."""
        by_market: dict[str, list[int]] = {}
        for place in self.places:
            sums, row = self.sums[place.name], by_market.setdefault(place.market_code, [0, 0, 0, 0])
            for at, value in enumerate((sums.total_minor, sums.accepted, sums.refused, sums.units)):
                row[at] += value
        figures, tenders = self.figures, Counter[str]()
        for paid in self.paid.values():
            tenders.update(paid.payments)
        return {
            "at": int(time.time() * 1000),
            "markets": by_market,  # code: total_minor, accepted, refused, units
            "seconds": figures.last_seconds(4),
            "aisles": figures.aisles(),
            "tenders": tenders.most_common(),  # payments by tender
            "best_paid": [figures.best_paid.orders, figures.best_paid.at],
            "best_second": [figures.best_second.orders, figures.best_second.at],
            "best_minute": [figures.best_minute.orders, figures.best_minute.at],
            "biggest": figures.biggest,
            "flights": self.flights,
        }
