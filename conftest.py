"""Every test run gets its own empty database on an embedded PostgreSQL under var/test, dropped at the end.

Fixtures:
- `database_url` (session): starts the server, makes the database, migrates it once; its URL is also in the
  environment (NEWRETAIL_DATABASE_URL), for what a test starts as a process of its own.
- `engine_url` (session): a second migrated database, with a catalogue of made-up goods, for tests of the engine,
  which commits: `open_cells` opens scratch cells there and drops them after the test.
- `in_rollback`: what the test writes through Django's ORM is rolled back after it.
A test that needs a cell makes its own with a name of its own and drops it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psutil
import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from newretail.lab.scratch import Scratch

VAR = Path(__file__).parent / "var" / "test"
PREFIX = "newretail_test_"
NOWHERE = "postgresql:///a_test_that_needs_the_database_asks_for_the_fixture_database_url"

# Before Django reads its settings: never the developer's own database, and settings of the tests only.
for name in [name for name in os.environ if name.startswith("NEWRETAIL_")]:
    del os.environ[name]
os.environ.update(
    NEWRETAIL_VAR=str(VAR),
    NEWRETAIL_DATABASE_URL=NOWHERE,
    NEWRETAIL_SECRET_KEY="only for tests",
    DJANGO_SETTINGS_MODULE="newretail.doors.settings",
)

import django  # noqa: E402  # the environment comes first
from django.conf import settings as django_settings  # noqa: E402
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

django.setup()
setup_test_environment(debug=False)
# Argon2 at its least cost: nobody guesses the passwords of tests, and each took a third of a second.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1
django_settings.WHITENOISE_AUTOREFRESH = True  # else every test client reads all static files first


def _swap_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _drop_left_overs(server_url: str) -> None:
    """Drop the databases of test runs whose process is gone (killed runs leave theirs)."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        for (name,) in _test_databases(connection):
            pid = name.removeprefix(PREFIX).removesuffix("_engine")
            if not (pid.isdigit() and psutil.pid_exists(int(pid))):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _test_databases(connection: psycopg.Connection) -> list[tuple[str]]:
    pattern = PREFIX.replace("_", r"\_") + "%"
    return connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]).fetchall()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    from django.core.management import call_command
    from django.db import connections

    from newretail.doors import settings
    from newretail.kit import postgres

    home = postgres.start_embedded(VAR / "postgres")
    server_url = _swap_database(home, "postgres")
    _drop_left_overs(server_url)
    name = f"{PREFIX}{os.getpid()}"
    postgres.create_database(server_url, name)
    url = _swap_database(home, name)
    os.environ["NEWRETAIL_DATABASE_URL"] = url
    connections.settings["default"].update(settings._database(url))
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    with psycopg.connect(server_url, autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(f"{name}_engine"), sql.Identifier(name)))
    yield url
    connections.close_all()
    with psycopg.connect(server_url, autocommit=True) as connection:
        for database in (name, f"{name}_engine"):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
        somebody_else = bool(_test_databases(connection))
    if not somebody_else:
        postgres.stop_embedded(VAR / "postgres")


@pytest.fixture
def in_rollback(database_url: str) -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def migrate_database() -> Callable[[str], None]:
    """Bring the tables of another database up to date, by a process of its own."""

    def migrate(url: str) -> None:
        command = [sys.executable, "-m", "newretail.doors.cli", "migrate"]
        subprocess.run(command, env={**os.environ, "NEWRETAIL_DATABASE_URL": url}, check=True, capture_output=True)

    return migrate


@pytest.fixture(scope="session")
def engine_url(database_url: str) -> str:
    return f"{database_url}_engine" if "?" not in database_url else database_url.replace("?", "_engine?", 1)


@pytest.fixture
def open_cells(engine_url: str) -> Iterator[Callable[..., Scratch]]:
    """Open scratch cells: open_cells(cells=2, on_hand=100); they are dropped after the test."""
    from newretail.lab.scratch import close_scratch, open_scratch

    prefixes: list[str] = []

    def opened(*, cells: int = 1, on_hand: int = 1_000_000) -> Scratch:
        prefixes.append(f"s{len(prefixes) + 1}_{uuid4().hex[:8]}")
        return open_scratch(engine_url, prefixes[-1], cells=cells, sku_count=100, on_hand=on_hand)

    yield opened
    for prefix in prefixes:
        close_scratch(engine_url, prefix)
