"""Products, SKUs and prices. `sku_id` is dense (1, 2, 3 …), so that the trade engine can index arrays by it."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.lookups import Exact

from newretail.catalog.media.models import Picture, ProductPicture
from newretail.catalog.offers.models import ListPrice, Offer, PriceList
from newretail.catalog.voices.models import (
    Answer,
    Question,
    RatingSummary,
    Report,
    Review,
    ReviewPhoto,
    VoiceRules,
    Vote,
)

__all__ = [
    "Answer",
    "BrandName",
    "CatalogRevision",
    "Category",
    "ListPrice",
    "Offer",
    "Picture",
    "Price",
    "PriceList",
    "Product",
    "ProductPicture",
    "Question",
    "RatingSummary",
    "Report",
    "Review",
    "ReviewPhoto",
    "Sku",
    "VoiceRules",
    "Vote",
]


def is_an_object(column: str) -> Exact:
    """A CHECK that a JSON column holds an object."""
    kind = models.Func(models.F(column), function="jsonb_typeof", output_field=models.CharField())
    return Exact(kind, models.Value("object"))


class Category(models.Model):
    id = models.AutoField(primary_key=True)
    tenant_id = models.SmallIntegerField(default=1)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    slug = models.SlugField(max_length=120)
    name = models.CharField(max_length=120)
    source_name = models.CharField(max_length=120, blank=True, help_text="The name in the imported source.")
    tax_class = models.SlugField(
        max_length=40, blank=True, db_default="", help_text="As tax rates name it, e.g. food; empty: the one above it."
    )

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "slug"], name="category_slug_once"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="category_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class BrandName(models.Model):
    """What a brand is called in other languages; most have no row, and are said as they are written."""

    tenant_id = models.SmallIntegerField(default=1)
    brand = models.CharField(max_length=60)
    names = models.JSONField(default=dict, help_text='{"ko": "…", "zh-hans": "…"}')

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "brand"], name="brand_once"),
            models.CheckConstraint(condition=is_an_object("names"), name="brand_names_by_language"),
        ]

    def __str__(self) -> str:
        return self.brand


class Product(models.Model):
    id = models.IntegerField(primary_key=True)
    tenant_id = models.SmallIntegerField(default=1)
    name = models.CharField(max_length=200)
    brand = models.CharField(max_length=60, blank=True)
    manufacturer_code = models.CharField(max_length=20, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    package_size = models.CharField(max_length=40, blank=True)
    names = models.JSONField(
        default=dict,
        blank=True,
        db_default={},
        help_text='Its name in other languages: {"ko": "…", "zh-hans": "…"}; where one is missing: the name.',
    )
    source_name = models.CharField(max_length=200, blank=True)
    popularity = models.IntegerField(default=0, help_text="Units sold in the imported history; orders search results.")
    search = SearchVectorField(null=True, editable=False)
    picture = models.CharField(
        max_length=60, blank=True, db_default="", editable=False, help_text="The uploaded picture on its cards, if any."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="product_has_a_name"),
            models.CheckConstraint(condition=is_an_object("names"), name="product_names_by_language"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="product_search"),
            models.Index(fields=["category", "-popularity"], name="product_by_category"),
            models.Index(fields=["-popularity"], name="product_by_popularity"),
        ]

    def __str__(self) -> str:
        return self.name


class Sku(models.Model):
    """A sellable variant."""

    id = models.IntegerField(primary_key=True, help_text="Dense, from 1.")
    tenant_id = models.SmallIntegerField(default=1)
    code = models.CharField(max_length=40)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="skus")
    cap_per_buyer = models.IntegerField(
        null=True, blank=True, help_text="At most so many units a buyer; empty: no cap."
    )
    is_sold = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "code"], name="sku_code_once"),
            models.CheckConstraint(condition=models.Q(id__gt=0), name="sku_ids_from_one"),
            models.CheckConstraint(
                condition=models.Q(cap_per_buyer__isnull=True) | models.Q(cap_per_buyer__gt=0), name="cap_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Price(models.Model):
    """What one unit costs in a market, in minor units of its currency, tax included where the market says so."""

    tenant_id = models.SmallIntegerField(default=1)
    market_code = models.CharField(max_length=2)
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    amount_minor = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "market_code", "sku"], name="one_price_a_market"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, amount_minor__lte=2_000_000_000), name="price_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"


class Together(models.Model):
    """What is bought together with a product; made anew as a whole by `work.keep_together`."""

    id = models.BigAutoField(primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="together")
    place = models.SmallIntegerField(help_text="From 1, the best first.")
    other = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    baskets = models.IntegerField(help_text="How many baskets had both.")
    lift = models.FloatField(help_text="How many times as many as by chance.")

    class Meta:
        verbose_name_plural = "bought together"
        constraints = [
            models.UniqueConstraint(fields=["product", "place"], name="together_place_once"),
            models.CheckConstraint(condition=~models.Q(product=models.F("other")), name="together_with_another"),
            models.CheckConstraint(condition=models.Q(place__gt=0, place__lt=1000), name="together_place_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} with {self.other_id}"


class CatalogRevision(models.Model):
    """One row; its number grows with every change that the trade engine must see."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    revision = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="single_revision_row")]

    def __str__(self) -> str:
        return f"revision {self.revision}"
