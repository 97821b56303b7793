"""What the trade engine must know of a market's taxes and tariffs. Does not need Django."""

from __future__ import annotations

from typing import Any

import psycopg

from newretail.kit.sql import statements
from newretail.markets.terms.rules import Rate, Tariff, Terms


def all_terms(connection: psycopg.Connection[Any]) -> dict[str, Terms]:
    """The terms of every market, by its code. Few rows: read as often as one likes."""
    sql = statements("newretail.markets", "terms.sql")
    with psycopg.Cursor(connection) as cursor:
        markets = cursor.execute(sql["markets"].encode()).fetchall()
        rates = cursor.execute(sql["rates"].encode()).fetchall()
        tariffs = cursor.execute(sql["tariffs"].encode()).fetchall()
    return {
        code: Terms(
            includes_tax,
            standard,
            tuple(Rate(*row[1:]) for row in rates if row[0] == code),
            tuple(Tariff(*row[1:]) for row in tariffs if row[0] == code),
            unpaid_minutes,
        )
        for code, includes_tax, standard, unpaid_minutes in markets
    }
