"""Fixtures of the demo market, which is loaded once for all tests that only read it.

- `demo_url` (session): a database of its own with the whole demo market in it.
- `broken_off` (session): that load was first broken off in the middle; this is what it had done by then.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
import pytest
from psycopg import sql

PREFIX = "newretail_demo_test_"


def _drop_left_overs(server_url: str) -> None:
    """Drop the databases of test runs whose process is gone."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]).fetchall()
        for (name,) in rows:
            if not psutil.pid_exists(int(name.removeprefix(PREFIX))):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def empty_demo_url(database_url: str) -> Iterator[str]:
    """An empty, migrated database of its own."""
    from newretail.kit import postgres

    server_url = urlunsplit(urlsplit(database_url)._replace(path="/postgres"))
    _drop_left_overs(server_url)
    name = f"{PREFIX}{os.getpid()}"
    postgres.create_database(server_url, name)
    url = urlunsplit(urlsplit(database_url)._replace(path=f"/{name}"))
    environment = {**os.environ, "NEWRETAIL_DATABASE_URL": url}
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True, env=environment)
    yield url
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Stopped(Exception):
    """The load was broken off here."""


@dataclass
class BrokenOff:
    """What a load had done when it was broken off in the middle of South Korea's sales."""

    steps: list[str]
    pools_of_the_broken_cell: int


@pytest.fixture(scope="session")
def broken_off(empty_demo_url: str) -> BrokenOff:
    from newretail.lab.demo.load import load_demo

    def stop(what: str, done: int, total: int) -> None:
        if what == "Sales of South Korea" and done == 5:
            raise Stopped

    with pytest.raises(Stopped):
        load_demo(empty_demo_url, stop)
    with psycopg.connect(empty_demo_url) as connection:
        steps = [name for (name,) in connection.execute("SELECT name FROM lab_demo_step ORDER BY name")]
        pools = connection.execute("SELECT count(*) FROM cell_kr.stock_pool").fetchone()
        assert pools is not None
        return BrokenOff(steps, pools[0])


@pytest.fixture(scope="session")
def demo_url(empty_demo_url: str, broken_off: BrokenOff) -> str:
    from newretail.lab.demo.load import load_demo

    load_demo(empty_demo_url)
    return empty_demo_url
