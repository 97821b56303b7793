"""What machines read of a product, in the words of schema.org."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.urls import reverse

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.shopfront.visit import Visit, category_path

Address = Callable[[str], str]  # of a path, whole
SCHEMA = "https://schema.org"


@lru_cache(maxsize=20_000)
def share_path(product_id: int, language: str = "en") -> str:
    """The card of a product, in the language of the page that is shared."""
    path = reverse("share-art", args=[product_id])
    return path if language == "en" else f"{path}?in={language}"


def product_facts(shop: Visit, detail: catalog.Detail, address: Address, in_stock: bool) -> dict[str, Any]:
    """A Product, with its offers where it is sold in the market."""
    facts: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Product",
        "name": detail.name,
        "sku": detail.wares[0].sku_code if detail.wares else str(detail.product_id),
        "category": catalog.category_name(detail.shelf.name, shop.language),
        "url": address(shop.path_of(detail)),
        "image": [address(share_path(detail.product_id, shop.language))],
    }
    if detail.wares:
        facts["offers"] = _offers(shop, detail, address, in_stock)
    if detail.brand:
        facts["brand"] = {"@type": "Brand", "name": shop.brand(detail.brand)}
    if detail.package_size:
        facts["size"] = detail.package_size
    return facts


def _offers(shop: Visit, detail: catalog.Detail, address: Address, in_stock: bool) -> dict[str, Any]:
    prices = [_decimal(shop, ware) for ware in detail.wares]
    common = {
        "url": address(shop.path_of(detail)),
        "priceCurrency": detail.wares[0].currency,
        "availability": f"{SCHEMA}/{'InStock' if in_stock else 'OutOfStock'}",
        "itemCondition": f"{SCHEMA}/NewCondition",
    }
    if len(prices) == 1:
        return {"@type": "Offer", "price": str(prices[0]), **common}
    ends = {"lowPrice": str(min(prices)), "highPrice": str(max(prices)), "offerCount": len(prices)}
    return {"@type": "AggregateOffer", **ends, **common}


def _decimal(shop: Visit, ware: catalog.Ware) -> Decimal:
    return Decimal(shop.price_of(ware)).scaleb(-markets.minor_digits(ware.currency))


def breadcrumbs(shop: Visit, detail: catalog.Detail, address: Address) -> dict[str, Any]:
    """The way to a product: department, category, product."""
    above = [
        (catalog.category_name(shelf.name, shop.language), category_path(shelf.slug))
        for shelf in [*detail.shelf.parents, detail.shelf]
    ]
    return {
        "@context": SCHEMA,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address(path)}
            for place, (name, path) in enumerate([*above, (detail.name, shop.path_of(detail))], 1)
        ],
    }
