"""What one unit of measure costs: from a package size as people write it."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from babel.units import format_unit
from django.utils.translation import gettext

from newretail.catalog import api as catalog

_SIZE = re.compile(
    r"^(?:(?P<times>\d+) × )?(?P<whole>\d+(?:\.\d+)?(?![\d/]))?(?: ?(?P<part>\d+/[1-9]\d*))? (?P<unit>[A-Za-z ]+)$",
    re.ASCII,
)
# A unit of the package, how many of the unit of the price it is, and the unit of the price.
UNITS: dict[str, tuple[Fraction, str]] = {
    "oz": (Fraction(1), "oz"),
    "fl oz": (Fraction(1), "fl oz"),
    "lb": (Fraction(1), "lb"),
    "gal": (Fraction(1), "gal"),
    "qt": (Fraction(1), "qt"),
    "pt": (Fraction(1), "pt"),
    "L": (Fraction(1), "L"),
    "ml": (Fraction(1, 100), "100 ml"),
    "g": (Fraction(1, 100), "100 g"),
    "ct": (Fraction(1), "ct"),
    "loads": (Fraction(1), "load"),
}


class UnitPrice(NamedTuple):
    """Minor units of the price's currency for one `unit`."""

    amount_minor: int
    unit: str


# What the shelves of Korea and China say the price of: of an amount in grams, in millilitres, and of counted things.
METRIC_UNITS: dict[str, dict[str, tuple[Fraction, str]]] = {
    "ko": {
        "g": (Fraction(1, 100), "100g"),
        "ml": (Fraction(1, 100), "100ml"),
        "ct": (Fraction(1), "1개"),
        "loads": (Fraction(1), "1회"),
    },
    "zh-hans": {
        "g": (Fraction(1, 100), "100克"),
        "ml": (Fraction(1, 100), "100毫升"),
        "ct": (Fraction(1), "件"),
        "loads": (Fraction(1), "次"),
    },
}


def _measured(unit: str, language: str) -> tuple[Fraction, str] | None:
    """How many of the price's unit one of the package's unit is, and the price's unit; None: it has no such price."""
    metric = METRIC_UNITS.get(language)
    if metric is None:
        return UNITS.get(unit)
    amount, base = catalog.METRIC.get(unit, (Fraction(1), unit))
    if base not in metric:
        return None
    factor, name = metric[base]
    return amount * factor, name


@lru_cache(maxsize=20_000)
def unit_price(price_minor: int, size: str, language: str = "en") -> UnitPrice | None:
    """The price of one ounce, pound, litre …, in Korean and Chinese of 100 grams or millilitres.

    `size` is as it stands on the package. None where it says nothing, or says just one unit.
    """
    match = _SIZE.match(size)
    measured = _measured(match["unit"], language) if match else None
    if match is None or measured is None:
        return None
    factor, unit = measured
    amount = Fraction(match["whole"] or 0) + Fraction(match["part"] or 0)
    amount *= int(match["times"] or 1) * factor
    if amount <= 0 or amount == 1:
        return None
    each = Decimal(price_minor * amount.denominator) / Decimal(amount.numerator)
    minor = int(each.quantize(Decimal(1), ROUND_HALF_UP))
    return UnitPrice(minor, unit) if minor else None


def each_text(price: str, unit: str) -> str:
    """The price of a unit as people say it: $0.19 / oz, 100g당 2,580원."""
    return gettext("%(price)s / %(unit)s") % {"price": price, "unit": unit}


KILOMETRES_OF_A_MILE = 1.609344  # exactly, by the international agreement of 1959


@lru_cache(maxsize=5000)
def distance_text(kilometres: float, language: str) -> str:
    """A distance as readers of a language measure it: English ones in miles, as they do sizes in ounces."""
    amount, unit = (kilometres / KILOMETRES_OF_A_MILE, "mile") if language == "en" else (kilometres, "kilometer")
    rounded = round(amount, 1) if amount < 10 else round(amount)
    return format_unit(rounded, f"length-{unit}", length="short", locale=language.replace("-", "_"))
