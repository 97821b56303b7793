"""What a market adds to prices: tax rates by class and day, and what delivery costs."""

from __future__ import annotations

from django.db import models

from newretail.markets.terms.rules import GENERAL, Way

LARGEST_FEE_MINOR = 20_000_000


class TaxRate(models.Model):
    """The rate of a tax class in a market from a day on. Append-only: old orders were made with it."""

    market = models.ForeignKey("markets.Market", on_delete=models.PROTECT, related_name="tax_rates")
    tax_class = models.SlugField(max_length=40, default=GENERAL, help_text="As categories name it; general: the rest.")
    from_day = models.DateField(help_text="From this day's beginning in the market's time zone.")
    basis_points = models.IntegerField(help_text="In 1/100 per cent: 400 is 4 %.")

    class Meta:
        ordering = ("market", "tax_class", "-from_day")
        constraints = [
            models.UniqueConstraint(fields=["market", "tax_class", "from_day"], name="one_tax_rate_a_day"),
            models.CheckConstraint(condition=models.Q(basis_points__range=(0, 10_000)), name="tax_rate_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.market_id} {self.tax_class} {self.basis_points / 100:g} %"


class ShippingTariff(models.Model):
    """What a way of getting the goods costs in a market; a way without one costs nothing."""

    market = models.ForeignKey("markets.Market", on_delete=models.CASCADE, related_name="tariffs")
    way = models.SmallIntegerField(choices=[(int(way), way.slug) for way in Way], default=Way.DELIVERY)
    fee_minor = models.IntegerField(help_text="In minor units of the market's currency, tax as prices have it.")
    free_from_minor = models.BigIntegerField(
        null=True, blank=True, help_text="Free when the goods come to this much; empty: never free."
    )
    is_taxed = models.BooleanField(default=True, help_text="Whether the market taxes it, as it does the goods.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["market", "way"], name="one_tariff_a_way"),
            models.CheckConstraint(
                condition=models.Q(fee_minor__range=(0, LARGEST_FEE_MINOR)), name="shipping_fee_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(free_from_minor__isnull=True) | models.Q(free_from_minor__gt=0),
                name="free_from_positive",
            ),
            models.CheckConstraint(condition=models.Q(way__in=[int(way) for way in Way]), name="tariff_of_a_way"),
        ]

    def __str__(self) -> str:
        return f"{self.market_id} {Way(self.way).slug} {self.fee_minor}"
