from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from newretail.cloud.api import create_key
from tests.door.market_process import Caller, RunningDoor


@pytest.fixture
def open_door(engine_url: str, open_cells) -> Iterator[Callable[..., Caller]]:
    """Open a door on a fresh cell: open_door(on_hand=100, environment={...}); returns a caller with all scopes."""
    doors: list[RunningDoor] = []

    def opened(*, on_hand: int = 1_000_000, environment: dict[str, str] | None = None, rate: int = 1_000_000) -> Caller:
        scratch = open_cells(on_hand=on_hand)
        key = create_key(engine_url, "test", orders_per_second=rate)
        doors.append(RunningDoor(engine_url, environment or {}))
        return Caller(doors[-1].start(), key, scratch.node())

    yield opened
    for door in doors:
        door.stop()
