"""Readable names out of the source's abbreviations: `FRZN ICE` / `ICE - CRUSHED/CUBED` / `22 LB` becomes
"Crushed or Cubed Ice, 22 lb". The words are in `words.toml`; here are only the rules. Pure functions."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources

from newretail.catalog.sizes import size_in

SMALL_WORDS = {"and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "without"}
_IN_BRACKETS = re.compile(r"\([^)]*\)?")
_WITH = [(re.compile(r"\bW/O\s*"), "without "), (re.compile(r"\bW/"), "with ")]
_POSSESSIVE = re.compile(r"\b(CHILDREN|WOMEN|MEN) S\b")
_OTHER = re.compile(r"(.+?)\s*(?:-\s*)?\b(?:ALL )?OTHERS?$")
_PARTS = re.compile(r"\s*:\s*|\s+-\s*|\s*-\s+")
_ALTERNATIVES = re.compile(r"\s*[/&]\s*")


@cache
def words() -> dict[str, dict[str, str]]:
    """The dictionary, by its tables: departments, categories, nouns, types, words."""
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text())


def _word(token: str, first: bool) -> str:
    bare = token.strip(".,")
    known = words()["words"].get(bare)
    if known is not None:
        return known
    if bare.lower() in SMALL_WORDS and not first:
        return bare.lower()
    return "-".join(part.capitalize() for part in bare.split("-"))


def _phrase(text: str) -> str:
    """Expand the tokens of a text without separators."""
    tokens = text.replace("!", " ").replace("*", " ").split()
    return " ".join(filter(None, (_word(token, place == 0) for place, token in enumerate(tokens))))


def _listing(text: str) -> str:
    """`A/B/C` or `A&B` as "A, B & C"."""
    for pattern, replacement in _WITH:
        text = pattern.sub(replacement, text)
    parts = list(filter(None, (_phrase(part) for part in _ALTERNATIVES.split(text))))
    return " & ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def expand(text: str) -> str:
    """Expand a category or type word by word; what stands in brackets (often cut off by the source) is dropped."""
    text = _POSSESSIVE.sub(r"\1S", _IN_BRACKETS.sub(" ", text.upper()).replace('"', " ").strip())
    if text.endswith("-MAGAZINE"):
        text = text.replace("-MAGAZINE", " MAGAZINE")
    if other := _OTHER.fullmatch(text):
        text = f"OTHER {other.group(1)}"
    parts = [part for part in (_listing(part) for part in _PARTS.split(text)) if part]
    if len(parts) < 2:
        return "".join(parts)
    # "CARROTS - BULK": what comes after the dash describes what is before it.
    return " ".join([*parts[1:], parts[0]])


def department_name(department: str) -> str:
    return words()["departments"].get(department, "Other")


@lru_cache(maxsize=10_000)
def category_name(department: str, category: str | None) -> str:
    """The name of a category; a product without one belongs to "Other …" of its department."""
    if not category:
        return f"Other {department_name(department)}".replace("Other Other", "Sundries")
    return words()["categories"].get(category) or expand(category)


@lru_cache(maxsize=10_000)
def type_name(department: str, category: str | None, type_: str | None) -> str:
    """What kind of thing a product is; never empty."""
    if not type_:
        return category_name(department, category)
    noun = words()["nouns"].get(category or "") or category_name(department, category)
    known = words()["types"].get(type_)
    return known.replace("{}", noun) if known else expand(type_) or noun


@cache
def phrases() -> dict[str, list[str]]:
    """What `type_name` makes, in Korean and in Chinese."""
    found: dict[str, list[str]] = tomllib.loads(
        resources.files(__package__).joinpath("phrases.toml").read_text("utf-8")
    )
    return found


@lru_cache(maxsize=50_000)
def other_names(phrase: str, size: str) -> dict[str, str]:
    """A product's names in Korean and Chinese, with its size as people there measure. Shared: not to be changed."""
    korean, chinese = phrases()[phrase]
    if not size:
        return {"ko": korean, "zh-hans": chinese}
    return {"ko": f"{korean}, {size_in(size, 'ko')}", "zh-hans": f"{chinese} {size_in(size, 'zh-hans')}"}


def product_name(department: str, category: str | None, type_: str | None, size: str) -> str:
    """The name of a product, with its package size where there is one."""
    name = type_name(department, category, type_)
    return f"{name}, {size}" if size else name
