"""The home database of a command or process: the one that the settings name, or the embedded one."""

from __future__ import annotations

import os

import psycopg

from newretail.kit import settings
from newretail.kit.postgres import DatabaseUnavailable, start_embedded

OLDEST_SERVER = 180_000  # times are read out of UUIDv7, and the benches are of this version


def ensure_database() -> str:
    """Return the URL of the market's database, starting the embedded server where the settings name none.

    The URL is put into the environment, so that Django and every process started from here use the same.
    """
    if not settings.DATABASE_URL.text:
        try:
            os.environ[settings.DATABASE_URL.name] = start_embedded(settings.VAR.path / "postgres")
        except DatabaseUnavailable as error:
            raise SystemExit(str(error)) from None
    _check_server(settings.DATABASE_URL.text)
    return settings.DATABASE_URL.text


def _check_server(url: str) -> None:
    """End with a sentence, not a traceback, where the server is away or too old."""
    name = settings.DATABASE_URL.name
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise SystemExit(f"The database that {name} names cannot be used: {str(error).strip()}") from None
    if version < OLDEST_SERVER:
        found = version // 10_000
        raise SystemExit(f"newretail needs PostgreSQL {OLDEST_SERVER // 10_000} or newer; {name} names one of {found}.")
