"""Money for the demo's members: every household tops its wallet up once, by a transfer from the bank."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.cloud.api import places
from newretail.kit.arrays import register
from newretail.lab.demo.world import MARKETS, SCALE
from newretail.pay.api import Tender, credit, open_chart

TOP_UP_CENTS = 200_000
_FIRST_ID = (7 << 76) | (2 << 62)


def fill(database_url: str) -> None:
    """Open the accounts of the house and of all members, and top wallets up. Doing it again changes nothing.

    They are topped up today: the books begin with their first batch, and every business day since then is closed.
    """
    cells = places(database_url)
    with psycopg.connect(database_url) as home:
        rows = home.execute("SELECT market_code, id FROM people_member WHERE NOT is_staff AND NOT is_guest").fetchall()
    for market in MARKETS:
        place = cells[market.cell]
        amount = TOP_UP_CENTS * market.minor_per_cent // 10**SCALE
        members = [member_id for code, member_id in rows if code == market.code]
        with psycopg.connect(place.url(database_url), autocommit=True) as connection:
            register(connection)
            open_chart(connection, place.name, place.currency)
            ids = {member_id: UUID(int=_FIRST_ID | member_id) for member_id in members}
            credit(connection, place, Tender.WALLET, dict.fromkeys(members, amount), datetime.now(UTC), ids)


def figures(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many wallets there are."""
    row = connection.execute("SELECT count(*) FROM people_member WHERE NOT is_staff AND NOT is_guest").fetchone()
    return {"wallets": row[0] if row is not None else 0}
