"""Cells in which an order waited for its money until its time was over. A look costs one index entry a cell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from newretail.cloud.api import CellPlace, Links
from newretail.pay.api import unpaid_orders


def cells_with_unpaid(links: Links, places: Iterable[CellPlace], at: datetime | None = None) -> list[str]:
    """The names of those cells that have an order to give up. Raises DatabaseAway."""
    found = []
    for place in places:
        with links.cell(place) as connection, connection.cursor() as cursor:
            if unpaid_orders(cursor, place.name, at or datetime.now(UTC), 1):
                found.append(place.name)
    return found
