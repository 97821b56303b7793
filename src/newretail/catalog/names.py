"""Names of categories in other languages: the catalogue keeps English, `names.toml` has the rest."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

LANGUAGES = ("ko", "zh-hans")


@cache
def names() -> dict[str, list[str]]:
    """Korean and Chinese by the English name."""
    text = resources.files(__package__).joinpath("names.toml").read_text(encoding="utf-8")
    found: dict[str, list[str]] = tomllib.loads(text)
    return found


def category_name(name: str, language: str) -> str:
    """A category's name as readers of that language say it; the English one where nobody has translated it."""
    if language not in LANGUAGES or name not in names():
        return name
    return names()[name][LANGUAGES.index(language)]


@cache
def category_names(language: str) -> dict[str, str]:
    """All categories' names in a language, by the English one; nothing for English."""
    if language not in LANGUAGES:
        return {}
    return {english: translated[LANGUAGES.index(language)] for english, translated in names().items()}


@cache
def _by_words(language: str) -> list[tuple[str, str]]:
    place = LANGUAGES.index(language)
    return [(translated[place].lower(), name) for name, translated in names().items()]


def named_like(words: str, language: str, limit: int = 5) -> list[str]:
    """The English names of categories that are called so, or whose name has these words in it, the closest first."""
    words = words.lower().strip()
    if language not in LANGUAGES or not words:
        return []
    hits = sorted((len(said), name) for said, name in _by_words(language) if words in said)
    return [name for _, name in hits[:limit]]
