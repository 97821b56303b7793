"""What is left on gift cards past their end goes to breakage income; what a refund brought back can be spent again.

    cards past their end with something on them ──► what came back since the end stays, the rest goes to BREAKAGE
                                                ──► a card that something came back onto is good for a while more

Which money is which, the postings by account say: they are filed first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from psycopg.sql import Composed

from newretail.kit.sql import in_cell
from newretail.pay.ledger.rules import Chart, Code
from newretail.pay.ledger.transfers import Transfer, batch_of
from newretail.pay.ledger.work import account_of, close_accounts, open_accounts, post_batch
from newretail.pay.payments.rules import Why
from newretail.pay.settlement.desk import CellBooks, NotPosted
from newretail.pay.settlement.postings import follow
from newretail.pay.settlement.rules import day_of, end_of, made_id

DAYS_AFTER_A_REFUND = 90  # so long a card is good again for what came back onto it after its end


def end_cards(books: CellBooks, time_zone: str, now: datetime) -> int:
    """Write off what is left on cards past their end; return on how many there was something. Repeatable.

    Blocked cards wait until somebody has decided about them. Raises NotPosted.
    """
    over = books.connection.execute(_named(books, "past_their_end"), [now]).fetchall()
    if not over:
        return 0
    follow(books)
    for account, expires_at, free, debits in over:
        statement = _named(books, "came_since")
        (came,) = books.connection.execute(statement, [account, expires_at]).fetchone() or (0,)
        if free > came:
            _write_off(books, account, free - came, made_id("rest of a card", books.cell, account, debits), now)
        if came > 0:
            _give_time(books, account, expires_at, time_zone, now)
    return len(over)


def _write_off(books: CellBooks, account: int, amount: int, its_id: UUID, now: datetime) -> None:
    """`its_id` is made of what was ever taken from the card, so another round that saw the same writes off nothing."""
    breakage = books.account(Chart.BREAKAGE)
    open_accounts(books.connection, books.cell, [account_of(breakage)])
    rest = Transfer(its_id, account, breakage, amount, int(Why.BREAKAGE))
    code = Code(int(post_batch(books.connection, books.memory, batch_of([rest]), now).codes[0]))
    if code not in (Code.OK, Code.EXISTS):
        raise NotPosted(f"What is left on a gift card could not be written off: {code.slug}. It is tried again.")


def _give_time(books: CellBooks, account: int, expires_at: datetime, time_zone: str, now: datetime) -> None:
    """Both in one transaction, so that a card and its account never end at different moments."""
    until = end_of(day_of(now, time_zone) + timedelta(days=DAYS_AFTER_A_REFUND), time_zone)
    with books.connection.transaction():
        changed = books.connection.execute(_named(books, "give_time"), [until, account, expires_at])
        if changed.rowcount:
            close_accounts(books.connection, books.memory, [account], until)


def _named(books: CellBooks, name: str) -> Composed:
    return in_cell("newretail.pay", "gift_cards.sql", name, books.cell)
