"""Connections for reads and small writes: one pool a database, opened when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from newretail.cloud.cells import CellPlace
from newretail.kit.arrays import register

WAIT_SECONDS = 3.0


class DatabaseAway(RuntimeError):
    """No connection could be had in time; the caller may try again."""


def _check(connection: psycopg.Connection[Any]) -> None:
    """Raise where the server has hung up, without a journey to it: one that hangs up says so, and we can see it said.

    An idle server says nothing. Whatever lies there unread is a farewell or a notice, and a journey tells which.
    """
    ears = poll()
    ears.register(connection.fileno(), POLLIN)
    if ears.poll(0):
        ConnectionPool.check_connection(connection)


class Links:
    """Pools of connections to the home database and to the servers of cells that lie elsewhere."""

    def __init__(self, home_url: str, *, size: int = 8) -> None:
        self.home_url = home_url
        self._size = size
        self._pools: dict[str, ConnectionPool[psycopg.Connection[Any]]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def home(self) -> Iterator[psycopg.Connection[Any]]:
        with self._connection(self.home_url) as connection:
            yield connection

    @contextmanager
    def cell(self, place: CellPlace) -> Iterator[psycopg.Connection[Any]]:
        with self._connection(place.url(self.home_url)) as connection:
            yield connection

    @contextmanager
    def _connection(self, url: str) -> Iterator[psycopg.Connection[Any]]:
        try:
            with self._pool(url).connection() as connection:
                yield connection
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise DatabaseAway("The database did not answer. Try again in a moment.") from error

    def _pool(self, url: str) -> ConnectionPool[psycopg.Connection[Any]]:
        with self._lock:
            if url not in self._pools:
                self._pools[url] = ConnectionPool(
                    url,
                    min_size=0,
                    max_size=self._size,
                    open=True,
                    timeout=WAIT_SECONDS,
                    kwargs={"autocommit": True, "connect_timeout": 2},
                    configure=register,
                    check=_check,
                )
            return self._pools[url]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
