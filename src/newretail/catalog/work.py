"""The transactions that change what the catalogue sells. Each tells the trade engine by the revision number."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from newretail.catalog.models import Price, Sku
from newretail.kit.sql import statements


@contextmanager
def catalog_change() -> Iterator[None]:
    """A transaction whose changes of SKUs and prices the engine will see; every writer of them works inside one."""
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            # Last, so that the one row is locked only for a moment.
            cursor.execute(statements("newretail.catalog", "snapshot.sql")["bump"])


def set_price(sku: Sku, market_code: str, currency: str, amount_minor: int) -> Price:
    """Set what a SKU costs in a market, in minor units of the currency; amounts out of range raise IntegrityError."""
    with catalog_change():
        price, _ = Price.objects.update_or_create(
            tenant_id=sku.tenant_id,
            market_code=market_code,
            sku=sku,
            defaults={"currency": currency, "amount_minor": amount_minor},
        )
    return price


def set_cap(sku: Sku, cap_per_buyer: int | None) -> None:
    """Set how many units a buyer may have of a SKU, or take the cap off."""
    with catalog_change():
        sku.cap_per_buyer = cap_per_buyer
        sku.save(update_fields=["cap_per_buyer"])


def set_sold(sku: Sku, is_sold: bool) -> None:
    """Put a SKU on sale or take it off."""
    with catalog_change():
        sku.is_sold = is_sold
        sku.save(update_fields=["is_sold"])


def refresh_search(*, product_id: int | None = None, category_id: int | None = None) -> None:
    """Make the search words of one product anew, or of all products of a category whose name changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            statements("newretail.catalog", "shelf.sql")["refresh_search"],
            {"product_ids": None if product_id is None else [product_id], "category_id": category_id},
        )


def refresh_products(product_ids: Collection[int]) -> None:
    """Make the search words of some products anew."""
    if product_ids:
        with connection.cursor() as cursor:
            statement = statements("newretail.catalog", "shelf.sql")["refresh_search"]
            cursor.execute(statement, {"product_ids": list(product_ids), "category_id": None})
