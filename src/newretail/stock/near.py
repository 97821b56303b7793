"""Where goods are, seen from one store. Nodes may be two seconds old; units may be one second old."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from newretail.kit.arrays import Int4s
from newretail.kit.lately import Lately
from newretail.kit.reader import reader_language
from newretail.kit.sql import in_cell, statements
from newretail.stock.nodes import NodeView, available_at, near_node, node_by_code
from newretail.stock.shelf import DEFAULT_TENANT, PLACES_SECONDS, ROOM, links, places_lately

EARTH_KM = 6371.0088  # mean radius
WHERE_SECONDS = 1.0  # a page is read for longer; what everybody looks at on a sale day is asked for once a second
STOCKED_SECONDS = 10.0  # a list of all that a store has; what a page says of one product is never so old
NEAREST = 5  # stores that are named
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Nearby:
    """A node that has the goods; `kilometres` as the crow flies."""

    node: NodeView
    available: int
    kilometres: float


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Of one SKU: units that the visitor's node can promise, the nearest others, and how many have any at all."""

    here: int
    nearest: list[Nearby]
    nodes: int
    units: int


@dataclass
class Directory:
    """The nodes of a market with their places on earth."""

    nodes: list[NodeView]
    latitude: npt.NDArray[np.float64]  # radians
    longitude: npt.NDArray[np.float64]
    called: list[str]  # its names and those of its city in all languages
    _kilometres: dict[int, npt.NDArray[np.float64]] = field(default_factory=dict)

    @cached_property
    def place_of(self) -> dict[int, int]:
        return {node.node_id: place for place, node in enumerate(self.nodes)}

    @cached_property
    def by_code(self) -> dict[str, NodeView]:
        return {node.node_code: node for node in self.nodes}

    @cached_property
    def node_ids(self) -> npt.NDArray[np.int64]:
        """In order, as the nodes are."""
        return np.array([node.node_id for node in self.nodes], np.int64)

    @cached_property
    def points(self) -> dict[int, tuple[float, float]]:
        """Latitude and longitude by node id, in degrees."""
        degrees = zip(np.degrees(self.latitude).tolist(), np.degrees(self.longitude).tolist(), strict=True)
        return {node.node_id: point for node, point in zip(self.nodes, degrees, strict=True)}

    @cached_property
    def first(self) -> NodeView:
        """The oldest node, for whoever has chosen none. There must be one."""
        return min(self.nodes, key=lambda node: node.node_id)

    def kilometres_from(self, node_id: int) -> npt.NDArray[np.float64]:
        """How far every node is from this one."""
        if node_id not in self._kilometres:
            place = self.place_of[node_id]
            self._kilometres[node_id] = self._from(self.latitude[place], self.longitude[place])
        return self._kilometres[node_id]

    def kilometres_around(self, latitude: float, longitude: float) -> npt.NDArray[np.float64]:
        """How far every node is from a point on earth, in degrees."""
        return self._from(np.radians(latitude), np.radians(longitude))

    def _from(self, latitude: float, longitude: float) -> npt.NDArray[np.float64]:
        """Haversine; in radians."""
        turn = np.sin((self.latitude - latitude) / 2) ** 2
        turn += np.cos(self.latitude) * np.cos(latitude) * np.sin((self.longitude - longitude) / 2) ** 2
        return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(turn, 0, 1))))


def _read_directory(key: tuple[str, int, str, str]) -> Directory:
    _, tenant_id, market_code, language = key
    with links().home() as connection:
        values = {"tenant": tenant_id, "market": market_code, "language": language}
        rows = connection.execute(statements(ROOM, "directory.sql")["with_points"].encode(), values).fetchall()
    points = np.radians(np.array([row[7:9] for row in rows], np.float64).reshape(-1, 2))
    return Directory([NodeView(*row[:7]) for row in rows], points[:, 0], points[:, 1], [row[9] for row in rows])


_directory = Lately(PLACES_SECONDS, _read_directory)


def directory(market_code: str, tenant_id: int = DEFAULT_TENANT) -> Directory:
    """The nodes of a market as they were at most two seconds ago, in the reader's language. Raises DatabaseAway."""
    return _directory((links().home_url, tenant_id, market_code, reader_language()))


def node_of_market(market_code: str, code: str, tenant_id: int = DEFAULT_TENANT) -> NodeView | None:
    """The market's node with this code, None where it has none; without a query, but for one that is not known yet."""
    found = directory(market_code, tenant_id).by_code.get(code) or (node_by_code(code, tenant_id) if code else None)
    return found if found is not None and found.market_code == market_code else None


