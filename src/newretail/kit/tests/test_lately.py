"""Answers that are kept for a while: no older than said, never an error, never without bound."""

from __future__ import annotations

import itertools

import pytest

from newretail.kit.lately import KEPT, Lately


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is moved."""
    now = [1000.0]
    monkeypatch.setattr("newretail.kit.lately.time.monotonic", lambda: now[0])
    return now


def test_an_answer_is_read_again_when_it_is_old_enough(clock):
    numbers = itertools.count(1)

    def read(key: str) -> int:
        return next(numbers)

    kept = Lately(2.0, read)
    assert [kept("a"), kept("a"), kept("b")] == [1, 1, 2]
    clock[0] += 1.9
    assert kept("a") == 1
    clock[0] += 0.2
    assert kept("a") == 3
    kept.forget()
    assert kept("a") == 4


def test_a_failure_is_not_kept(clock):
    """The next one asks again."""
    failures = [OSError("away")]

    def read(key: str) -> str:
        if failures:
            raise failures.pop()
        return "there"

    kept = Lately(60.0, read)
    with pytest.raises(OSError, match="away"):
        kept("a")
    assert kept("a") == "there"


def test_what_is_kept_is_bounded(clock):
    kept: Lately[str, str] = Lately(60.0, str)
    for number in range(10 * KEPT):
        kept(str(number))
    assert len(kept._kept) <= KEPT
