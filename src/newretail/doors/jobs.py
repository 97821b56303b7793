"""What the worker does: one list. A room that has something to be done again and again gives a function for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from newretail.doors.books import keep_books
from newretail.doors.worker import Job
from newretail.pay.api import LedgerMemory, Postman, configured, expire_due
from newretail.pay.providers.registry import provider
from newretail.shopfront import api as shopfront
from newretail.trade import api as trade
from newretail.trade.clearing import AT_ONCE, reconcile, send_due

RECONCILED_HOURS = 3  # each turn looks back over several, so that a turn that was missed is made up for


def jobs() -> list[Job]:
    """All jobs, in no order: none waits for another."""
    postman, rehearsals_postman = Postman(), Postman()  # a rehearsal's bad experience with a provider is its own
    return [
        Job("calls", 0.5, lambda: send_calls(postman, rehearsals=False), full=AT_ONCE),
        Job("calls of rehearsals", 0.5, lambda: send_calls(rehearsals_postman, rehearsals=True)),  # at a steady rate
        Job("unpaid orders", 15.0, trade.expire_unpaid),
        Job("expired transfers", 30.0, expire_transfers, full=1000),
        Job("reconciliation", 1800.0, reconcile_all),
        Job("books", 5.0, books),
        Job("mails", 2.0, shopfront.send_due_mails, full=100),
        Job("mails left out", 300.0, shopfront.catch_up),
        Job("clean-up", 3600.0, clean_up),
    ]


def send_calls(postman: Postman, *, rehearsals: bool) -> int:
    """Bring to providers what is due in real cells, or in those of rehearsals."""
    house = trade.house()
    return send_due(house.engine, house.links, postman, rehearsals=rehearsals)


def books() -> int:
    """File postings and close business days; return how many days were closed."""
    round_ = keep_books(trade.house().engine.home_url, datetime.now(UTC))
    return sum(len(kept.closed) for kept in round_)


def clean_up() -> int:
    """Take away old sessions, carts and guests."""
    return sum(shopfront.clean_up().values())


def expire_transfers() -> int:
    """Give back what pending transfers held whose time is over, in every cell."""
    house = trade.house()
    done = 0
    for place in list(house.engine.map.places.values()):
        with psycopg.connect(place.url(house.engine.home_url), autocommit=True, connect_timeout=5) as connection:
            done += expire_due(connection, LedgerMemory(place.name), datetime.now(UTC))
    return done


def reconcile_all(hours: float = RECONCILED_HOURS) -> int:
    """Compare our books with every provider's; return how many events had been missed."""
    house, since = trade.house(), datetime.now(UTC) - timedelta(hours=hours)
    return sum(reconcile(house.engine, house.links, provider(name), since).repaired for name in configured())
