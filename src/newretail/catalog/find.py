"""Finding products by words: English ones in the database, Korean and Chinese ones by the names in memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from newretail.catalog.index import Index, Ints
from newretail.catalog.names import brand_name, category_name
from newretail.catalog.said import HEAD, OF_CATEGORY, Floats, Names, language_of, syllables
from newretail.catalog.shelf import hits
from newretail.catalog.vocabulary import words_of

Fits = npt.NDArray[np.float32]


def find(index: Index, words: str) -> Ints:
    """The places of the products that fit the words, the best first.

    The letters say in which language somebody writes, whatever language the page is in. One query, or none.
    """
    names = index.names.get(language_of(words) or "")
    if names is None:
        return index.places_of(np.frombuffer(hits(words), ">i4").astype(np.int32))
    written = syllables(words).split()
    found = _fitting(index, names, written)
    if not len(found):
        parts = [part for word in written for part in names.parts(word)]
        found = _fitting(index, names, parts) if parts != written else found
    return found


def corrected(index: Index, words: str) -> str:
    """What was probably meant, where that is something else than what was written; empty where there is no guess."""
    names = index.names.get(language_of(words) or "")
    if names is not None:
        return names.corrected(words) or ""
    return " ".join(index.words.corrected(words_of(words)) or ())


def _fitting(index: Index, names: Names, words: list[str]) -> Ints:
    """What fits every word, by how well times (by its logarithm) how much of it is bought, as the database ranks."""
    if not words:
        return np.zeros(0, np.int32)
    fits: list[Fits] = [_fit(index, names, word) for word in words]
    all_fit = np.flatnonzero(np.minimum.reduce(fits))
    score = np.add.reduce(fits)[all_fit] * np.log(index.popularity[all_fit] + 3.0)
    found: Ints = all_fit[np.argsort(-score, kind="stable")].astype(np.int32)
    return found


def _fit(index: Index, names: Names, word: str) -> Floats:
    """How well a word fits each product: its name, else its brand, else the category that it stands in."""
    fit: Floats = names.fit(word)[names.phrase]
    if codes := index.kept("brands", names.language, _brand_words).get(word):
        brand = np.zeros(len(index.brands), np.float32)
        brand[codes] = HEAD
        fit = np.maximum(fit, brand[index.brand])
    shelves = index.kept("shelves", names.language, _shelf_names)
    if named := [category_id for category_id, name in shelves if word in name]:
        below = [deep.category_id for category_id in named for deep in index.below(category_id)]
        of_category = np.zeros(len(index.product_id), np.float32)
        of_category[index.places_in(sorted({*named, *below}))] = OF_CATEGORY
        fit = np.maximum(fit, of_category)
    return fit


def _brand_words(index: Index, language: str) -> dict[str, list[int]]:
    """The places of brands by the words that the language says them in."""
    found: dict[str, list[int]] = {}
    for code, brand in enumerate(index.brands):
        for word in set(words_of(brand_name(brand, language))):
            found.setdefault(word, []).append(code)
    return found


def _shelf_names(index: Index, language: str) -> list[tuple[int, str]]:
    return [(place.category_id, syllables(category_name(place.name, language))) for place in index.tree.values()]
