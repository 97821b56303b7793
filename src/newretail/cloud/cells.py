"""Cells: PostgreSQL schemas with identical tables, and the routing map that says on which server each lies.

A room that has tables in cells keeps them in `sql/cell/NNNN_name.sql`, applied in order of number, then room;
`sql/every/VIEW.sql` is one cell's part of the view `VIEW` over all real cells of the home database;
`sql/shadow/*.sql` copies to a shadow cell what a rehearsal starts from. Rooms are found by these folders, so
that this one need not know those above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

CELL_NAME = re.compile(r"[a-z][a-z0-9_]{1,38}")


class CellError(ValueError):
    """A cell that cannot be opened, found or dropped; the message says what to do."""


@dataclass(frozen=True, slots=True)
class CellPlace:
    """A cell and where it lies; `database_url` is empty for the home database."""

    name: str
    tenant_id: int
    market_code: str
    currency: str
    database_url: str
    shadow_of: str | None
    rehearsal_id: int | None

    def url(self, home_url: str) -> str:
        return self.database_url or home_url

    @property
    def is_shadow(self) -> bool:
        return self.shadow_of is not None


def read_places(connection: psycopg.Connection[Any]) -> dict[str, CellPlace]:
    """The routing map: every cell by name."""
    with connection.cursor(row_factory=class_row(CellPlace)) as cursor:
        cursor.execute(
            "SELECT name, tenant_id, market_code, currency, database_url, shadow_of_id AS shadow_of, rehearsal_id"
            " FROM cloud_cell ORDER BY name"
        )
        return {place.name: place for place in cursor}


def places(home_url: str) -> dict[str, CellPlace]:
    """The routing map by a connection of its own."""
    with psycopg.connect(home_url) as connection:
        return read_places(connection)


def _room_files(folder: str) -> list[tuple[str, str, Traversable]]:
    """(number or view name, room, file) of `sql/<folder>/` in every room."""
    found = []
    for room in resources.files("newretail").iterdir():
        here = room.joinpath("sql", folder)
        if here.is_dir():
            found += [(file.name.removesuffix(".sql"), room.name, file) for file in here.iterdir()]
    # The head of a cell (cloud) comes first; a number orders the files of all rooms, e.g. 0001 before 0002.
    return sorted(found, key=lambda entry: (entry[0].split("_")[0], entry[1] != "cloud", entry[1], entry[0]))


def _migrate(connection: psycopg.Connection, cell: str) -> list[str]:
    """Apply the cell migrations that are missing; return their names."""
    name = sql.Identifier(cell)
    done: set[str] = set()
    if connection.execute("SELECT to_regclass(%s)", [f"{cell}.cell_migration"]).fetchone() != (None,):
        rows = connection.execute(sql.SQL("SELECT name FROM {}.cell_migration").format(name)).fetchall()
        done = {row[0] for row in rows}
    applied = []
    for number, room, file in _room_files("cell"):
        label = f"{room}/{number}"
        if label not in done:
            connection.execute(sql.SQL(file.read_text()).format(cell=name))
            insert = sql.SQL("INSERT INTO {}.cell_migration (name, applied_at) VALUES (%s, %s)")
            connection.execute(insert.format(name), [label, datetime.now(UTC)])
            applied.append(label)
    return applied


def open_cell(
    home_url: str,
    name: str,
    *,
    tenant_id: int,
    market_code: str,
    currency: str,
    database_url: str = "",
    shadow_of: str | None = None,
    rehearsal_id: int | None = None,
) -> CellPlace:
    """Make a cell, or finish making it: schema, tables, head, and its line in the routing map. Repeatable.

    The schema is made first and the map last, so a cell that is in the map is complete.
    """
    if not CELL_NAME.fullmatch(name):
        raise CellError(f"A cell's name is 2-39 of a-z, 0-9 and _, and begins with a letter; {name!r} is not.")
    place = CellPlace(name, tenant_id, market_code, currency, database_url, shadow_of, rehearsal_id)
    there = places(home_url).get(name)
    if there is not None and there != place:
        raise CellError(f"There is a cell {name} already, and it is another one: {there}.")
    with psycopg.connect(place.url(home_url)) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(name)))
        _migrate(connection, name)
        insert = sql.SQL(
            "INSERT INTO {}.cell_head (name, tenant_id, market_code, currency, rehearsal_id)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING"
        )
        connection.execute(insert.format(sql.Identifier(name)), [name, tenant_id, market_code, currency, rehearsal_id])
    with psycopg.connect(home_url) as connection:
        connection.execute(
            "INSERT INTO cloud_cell (name, tenant_id, market_code, currency, database_url, shadow_of_id,"
            " rehearsal_id, opened_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING",
            [name, tenant_id, market_code, currency, database_url, shadow_of, rehearsal_id, datetime.now(UTC)],
        )
    if shadow_of is None:
        refresh_views(home_url)
    return place


def migrate_cells(home_url: str) -> dict[str, list[str]]:
    """Bring the tables of every cell up to date; return what was applied, by cell."""
    applied = {}
    for place in places(home_url).values():
        with psycopg.connect(place.url(home_url)) as connection:
            applied[place.name] = _migrate(connection, place.name)
    refresh_views(home_url)
    return {name: labels for name, labels in applied.items() if labels}


def refresh_views(home_url: str) -> None:
    """Make the views `every_…` anew: the union over the real cells of the home database."""
    real = [place for place in places(home_url).values() if not place.is_shadow and not place.database_url]
    with psycopg.connect(home_url) as connection:
        for view, _, file in _room_files("every"):
            connection.execute(sql.SQL("DROP VIEW IF EXISTS {} CASCADE").format(sql.Identifier(view)))
            if real:
                text = file.read_text()
                parts = [
                    sql.SQL(text).format(cell=sql.Identifier(place.name), name=sql.Literal(place.name))
                    for place in real
                ]
                union = sql.SQL(" UNION ALL ").join(parts)
                connection.execute(sql.SQL("CREATE VIEW {} AS ").format(sql.Identifier(view)) + union)


def open_shadow(home_url: str, origin: CellPlace, rehearsal_id: int) -> CellPlace:
    """Make the shadow cell of `origin` for a rehearsal: its stock as it is now, and an order book of its own."""
    if origin.is_shadow:
        raise CellError(f"{origin.name} is itself a shadow cell; a rehearsal shadows real cells.")
    name = f"{origin.name}_r{rehearsal_id}"
    shadow = open_cell(
        home_url,
        name,
        tenant_id=origin.tenant_id,
        market_code=origin.market_code,
        currency=origin.currency,
        database_url=origin.database_url,
        shadow_of=origin.name,
        rehearsal_id=rehearsal_id,
    )
    with psycopg.connect(shadow.url(home_url)) as connection:
        for _, _, file in _room_files("shadow"):
            statement = sql.SQL(file.read_text())
            connection.execute(statement.format(cell=sql.Identifier(origin.name), shadow=sql.Identifier(name)))
    return shadow


def drop_cell(home_url: str, name: str, *, even_with_orders: bool = False) -> None:
    """Remove a cell with everything in it. A real cell goes only when `even_with_orders` says so."""
    place = places(home_url).get(name)
    if place is None:
        raise CellError(f"There is no cell {name}.")
    if not place.is_shadow and not even_with_orders:
        raise CellError(f"{name} is a real cell: its orders would be lost. Only shadow cells are dropped.")
    with psycopg.connect(home_url) as connection:
        connection.execute("DELETE FROM cloud_cell WHERE name = %s", [name])
    if not place.is_shadow:
        refresh_views(home_url)
    with psycopg.connect(place.url(home_url)) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def sweep(home_url: str, rehearsal_id: int | None = None) -> list[str]:
    """Drop the shadow cells and keys of one rehearsal, or of all; return the names of the cells."""
    shadows = [
        place.name
        for place in places(home_url).values()
        if place.is_shadow and (rehearsal_id is None or place.rehearsal_id == rehearsal_id)
    ]
    for name in shadows:
        drop_cell(home_url, name)
    with psycopg.connect(home_url) as connection:
        connection.execute(
            "DELETE FROM cloud_apikey WHERE rehearsal_id IS NOT NULL AND (%s::bigint IS NULL OR rehearsal_id = %s)",
            [rehearsal_id, rehearsal_id],
        )
    return shadows
