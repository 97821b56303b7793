"""The tax in what was sold, as the orders kept it: for whoever closes the books of a day."""

from __future__ import annotations

from fractions import Fraction

from psycopg import sql

from newretail.kit.sql import statements
from newretail.pay.settlement.api import CellBooks
from newretail.trade.rules import State

ROOM = "newretail.trade"


def taxes_of_sales(books: CellBooks, after: int, to: int, tax_basis_points: int) -> dict[int, Fraction]:
    """The tax in the net sales of the batches beyond `after` up to `to`, by channel, minor units.

    `tax_basis_points`: the rate inside the amounts of orders that do not say what their taxes were.
    """
    pieces = {"net": books.statement("net_by_order"), "back": books.statement("lines_back")}
    statement = sql.SQL(statements(ROOM, "taxes.sql")["of_sales"]).format(cell=sql.Identifier(books.cell), **pieces)
    values = books.span(after, to) | {"rate": tax_basis_points, "cancelled": int(State.CANCELLED)}
    return {channel: Fraction(tax) for channel, tax in books.connection.execute(statement, values)}
