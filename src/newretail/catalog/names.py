"""Names in other languages. The catalogue keeps English; a product has its other names in its own row (`names`), the
names of categories are in `names.toml`, those of brands in a table of few rows, read with the index of a market; and a
brand that is only a number is said by a rule."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from newretail.kit.reader import reader_language

OWN_BRAND = "Own Brand"  # as the catalogue writes what the house makes itself
LANGUAGES = ("ko", "zh-hans")
_NUMBERED = re.compile(r"Maker (\d+)")
_MAKER = {"ko": "제조사 {}", "zh-hans": "厂商 {}"}


def product_name(name: str, names: Mapping[str, str], language: str) -> str:
    """A product's name in a language; the one it has in English where it has none in that.

    Statements that read lists say the same: `coalesce(names ->> language, name)`.
    """
    return names.get(language) or name


@dataclass(frozen=True, slots=True)
class Brands:
    """What people said brands are called, by language; `epoch` counts how often that changed in this process."""

    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    epoch: int = 0


_brands = Brands()


def tell_brands(names: Mapping[str, Mapping[str, str]]) -> None:
    """Take over what brands are called: whoever reads the catalogue anew does so, for all pages of the process."""
    global _brands  # one object is put in another's place, so no reader sees half of it
    if names != _brands.names:
        _brands = Brands(names, _brands.epoch + 1)


def brands_epoch() -> int:
    """Another number whenever brands are called differently: for what is kept by the values it was made of."""
    return _brands.epoch


def brand_name(brand: str, language: str) -> str:
    """A brand as readers of a language say it: as somebody wrote it for them, else as it is written everywhere.

    A maker known by its number is called so.
    """
    if said := _brands.names.get(brand, {}).get(language):
        return said
    if language not in _MAKER or not (numbered := _NUMBERED.fullmatch(brand)):
        return brand
    return _MAKER[language].format(numbered[1])


def named_so(words: str) -> dict[str, str | None]:
    """Values for a statement: the reader's language, and what a name in another language is like that has the words.

    Where the words are English it is None, and PostgreSQL does not look at other names at all.
    """
    escaped = re.sub(r"([\\%_])", r"\\\1", words)
    return {"language": reader_language(), "named": None if words.isascii() else f"%{escaped}%"}


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
