"""The drawing itself: a template, the colours of brand and contents, a label with its mark, pattern and size."""

from __future__ import annotations

import tomllib
from functools import cache
from html import escape
from importlib import resources
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from newretail.shopfront.art.choose import Kind, contents_colour, face_of, kind_of
from newretail.shopfront.art.palette import BRANDS, brand_colours, brightness, light, mix, seed, shade

FILES = ("packages.toml", "goods.toml", "things.toml")
PAPER = "#fffaf0"
LONGEST_SIZE = 9  # Latin letters of a size that still fit a label
SIZE_INK = 10  # height of its letters
ROOM_FOR_SIZE = 44  # a label lower than this shows its mark only
NO_ROOM = 18


class Subject(NamedTuple):
    """What a picture may depend on; nothing else changes it."""

    product_id: int
    name: str
    brand: str = ""
    size: str = ""
    category: str = ""
    department: str = ""


@cache
def drawings() -> dict[str, dict[str, Any]]:
    """Every template by name."""
    found: dict[str, dict[str, Any]] = {}
    for file in FILES:
        found |= tomllib.loads(resources.files(__package__).joinpath(file).read_text())
    return found


@cache
def marks() -> dict[str, str]:
    return tomllib.loads(resources.files(__package__).joinpath("marks.toml").read_text())


def _colours(subject: Subject, kind: Kind) -> dict[str, str]:
    """The colours that a template may name."""
    body, accent = brand_colours(subject.brand)
    if subject.brand != "Own Brand":
        # Neighbours of one brand differ a little, as variants of a range do.
        body = mix(body, BRANDS[subject.product_id % len(BRANDS)][0], (subject.product_id // 7 % 3) * 0.16)
    elif "label" not in drawings()[kind.drawing]:
        body, accent = accent, body  # a thing all in paper white would be lost on white
    contents = contents_colour(kind.contents, subject.product_id) or body
    if kind.drawing in {"jug", "gable"} and kind.contents:
        body = mix(kind.contents, body, 0.08)  # milk and juice are told by their colour, not by their brand
        accent = accent if subject.brand == "Own Brand" else brand_colours(subject.brand)[0]
    ink = accent if brightness(accent) < 0.7 else shade(body)
    return {
        "b": body,
        "d": shade(body),
        "l": light(body),
        "a": accent,
        "e": shade(accent),
        "c": contents,
        "f": shade(contents),
        "w": PAPER,
        "k": ink,
    }


def _pattern(number: int, x: int, y: int, width: int, height: int, colour: str) -> str:
    """What is printed at the edges of a label: a few kinds, so that brands differ by more than colour."""
    right, low = x + width, y + height
    step = number % 6
    if step == 0:
        return f'<path d="M{x} {y + 3}h{width}M{x} {low - 3}h{width}" stroke="{colour}" stroke-width="3"/>'
    if step == 1:
        return f'<path d="M{x} {y}h{width}v9q-{width // 2} 10-{width} 0z" fill="{colour}"/>'
    if step == 2:
        return f'<path d="M{x} {low - 12}L{right} {low - 24}V{low}H{x}z" fill="{colour}" fill-opacity=".55"/>'
    if step == 3:
        dots = "".join(f"M{x + 6 + 9 * dot} {y + 5}h.1" for dot in range((width - 4) // 9))
        return f'<path d="{dots}" stroke="{colour}" stroke-width="4" stroke-linecap="round"/>'
    if step == 4:
        return f'<path d="M{x} {y}h7v{height}h-7zM{right - 7} {y}h7v{height}h-7z" fill="{colour}" fill-opacity=".7"/>'
    return f'<path d="M{x} {y}h{width // 2}L{x} {y + height // 2}z" fill="{colour}"/>'


def _width(text: str) -> int:
    """In Latin letters; a Chinese or Korean one is as wide as two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _label(subject: Subject, kind: Kind, box: list[int], colours: dict[str, str]) -> str:
    """Paper, pattern, mark and size, on the front of a package."""
    x, y, width, height = box
    own = subject.brand == "Own Brand"
    paper = PAPER if not own else mix(colours["b"], "#ffffff", 0.6)
    number = seed(subject.brand)
    if not own and number % 3 == 0:
        paper = mix(colours["a"], "#ffffff", 0.72)
    parts = [f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{paper}"/>']
    if own:  # the house's band, the same on all its goods
        parts.append(f'<path d="M{x} {y}h{width}v8h-{width}z" fill="{colours["a"]}"/>')
    else:
        parts.append(_pattern(number // 3 + subject.product_id % 2, x, y, width, height, colours["b"]))
    size = subject.size.split(", ")[-1] if _width(subject.size) > LONGEST_SIZE else subject.size
    has_size = 0 < _width(size) <= LONGEST_SIZE and height >= ROOM_FOR_SIZE
    room = height - (14 if has_size else 0) - (8 if own else 0)
    middle = y + (8 if own else 0) + room / 2 + (2 if has_size else 0)
    if kind.mark and room > NO_ROOM:
        scale = min(room - 4, width - 10, 56) / 38
        centre = x + width / 2
        if kind.mark == "bubble":  # light on light would not be seen
            parts.append(f'<circle cx="{centre:g}" cy="{middle:g}" r="{18 * scale:.1f}" fill="{colours["c"]}"/>')
        drawn = marks()[kind.mark].format(**colours)
        parts.append(f'<g transform="translate({centre:g} {middle:g}) scale({scale:.2f})">{drawn}</g>')
    if has_size:
        parts.append(
            f'<text x="{x + width / 2:g}" y="{y + height - 5}" font-size="{SIZE_INK}" font-weight="700"'
            f' font-family="system-ui,sans-serif" text-anchor="middle" fill="#3a3230">{escape(size)}</text>'
        )
    return "".join(parts)


def draw(subject: Subject) -> str:
    """The picture of a product as one SVG of at most 3 kB: no style, no script, nothing from elsewhere."""
    return _picture(subject, kind_of(subject.name, subject.category, subject.department))


@cache
def draw_face(slug: str, name: str) -> str:
    """The picture of a department or category."""
    return _picture(Subject(seed(slug) % 97, name, slug), face_of(slug, name))


def _picture(subject: Subject, kind: Kind) -> str:
    template = drawings()[kind.drawing]
    colours = _colours(subject, kind)
    foot, ground = template["foot"], template.get("shadow", 177)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">',
        f'<ellipse cx="106" cy="{ground}" rx="{foot + 14}" ry="7" fill="#1a1420" fill-opacity=".16"/>',
        template["svg"].format(**colours),
    ]
    if "label" in template:
        parts.append(_label(subject, kind, template["label"], colours))
    parts.append("</svg>")
    return "".join(parts)
