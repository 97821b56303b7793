"""What somebody may be looking for, while they write: categories in their language, phrases, brands."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from newretail.catalog.find import corrected
from newretail.catalog.index import Index, Place
from newretail.catalog.names import brand_name, category_name
from newretail.catalog.said import Names, forms, language_of, letters
from newretail.catalog.vocabulary import words_of

SHORTEST_BRAND = 2  # letters: one would name them all


@dataclass(frozen=True, slots=True)
class Suggestions:
    """`phrases` are searches; `products` ids; `instead` is what was probably meant ("": what was written)."""

    phrases: list[str]
    categories: list[Place]
    brands: list[str]
    products: list[int]
    instead: str = ""


def categories_named(index: Index, words: str, language: str, limit: int = 4) -> list[Place]:
    """Categories whose name, in the reader's language or in English, begins with the words, or else has them in it."""
    typed = forms(words)
    if not typed[0]:
        return []
    found = []
    for place, names in index.kept("category letters", language, _category_letters):
        has_it = [(name, form) for name in names for form in typed if form in name]
        rank = min((_rank(name, form) for name, form in has_it), default=3)
        if rank < 3:
            found.append((rank, place.parent_id is not None, len(place.name), place.name, place))
    return [row[-1] for row in sorted(found, key=lambda row: row[:4])[:limit]]


def _category_letters(index: Index, language: str) -> list[tuple[Place, frozenset[str]]]:
    """What each category is called, in English and in the reader's language, as it is typed."""
    return [
        (place, frozenset({letters(place.name), letters(category_name(place.name, language))}))
        for place in index.tree.values()
    ]


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
    """For what is written so far; nothing for nothing. Where nothing begins so, for what was probably meant.

    Who writes in Korean or Chinese letters is offered names in these; else they are said in the reader's language.
    """
    if not words_of(words):
        return Suggestions([], [], [], [])
    names = index.names.get(language_of(words) or "")
    categories = categories_named(index, words, language)
    hits = _hits(index, names, words, phrases)
    instead = ""
    if not hits and not categories and (meant := corrected(index, words)):
        instead = meant
        hits = _hits(index, names, meant, phrases)
        categories = categories_named(index, instead, language)
    said = names or index.names.get(language)
    shown = [int(index.product_id[place]) for place in hits[:products]]
    texts = dict.fromkeys(said.phrases[said.phrase[at]] if said else index.phrases[index.phrase[at]] for at in hits)
    return Suggestions(list(texts), categories[:3], _brands(index, words, language), shown, instead)


def _hits(index: Index, names: Names | None, words: str, limit: int) -> list[int]:
    """The places of products: of each phrase that begins so, the most bought one."""
    if names is not None:
        return [names.best_of(hit) for hit in names.beginning_with(words, limit)]
    return [int(index.best_of_phrase[hit]) for hit in index.words.beginning_with(words_of(words), limit)]


def _brands(index: Index, words: str, language: str, limit: int = 3) -> list[str]:
    """The largest brands whose name, as the reader says it or as the catalogue has it, begins so."""
    written = " ".join(words_of(words))
    if len(written) < SHORTEST_BRAND:
        return []
    if language_of(written):
        typed = forms(words)
        begun = [
            code
            for code, said in enumerate(index.kept("brand letters", language, _brand_letters))
            if said.startswith(tuple(typed))
        ]
        hits = sorted(begun, key=lambda code: (-index.brand_sizes[code], index.brands[code]))
        return [index.brands[code] for code in hits[:limit]]
    starts = index.brand_starts
    begin, end = bisect_left(starts, (written, -1)), bisect_left(starts, (written + "\U0010ffff", -1))
    hits = [code for _, code in sorted(starts[begin:end], key=lambda hit: (-index.brand_sizes[hit[1]], hit[0]))]
    return [index.brands[code] for code in hits[:limit]]


def _brand_letters(index: Index, language: str) -> list[str]:
    return [letters(brand_name(brand, language)) for brand in index.brands]
