"""Following the order book of a cell by its batches: cheap however many orders there are. Does not need Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from newretail.cloud.api import CellPlace
from newretail.kit.ids import uuid7
from newretail.kit.sql import in_cell

ROOM = "newretail.trade"


@dataclass(slots=True)
class Sums:
    """What batches add up to, and the number of the last one that is in it."""

    mark: int = 0
    accepted: int = 0
    refused: int = 0
    units: int = 0
    total_minor: int = 0


class Placed(NamedTuple):
    """A batch of placed orders; `at` in seconds of Unix time."""

    at: float
    accepted: int
    refused: int


class Newest(NamedTuple):
    """An order as a screen shows it; `lines` of (sku_id, quantity, unit_price_minor)."""

    order_id: UUID
    buyer_id: int
    batch_number: int
    node_id: int
    total_minor: int
    lines: list[list[int]]


def opening(
    connection: psycopg.Connection[Any], place: CellPlace, since: datetime
) -> tuple[Sums, list[tuple[int, int, int]]]:
    """The sums of all batches since then, and (second of Unix time, accepted, refused) of each second that had any."""
    row = connection.execute(in_cell(ROOM, "follow.sql", "opening", place.name), [since]).fetchone()
    assert row is not None
    sums = Sums(*row)
    seconds = connection.execute(in_cell(ROOM, "follow.sql", "by_second", place.name), [since, sums.mark])
    return sums, seconds.fetchall()


def read_on(connection: psycopg.Connection[Any], place: CellPlace, sums: Sums, limit: int = 1000) -> list[Placed]:
    """Add the batches beyond the mark to `sums`, at most `limit` of them, and return those that placed orders."""
    placed = []
    for number, kind, at, accepted, refused, units, total in connection.execute(
        in_cell(ROOM, "follow.sql", "after", place.name), [sums.mark, limit]
    ):
        sums.mark = number
        if kind == "place":
            sums.accepted += accepted
            sums.refused += refused
            sums.units += units
            sums.total_minor += total
            placed.append(Placed(at, accepted, refused))
    return placed


def newest(connection: psycopg.Connection[Any], place: CellPlace, now_ms: int, limit: int) -> list[Newest]:
    """The newest orders of a cell, the newest first."""
    statement = in_cell(ROOM, "follow.sql", "newest", place.name)
    return [Newest(*row) for row in connection.execute(statement, [uuid7(now_ms + 1), limit])]


def last_placed(connection: psycopg.Connection[Any], place: CellPlace) -> datetime | None:
    """When the newest batch of orders was placed."""
    row = connection.execute(in_cell(ROOM, "follow.sql", "last_at", place.name)).fetchone()
    last: datetime | None = row[0] if row else None
    return last
