"""Pieces of pages, kept by what they are made of.

A macro that a template imports sees its arguments and nothing of the request. With values for arguments its HTML is
therefore a function of these values and of the language. It is kept under both, so it is never old: another price or
another stock is another key. Nothing has to be thrown away when something changes; what nobody asks for any more goes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from sys import getsizeof

from django.utils.translation import get_language
from markupsafe import Markup

Made = Callable[..., Markup]
LIMIT_BYTES = 24 << 20  # of text in one process, all threads together
OVERHEAD_BYTES = 600  # of a key with its values, roughly


class Pieces:
    """Kept pieces in two generations: what is asked for moves to the young one, the old one is dropped as a whole.

    Several threads may use it; at worst two of them make the same piece.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._half = limit_bytes // 2
        self._young: dict[Hashable, Markup] = {}
        self._old: dict[Hashable, Markup] = {}
        self._bytes = 0

    def __call__(self, macro: Made, *values: Hashable) -> Markup:
        """`macro(*values)`; values are compared by type too, because text and markup of equal letters differ."""
        return self._piece(macro, get_language(), values)

    def each(self, macro: Made, rows: Iterable[tuple[Hashable, ...]]) -> Markup:
        """The pieces of many values, one after the other."""
        language = get_language()
        return Markup("".join([self._piece(macro, language, values) for values in rows]))  # noqa: S704  # all are markup

    def _piece(self, macro: Made, language: str | None, values: tuple[Hashable, ...]) -> Markup:
        key = (macro, language, values, *map(type, values))
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                found = macro(*values)
            self._keep(key, found)
        return found

    def _keep(self, key: Hashable, piece: Markup) -> None:
        size = getsizeof(piece) + OVERHEAD_BYTES
        if self._bytes + size > self._half:
            self._old, self._young, self._bytes = self._young, {}, 0
        self._young[key] = piece
        self._bytes += size

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def forget(self) -> None:
        self._young, self._old, self._bytes = {}, {}, 0


kept = Pieces()
