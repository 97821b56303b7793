"""The wall's stream at a real door: who may open it, what it says, how often, and that it lets the door go."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from newretail.kit.signing import secret_key, ticket
from tests.door.market_process import Caller


def _ticket(seconds: int = 60) -> str:
    return ticket(secret_key(), "wall", seconds)


@contextmanager
def stream(caller: Caller, **query: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """The stream's events as (name, data)."""
    query = {"view": "live", "ticket": _ticket(), **query}
    with httpx.stream("GET", f"{caller.door.url}/v1/wall/events", params=query, trust_env=False, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"

        def events() -> Iterator[tuple[str, Any]]:
            name = ""
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    yield name, json.loads(line[6:])

        yield events()


@pytest.fixture
def caller(open_door: Callable[..., Caller]) -> Caller:
    return open_door()


def refusal(caller: Caller, method: str = "GET", **query: str) -> tuple[int, str]:
    answer = httpx.request(method, f"{caller.door.url}/v1/wall/events", params=query, trust_env=False)
    return answer.status_code, answer.json()["reason"]


def test_only_a_ticket_of_ours_opens_it(caller):
    assert refusal(caller) == (401, "unauthorised")
    assert refusal(caller, ticket=_ticket(-1)) == (401, "unauthorised")
    assert refusal(caller, ticket=ticket("another secret", "wall", 60)) == (401, "unauthorised")
    assert refusal(caller, ticket=ticket(secret_key(), "something else", 60)) == (401, "unauthorised")
    assert refusal(caller, ticket=_ticket(), view="123") == (404, "not_found")
    assert refusal(caller, ticket=_ticket(), view="../x") == (404, "not_found")
    assert refusal(caller, "POST", ticket=_ticket()) == (405, "method_not_allowed")


def test_it_tells_what_is_ordered(caller):
    """Orders placed before and after the wall opened are in the sums, refused ones apart; each is told once."""
    assert caller.put(caller.order(("sku-1", 2))).status_code == 201
    with stream(caller) as events:
        name, hello = next(events)
        assert (name, hello["rehearsal"]) == ("hello", None)
        assert "US" in [market["code"] for market in hello["markets"]]
        _, state = next(events)
        before = state["markets"]["US"]
        placed = caller.put(caller.order(("sku-2", 1), ("sku-3", 1)))
        total = placed.json()["total_minor"]
        assert caller.put(caller.order(("no such sku", 1))).status_code == 422
        flights: list[list[int]] = []
        for name, state in events:
            assert name == "state"
            flights += state["flights"]
            if state["markets"]["US"][1:3] == [before[1] + 1, before[2] + 1]:
                break
        assert state["markets"]["US"][0] == before[0] + total
        assert state["markets"]["US"][3] == before[3] + 2
        assert len(flights) == 1
        assert sum(row[1] for row in state["seconds"]) >= 1
        assert state["biggest"]["total_minor"] >= total


def test_at_most_ten_updates_a_second_whatever_the_load(caller):
    with stream(caller) as events:
        next(events)
        arrived = []
        ends = time.monotonic() + 3
        while time.monotonic() < ends:
            caller.put(caller.order(("sku-1", 1)))
            caller.put(caller.order(("sku-2", 1)))
            next(events)
            arrived.append(time.monotonic())
    assert 5 <= len(arrived) <= 30


def test_a_wall_that_does_not_read_holds_up_nobody(caller):
    with stream(caller), stream(caller) as events:  # the first is never read
        for _ in range(20):
            caller.put(caller.order(("sku-1", 1)))
        orders = 0
        while orders < 20:
            _, state = next(events)
            orders = state["markets"]["US"][1] if "markets" in state and isinstance(state["markets"], dict) else 0


def test_an_open_wall_does_not_keep_the_door_open(caller):
    with stream(caller) as events:
        next(events)
        started = time.monotonic()
        caller.door.stop()
        assert time.monotonic() - started < 10
