"""Offers and price lists: what makes a price another one, for whom, and when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from newretail.catalog.offers.rules import WHOLE, OfferKind

HIGHEST_PRICE_MINOR = 2_000_000_000
CHANNELS = [(0, "every channel"), (1, "web"), (2, "app"), (3, "till"), (4, "partner"), (5, "live"), (6, "api")]
IN_ORDER = models.Q(until__isnull=True) | models.Q(starts_at__isnull=True) | models.Q(until__gt=models.F("starts_at"))


class Offer(models.Model):
    """A rule that makes lines cheaper. Orders name it for ever: it is ended, never deleted."""

    tenant_id = models.SmallIntegerField(default=1)
    market_code = models.CharField(max_length=2)
    name = models.CharField(max_length=80, help_text="What the shopper reads, in English.")
    names = models.JSONField(default=dict, blank=True, help_text='In other languages: {"ko": "…", "zh-hans": "…"}.')
    kind = models.SmallIntegerField(choices=[(int(kind), kind.name.lower()) for kind in OfferKind])
    value = models.IntegerField(
        default=0, help_text="Basis points for per cent (1500 is 15 %), else minor units; 0 for buy and pay."
    )
    buy = models.SmallIntegerField(default=0, help_text="Buy and pay: of every so many units …")
    pay = models.SmallIntegerField(default=0, help_text="… so many are paid.")
    min_quantity = models.IntegerField(default=1, help_text="From so many units of a line on.")
    # One of these says what it is for; none of them: everything.
    sku = models.ForeignKey("catalog.Sku", null=True, blank=True, on_delete=models.PROTECT, related_name="offers")
    product = models.ForeignKey(
        "catalog.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="offers"
    )
    category = models.ForeignKey(
        "catalog.Category", null=True, blank=True, on_delete=models.PROTECT, related_name="offers"
    )
    channel = models.SmallIntegerField(choices=CHANNELS, default=0)
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it began long ago.")
    until = models.DateTimeField(null=True, blank=True, help_text="The first moment that it no longer counts.")
    is_on = models.BooleanField(default=True)

    class Meta:
        ordering = ("market_code", "name", "id")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="offer_has_a_name"),
            models.CheckConstraint(condition=IN_ORDER, name="offer_ends_after_it_begins"),
            models.CheckConstraint(condition=models.Q(min_quantity__range=(1, 10_000)), name="offer_quantity_in_range"),
            models.CheckConstraint(
                condition=models.Q(kind=OfferKind.PER_CENT, value__range=(1, WHOLE - 1), buy=0, pay=0)
                | models.Q(
                    kind__in=[OfferKind.AMOUNT_OFF, OfferKind.FIXED_PRICE],
                    value__range=(1, HIGHEST_PRICE_MINOR),
                    buy=0,
                    pay=0,
                )
                | models.Q(kind=OfferKind.BUY_PAY, value=0, pay__gt=0, buy__gt=models.F("pay"), buy__lte=1000),
                name="offer_makes_sense",
            ),
            models.CheckConstraint(
                condition=models.Q(sku__isnull=True, product__isnull=True)
                | models.Q(sku__isnull=True, category__isnull=True)
                | models.Q(product__isnull=True, category__isnull=True),
                name="offer_for_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PriceList(models.Model):
    """Prices for a channel, for some nodes, or for a time, that count instead of the base price."""

    tenant_id = models.SmallIntegerField(default=1)
    market_code = models.CharField(max_length=2)
    name = models.CharField(max_length=80)
    priority = models.SmallIntegerField(default=0, help_text="Where several lists fit, the highest counts.")
    channel = models.SmallIntegerField(choices=CHANNELS, default=0)
    node_ids = ArrayField(models.IntegerField(), default=list, blank=True, help_text="Ids of nodes; empty: all.")
    starts_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="The first moment that it no longer counts.")
    is_on = models.BooleanField(default=True)

    class Meta:
        ordering = ("market_code", "-priority", "name")
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "market_code", "name"], name="price_list_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="price_list_has_a_name"),
            models.CheckConstraint(condition=IN_ORDER, name="price_list_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name


class ListPrice(models.Model):
    """What one unit costs by a list, in minor units of the market's currency."""

    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="prices")
    sku = models.ForeignKey("catalog.Sku", on_delete=models.CASCADE, related_name="list_prices")
    amount_minor = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["price_list", "sku"], name="one_price_a_list"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, amount_minor__lte=HIGHEST_PRICE_MINOR),
                name="list_price_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.amount_minor}"
