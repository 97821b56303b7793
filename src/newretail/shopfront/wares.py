from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.utils.text import slugify

from newretail.catalog.models import Category, Price, Product


@dataclass(frozen=True, slots=True)
class Ware:
    product_id: int
    slug: str
    sku_id: int
    sku_code: str
    name: str
    brand: str
    package_size: str
    category_id: int
    category_name: str
    category_slug: str
    price_minor: int
    currency: str
    cap_per_buyer: int | None


@dataclass(frozen=True, slots=True)
class Found:
    wares: list[Ware]
    has_next: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    category_id: int
    name: str
    slug: str
    parents: list[Shelf]
    children: list[Shelf]


@dataclass(frozen=True, slots=True)
class Detail:
    product_id: int
    slug: str
    name: str
    brand: str
    package_size: str
    shelf: Shelf
    wares: list[Ware]


def _wares(query) -> list[Ware]:
    return [
        Ware(
            p.sku.product_id,
            slugify(p.sku.product.name),
            p.sku_id,
            p.sku.code,
            p.sku.product.name,
            p.sku.product.brand,
            p.sku.product.package_size,
            p.sku.product.category_id,
            p.sku.product.category.name,
            p.sku.product.category.slug,
            p.amount_minor,
            p.currency,
            p.sku.cap_per_buyer,
        )
        for p in query.select_related("sku__product__category")
    ]


def _prices(market):
    return Price.objects.filter(market_code=market, sku__is_sold=True)


def wares(market: str, codes: list[str]) -> dict[str, Ware]:
    return {w.sku_code: w for w in _wares(_prices(market).filter(sku__code__in=codes))}


def names(sku_ids: list[int]) -> dict[int, str]:
    return dict(Product.objects.filter(skus__id__in=sku_ids).values_list("skus__id", "name"))


def popular(market: str, limit: int) -> list[Ware]:
    return _wares(_prices(market).order_by("-sku__product__popularity")[:limit])


def _page(query, page, size) -> Found:
    found = _wares(query[(page - 1) * size : page * size + 1])
    return Found(found[:size], len(found) > size)


def search(market: str, words: str, page: int, size: int) -> Found:
    query = SearchQuery(words, search_type="websearch", config="english")
    return _page(_prices(market).filter(sku__product__search=query).order_by("-sku__product__popularity"), page, size)


def in_category(market: str, category_id: int, page: int, size: int) -> Found:
    ids = [category_id, *Category.objects.filter(parent_id=category_id).values_list("id", flat=True)]
    return _page(
        _prices(market).filter(sku__product__category_id__in=ids).order_by("-sku__product__popularity"), page, size
    )


def _shelf(c: Category, deep: bool = True) -> Shelf:
    parents = []
    if deep and c.parent:
        parents = [_shelf(c.parent, False)]
    children = [_shelf(child, False) for child in c.children.order_by("name")] if deep else []
    return Shelf(c.id, c.name, c.slug, parents, children)


def category(slug: str) -> Shelf | None:
    c = Category.objects.filter(slug=slug).first()
    return _shelf(c) if c else None


def top_categories() -> list[Shelf]:
    return [_shelf(c, False) for c in Category.objects.filter(parent=None).order_by("name")]


def product(market: str, product_id: int) -> Detail | None:
    p = Product.objects.filter(pk=product_id).select_related("category").first()
    if p is None:
        return None
    return Detail(
        p.id,
        slugify(p.name),
        p.name,
        p.brand,
        p.package_size,
        _shelf(p.category),
        _wares(_prices(market).filter(sku__product=p)),
    )


def sku_names(ids) -> dict[int, tuple[str, str]]:
    from newretail.catalog.models import Sku

    return {i: (c, n) for i, c, n in Sku.objects.filter(id__in=list(ids)).values_list("id", "code", "product__name")}


def sku_id(code: str) -> int | None:
    from newretail.catalog.models import Sku

    return Sku.objects.filter(code=code).values_list("id", flat=True).first()


def find_skus(words: str, limit: int) -> list[int]:
    one = sku_id(words)
    if one:
        return [one]
    query = SearchQuery(words, search_type="websearch", config="english")
    return list(Product.objects.filter(search=query).order_by("-popularity").values_list("skus__id", flat=True)[:limit])
