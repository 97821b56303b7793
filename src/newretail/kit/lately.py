"""What many requests ask for and seldom changes: read once in a while, not once a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
KEPT = 500  # answers; more keys than that and all are read anew


class Lately(Generic[Key, Value]):
    """Answers of `read` that are at most `seconds` old. Two threads may read at once; neither waits."""

    def __init__(self, seconds: float, read: Callable[[Key], Value]) -> None:
        self._seconds = seconds
        self._read = read
        self._kept: dict[Key, tuple[float, Value]] = {}

    def __call__(self, key: Key) -> Value:
        """The answer as it was at most so many seconds ago; what `read` raises is not kept."""
        found = self._kept.get(key)
        if found is not None and time.monotonic() - found[0] < self._seconds:
            return found[1]
        return self.anew(key)

    def anew(self, key: Key) -> Value:
        """The answer as it is now."""
        if len(self._kept) >= KEPT:
            self._kept.clear()
        started = time.monotonic()  # not after reading: what changes meanwhile is not in the answer
        value = self._read(key)
        self._kept[key] = (started, value)
        return value

    def forget(self) -> None:
        self._kept.clear()
