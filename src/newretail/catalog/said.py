"""What products are called in Korean and Chinese, in memory, and finding by it. Pure but for NumPy.

Names of a language are few (some thousand phrases for a hundred thousand products), so every search looks through all
of them: a part of a name is found wherever it stands. Chinese needs that, which writes no spaces, and so does Korean,
whose compounds are written together or apart. No grams are kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

import numpy as np
import numpy.typing as npt

from newretail.catalog.sizes import size_in
from newretail.catalog.vocabulary import faults

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
HANGUL, HAN = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]"), re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_WORDS = re.compile(r"[^\W_]+")
_LISTED = re.compile(r"[·,、，；与]|(?<=\s)및(?=\s)")  # between things that stand beside each other
# How well a word fits a name. Both languages say last what a thing is: 초코 우유 and 巧克力牛奶 are milk, 우유 분유
# is none. In order: it is the whole name; its last word; the end of that; the beginning of a word; of what is
# in its category; somewhere in it.
WHOLE, HEAD, ENDS, BEGINS, OF_CATEGORY, WITHIN = 16.0, 8.0, 6.0, 4.0, 3.0, 2.0
BEGINS_WORTH = 5  # as in `vocabulary`: a phrase that begins so counts as often as so many that have it somewhere
SHORTEST_CORRECTED = {"ko": 2, "zh-hans": 3}  # syllables; shorter words have too many neighbours
GRAMS = (3, 4)  # letters of the pieces of Chinese names that count as words where they stand in several names
TWO_FAULTS_FROM = 8  # letters: as in `vocabulary`
# Korean letters stand at the end of a syllable until the next vowel is written: 웅 on the way to 우유.
_END_TO_BEGIN = {
    0x11A8: 0x1100, 0x11AB: 0x1102, 0x11AE: 0x1103, 0x11AF: 0x1105, 0x11B7: 0x1106, 0x11B8: 0x1107, 0x11BA: 0x1109,
    0x11BC: 0x110B, 0x11BD: 0x110C, 0x11BE: 0x110E, 0x11BF: 0x110F, 0x11C0: 0x1110, 0x11C1: 0x1111, 0x11C2: 0x1112,
}  # fmt: skip


def letters(text: str) -> str:
    """A text as the letters that are typed: syllables of Korean taken apart, wide forms and case made alike."""
    return unicodedata.normalize("NFKD", text).casefold().strip()


def forms(words: str) -> list[str]:
    """What was typed, and where it ends on a Korean final consonant, the same with that one as a beginning."""
    typed = letters(words)
    last = _END_TO_BEGIN.get(ord(typed[-1])) if typed else None
    return [typed] if last is None else [typed, typed[:-1] + chr(last)]


def syllables(text: str) -> str:
    """A text as it is read: syllables of Korean put together, wide forms and case made alike."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def language_of(words: str) -> str | None:
    """The language in whose letters somebody writes: `ko`, `zh-hans`, or None for all that English is written in."""
    return "ko" if HANGUL.search(words) else "zh-hans" if HAN.search(words) else None


def phrase_of(name: str, size: str, language: str) -> str:
    """A name without the size at its end, as the reader measures it."""
    measured = size_in(size, language)
    if measured and name.endswith(measured) and len(name) > len(measured):
        return name[: -len(measured)].rstrip(", ")
    return name


