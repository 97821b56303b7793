"""What one unit of measure costs: from a package size as people write it."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

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


@lru_cache(maxsize=20_000)
def unit_price(price_minor: int, size: str) -> UnitPrice | None:
    """The price of one ounce, pound, litre …; None where the size says nothing, or says just one."""
    match = _SIZE.match(size)
    if match is None or match["unit"] not in UNITS:
        return None
    amount = Fraction(match["whole"] or 0) + Fraction(match["part"] or 0)
    factor, unit = UNITS[match["unit"]]
    amount *= int(match["times"] or 1) * factor
    if amount <= 0 or amount == 1:
        return None
    each = Decimal(price_minor * amount.denominator) / Decimal(amount.numerator)
    minor = int(each.quantize(Decimal(1), ROUND_HALF_UP))
    return UnitPrice(minor, unit) if minor else None
