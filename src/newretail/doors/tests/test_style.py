"""The style sheet: colours that can be read, and no direction of writing built in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newretail import doors

ROOMS = Path(doors.__file__).parent.parent
CSS = (Path(doors.__file__).parent / "static" / "newretail.css").read_text()
PAIR = re.compile(r"--([\w-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)")
TEXT_ON_GROUND = [
    ("ink", "warm"),
    ("ink-soft", "warm"),
    *((text, ground) for text in ("ink", "ink-soft", "accent", "good", "bad") for ground in ("paper", "ground")),
    ("accent-ink", "accent"),
    ("ink", "good-soft"),
    ("ink", "bad-soft"),
    ("bad", "bad-soft"),
]


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _colours(mode: int) -> dict[str, str]:
    return {match[1]: match[2 + mode] for match in PAIR.finditer(CSS.split("*, *::before")[0])}


def test_the_contrast_is_that_of_wcag():
    """The two values that everybody agrees on."""
    assert _contrast("000000", "ffffff") == pytest.approx(21)
    assert _contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read(text, ground, mode):
    colours = _colours(mode)
    assert _contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_edges_of_fields_can_be_seen(mode):
    colours = _colours(mode)
    assert _contrast(colours["line-strong"], colours["paper"]) >= 3


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_tiles_are_quiet_grounds(mode):
    """Eight tints on which light and dark parts of a drawing show: never as light as paper white nor a middle grey."""
    tints = re.findall(r"\.tint-\d \{([^}]+)\}", CSS)
    assert len(tints) == 8
    for tint in tints:
        (ground,) = (match[2 + mode] for match in PAIR.finditer(tint))
        bare, other = ("ffffff", "1b1e21") if mode == 0 else ("000000", "ffffff")
        assert 1.04 <= _contrast(ground, bare) <= 2, tint
        assert _contrast(ground, other) >= 10, tint


SHEETS = sorted(sheet for sheet in ROOMS.glob("*/static/**/*.css") if "vendor" not in sheet.parts)
DIRECTION = re.compile(
    r"(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)|(?<![\w-])(?:left|right):"
    r"|(?:text-align|float|clear): (?:left|right)|border-(?:top|bottom)-(?:left|right)-radius"
)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_left_and_right_are_not_built_in(sheet):
    """Logical properties only, so that a language that runs the other way needs no second sheet."""
    assert DIRECTION.findall(sheet.read_text()) == []
