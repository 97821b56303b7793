"""Sizes, formats and names of uploaded pictures. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

BYTES_LIMIT = 12 << 20
PIXELS_LIMIT = 40_000_000  # what it takes in memory while it is read: a camera's picture, not a bomb
SHORTEST_SIDE = 160  # less is a smear on a phone
MASTER_SIDE = 2560
WIDTHS = (320, 640, 1280)  # of the whole picture
SQUARES = (320, 640)  # cut out around its focus, for cards and thumbnails
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
LIMIT_OF_PRODUCT = 12

KEY = re.compile(r"[0-9a-f]{32}")
NAME = re.compile(r"(?:whole-(?:320|640|1280)|at-\d{1,3}-\d{1,3}-(?:320|640))\.(?P<type>avif|webp|jpg)")


@dataclass(frozen=True, slots=True)
class Focus:
    """The point that must stay in sight when a picture is cut, in hundredths of its width and height."""

    x: int = 50
    y: int = 50

    def __post_init__(self) -> None:
        if not (0 <= self.x <= 100 and 0 <= self.y <= 100):
            raise ValueError("A focal point lies between 0 and 100 per cent of the width and of the height.")


MIDDLE = Focus()


def square_around(width: int, height: int, focus: Focus) -> tuple[int, int, int, int]:
    """The largest square in the picture, its middle as near to the focus as the edges allow (as Pillow has boxes)."""
    side = min(width, height)
    left = min(max(0, round(width * focus.x / 100 - side / 2)), width - side)
    top = min(max(0, round(height * focus.y / 100 - side / 2)), height - side)
    return left, top, left + side, top + side


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size with the longer side at most `longest`; nothing is made larger than it is."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def whole_name(key: str) -> str:
    """What the files of the whole picture are called, without width and type."""
    return f"{key}/whole"


def square_name(key: str, focus: Focus) -> str:
    """What the files of its square are called; another focus makes other files."""
    return f"{key}/at-{focus.x}-{focus.y}"
