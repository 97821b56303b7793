"""Package sizes as readers of a language measure: "16 oz" is 454g in Korea and 454克 in China. Pure functions.

The catalogue keeps the size that stands on the package, in English. Where it is in ounces, pounds, gallons or inches,
Korean and Chinese readers see it in metric units, as the law of both countries has it on a shelf.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

_AMOUNT = r"(?:\d+ )?\d+/[1-9]\d*|\d+(?:\.\d+)?"
_MEASURE = re.compile(rf"(?:(?P<times>{_AMOUNT}) × )?(?P<amount>{_AMOUNT}) (?P<unit>[A-Za-z ]+)", re.ASCII)
_PACK = re.compile(r"pack of (\d+)|(\d+) packs?", re.ASCII)

# What one of an English unit is, in grams, millilitres, centimetres or square metres, and which of these.
METRIC: dict[str, tuple[Fraction, str]] = {
    "oz": (Fraction("28.349523125"), "g"),
    "lb": (Fraction("453.59237"), "g"),
    "g": (Fraction(1), "g"),
    "kg": (Fraction(1000), "g"),
    "fl oz": (Fraction("29.5735295625"), "ml"),
    "pt": (Fraction("473.176473"), "ml"),
    "qt": (Fraction("946.352946"), "ml"),
    "gal": (Fraction("3785.411784"), "ml"),
    "ml": (Fraction(1), "ml"),
    "L": (Fraction(1000), "ml"),
    "mm": (Fraction(1, 10), "cm"),
    "cm": (Fraction(1), "cm"),
    "in": (Fraction("2.54"), "cm"),
    "ft": (Fraction("30.48"), "cm"),
    "yd": (Fraction("91.44"), "cm"),
    "sq ft": (Fraction("0.09290304"), "sqm"),
}
_LARGER = {"g": (1000, "kg"), "ml": (1000, "L"), "cm": (100, "m")}
_UNITS = {
    "ko": {"g": "g", "kg": "kg", "ml": "ml", "L": "L", "cm": "cm", "m": "m", "sqm": "㎡"},
    "zh-hans": {"g": "克", "kg": "千克", "ml": "毫升", "L": "升", "cm": "厘米", "m": "米", "sqm": "平方米"},
}
# Counted things by their English word; {} is the number.
_COUNTED = {
    "ko": {
        "ct": "{}개입", "pack": "{}개 묶음", "dozen": "{}개입", "pieces": "{}개입", "loads": "{}회분", "uses": "{}회분",
        "stems": "{}송이", "cups": "{}컵", "rolls": "{}롤", "sheets": "{}매", "pads": "{}매", "sticks": "{}개입",
        "kit": "{}세트", "pair": "{}쌍", "W": "{}W",
    },
    "zh-hans": {
        "ct": "{}个装", "pack": "{}件装", "dozen": "{}个装", "pieces": "{}件", "loads": "{}次用量", "uses": "{}次用量",
        "stems": "{}枝", "cups": "{}杯", "rolls": "{}卷", "sheets": "{}张", "pads": "{}片", "sticks": "{}根",
        "kit": "{}套", "pair": "{}双", "W": "{}瓦",
    },
}  # fmt: skip
_WORDS = {
    "ko": {
        "large": "대", "medium": "중", "small": "소", "mini": "미니", "extra large": "특대", "regular": "보통",
        "king size": "킹 사이즈", "queen size": "퀸 사이즈", "twin size": "트윈 사이즈", "full size": "더블 사이즈",
        "carton": "1보루",
    },
    "zh-hans": {
        "large": "大号", "medium": "中号", "small": "小号", "mini": "迷你", "extra large": "特大号", "regular": "标准",
        "king size": "特大床用", "queen size": "大床用", "twin size": "单人床用", "full size": "双人床用",
        "carton": "1条",
    },
}  # fmt: skip


MEASURED = frozenset(_UNITS)  # the languages with measures of their own


def number(text: str) -> Fraction:
    """A number as a size has it: `7`, `.5`, `1/2` or `7 1/2`."""
    return sum((Fraction(part) for part in text.split()), Fraction(0))


def _figure(value: Fraction) -> str:
    """Three digits that count, no zeros behind the point: 454, 45.4, 4.54."""
    places = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{float(value):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _measured(value: Fraction, unit: str, language: str) -> str:
    """`value` in grams, millilitres, centimetres or square metres, in the larger unit from a thousand on."""
    if unit in _LARGER and round(value) >= _LARGER[unit][0]:
        value, unit = value / _LARGER[unit][0], _LARGER[unit][1]
    elif value >= 10:
        value = Fraction(round(value))  # a shelf says 454 g, and 28 g, not 28.3
    return f"{_figure(value)}{_UNITS[language][unit]}"


def _part(text: str, language: str) -> str | None:
    """One of the measures that a size is made of; None where it cannot be read."""
    if text in _WORDS[language]:
        return _WORDS[language][text]
    if pack := _PACK.fullmatch(text):
        return _COUNTED[language]["pack"].format(pack[1] or pack[2])
    match = _MEASURE.fullmatch(text)
    if match is None:
        return None
    times, amount, unit = match["times"], number(match["amount"]), match["unit"]
    if unit in METRIC:
        factor, base = METRIC[unit]
        measure = _measured(amount * factor, base, language)
        if not times:
            return measure
        if base == "cm":  # a frame of 8 × 10 in: both are lengths
            return f"{_measured(number(times) * factor, base, language)}×{measure}"
        return f"{measure}×{times}개" if language == "ko" else f"{measure}×{times}"
    words = _COUNTED[language]
    word = unit if unit in words else f"{unit}s" if f"{unit}s" in words else unit.removesuffix("s")
    if word not in words:
        return None
    counted = words[word].format(_figure(amount * 12 if word == "dozen" else amount))
    return f"{counted}×{times}" if times else counted


@lru_cache(maxsize=20_000)
def size_in(size: str, language: str) -> str:
    """A package size in a language; as it stands where the language has no measures of its own or it says nothing.

    >>> size_in("12 × 12 fl oz", "ko"), size_in("1 1/2 lb", "zh-hans"), size_in("a handful", "ko")
    ('355ml×12개', '680克', 'a handful')
    """
    if language not in _UNITS or not size:
        return size
    parts = [_part(part, language) for part in size.split(", ")]
    known = [part for part in parts if part]
    if len(known) < len(parts):
        return size
    # "1 L, 33.8 fl oz" says the same twice.
    return ", ".join(dict.fromkeys(known))
