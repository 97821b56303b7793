"""Answers of the catalogue that are kept as long as nothing of it changes.

Every transaction that changes what the shelf shows ends with a new revision (`work.catalog_change`). Whoever has just
read the revision may therefore have what was answered at the same one. An answer may be newer than the revision under
which it is kept, never older. Inside a transaction nothing is kept or taken: it sees what others do not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")
NOTHING: Any = object()  # None is an answer, too
KEPT = 2000  # answers; the next one lets all of them go


class Answers:
    """Answers at one revision, the newest seen. Threads may use it; at worst two of them ask the same."""

    def __init__(self) -> None:
        self._revision = 0
        self._kept: dict[Hashable, Any] = {}

    def at(self, revision: int, key: Hashable, ask: Callable[[], Value]) -> Value:
        """What `ask` answers, or answered before at this revision."""
        from django.db import connection

        if connection.in_atomic_block or revision < self._revision:
            return ask()
        if revision > self._revision:
            self._kept, self._revision = {}, revision
        kept = self._kept  # the one of this revision, whatever other threads do meanwhile
        found: Value = kept.get(key, NOTHING)
        if found is NOTHING:
            found = ask()
            if len(kept) >= KEPT:
                kept.clear()
            kept[key] = found
        return found

    def forget(self) -> None:
        self._kept, self._revision = {}, 0


answers = Answers()
