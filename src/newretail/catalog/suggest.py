"""What somebody may be looking for, while they write: categories in their language, phrases, brands."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from newretail.catalog.index import Index, Place
from newretail.catalog.names import category_name
from newretail.catalog.vocabulary import words_of

# Korean letters stand at the end of a syllable until the next vowel is written: 웅 on the way to 우유.
_END_TO_BEGIN = {
    0x11A8: 0x1100, 0x11AB: 0x1102, 0x11AE: 0x1103, 0x11AF: 0x1105, 0x11B7: 0x1106, 0x11B8: 0x1107, 0x11BA: 0x1109,
    0x11BC: 0x110B, 0x11BD: 0x110C, 0x11BE: 0x110E, 0x11BF: 0x110F, 0x11C0: 0x1110, 0x11C1: 0x1111, 0x11C2: 0x1112,
}  # fmt: skip

SHORTEST_BRAND = 2  # letters: one would name them all


@dataclass(frozen=True, slots=True)
class Suggestions:
    """`phrases` are searches; `products` ids; `instead` is what was probably meant ("": what was written)."""

    phrases: list[str]
    categories: list[Place]
    brands: list[str]
    products: list[int]
    instead: str = ""


def letters(text: str) -> str:
    """A text as the letters that are typed: syllables of Korean taken apart, wide forms and case made alike."""
    return unicodedata.normalize("NFKD", text).casefold().strip()


def _forms(words: str) -> list[str]:
    """What was typed, and where it ends on a Korean final consonant, the same with that one as a beginning."""
    typed = letters(words)
    last = _END_TO_BEGIN.get(ord(typed[-1])) if typed else None
    return [typed] if last is None else [typed, typed[:-1] + chr(last)]


def categories_named(index: Index, words: str, language: str, limit: int = 4) -> list[Place]:
    """Categories whose name, in the reader's language or in English, begins with the words, or else has them in it."""
    forms = _forms(words)
    if not forms[0]:
        return []
    found = []
    for place in index.tree.values():
        rank = min(_rank(name, form) for name in _names(place.name, language) for form in forms)
        if rank < 3:
            found.append((rank, place.parent_id is not None, len(place.name), place.name, place))
    return [row[-1] for row in sorted(found, key=lambda row: row[:4])[:limit]]


@lru_cache(maxsize=10_000)
def _names(name: str, language: str) -> frozenset[str]:
    """What a category is called, in English and in the reader's language, as it is typed."""
    return frozenset({letters(name), letters(category_name(name, language))})


def _rank(name: str, form: str) -> int:
    """0: the whole name, 1: its beginning, 2: that of a word in it (Korean and Chinese: anywhere), 3: not at all."""
    if name == form:
        return 0
    if name.startswith(form):
        return 1
    at = name.find(form)
    while at > 0:
        if not name[at - 1].isalnum() or not form.isascii():
            return 2
        at = name.find(form, at + 1)
    return 3


def suggest(index: Index, words: str, language: str, *, phrases: int = 5, products: int = 3) -> Suggestions:
    """For what is written so far; nothing for nothing. Where nothing begins so, for what was probably meant."""
    written = words_of(words)
    if not written:
        return Suggestions([], [], [], [])
    categories = categories_named(index, words, language)
    hits = index.words.beginning_with(written, phrases)
    instead = ""
    if not hits and not categories and (meant := index.words.corrected(written)):
        instead = " ".join(meant)
        hits = index.words.beginning_with(meant, phrases)
        categories = categories_named(index, instead, language)
    shown = [int(index.product_id[index.best_of_phrase[hit]]) for hit in hits[:products]]
    brands = _brands(index, " ".join(written))
    return Suggestions([index.phrases[hit] for hit in hits], categories[:3], brands, shown, instead)


def _brands(index: Index, written: str, limit: int = 3) -> list[str]:
    """The largest brands whose name begins so."""
    if len(written) < SHORTEST_BRAND:
        return []
    starts = index.brand_starts
    begin, end = bisect_left(starts, (written, -1)), bisect_left(starts, (written + "\U0010ffff", -1))
    hits = sorted(starts[begin:end], key=lambda hit: (-index.brand_sizes[hit[1]], hit[0]))
    return [index.brands[code] for _, code in hits[:limit]]
