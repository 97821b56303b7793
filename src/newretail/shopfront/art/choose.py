"""Which drawing shows a product, and in which colours: by the words of its name, category and department."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

# Words that give the contents a colour and a mark wherever a row leaves that to the name.
FLAVOURS = (
    ("strawberr|raspberr|cherr|cranberr|berr", "#d9333f", "berry"),
    ("grape|raisin|plum|prune", "#6b2f63", "grape"),
    ("orange|citrus|lemon|lime|mandarin", "#f4932a", "citrus"),
    ("chocolate|fudge|mocha|cocoa", "#6b3f22", "bean"),
    ("vanilla|cream|plain", "#f4e3b5", "drop"),
    ("apple|peach|pear|apricot|fruit", "#f29a5c", "fruit"),
)
VEGETABLES = (
    ("tomato|chili|ketchup", "#d8372d", "tomato"),
    ("corn|hominy", "#f2c738", "kernel"),
    ("green bean|pea|spinach|asparagus|green|broccoli", "#5f9a4a", "pea"),
    ("bean|lentil", "#9a4f2c", "bean"),
    ("carrot|pumpkin|yam", "#f08a24", "leaf"),
    ("mushroom|potato", "#c9a27a", "leaf"),
    ("fruit|berr|cherr", "#d9333f", "berry"),
)
LIPS = ("#b8324a", "#d9546e", "#8c2f4f", "#e07a6a", "#c2406a", "#7a2436", "#e59aa8")
SKIN = ("#f0cfae", "#e3b48c", "#cf9669", "#b57a4e", "#8f5c3a", "#f4d9c4")


class Kind(NamedTuple):
    """A drawing, the colour of what is in it ("": the brand's), and the mark on its label ("": none)."""

    drawing: str
    contents: str
    mark: str


class Words(NamedTuple):
    """What is known of a product, in lower case."""

    name: str
    category: str
    department: str


class _Row(NamedTuple):
    tests: tuple[tuple[str, re.Pattern[str]], ...]
    kind: Kind


def _row(cells: list[str]) -> _Row:
    """ "category: a|b|name: c" is a test of the category for a or b, and one of the name for c."""
    tests: list[tuple[str, re.Pattern[str]]] = []
    for part in re.split(r"\|(?=(?:name|category|department):)", cells[0]):
        field, colon, pattern = part.partition(": ")
        tests.append((field, re.compile(pattern)) if colon else ("", re.compile(part)))
    return _Row(tuple(tests), Kind(*cells[1:]))


@cache
def _tables() -> tuple[list[_Row], dict[str, list[_Row]]]:
    data: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("kinds.toml").read_text())
    groups = {name: [_row(cells) for cells in rows] for name, rows in data["groups"].items()}
    return [_row(cells) for cells in data["rows"]], groups


def _fits(row: _Row, words: Words, text: str) -> bool:
    return any(pattern.search(getattr(words, field) if field else text) for field, pattern in row.tests)


def _by_words(table: tuple[tuple[str, str, str], ...], text: str, otherwise: Kind) -> Kind:
    for pattern, colour, mark in table:
        if re.search(pattern, text):
            return otherwise._replace(contents=colour, mark=mark)
    return otherwise._replace(mark="leaf" if table is VEGETABLES else "fruit")


@lru_cache(maxsize=20_000)
def kind_of(name: str, category: str, department: str) -> Kind:
    """The drawing of a product; there is always one."""
    words = Words(name.lower(), category.lower(), department.lower())
    text = f"{words.category} | {words.name} | {words.department}"
    rows, groups = _tables()
    found = next(row.kind for row in rows if _fits(row, words, text))
    while found.drawing.startswith("="):
        inner = next(row.kind for row in groups[found.drawing[1:]] if _fits(row, words, text))
        found = Kind(inner.drawing, inner.contents or found.contents, inner.mark or found.mark)
    if found.mark == "=flavour":
        return _by_words(FLAVOURS, text, found)
    if found.mark == "=veg":
        return _by_words(VEGETABLES, text, found)
    return found


def face_of(slug: str, name: str) -> Kind:
    """The drawing of a department or category."""
    cells = tomllib.loads(resources.files(__package__).joinpath("kinds.toml").read_text())["faces"].get(slug)
    return Kind(*cells) if cells else kind_of(name, name, "")


def contents_colour(wish: str, number: int) -> str:
    """The colour of the contents; make-up has many, so the product's own number picks one."""
    if wish == "=lips":
        return LIPS[number % len(LIPS)]
    if wish == "=skin":
        return SKIN[number % len(SKIN)]
    return wish
