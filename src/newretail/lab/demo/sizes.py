"""Package sizes: `12 PK/12 OZ` becomes "12 × 12 oz"; what cannot be read as a size becomes nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from newretail.lab.demo.names import words

SEVERAL = {"pack", "ct"}
# The source writes OZ for what is weighed and for what is poured: what these categories and types hold is poured.
_POURED = {
    *("SOFT DRINKS", "BEERS/ALES", "CANNED JUICES", "FLUID MILK PRODUCTS", "REFRGRATD JUICES/DRNKS", "CANNED MILK"),
    *("WATER - CARBONATED/FLVRD DRINK", "WATER", "ISOTONIC DRINKS", "FRZN JCE CONC/DRNKS", "JUICE", "BEVERAGE"),
    *("NON-DAIRY BEVERAGES", "NEW AGE", "MISC WINE", "SERVICE BEVERAGE", "HAIR CARE PRODUCTS", "FRAGRANCES"),
    *("BODY WASH", "LIQUID SOAP", "LIQUID BLEACH", "LIQUID DISH DETERGENT", "LIQUID LAUNDRY DETERGENTS"),
    *("FABRIC SOFTENER LIQUID", "ALL FABRIC LIQUID BLEACH", "MOUTHWASH RINSES AND SPRAYS", "BABY JUICES"),
    *("FLUID MILK", "SOY/RICE MILK", "ASEPTIC MILK", "TEA SWEETENED", "HISPANIC JUICE UNDER 50% JUICE"),
    *("ORIENTAL SOY SAUCE", "VINEGAR ALL-EXCEPT WINE/RIC", "VINEGAR WINE/RICE", "JUICE (UNDER 10% JUICE)"),
    *("OLIVE OIL", "CANOLA OILS", "CORN OIL", "VEGETABLE/SALAD OIL"),
}
_NOT_POURED = re.compile(r"\b(?:POWDER\w*|DRY|BAGS|INSTANT|YOGURT)\b")
LARGEST = 2000  # beyond it a number is an article code that slipped into the column
_JUNK = re.compile(r"^(\([^)]*\)|\d{5,}|[A-Z]{1,3}|\d+(?=\s{2,}))\s+(?=[\d.])")
_CONTAINER = re.compile(r"(?<=[A-Z])[ /-]*(BTL|BAG|CAN|BOX|PET|NR|TUBE|EA|CTN|LOOSE|TWN)$")
# A fraction is a half, quarters, eighths or sixteenths; any other a/b is a pieces of b.
_AMOUNT = r"(\d+ \d+/\d+|1/[2348]|3/[48]|[57]/8|\d{1,2}/16|\d*\.?\d+)"
_ONE = re.compile(_AMOUNT + r"\s*(FL OZ|SQ FT|[A-Z]+)\.?")
_TIMES = re.compile(r"(\d+)\s*(PK|CT)?\s*[/X-]\s*" + _AMOUNT + r"\s*(FL OZ|[A-Z]+)\.?")


def _number(text: str) -> str | None:
    """A number as people write it: 0.5 for `.5`, 6 for `6.0`, 7 1/2 as it is."""
    if "/" in text:
        return text
    value = float(text)
    return f"{value:g}" if 0 < value <= LARGEST else None


def _amount(number: str, unit: str) -> str | None:
    value, name = _number(number), words()["units"].get(unit)
    if value is None or name is None:
        return None
    if name == "pack":
        return f"pack of {value}" if value != "1" else "1 pack"
    if value == "1" and name.endswith("s"):
        name = name.removesuffix("s")
    return f"{value} {name}"


@lru_cache(maxsize=20_000)
def package_size(text: str | None) -> str:
    """A readable package size, or an empty text."""
    if not text:
        return ""
    text = _JUNK.sub("", text.upper().replace("_", " ").strip().rstrip("*")).strip()
    text = _CONTAINER.sub("", re.sub(r"\s+", " ", text.replace("HALF GAL", "1/2 GAL")))
    if alone := words()["sizes"].get(text):
        return alone
    if one := _ONE.fullmatch(text):
        return _amount(*one.groups()) or ""
    if times := _TIMES.fullmatch(text):
        count, _, number, unit = times.groups()
        inner = _amount(number, unit)
        if inner and int(count) <= LARGEST and words()["units"][unit] not in SEVERAL:
            return f"{int(count)} × {inner}" if count != "1" else inner
    if both := re.fullmatch(r"(.+? [A-Z]+|[^/]+?)\s*[/ ]\s*(.+)", text):  # 16 OZ/6 PK
        first, second = (_ONE.fullmatch(part) for part in both.groups())
        sizes = [_amount(*match.groups()) for match in (first, second) if match]
        if len(sizes) == 2 and all(sizes):
            return f"{sizes[0]}, {sizes[1]}"
    return ""


def is_a_crate(department: str, type_: str | None, size: str) -> bool:
    """Whether a size is that of the box which the shop buys: loose fruit and vegetables carry it in the source."""
    if department != "PRODUCE" or not (match := re.fullmatch(r"([\d.]+) (lb|ct)", size)):
        return False
    number, unit = float(match.group(1)), match.group(2)
    if unit == "ct":
        return number > 4
    return number > 10 or (number == 10 and "POTATO" not in (type_ or ""))


def poured(category: str | None, type_: str | None, size: str) -> str:
    """A size with its ounces as fluid ounces where the goods are a liquid: 16.9 oz of water are half a litre."""
    if not {category, type_} & _POURED or _NOT_POURED.search(type_ or ""):
        return size
    return re.sub(r"(?<!fl) oz\b", " fl oz", size)
