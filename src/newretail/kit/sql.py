"""SQL is source code: named statements in `.sql` files beside the room that owns the tables.

A file holds statements, each under a line `-- name: place_orders`. `{cell}` in a statement stands for the
schema of a cell; it is quoted as an identifier, never pasted as text.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from psycopg import sql


@cache
def statements(package: str, file: str) -> dict[str, str]:
    """Return the statements of `sql/<file>` of a room's package, by name."""
    text = resources.files(package).joinpath("sql", file).read_text()
    found: dict[str, str] = {}
    for part in text.split("-- name: ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body.strip()
    return found


@cache
def in_cell(package: str, file: str, name: str, cell: str) -> sql.Composed:
    """The statement `name` with `{cell}` replaced by the cell's schema."""
    return sql.SQL(statements(package, file)[name]).format(cell=sql.Identifier(cell))
