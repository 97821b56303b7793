"""What other rooms may ask of markets: the markets, and money in their currencies. Needs Django."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.db import connection, transaction

from newretail.kit.lately import Lately
from newretail.markets import models, rules
from newretail.markets.moments import day_text, last_day_text, moment_text, time_text
from newretail.markets.rules import round_half_up as round_to_step
from newretail.markets.terms.api import UNPAID_MINUTES
from newretail.markets.terms.editing import (
    RateSheet,
    Unsound,
    add_tax_rate,
    set_tariff,
    take_back_tax_rate,
    tariff,
    tax_rate,
    today_in,
)


class UnknownMarket(LookupError):
    """No market has this code."""


class UnknownCurrency(LookupError):
    """No currency has this code."""


class NoRate(LookupError):
    """No exchange rate of the two currencies is known for that day or before."""


@dataclass(frozen=True, slots=True)
class Market:
    code: str
    name: str
    currency: str
    languages: tuple[str, ...]
    time_zone: str
    tax_basis_points: int
    prices_include_tax: bool
    unpaid_minutes: int = UNPAID_MINUTES
    gift_card_months: int = 0


def _view(row: models.Market) -> Market:
    return Market(
        code=row.code,
        name=row.name,
        currency=row.currency_id,
        languages=tuple(row.languages),
        time_zone=row.time_zone,
        tax_basis_points=row.tax_basis_points,
        prices_include_tax=row.prices_include_tax,
        unpaid_minutes=row.unpaid_minutes,
        gift_card_months=row.gift_card_months,
    )


def market(code: str) -> Market:
    """The market of a country code; raises UnknownMarket."""
    try:
        return _view(models.Market.objects.get(code=code))
    except models.Market.DoesNotExist:
        raise UnknownMarket(f"There is no market {code!r}.") from None


def markets() -> list[Market]:
    """Every market, by code."""
    return [_view(row) for row in models.Market.objects.order_by("code")]


def change_market(code: str, name: str, languages: Sequence[str], unpaid_minutes: int, gift_card_months: int) -> None:
    """Name a market anew, say its languages, the first one first, how long orders wait for their money, and how long
    gift cards are good (0: without an end).

    Call it inside the transaction of the change.
    """
    values = {"name": name, "languages": list(languages), "unpaid_minutes": unpaid_minutes}
    values["gift_card_months"] = gift_card_months
    models.Market.objects.filter(code=code).update(**values)
    transaction.on_commit(forget)


def _read_markets(_key: str) -> list[Market]:
    return markets()


_markets = Lately(2.0, _read_markets)


def markets_lately() -> list[Market]:
    """Every market as it was at most two seconds ago, for pages that only look. Inside a transaction: as it is."""
    return markets() if connection.in_atomic_block else _markets("")


def forget() -> None:
    """Read the markets anew: for tests."""
    _markets.forget()


@cache  # every stored amount depends on it, so it never changes once it is there
def minor_digits(currency: str) -> int:
    """Digits after the point of a currency's amounts; raises UnknownCurrency."""
    digits = models.Currency.objects.filter(code=currency).values_list("minor_digits", flat=True).first()
    if digits is None:
        raise UnknownCurrency(f"There is no currency {currency!r}.")
    return digits


def price_step(currency: str) -> int:
    """Shelf prices of a currency are multiples of this, in minor units (KRW 10); raises UnknownCurrency."""
    step = models.Currency.objects.filter(code=currency).values_list("price_step_minor", flat=True).first()
    if step is None:
        raise UnknownCurrency(f"There is no currency {currency!r}.")
    return step


def rate_on(base: str, quote: str, on_date: date) -> Decimal:
    """Units of `quote` for one unit of `base`: the newest rate of that day or before, either way round."""
    if base == quote:
        return Decimal(1)
    either: Iterable[models.ExchangeRate] = models.ExchangeRate.objects.filter(
        base_id__in=(base, quote), quote_id__in=(base, quote), on_date__lte=on_date
    ).order_by("-on_date")[:2]
    # On one day the direct rate goes before the inverse one.
    row = min(either, key=lambda rate: (-rate.on_date.toordinal(), rate.base_id != base), default=None)
    if row is None:
        raise NoRate(f"No rate of {base} to {quote} is known on {on_date} or before; add one under Exchange rates.")
    return row.rate if row.base_id == base else 1 / row.rate


def convert_minor(amount_minor: int, from_currency: str, to_currency: str, on_date: date) -> int:
    """Change an amount at the rate of a day, in minor units; half goes up. Raises NoRate, UnknownCurrency."""
    rate = rate_on(from_currency, to_currency, on_date)
    return rules.convert(amount_minor, rate, minor_digits(from_currency), minor_digits(to_currency))


def format_money(amount_minor: int, currency: str, language: str) -> str:
    """Write an amount as people of that language do; raises UnknownCurrency."""
    return rules.money_text(amount_minor, currency, minor_digits(currency), language)


def minor_of(text: str, currency: str) -> int | None:
    """An amount as people type it, `1,234.50`, in minor units; None when it is none. Raises UnknownCurrency."""
    return rules.minor_of(text, minor_digits(currency))


__all__ = [
    "Market",
    "NoRate",
    "RateSheet",
    "UnknownCurrency",
    "UnknownMarket",
    "Unsound",
    "add_tax_rate",
    "change_market",
    "convert_minor",
    "day_text",
    "format_money",
    "last_day_text",
    "market",
    "markets",
    "markets_lately",
    "minor_digits",
    "minor_of",
    "moment_text",
    "price_step",
    "rate_on",
    "round_to_step",
    "set_tariff",
    "take_back_tax_rate",
    "tariff",
    "tax_rate",
    "time_text",
    "today_in",
]
