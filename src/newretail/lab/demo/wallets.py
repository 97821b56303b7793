"""Money for the demo: every household tops its wallet up once and has points; one gift card is for whoever tries it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.cloud.api import places
from newretail.kit.arrays import register
from newretail.lab.demo.world import MARKETS, SCALE, MarketPlan
from newretail.pay.api import DEMO_CARD, Tender, credit, open_chart

TOP_UP_CENTS, POINTS_CENTS, CARD_CENTS = 200_000, 1_500, 50_000
_FIRST_ID = (7 << 76) | (2 << 62)
_FIRST_POINTS_ID, _CARD_ID = _FIRST_ID | (1 << 56), _FIRST_ID | (2 << 56)


def fill(database_url: str) -> None:
    """Open the accounts of the house and of all members, and top wallets up. Doing it again changes nothing.

    They are topped up today: the books begin with their first batch, and every business day since then is closed.
    """
    cells = places(database_url)
    with psycopg.connect(database_url) as home:
        rows = home.execute("SELECT market_code, id FROM people_member WHERE NOT is_staff AND NOT is_guest").fetchall()
    for market in MARKETS:
        place = cells[market.cell]
        members = [member_id for code, member_id in rows if code == market.code]
        with psycopg.connect(place.url(database_url), autocommit=True) as connection:
            register(connection)
            open_chart(connection, place.name, place.currency)
            for tender, cents, first in (
                (Tender.WALLET, TOP_UP_CENTS, _FIRST_ID),
                (Tender.POINTS, POINTS_CENTS, _FIRST_POINTS_ID),
            ):
                ids = {member_id: UUID(int=first | member_id) for member_id in members}
                amounts = dict.fromkeys(members, _in_minor(market, cents))
                credit(connection, place, tender, amounts, datetime.now(UTC), ids)
            card = {DEMO_CARD: _in_minor(market, CARD_CENTS)}
            credit(connection, place, Tender.GIFT_CARD, card, datetime.now(UTC), {DEMO_CARD: UUID(int=_CARD_ID)})


def _in_minor(market: MarketPlan, cents: int) -> int:
    """US cents in a market's money."""
    return int(cents * market.minor_per_cent // 10**SCALE)


def figures(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many wallets there are."""
    row = connection.execute("SELECT count(*) FROM people_member WHERE NOT is_staff AND NOT is_guest").fetchone()
    return {"wallets": row[0] if row is not None else 0}