def near_node_lately(
    market_code: str, *, code: str | None = None, node_id: int | None = None, tenant_id: int = DEFAULT_TENANT
) -> NodeView | None:
    """`near_node` without a query, for pages; a node that is not known yet is looked for in the database."""
    found = directory(market_code, tenant_id)
    if code and code in found.by_code:
        return found.by_code[code]
    if not code and node_id in found.place_of:
        return found.nodes[found.place_of[node_id]]
    if code or node_id or not found.nodes:
        return near_node(market_code, code=code, node_id=node_id, tenant_id=tenant_id)
    return found.first


# Home database, tenant, market, the reader's node and language, the SKU, and other SKUs at that node.
_Where = tuple[str, int, str, NodeView | None, str, int, tuple[int, ...]]


def _read_where(key: _Where) -> tuple[Whereabouts, dict[int, int]]:
    home_url, tenant_id, market_code, node, _, sku_id, also = key
    known = directory(market_code, tenant_id)
    available = np.zeros(len(known.nodes), np.int32)
    others: dict[int, int] = {}
    for place in places_lately(home_url).values():
        if place.tenant_id != tenant_id or place.market_code != market_code or place.is_shadow:
            continue
        mine = node is not None and node.cell == place.name
        others_asked = Int4s(np.array(sorted(also) if mine else [], np.int32))
        asked = [node.node_id if mine and node else 0, others_asked, sku_id]
        with links().cell(place) as connection:
            row = connection.execute(
                in_cell(ROOM, "pools.sql", "whereabouts", place.name), asked, binary=True
            ).fetchone()
        assert row is not None
        node_ids, units, skus, left = (np.frombuffer(packed or b"", ">i4") for packed in row)
        others |= dict(zip(skus.tolist(), left.tolist(), strict=True))
        _add(known, available, node_ids, units)
    return _seen_from(known, node, available), others


_where = Lately(WHERE_SECONDS, _read_where)


def whereabouts(
    market_code: str, node: NodeView | None, sku_id: int, also: Collection[int] = (), tenant_id: int = DEFAULT_TENANT
) -> tuple[Whereabouts, dict[int, int]]:
    """Where a SKU was at most a second ago; and what the node had of `also`, as `available_at` says it.

    One journey a cell of the market. What is returned is shared: not to be changed. Raises DatabaseAway.
    """
    return _where((links().home_url, tenant_id, market_code, node, reader_language(), sku_id, tuple(also)))


_left: Lately[tuple[NodeView, frozenset[int]], dict[int, int]] = Lately(WHERE_SECONDS, lambda key: available_at(*key))


def available_lately(node: NodeView, sku_ids: Collection[int]) -> dict[int, int]:
    """`available_at` as it was at most a second ago, for cards; not to be changed. Raises DatabaseAway."""
    return _left((node, frozenset(sku_ids)))


def _add(known: Directory, available: Ints, node_ids: Ints, units: Ints) -> None:
    """Nodes that are newer than the directory are left out."""
    if len(known.nodes) and len(node_ids):
        at = np.minimum(np.searchsorted(known.node_ids, node_ids), len(known.nodes) - 1)
        is_known = known.node_ids[at] == node_ids
        available[at[is_known]] = units[is_known]


def _seen_from(known: Directory, node: NodeView | None, available: Ints) -> Whereabouts:
    if node is None or node.node_id not in known.place_of:
        return Whereabouts(0, [], int(np.count_nonzero(available)), int(available.sum()))
    mine = known.place_of[node.node_id]
    distance = known.kilometres_from(node.node_id)
    there = np.flatnonzero(available)
    there = there[there != mine]
    first = there[np.lexsort((-available[there], distance[there]))[:NEAREST]].tolist()
    nearest = [Nearby(known.nodes[place], int(available[place]), float(distance[place])) for place in first]
    return Whereabouts(int(available[mine]), nearest, int(np.count_nonzero(available)), int(available.sum()))


def _read_stocked(key: tuple[str, str, int]) -> Ints:
    home_url, cell, node_id = key
    place = places_lately(home_url).get(cell)
    if place is None:
        return np.zeros(0, np.int32)
    with links().cell(place) as connection:
        row = connection.execute(in_cell(ROOM, "pools.sql", "stocked", cell), [node_id], binary=True).fetchone()
    assert row is not None
    return np.frombuffer(row[0] or b"", ">i4").astype(np.int32)


_stocked = Lately(STOCKED_SECONDS, _read_stocked)


def stocked_at(node: NodeView) -> Ints:
    """SKU ids, in order, of which a node could promise a unit at most ten seconds ago. Raises DatabaseAway."""
    return _stocked((links().home_url, node.cell, node.node_id))


def forget() -> None:
    """Read everything anew: for tests, whose markets come and go within a second."""
    _directory.forget()
    _where.forget()
    _left.forget()
    _stocked.forget()
