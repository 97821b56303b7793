"""The engine of a process: which cell an order belongs to, and the desks of the cells this process serves.

What the engine knows of the shared schema (cells, nodes, prices, keys) is read again every second by one thread;
the catalogue only when its revision moved. A desk opens when its first order comes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
import structlog

from newretail.catalog.api import PriceSnapshot, catalog_revision, price_snapshot
from newretail.cloud.api import CellPlace, Key, live_keys, read_places
from newretail.kit import settings
from newretail.markets.terms.api import Terms, all_terms
from newretail.trade.desk import Counters, Desk, Naming, Notify
from newretail.trade.memory import CellMemory

REFRESH_SECONDS = 1.0
LOG = structlog.get_logger(__name__)


class UnknownCell(LookupError):
    """No cell of this tenant has a node of that code."""


@dataclass(frozen=True, slots=True)
class NodeEntry:
    node_id: int
    tenant_id: int
    code: str
    name: str
    cell: str


@dataclass(frozen=True, slots=True)
class Map:
    """The shared schema as the engine needs it, at one moment."""

    places: Mapping[str, CellPlace]
    nodes: Mapping[tuple[int, str], NodeEntry]  # by tenant and code
    keys: Mapping[str, Key]
    prices: Mapping[tuple[int, str], PriceSnapshot]  # by tenant and market
    node_ids: Mapping[str, dict[str, int]] = field(default_factory=dict)  # code → id, by real cell
    terms: Mapping[str, Terms] = field(default_factory=dict)  # by market

    def terms_of(self, market_code: str) -> Terms:
        return self.terms.get(market_code, Terms())


class Engine:
    """Routes orders to desks. `notify` is called from the desks' threads with answered tickets."""

    def __init__(self, home_url: str, notify: Notify, *, queue_limit: int | None = None) -> None:
        self.home_url = home_url
        self._notify = notify
        self._limit = settings.QUEUE_LIMIT.number if queue_limit is None else queue_limit
        self._desks: dict[str, Desk] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.failure: str = ""  # why the last refresh failed; empty while the shared schema is in reach
        with psycopg.connect(home_url, autocommit=True) as connection:
            self.map = self._read(connection, None)
        self._thread = threading.Thread(target=self._refresh_for_ever, name="engine-refresh", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for desk in self._desks.values():
            desk.close()

    def cell_of_node(self, tenant_id: int, node: str, rehearsal_id: int | None = None) -> str:
        """The cell that serves a node, or its shadow in a rehearsal. Raises UnknownCell."""
        entry = self.map.nodes.get((tenant_id, node))
        if entry is None:
            raise UnknownCell(f"There is no node {node}.")
        if rehearsal_id is None:
            return entry.cell
        shadow = f"{entry.cell}_r{rehearsal_id}"
        if shadow not in self.map.places:
            raise UnknownCell(f"The rehearsal {rehearsal_id} has no shadow of {entry.cell}; it may be swept away.")
        return shadow

    def cells_of(self, tenant_id: int, rehearsal_id: int | None = None) -> list[CellPlace]:
        """The cells in which a caller's orders may lie."""
        return [
            place
            for place in self.map.places.values()
            if place.tenant_id == tenant_id and place.rehearsal_id == rehearsal_id
        ]

    def desk(self, cell: str) -> Desk:
        desk = self._desks.get(cell)
        if desk is None:
            with self._lock:
                desk = self._desks.get(cell) or self._open_desk(cell)
                self._desks[cell] = desk
        return desk

    def counters(self) -> dict[str, tuple[Counters, int]]:
        """What each desk has done, and how many tickets wait at it."""
        return {cell: (desk.counters, desk.waiting) for cell, desk in list(self._desks.items())}

    def _open_desk(self, cell: str) -> Desk:
        place = self.map.places.get(cell)
        if place is None:
            raise UnknownCell(f"There is no cell {cell}.")
        memory = CellMemory(cell, self._prices_of(self.map, place), self.map.terms_of(place.market_code))
        url = place.url(self.home_url)
        return Desk(memory, self._naming(self.map, place), url, self._notify, queue_limit=self._limit)

    def _prices_of(self, new: Map, place: CellPlace) -> PriceSnapshot:
        return new.prices[place.tenant_id, place.market_code]

    def _naming(self, new: Map, place: CellPlace) -> Naming:
        nodes = new.node_ids.get(place.shadow_of or place.name, {})
        return Naming(self._prices_of(new, place).sku_codes, nodes, place.currency)

    def _refresh_for_ever(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        while not self._stop.wait(REFRESH_SECONDS):
            try:
                if connection is None:
                    connection = psycopg.connect(self.home_url, autocommit=True, connect_timeout=2)
                self._take_over(self._read(connection, self.map))
                self.failure = ""
            except psycopg.Error as error:
                self.failure = str(error).strip() or type(error).__name__
                if connection is not None:
                    connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def _take_over(self, new: Map) -> None:
        old, self.map = self.map, new
        for cell, desk in list(self._desks.items()):
            place = new.places.get(cell)
            if place is None:
                with self._lock:
                    del self._desks[cell]
                desk.close()
                continue
            desk.memory.terms = new.terms_of(place.market_code)
            if new.prices is not old.prices or new.node_ids.get(place.shadow_of or cell) != desk.naming.nodes:
                desk.naming = self._naming(new, place)
                desk.memory.prices = self._prices_of(new, place)

    def _read(self, connection: psycopg.Connection[Any], old: Map | None) -> Map:
        places = read_places(connection)
        rows = connection.execute("SELECT id, tenant_id, code, name, cell_id FROM stock_node").fetchall()
        nodes = {(row[1], row[2]): NodeEntry(*row) for row in rows}
        node_ids: dict[str, dict[str, int]] = {name: {} for name in places}
        for entry in nodes.values():
            node_ids[entry.cell][entry.code] = entry.node_id
        wanted = {(place.tenant_id, place.market_code) for place in places.values()}
        prices: Mapping[tuple[int, str], PriceSnapshot]
        revision = catalog_revision(connection)
        if old is not None and set(old.prices) == wanted and all(p.revision == revision for p in old.prices.values()):
            prices = old.prices
        else:
            prices = _with_shared_codes({pair: price_snapshot(connection, *pair) for pair in sorted(wanted)})
        return Map(places, nodes, live_keys(connection), prices, node_ids, all_terms(connection))


def _with_shared_codes(snapshots: dict[tuple[int, str], PriceSnapshot]) -> dict[tuple[int, str], PriceSnapshot]:
    """Markets of one tenant mostly sell the same SKUs: keep equal dictionaries of codes once."""
    kept: list[PriceSnapshot] = []
    shared = {}
    for pair, snapshot in snapshots.items():
        twin = next((other for other in kept if other.sku_codes == snapshot.sku_codes), None)
        if twin is not None:
            shared[pair] = replace(snapshot, sku_codes=twin.sku_codes, code_of=twin.code_of)
        else:
            kept.append(snapshot)
            shared[pair] = snapshot
    return shared
