"""The engine and the connections of a process that calls from threads and waits: pages, commands, the worker."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache

from newretail.cloud.api import CellPlace, Links
from newretail.kit import settings
from newretail.pay.api import Postman
from newretail.trade.changes import Ask
from newretail.trade.desk import Ticket, Unavailable
from newretail.trade.engine import Engine, UnknownCell
from newretail.trade.orders import OrderRequest
from newretail.trade.shelves import Shelves

DEFAULT_TENANT = 1


class _House:
    """What such a process has, once."""

    def __init__(self, home_url: str) -> None:
        self.engine = Engine(home_url, _wake)
        self.links = Links(home_url)
        self.postman = Postman()
        self.shelves = Shelves()


def _wake(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        ticket.waiter.set()


@cache
def _house(home_url: str) -> _House:
    return _House(home_url)


_opening = threading.Lock()


def house() -> _House:
    """The process's engine on the database that the settings name."""
    with _opening:  # two threads that come first must not open two
        return _house(settings.DATABASE_URL.text)


def close() -> None:
    """End the process's engine; the next call opens a new one."""
    if _house.cache_info().currsize:
        home = house()
        home.engine.close()
        home.links.close()
        _house.cache_clear()


def ask(cell: str, what: OrderRequest | Ask) -> object:
    return ask_all(cell, [what])[0]


def ask_all(cell: str, asks: Sequence[OrderRequest | Ask]) -> list[object]:
    """Put everything on the desk of a cell at once, so that it can share a batch, and wait for all answers."""
    desk = house().engine.desk(cell)
    tickets = [Ticket(what, waiter=threading.Event()) for what in asks]
    for ticket in tickets:
        desk.submit(ticket)
    for ticket in tickets:
        ticket.waiter.wait()
        if isinstance(ticket.answer, Unavailable):
            raise ticket.answer
    return [ticket.answer for ticket in tickets]


def place_of_cell(cell: str) -> CellPlace:
    """Where a cell is; raises UnknownCell."""
    found = house().engine.map.places.get(cell)
    if found is None:
        raise UnknownCell(f"There is no cell {cell}.")
    return found
