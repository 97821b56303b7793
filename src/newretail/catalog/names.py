"""Names of categories in other languages: the catalogue keeps English, `names.toml` has the rest."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

OWN_BRAND = "Own Brand"  # as the catalogue writes what the house makes itself
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
