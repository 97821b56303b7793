"""Changing what a market adds to prices: tax rates from a day on, and what a way of delivery costs. Needs Django.

The trade engine reads both again every second. Call them inside the transaction of the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from newretail.markets.terms.models import ShippingTariff, TaxRate
from newretail.markets.terms.rules import Tariff


class Unsound(ValueError):
    """It would be refused; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class RateSheet:
    """A tax rate as people edit it: of a class in a market from a day of that market on, in 1/100 per cent."""

    market_code: str
    tax_class: str
    from_day: date
    basis_points: int
    rate_id: int | None = None


def today_in(time_zone: str, now: datetime | None = None) -> date:
    """Today by the clock of a market."""
    return (now or datetime.now(UTC)).astimezone(ZoneInfo(time_zone)).date()


def tax_rate(rate_id: int) -> RateSheet | None:
    row = TaxRate.objects.filter(pk=rate_id).first()
    return None if row is None else RateSheet(row.market_id, row.tax_class, row.from_day, row.basis_points, row.pk)


def add_tax_rate(sheet: RateSheet, today: date) -> int:
    """Add a rate that begins today or later; its number. Raises Unsound."""
    if sheet.from_day < today:
        raise Unsound("A rate cannot begin in the past: what was sold since then kept the rate of its time.")
    try:
        with transaction.atomic():
            return TaxRate.objects.create(
                market_id=sheet.market_code,
                tax_class=sheet.tax_class,
                from_day=sheet.from_day,
                basis_points=sheet.basis_points,
            ).pk
    except IntegrityError:
        raise Unsound(
            "A rate of this class begins on that day already. Take it back first, or choose another day."
        ) from None


def take_back_tax_rate(rate_id: int, today: date) -> RateSheet:
    """Remove a rate that has not begun: no order was made with it. Raises Unsound."""
    there = tax_rate(rate_id)
    if there is None or there.from_day <= today:
        raise Unsound("It has begun: orders were made with it. Let another rate begin on a later day.")
    TaxRate.objects.filter(pk=rate_id).delete()
    return there


def tariff(market_code: str, way: int) -> Tariff | None:
    """What a way costs in a market; None where it costs nothing."""
    row = ShippingTariff.objects.filter(market_id=market_code, way=way).first()
    return None if row is None else Tariff(row.way, row.fee_minor, row.free_from_minor, row.is_taxed)


def set_tariff(market_code: str, wanted: Tariff) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Say what a way costs; what was different before (None: it had no tariff) and after, by field."""
    row = ShippingTariff.objects.select_for_update().filter(market_id=market_code, way=wanted.way).first()
    fields = {name: getattr(wanted, name) for name in ("fee_minor", "free_from_minor", "is_taxed")}
    if row is None:
        ShippingTariff.objects.create(market_id=market_code, way=wanted.way, **fields)
        return None, fields
    before = {name: getattr(row, name) for name in fields}
    changed = [name for name in fields if before[name] != fields[name]]
    if changed:
        ShippingTariff.objects.filter(pk=row.pk).update(**{name: fields[name] for name in changed})
    return {name: before[name] for name in changed}, {name: fields[name] for name in changed}
