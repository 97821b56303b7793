"""Charts as inline SVG: no script, no network, colours from the page's CSS, a title on every point to hover."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

HEIGHT = 210
SMALLEST = 0.001  # what a scale reaches down to
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 24, 26
WHOLE, HALF, PHONE = 1060, 500, 340  # widths that a chart is drawn in, about one unit a pixel


@dataclass(frozen=True, slots=True)
class Series:
    """Values over x; `style` is the CSS class that colours it; `filled` draws the area below."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The plane that a chart is drawn in."""

    width: int
    x_end: float
    y_low: float
    y_high: float
    log: bool

    def x(self, value: float) -> float:
        return round(LEFT + value / self.x_end * (self.width - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        if self.log:
            value, low, high = (math.log10(max(v, self.y_low)) for v in (value, self.y_low, self.y_high))
        else:
            low, high = self.y_low, self.y_high
        return round(HEIGHT - BOTTOM - (value - low) / ((high - low) or 1) * (HEIGHT - TOP - BOTTOM), 1)


def nice_step(span: float, parts: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides `span` into at most `parts`."""
    if span <= 0:
        return 1.0
    raw = span / parts
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw * 0.999)


def short(value: float) -> str:
    """A number as a label: 1.5k, 20k, 0.25."""
    if abs(value) >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:g}"


def _y_ticks(frame: Frame) -> list[float]:
    if frame.log:
        low, high = math.floor(math.log10(frame.y_low)), math.ceil(math.log10(frame.y_high))
        return [10.0**power for power in range(low, high + 1) if frame.y_low <= 10.0**power <= frame.y_high]
    step = nice_step(frame.y_high - frame.y_low, 4)
    return [round(index * step, 6) for index in range(int(frame.y_high / step + 1.001))]


def _axes(frame: Frame, unit: str, x_unit: str) -> list[str]:
    right = frame.width - RIGHT
    parts = []
    for tick in _y_ticks(frame):
        y = frame.y(tick)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{short(tick)}</text>')
    step = nice_step(frame.x_end, 6 if frame.width > PHONE else 4)
    tick = 0.0
    while tick <= frame.x_end * 1.0001:
        if frame.x(tick) < right - 20 or not x_unit:  # the unit stands at the end
            parts.append(f'<text x="{frame.x(tick)}" y="{HEIGHT - 8}" text-anchor="middle">{short(tick)}</text>')
        tick += step
    parts.append(f'<text x="{right}" y="{HEIGHT - 8}" text-anchor="end">{escape(x_unit)}</text>')
    parts.append(f'<text class="unit" x="{LEFT}" y="12">{escape(unit)}</text>')
    return parts


def _path(frame: Frame, series: Series) -> str:
    points = " ".join(f"{frame.x(x)},{frame.y(y)}" for x, y in series.points)
    if series.filled and series.points:
        base = frame.y(frame.y_low)
        first, last = frame.x(series.points[0][0]), frame.x(series.points[-1][0])
        return f'<polygon class="{series.style} filled" points="{first},{base} {points} {last},{base}"/>'
    return f'<polyline class="{series.style}" points="{points}"/>'


def _hovers(frame: Frame, series: Sequence[Series], x_unit: str) -> list[str]:
    """Invisible columns, a title on each with the values there: the browser shows it as a tooltip."""
    at: dict[float, list[str]] = {}
    for one in series:
        for x, y in one.points:
            at.setdefault(x, []).append(f"{one.name} {y:,.6g}")
    moments = sorted(at)
    parts = []
    for index, x in enumerate(moments):
        left = frame.x(x)
        right = frame.x(moments[index + 1]) if index + 1 < len(moments) else frame.width - RIGHT
        text = escape(f"{x:g} {x_unit}: " + ", ".join(at[x]))
        parts.append(
            f'<rect class="hover" x="{left}" y="{TOP}" width="{max(right - left, 1):.1f}"'
            f' height="{HEIGHT - TOP - BOTTOM}"><title>{text}</title></rect>'
        )
    return parts


def _frame(width: int, series: Sequence[Series], log: bool) -> Frame:
    xs = [x for one in series for x, _ in one.points]
    ys = [y for one in series for _, y in one.points]
    highest = max(max(ys, default=0), SMALLEST)
    if log:
        low = 10.0 ** math.floor(math.log10(max(min((y for y in ys if y > 0), default=1), SMALLEST)))
        return Frame(width, max(max(xs, default=1), SMALLEST), low, max(highest, low * 10), True)
    step = nice_step(highest, 4)
    return Frame(width, max(max(xs, default=1), SMALLEST), 0, math.ceil(highest / step) * step, False)


def _drawn(title: str, wide: int, draw: Callable[[int], list[str]]) -> str:
    """The chart twice: for a desk and for a phone; CSS shows the one that fits."""
    parts = []
    for style, width in (("wide", wide), ("narrow", PHONE)):
        inner = "".join(draw(width))
        parts.append(
            f'<svg class="{style}" viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{escape(title)}">{inner}</svg>'
        )
    return "".join(parts)


def lines(
    title: str, unit: str, series: Sequence[Series], *, wide: int = HALF, x_unit: str = "s", log: bool = False
) -> str:
    """Lines and areas over time."""

    def draw(width: int) -> list[str]:
        frame = _frame(width, series, log)
        return [*_axes(frame, unit, x_unit), *(_path(frame, one) for one in series), *_hovers(frame, series, x_unit)]

    return _drawn(title, wide, draw)


def dots(title: str, unit: str, series: Series, *, x_unit: str = "s") -> str:
    """A dot a point, on a logarithmic scale."""

    def draw(width: int) -> list[str]:
        frame = _frame(width, [series], log=True)
        marks = [
            f'<circle class="{series.style}" cx="{frame.x(x)}" cy="{frame.y(y)}" r="1.8"/>' for x, y in series.points
        ]
        return [*_axes(frame, unit, x_unit), *marks]

    return _drawn(title, HALF, draw)


def bars(title: str, unit: str, values: Sequence[tuple[str, float]], style: str) -> str:
    """A bar a label."""

    def draw(width: int) -> list[str]:
        highest = max(max((value for _, value in values), default=0), SMALLEST)
        step = nice_step(highest, 4)
        frame = Frame(width, len(values), 0, math.ceil(highest / step) * step, False)
        parts = [part for part in _axes(frame, unit, "") if 'text-anchor="middle"' not in part]
        each = (width - LEFT - RIGHT) / max(len(values), 1)
        every = max(1, math.ceil(len(values) * 44 / (width - LEFT)))
        for index, (label, value) in enumerate(values):
            x, y = LEFT + index * each, frame.y(value)
            height = HEIGHT - BOTTOM - y
            parts.append(
                f'<rect class="{style} bar" x="{x + 1:.1f}" y="{y}" width="{max(each - 2, 1):.1f}"'
                f' height="{height:.1f}"><title>{escape(label)}: {value:,.6g} {escape(unit)}</title></rect>'
            )
            if index % every == 0:
                parts.append(
                    f'<text x="{x + each / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(label)}</text>'
                )
        return parts

    return _drawn(title, HALF, draw)
