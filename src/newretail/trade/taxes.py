"""The tax in what was sold, as the orders kept it: for whoever closes the books of a day."""

from __future__ import annotations

from fractions import Fraction

from psycopg import sql

from newretail.kit.sql import statements
from newretail.pay.settlement.api import CellBooks

ROOM = "newretail.trade"


def taxes_of_sales(books: CellBooks, after: int, to: int, tax_basis_points: int) -> dict[int, Fraction]:
    """The tax in the net sales of the batches beyond `after` up to `to`, by channel, minor units.

    `tax_basis_points`: the rate inside the amounts of orders that do not say what their taxes were.
    """
    named = {"net": "net_by_order", "back": "lines_back", "nets": "nets_of_order", "lines": "lines_back_of_order"}
    pieces = {place: books.statement(name) for place, name in named.items()}
    statement = sql.SQL(statements(ROOM, "taxes.sql")["of_sales"]).format(cell=sql.Identifier(books.cell), **pieces)
    values = books.span(after, to) | {"rate": tax_basis_points}
    return {channel: Fraction(tax) for channel, tax in books.connection.execute(statement, values)}
