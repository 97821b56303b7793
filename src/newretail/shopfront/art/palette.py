"""Colours of a picture: brands have one of a few palettes that go well together; shades are worked out."""

from __future__ import annotations

import zlib

# (body, accent): strong enough for paper and for a dark screen, quiet enough side by side.
BRANDS = (
    ("#e4573d", "#fbd38a"),
    ("#2f6fb2", "#f6c445"),
    ("#2e8b6f", "#f4efe0"),
    ("#f0b429", "#b3362b"),
    ("#7a4fa3", "#f3b7cf"),
    ("#d6456e", "#fbe3c4"),
    ("#1f8aa5", "#f28c5a"),
    ("#5d8c3a", "#f6d873"),
    ("#c46a2c", "#3c5a74"),
    ("#3d4f7c", "#ef7d6b"),
    ("#e88aa6", "#6d4a8f"),
    ("#4fa3c7", "#fdf3dd"),
    ("#a83c4f", "#e9c46a"),
    ("#6b7f3a", "#e9733f"),
)
OWN_BRAND = ("#fbf7ee", "#b3261e")  # the house's own goods: paper and our red, whatever is in them


def seed(text: str) -> int:
    """A number that is the same for the same text in every process, unlike `hash`."""
    return zlib.crc32(text.encode())


def brand_colours(brand: str) -> tuple[str, str]:
    if brand == "Own Brand":
        return OWN_BRAND
    return BRANDS[seed(brand) % len(BRANDS)]


def mix(colour: str, other: str, part: float) -> str:
    """`colour` with a part (0 to 1) of `other` in it, both as #rrggbb."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def shade(colour: str) -> str:
    """The side away from the light: darker and a little bluer."""
    return mix(colour, "#2a1f3d", 0.24)


def light(colour: str) -> str:
    return mix(colour, "#ffffff", 0.42)


def brightness(colour: str) -> float:
    """0 (black) to 1 (white), as the eye weighs it."""
    red, green, blue = bytes.fromhex(colour[1:])
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
