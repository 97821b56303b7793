"""Money that a member has with us: put there straight in the books, as a back office or a campaign would."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from newretail.cloud.api import places
from newretail.kit.arrays import register
from newretail.pay import api as pay
from tests.journeys.conftest import Market


def fill_purse(market: Market, email: str, *, wallet_minor: int = 0, points: int, cell: str = "cell_us") -> None:
    """Put money and points into a member's accounts of one cell. `wallet_minor`: in the cell's currency."""
    with psycopg.connect(market.database_url, autocommit=True) as books:
        register(books)
        row = books.execute("SELECT id FROM people_member WHERE email = %s", [email]).fetchone()
        assert row is not None
        place = places(market.database_url)[cell]
        for tender, amount in ((pay.Tender.WALLET, wallet_minor), (pay.Tender.POINTS, points)):
            pay.credit(books, place, tender, {row[0]: amount} if amount else {}, datetime.now(UTC))
