"""A pool gives out connections that work, also when the server hung up on one meanwhile."""

from __future__ import annotations

import psycopg
import pytest

from newretail.cloud.api import Links


@pytest.fixture
def links(database_url):
    here = Links(database_url, size=1)
    yield here
    here.close()


def _process(links: Links) -> int:
    with links.home() as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def test_a_connection_is_used_again(links):
    assert _process(links) == _process(links)


def test_one_on_which_the_server_hung_up_is_not_given_out(links, database_url):
    first = _process(links)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert _process(links) != first


def test_a_notice_that_lies_unread_is_no_farewell(links, database_url):
    with links.home() as connection:
        connection.execute("LISTEN here")
        first = connection.info.backend_pid
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("NOTIFY here")
    assert _process(links) == first
