"""Pure money rules: how an amount changes its currency, and how it is rounded and written.

There is one rounding rule for every currency: to the nearest minor unit, a half goes up (away from zero). It is what
EU law prescribes for converted amounts: Council Regulation (EC) No 1103/97, Article 5.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

MAX_MINOR = 10**13  # more than the books keep in one amount


def round_half_up(amount: Decimal, step: int = 1) -> int:
    """Round an amount in minor units to the nearest multiple of `step`; a half goes away from zero."""
    return int((amount / step).quantize(Decimal(1), ROUND_HALF_UP)) * step


def convert(amount_minor: int, rate: Decimal, from_digits: int, to_digits: int, step: int = 1) -> int:
    """Change an amount at `rate` (units of the new currency for one unit of the old), with one rounding at the end."""
    return round_half_up(amount_minor * rate * Decimal(10) ** (to_digits - from_digits), step)


@lru_cache(maxsize=100)
def in_words_of(language: str) -> Locale:
    """The locale of a language code such as `ko`, `zh-hans` or `en-US`; English where nobody knows it."""
    try:
        return Locale.parse(language.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def minor_of(text: str, digits: int) -> int | None:
    """An amount as people type it, `1,234.50`, in minor units; None when it is none in a currency of so many digits."""
    try:
        amount = Decimal(text.replace(",", "").strip()).scaleb(digits)
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) >= MAX_MINOR:
        return None
    return int(amount)


@lru_cache(maxsize=20_000)  # a page writes dozens of prices, and the same ones as the page before
def money_text(amount_minor: int, currency: str, digits: int, language: str) -> str:
    """Write an amount as people of that language do, for instance ₩3,660 or US$2.50."""
    return format_currency(Decimal(amount_minor).scaleb(-digits), currency, locale=in_words_of(language))
