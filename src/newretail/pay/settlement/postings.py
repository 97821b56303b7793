"""The books by account: a follower that writes every posted transfer to its two accounts, with the balance after it.

An index of the transfers by account would cost the ledger at its peak; this costs it nothing, and lags by seconds.
"""

from __future__ import annotations

from newretail.pay.settlement.desk import CellBooks

TRANSFERS_A_STEP = 50_000


def follow(books: CellBooks, steps: int = 100, transfers_a_step: int = TRANSFERS_A_STEP) -> int:
    """Write the postings of the batches beyond the mark; return how many. Repeatable, and safe beside another."""
    added = 0
    for _ in range(steps):
        with books.connection.transaction():
            (mark,) = books.run("lock_mark", ["postings"]).fetchone() or (0,)
            (to,) = books.run("read_on_to", {"after": mark, "transfers": transfers_a_step}).fetchone() or (None,)
            if to is None:
                return added
            span = books.span(mark, to)
            added += books.run("add_postings", span).rowcount
            books.run("add_flow", span)
            books.run("set_mark", [to, "postings"])
    return added
