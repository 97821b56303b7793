"""Pieces of pages, kept by what they are made of.

A macro that a template imports sees its arguments and nothing of the request. With values for arguments its HTML is
therefore a function of these values, of the language, and of what brands are called in it. It is kept under all three,
so it is never old: another price or another stock is another key. Nothing has to be thrown away when something
changes; what nobody asks for any more goes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from secrets import token_hex
from sys import getsizeof

from django.utils.translation import get_language
from markupsafe import Markup, escape

from newretail.catalog.api import brands_epoch

Made = Callable[..., Markup]
LIMIT_BYTES = 24 << 20  # of text in one process, all threads together
LIMIT_WHOLE_BYTES = 12 << 20  # of pieces that are made of others
OVERHEAD_BYTES = 600  # of a key with its values, roughly

# What stands in a piece for what is of one request. Nobody can guess them, so nobody can write one into a page; and as
# letters and digits they are the same in HTML and in an address.
HOLES = tuple(Markup(f"hole{token_hex(16)}") for _ in range(4))  # noqa: S704


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

    def filled(self, macro: Made, fillings: tuple[object, ...], *values: Hashable) -> Markup:
        """A piece with holes: the macro gets one for each filling, before its values, and shows it wherever it likes.

        Fillings are what is of one request (a form's token, the way back): they are no part of what is kept, and are
        escaped as a template would. A macro may show a hole, and do nothing else with it.
        """
        holes = HOLES[: len(fillings)]
        text = str(self._piece(macro, get_language(), holes + values))
        for hole, filling in zip(holes, fillings, strict=True):
            text = text.replace(hole, escape(filling))
        return Markup(text)  # noqa: S704  # of a macro and of what was escaped

    def _piece(self, macro: Made, language: str | None, values: tuple[Hashable, ...]) -> Markup:
        key = (macro, language, brands_epoch(), values, *map(type, values))
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
kept_whole = Pieces(LIMIT_WHOLE_BYTES)  # what is made of pieces: these many more bytes must not drive those out
