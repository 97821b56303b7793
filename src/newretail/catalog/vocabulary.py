"""Words that people may be about to write, and the ones they meant: prefixes and near misses. Pure Python, no database.

Near misses are found by deletion (the idea of SymSpell): two words that differ by one letter too many, too few, wrong
or swapped have a shorter word in common when a letter is left out of each.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest

_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
SHORTEST_CORRECTED = 4  # letters; shorter ones have too many neighbours
TWO_FAULTS_FROM = 8  # letters of a word in which two faults are forgiven
BEGINS_WORTH = 5
LONGEST = 24  # letters; longer ones are no words and would have many neighbours


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [match.lower() for match in _WORDS.findall(text)]


def _shorter(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _neighbours(word: str) -> set[str]:
    """The word, and what is left of it without one letter, or without two where two faults are forgiven."""
    found = {word} | _shorter(word)
    if len(word) >= TWO_FAULTS_FROM:
        found |= {less for one in _shorter(word) for less in _shorter(one)}
    return found


def faults(one: str, other: str) -> int:
    """How many letters are too many, too few, wrong or swapped (Damerau-Levenshtein, neighbours swapped once)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for to, its in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != its))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == its:
                cost = min(cost, older[to - 2] + 1)
            row.append(cost)
    return row[-1]


@dataclass(frozen=True)
class Vocabulary:
    """Phrases by their words; made by `vocabulary`."""

    phrases: Sequence[str]
    worth: Sequence[float]
    starts: list[tuple[str, int]]  # (word, phrase) in order
    sets: list[frozenset[str]]
    value: dict[str, float]  # of each word
    near: dict[str, list[str]]

    def beginning_with(self, words: Sequence[str], limit: int) -> list[int]:
        """Phrases that have all the words, of which the last may be unfinished: the worthiest first.

        A phrase that begins with what was written counts as often as BEGINS_WORTH that have it somewhere.
        """
        if not words:
            return []
        *whole, last = words
        begin, end = bisect_left(self.starts, (last, -1)), bisect_left(self.starts, (last + "\U0010ffff", -1))
        hits = {phrase for _, phrase in self.starts[begin:end] if all(word in self.sets[phrase] for word in whole)}
        said = " ".join(words)

        def worth(hit: int) -> float:
            return self.worth[hit] * (BEGINS_WORTH if self.phrases[hit].lower().startswith(said) else 1)

        return nsmallest(limit, hits, key=lambda hit: (-worth(hit), hit))

    def meant(self, word: str) -> str | None:
        """The word that was meant: itself where it is known, else the nearest one, else None."""
        if word in self.value:
            return word
        if not SHORTEST_CORRECTED <= len(word) <= LONGEST:
            return None
        allowed = 2 if len(word) >= TWO_FAULTS_FROM else 1
        near = {other for less in _neighbours(word) for other in self.near.get(less, ())}
        scored = [(faults(word, other), -self.value[other], other) for other in near]
        best = min((score for score in scored if score[0] <= allowed), default=None)
        return best[2] if best else None

    def corrected(self, words: Sequence[str]) -> list[str] | None:
        """What was meant, where that is something else than what was written; None where there is no guess."""
        meant = [self.meant(word) for word in words]
        if None in meant or meant == list(words):
            return None
        return [word for word in meant if word]


def vocabulary(phrases: Sequence[str], worth: Sequence[float]) -> Vocabulary:
    """Of phrases, each with what it is worth (more is shown first)."""
    split = [_words_kept(phrase) for phrase in phrases]
    value: dict[str, float] = defaultdict(float)
    for words, weight in zip(split, worth, strict=True):
        for word in set(words):
            value[word] += weight + 1
    near: dict[str, list[str]] = defaultdict(list)
    for word in value:
        if SHORTEST_CORRECTED - 1 <= len(word) <= LONGEST:
            for less in _neighbours(word):
                near[less].append(word)
    starts = sorted((word, at) for at, words in enumerate(split) for word in set(words))
    return Vocabulary(phrases, worth, starts, [frozenset(words) for words in split], dict(value), dict(near))


@lru_cache(maxsize=50_000)
def _words_kept(phrase: str) -> list[str]:
    return words_of(phrase)
