"""Tickets: good for one purpose, until their time, and only when signed by us."""

from __future__ import annotations

import pytest

from newretail.kit.signing import is_good, ticket

SECRET = "a secret of the installation"


def test_a_ticket_is_good_until_it_runs_out():
    text = ticket(SECRET, "wall", 60, now=1000)
    assert is_good(SECRET, "wall", text, now=1060)
    assert not is_good(SECRET, "wall", text, now=1061)


def test_it_opens_one_thing_of_one_house():
    text = ticket(SECRET, "wall", 60, now=1000)
    assert not is_good(SECRET, "door", text, now=1000)
    assert not is_good("another", "wall", text, now=1000)


@pytest.mark.parametrize(
    "text", ["", ".", "9", "9999999999.", "9999999999.AAAA", "٣.x", "-1.x", "1" * 400 + ".x", "5.ü"]
)
def test_what_is_none_is_refused(text):
    assert not is_good(SECRET, "wall", text, now=1)


def test_a_longer_time_needs_a_new_signature():
    expires, _, signature = ticket(SECRET, "wall", 60, now=1000).partition(".")
    assert not is_good(SECRET, "wall", f"{int(expires) + 1}.{signature}", now=1000)
