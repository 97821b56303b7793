"""How things are written for a reader: a value, so that what is written depends on nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from babel.numbers import format_decimal
from django.urls import reverse
from django.utils.translation import get_language, gettext

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.shopfront.measure import distance_text, each_text, unit_price

MULTIPACK = "multi"


@lru_cache(maxsize=20_000)
def _product_path(product_id: int, slug: str) -> str:
    return reverse("product", kwargs={"product_id": product_id, "slug": slug})


@lru_cache(maxsize=5000)
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=language.replace("-", "_"))


def path_of(product: catalog.Ware | catalog.Detail) -> str:
    """The address of a product, with its name in it as far as Latin letters can say it."""
    return _product_path(product.product_id, product.slug or "-")


@lru_cache(maxsize=20_000)
def _drawing(product_id: int, language: str) -> str:
    return reverse("art", args=[product_id, language] if language in catalog.MEASURED else [product_id])


def drawing_of(product_id: int) -> str:
    """The address of a product's drawing, whose label has the size as the reader measures."""
    return _drawing(product_id, get_language() or "en")


def distance(kilometres: float) -> str:
    """A distance as the reader of the page measures it."""
    return distance_text(kilometres, get_language() or "en")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads a language and pays in a currency."""

    language: str
    currency: str

    def money(self, amount_minor: int, currency: str | None = None) -> str:
        return markets.format_money(amount_minor, currency or self.currency, self.language)

    def number(self, value: float) -> str:
        """A figure grouped as the reader's language does."""
        return _number(value, self.language)

    def each(self, ware: catalog.Ware) -> str:
        """The price of one ounce, litre … of a ware, as a text; empty where its size does not say.

        The size of a multipack is that of one piece, and nobody says how many: better no price than a wrong one.
        """
        is_several = MULTIPACK in (ware.base_name or ware.name).lower()
        size = ware.base_size or ware.package_size
        found = None if is_several else unit_price(ware.price_minor, size, self.language)
        return each_text(self.money(found.amount_minor, ware.currency), found.unit) if found else ""

    def brand(self, brand: str) -> str:
        """A brand in the reader's language; the house's own has no name of its own."""
        return gettext("Our own brand") if brand == catalog.OWN_BRAND else catalog.brand_name(brand, self.language)

    @staticmethod
    def path_of(product: catalog.Ware | catalog.Detail) -> str:
        return path_of(product)