@dataclass(frozen=True)
class Names:
    """The names of a market's products in a language, without sizes: each product's place in `phrases`."""

    language: str
    phrase: Ints
    phrases: list[str]
    worth: list[float]  # how much is bought of what a phrase names

    @cached_property
    def _read(self) -> list[tuple[str, str]]:
        """Each phrase as it is read, `|흰 우유|크림|` where it lists two things; and its letters alone."""
        parted = [_parted(syllables(phrase)) for phrase in self.phrases]
        return [(text, text.replace(" ", "").replace("|", "")) for text in parted]

    @cached_property
    def _typed(self) -> list[tuple[str, str]]:
        """Each phrase as it is typed, with a space before each word; and its letters alone."""
        spaced = [" " + " ".join(_WORDS.findall(letters(phrase))) for phrase in self.phrases]
        return [(text, text.replace(" ", "")) for text in spaced]

    @cached_property
    def _first(self) -> Ints:
        """The place of the most bought product of each phrase."""
        first = np.full(len(self.phrases), -1, np.int32)
        first[self.phrase[::-1]] = np.arange(len(self.phrase), dtype=np.int32)[::-1]
        return first

    def best_of(self, phrase: int) -> int:
        """The place of the most bought product of a phrase."""
        return int(self._first[phrase])

    def fit(self, word: str) -> Floats:
        """How well a word fits each phrase; 0: not at all. One Korean syllable must begin a word: 배 is no 양배추."""
        is_syllable = len(word) == 1 and HANGUL.match(word) is not None
        found = np.zeros(len(self.phrases), np.float32)
        for at, (text, bare) in enumerate(self._read):
            if word in bare:
                found[at] = _fit(text, bare, word, is_syllable)
        return found

    def parts(self, word: str) -> list[str]:
        """What a compound is made of, the longest piece that some name has first; itself where that is nothing."""
        found, rest = [], word
        while rest:
            for end in range(len(rest), 0, -1):
                if any(rest[:end] in bare for _, bare in self._read):
                    break
            else:
                return [word]
            found.append(rest[:end])
            rest = rest[end:]
        return found

    def beginning_with(self, words: str, limit: int) -> list[int]:
        """Phrases that have every word, of which the last may still be composed: the worthiest first."""
        *whole, last = words.split() or [""]
        typed = [letters(word) for word in whole]
        ends = forms(last)
        if not ends[0]:
            return []
        scored = []
        for at, (text, bare) in enumerate(self._typed):
            if any(word not in bare for word in typed):
                continue
            share = max((self._share(text, bare, end) for end in ends), default=0.0)
            if share:
                scored.append((-share * (self.worth[at] + 1), at))
        return [at for _, at in nsmallest(limit, scored)]

    @staticmethod
    def _share(text: str, bare: str, word: str) -> float:
        """What part of its worth a phrase counts for: it begins so, a word in it does, it has it somewhere."""
        if bare.startswith(word):
            return BEGINS_WORTH
        return 1.0 if f" {word}" in text else 0.2 if word in bare else 0.0

    @cached_property
    def _value(self) -> dict[str, float]:
        """Words, and how much is bought of what has them. In Chinese what several names share is a word."""
        value: dict[str, float] = {}
        names_of: dict[str, int] = {}
        for (text, _), worth in zip(self._read, self.worth, strict=True):
            words = set(text.replace("|", " ").split())
            if self.language == "zh-hans":
                words |= {
                    word[at : at + size] for word in words for size in GRAMS for at in range(len(word) - size + 1)
                }
            for word in words:
                value[word] = value.get(word, 0.0) + worth + 1
                names_of[word] = names_of.get(word, 0) + 1
        if self.language != "zh-hans":
            return value
        whole = {word for text, _ in self._read for word in text.replace("|", " ").split()}
        return {word: worth for word, worth in value.items() if names_of[word] > 1 or word in whole}

    @cached_property
    def _near(self) -> dict[str, list[str]]:
        """Words by what is left of them without one syllable."""
        near: dict[str, list[str]] = {}
        for word in self._value:
            for less in _shorter(word):
                near.setdefault(less, []).append(word)
        return near

    def meant(self, word: str) -> str | None:
        """The word that was meant, by one letter too many, too few, wrong or swapped (of eight: two); or None."""
        least = SHORTEST_CORRECTED[self.language]
        if word in self._value:
            return word
        if len(word) < least:
            return None
        typed = letters(word)
        allowed = 2 if len(typed) >= TWO_FAULTS_FROM else 1
        near = {other for less in _shorter(word) for other in self._near.get(less, ())}
        near |= set(self._near.get(word, ())) | {less for less in _shorter(word) if less in self._value}
        scored = [(faults(typed, letters(other)), -self._value[other], other) for other in near if len(other) >= least]
        best = min((score for score in scored if score[0] <= allowed), default=None)
        return best[2] if best else None

    def corrected(self, words: str) -> str | None:
        """What was meant, where that is something else than what was written; None where there is no guess."""
        written = syllables(words).split()
        meant = [word if self.fit(word).any() else self.meant(word) for word in written]
        if None in meant or meant == written:
            return None
        return " ".join(word for word in meant if word)


def _parted(text: str) -> str:
    parts = (" ".join(_WORDS.findall(part)) for part in _LISTED.split(text))
    return f"|{'|'.join(part for part in parts if part)}|"


def _fit(text: str, bare: str, word: str, is_syllable: bool) -> float:
    if bare == word:
        return WHOLE
    if f" {word}|" in text or f"|{word}|" in text:
        return HEAD
    if not is_syllable and f"{word}|" in text:
        return ENDS
    if f" {word}" in text or f"|{word}" in text:
        return BEGINS
    return 0.0 if is_syllable else WITHIN


def _shorter(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def names_of(language: str, said: Sequence[str], base: Sequence[str], sizes: Sequence[str], popularity: Ints) -> Names:
    """Of products in their order: their names in the language (empty: the English phrase in `base`) and sizes."""
    places: dict[str, int] = {}
    seen: dict[tuple[str, str], int] = {}
    codes = []
    for name, phrase, size in zip(said, base, sizes, strict=True):
        key = (name, size) if name else (phrase, "")
        code = seen.get(key)
        if code is None:
            text = phrase_of(name, size, language) if name else phrase
            code = seen[key] = places.setdefault(text, len(places))
        codes.append(code)
    phrase_codes = np.array(codes, np.int32)
    worth = np.bincount(phrase_codes, popularity, len(places)) if len(places) else np.zeros(0)
    return Names(language, phrase_codes, list(places), worth.tolist())
