"""Countries as markets, their currencies, taxes and dated exchange rates."""

from __future__ import annotations

from django.db import models

from newretail.markets.terms.models import ShippingTariff, TaxRate
from newretail.markets.terms.rules import (
    LONGEST_UNPAID_MINUTES,
    MOST_GIFT_CARD_MONTHS,
    SHORTEST_UNPAID_MINUTES,
    UNPAID_MINUTES,
)

__all__ = ["Currency", "ExchangeRate", "Market", "ShippingTariff", "TaxRate"]


class Currency(models.Model):
    code = models.CharField(primary_key=True, max_length=3, help_text="ISO 4217")
    minor_digits = models.SmallIntegerField(
        help_text="Digits after the point: KRW 0, CNY 2, USD 2. Every stored amount depends on it: it never changes."
    )
    symbol = models.CharField(max_length=4)
    price_step_minor = models.IntegerField(
        default=1, help_text="A shelf price converted from another currency is rounded to a multiple of this: KRW 10."
    )

    class Meta:
        verbose_name_plural = "currencies"
        constraints = [
            models.CheckConstraint(condition=models.Q(minor_digits__range=(0, 4)), name="minor_digits_in_range"),
            models.CheckConstraint(condition=models.Q(price_step_minor__gt=0), name="price_step_positive"),
        ]

    def __str__(self) -> str:
        return self.code


class Market(models.Model):
    """Country + currency + languages + tax."""

    code = models.CharField(primary_key=True, max_length=2, help_text="ISO 3166-1 alpha-2")
    name = models.CharField(max_length=60)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT)
    languages = models.JSONField(default=list, help_text="Language codes, the default one first.")
    time_zone = models.CharField(max_length=40)
    tax_basis_points = models.IntegerField(help_text="Standard rate in 1/100 per cent.")
    prices_include_tax = models.BooleanField()
    unpaid_minutes = models.SmallIntegerField(
        default=UNPAID_MINUTES,
        db_default=UNPAID_MINUTES,
        help_text="How long an order holds its goods while it waits for the money of a card or a bank.",
    )
    gift_card_months = models.SmallIntegerField(
        default=0,
        db_default=0,
        help_text="How long a gift card that is issued without a day of its own can be used; 0: it has no end.",
    )

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=models.Q(tax_basis_points__range=(0, 10_000)), name="tax_in_range"),
            models.CheckConstraint(
                condition=models.Q(unpaid_minutes__range=(SHORTEST_UNPAID_MINUTES, LONGEST_UNPAID_MINUTES)),
                name="unpaid_minutes_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(gift_card_months__range=(0, MOST_GIFT_CARD_MONTHS)),
                name="gift_card_months_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(models.Model):
    """How many units of `quote` one unit of `base` was worth on a day. Append-only: old amounts were made with it."""

    base = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    quote = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+")
    on_date = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=120)

    class Meta:
        ordering = ("-on_date", "base", "quote")
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "on_date"], name="one_rate_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_positive"),
            models.CheckConstraint(condition=~models.Q(base=models.F("quote")), name="rate_of_two_currencies"),
        ]

    def __str__(self) -> str:
        return f"1 {self.base_id} = {self.rate} {self.quote_id} on {self.on_date}"
