"""What machines read of a product, in the words of schema.org; and the one line for whoever shows a link to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.urls import reverse
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from newretail.catalog import api as catalog
from newretail.catalog.voices import api as voices
from newretail.markets import api as markets
from newretail.shopfront.reader import Reader
from newretail.shopfront.visit import category_path

SCHEMA = "https://schema.org"
Reviews = tuple[voices.PublishedReview, ...]


@lru_cache(maxsize=20_000)
def share_path(product_id: int, language: str = "en") -> str:
    """The card of a product, in the language of the page that is shared."""
    path = reverse("share-art", args=[product_id])
    return path if language == "en" else f"{path}?in={language}"


@dataclass(frozen=True, slots=True)
class Told:
    """What the head of a product's page says; `price` is empty where there is not just one."""

    url: str
    name: str
    summary: str
    picture: str
    is_drawn: bool
    price: str
    currency: str
    product: Markup
    trail: Markup


@lru_cache(maxsize=2000)
def told(
    reader: Reader, detail: catalog.Detail, seen: voices.Overview, reviews: Reviews, in_stock: bool, host: str
) -> Told:
    """A function of its arguments alone, so it is kept by them; `host` is that of whole addresses."""
    offers = _offers(reader, detail, host, in_stock) if detail.wares else {}
    face = (
        f"/media/{seen.pictures[0].whole}-1280.jpg" if seen.pictures else share_path(detail.product_id, reader.language)
    )
    return Told(
        url=host + reader.path_of(detail),
        name=detail.name,
        summary=_summary(reader, detail),
        picture=host + face,
        is_drawn=not seen.pictures,
        price=offers.get("price", ""),
        currency=offers.get("priceCurrency", ""),
        product=htmlsafe_json_dumps(_product(reader, detail, seen, host) | _offered(offers) | _said(seen, reviews)),
        trail=htmlsafe_json_dumps(_trail(reader, detail, host)),
    )


def _summary(reader: Reader, detail: catalog.Detail) -> str:
    parts = [reader.brand(detail.brand), detail.package_size, catalog.category_name(detail.shelf.name, reader.language)]
    if detail.wares:
        parts.insert(0, reader.money(detail.wares[0].price_minor, detail.wares[0].currency))
    return " · ".join(part for part in parts if part)


def _product(reader: Reader, detail: catalog.Detail, seen: voices.Overview, host: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Product",
        "name": detail.name,
        "sku": detail.wares[0].sku_code if detail.wares else str(detail.product_id),
        "category": catalog.category_name(detail.shelf.name, reader.language),
        "url": host + reader.path_of(detail),
        "image": [f"{host}/media/{picture.whole}-1280.jpg" for picture in seen.pictures]
        or [host + share_path(detail.product_id, reader.language)],
    }
    if detail.brand:
        facts["brand"] = {"@type": "Brand", "name": reader.brand(detail.brand)}
    if detail.package_size:
        facts["size"] = detail.package_size
    return facts


def _offered(offers: dict[str, Any]) -> dict[str, Any]:
    return {"offers": offers} if offers else {}


def _offers(reader: Reader, detail: catalog.Detail, host: str, in_stock: bool) -> dict[str, Any]:
    prices = [_decimal(ware) for ware in detail.wares]
    common = {
        "url": host + reader.path_of(detail),
        "priceCurrency": detail.wares[0].currency,
        "availability": f"{SCHEMA}/{'InStock' if in_stock else 'OutOfStock'}",
        "itemCondition": f"{SCHEMA}/NewCondition",
    }
    if len(prices) == 1:
        return {"@type": "Offer", "price": str(prices[0]), **common}
    ends = {"lowPrice": str(min(prices)), "highPrice": str(max(prices)), "offerCount": len(prices)}
    return {"@type": "AggregateOffer", **ends, **common}


def _decimal(ware: catalog.Ware) -> Decimal:
    return Decimal(ware.price_minor).scaleb(-markets.minor_digits(ware.currency))


def _said(seen: voices.Overview, reviews: Reviews) -> dict[str, Any]:
    """No rating is told where nobody rated."""
    if not seen.summary.total:
        return {}
    return {
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": str(seen.summary.rounded),
            "reviewCount": seen.summary.total,
        },
        "review": [
            {
                "@type": "Review",
                "reviewRating": {"@type": "Rating", "ratingValue": review.rating},
                "author": {"@type": "Person", "name": review.author},
                "datePublished": review.written_at.date().isoformat(),
                "reviewBody": review.text,
            }
            for review in reviews
        ],
    }


def _trail(reader: Reader, detail: catalog.Detail, host: str) -> dict[str, Any]:
    """The way to a product: department, category, product."""
    above = [
        (catalog.category_name(shelf.name, reader.language), category_path(shelf.slug))
        for shelf in [*detail.shelf.parents, detail.shelf]
    ]
    return {
        "@context": SCHEMA,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": host + path}
            for place, (name, path) in enumerate([*above, (detail.name, reader.path_of(detail))], 1)
        ],
    }
