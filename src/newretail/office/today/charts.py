"""Small charts as numbers for SVG: where each column stands and how high it is. Pure; the page draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 64


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a chart, in units of a box of WIDTH x HEIGHT; `y` is its upper end."""

    x: float
    y: float
    width: float
    height: float
    value: int


def columns(values: Sequence[int], top: int, gap: float = 0.25) -> list[Column]:
    """Columns side by side over the whole width. `top`: what fills the whole height; `gap`: of a column's room."""
    room = WIDTH / max(len(values), 1)
    found = []
    for place, value in enumerate(values):
        height = round(HEIGHT * value / top, 2) if top else 0.0
        width = round(room * (1 - gap), 2)
        x = round(place * room + (room - width) / 2, 2)
        found.append(Column(x, round(HEIGHT - height, 2), width, height, value))
    return found


def steps(values: Sequence[int], top: int) -> str:
    """A line in steps over the same room, as points of a polyline."""
    room = WIDTH / max(len(values), 1)
    points = []
    for place, value in enumerate(values):
        y = round(HEIGHT - HEIGHT * value / top, 2) if top else HEIGHT
        points += [f"{round(place * room, 2)},{y}", f"{round((place + 1) * room, 2)},{y}"]
    return " ".join(points)
