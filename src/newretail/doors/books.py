"""Keeping the books: the follower that files postings by account, and the close of every market's business days.

Off the way of orders and payments: it is one of the worker's jobs; `newretail books` does a round by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from newretail.cloud.api import CellPlace, places
from newretail.kit.arrays import register
from newretail.kit.signing import secret_key
from newretail.markets import api as markets
from newretail.pay.api import ledger_of
from newretail.pay.settlement import api as settlement
from newretail.trade.api import taxes_of_sales


@dataclass(frozen=True, slots=True)
class Kept:
    """What one round did in a cell."""

    cell: str
    postings: int
    closed: list[date]


def keep_books(home_url: str, now: datetime) -> list[Kept]:
    """One round over all real cells. Repeatable, and safe beside another."""
    return [_keep(home_url, place, now) for place in places(home_url).values() if not place.is_shadow]


def _keep(home_url: str, place: CellPlace, now: datetime) -> Kept:
    with psycopg.connect(place.url(home_url), autocommit=True) as connection:
        register(connection)
        books = settlement.CellBooks(connection, place.name, place.tenant_id, ledger_of(place.currency))
        market = markets.market(place.market_code)
        rules = settlement.DayRules(market.time_zone, market.tax_basis_points, taxes_of_sales)
        closed = settlement.close_days(books, rules, now)
        settlement.finish(books, now)
        kept = Kept(place.name, settlement.follow(books), closed)
        settlement.finish_cards(books, secret_key(), now)
        settlement.end_cards(books, market.time_zone, now)
        return kept
