"""The shelf: what pages show of the catalogue. Every function asks the database a fixed number of times."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from newretail.catalog.answers import answers
from newretail.catalog.names import named_so
from newretail.catalog.sizes import size_in
from newretail.kit.reader import reader_language
from newretail.kit.sql import statements

DEFAULT_TENANT = 1
Rows = list[tuple[Any, ...]]
Made = TypeVar("Made")
LARGEST_PAGE = 200
_LAST_WORD = re.compile(r"^(?P<before>.*?)(?P<last>\w{2,}|(?<=\s)\w)$", re.DOTALL)
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Ware:
    """A product as a card shows it: with the SKU that a click on "add" takes, and its price in the market.

    Name and size are as the reader says them.
    """

    product_id: int
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
    picture: str = ""  # the square of its uploaded picture, without size and type; empty: it is drawn
    base_name: str = ""  # in English, whoever reads: addresses are made of it; empty: it is the name
    base_size: str = ""  # as it stands on the package: prices of a unit are worked out from it
    former_minor: int | None = (
        None  # what it cost without the offer that makes it cheaper; a page says so, for its moment
    )
    offer: str = ""  # the name of an offer for it, as the reader says it

    def __hash__(self) -> int:
        """Of what differs most: pages keep pieces by their wares, and hashing all fields took a tenth of a page."""
        return hash((self.sku_id, self.price_minor, self.former_minor, self.name))

    @property
    def slug(self) -> str:
        """The English name as it may stand in an address: the same one for all readers."""
        return _NOT_IN_SLUG.sub("-", (self.base_name or self.name).lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with what is above it (the department first) and right below it."""

    category_id: int
    name: str
    slug: str
    parents: tuple[Shelf, ...] = ()
    children: tuple[Shelf, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """A product with every SKU of it that is sold in the market, the cheapest first (none: not sold there)."""

    product_id: int
    name: str
    brand: str
    package_size: str
    shelf: Shelf
    wares: tuple[Ware, ...]
    base_name: str = ""

    @property
    def slug(self) -> str:
        return _NOT_IN_SLUG.sub("-", (self.base_name or self.name).lower()).strip("-")


def _rows(name: str, values: dict[str, Any], then: str = "") -> list[tuple[Any, ...]]:
    """Run one or two statements as one, on Django's connection (so inside the caller's transaction)."""
    # Not at the top: the trade engine's process imports this room's api and has no Django.
    from django.db import connection

    sql = statements("newretail.catalog", "shelf.sql")
    with connection.cursor() as cursor:
        told = {"tenant": DEFAULT_TENANT, "language": reader_language(), **values}
        cursor.execute(f"{sql[name]}\n{sql[then]}" if then else sql[name], told)
        return list(cursor.fetchall())


def _made(
    make: Callable[[Rows], Made], name: str, values: dict[str, Any], then: str = "", *, revision: int | None
) -> Made:
    """What `make` makes of the rows; with the revision that was just read, perhaps made before at the same one."""
    if revision is None:
        return make(_rows(name, values, then))
    asked = (tuple(value) if isinstance(value, list) else value for value in values.values())
    key = (name, reader_language(), *asked)  # names are the reader's
    return answers.at(revision, key, lambda: make(_rows(name, values, then)))


def _wares(rows: Rows) -> list[Ware]:
    """The wares of rows; sizes as the reader measures."""
    language = reader_language()
    return [Ware(*(*row[1:6], size_in(row[6], language), *row[7:], row[6])) for row in rows]


def _search_values(words: str, tenant: int) -> dict[str, Any]:
    words = words.replace("\0", " ").strip()[:200]
    last = _LAST_WORD.match(words)
    unfinished = last is not None and not words.endswith('"') and not re.search(r"(^|\s)-\w+$", words)
    before, prefix = (last["before"], f"{last['last']}:*") if last and unfinished else (words, "")
    return {"words": before, "prefix": prefix, "all_words": words, "tenant": tenant}


def label(product_id: int, tenant: int = DEFAULT_TENANT) -> tuple[str, str, str, str, str] | None:
    """English name, brand, package size, category and department of a product, whether sold or not."""
    rows = _rows("label", {"product_id": product_id, "tenant": tenant})
    return (rows[0][0], rows[0][1], rows[0][2], rows[0][3], rows[0][4]) if rows else None


def name_of(product_id: int, tenant: int = DEFAULT_TENANT) -> str | None:
    """What a product is called by whoever reads, whether sold or not."""
    rows = _rows("name_of", {"product_id": product_id, "tenant": tenant})
    return str(rows[0][0]) if rows else None


def popular(market: str, limit: int = 12, tenant: int = DEFAULT_TENANT) -> list[Ware]:
    """What is bought most."""
    values = {"market": market, "limit": min(limit, LARGEST_PAGE), "tenant": tenant}
    return _wares(_rows("popular", values, then="wares"))


def wares(market: str, codes: Iterable[str], tenant: int = DEFAULT_TENANT) -> dict[str, Ware]:
    """The wares of SKU codes; codes that are not sold in the market are missing."""
    values = {"market": market, "codes": list(codes), "product_id": None, "tenant": tenant}
    return {ware.sku_code: ware for ware in _wares(_rows("by_sku", values))}


def _shelf(category_id: int | None, slug: str | None, tenant: int) -> Shelf | None:
    rows = _rows("shelf", {"category_id": category_id, "slug": slug, "tenant": tenant})
    by_kind: dict[str, list[Shelf]] = {"here": [], "parent": [], "child": []}
    for found_id, found_slug, name, kind in rows:
        by_kind[kind].append(Shelf(found_id, name, found_slug))
    if not by_kind["here"]:
        return None
    here = by_kind["here"][0]
    return Shelf(here.category_id, here.name, here.slug, tuple(by_kind["parent"]), tuple(by_kind["child"]))


def category(slug: str, tenant: int = DEFAULT_TENANT) -> Shelf | None:
    """The category of a slug."""
    return _shelf(None, slug, tenant)


def top_categories(tenant: int = DEFAULT_TENANT) -> list[Shelf]:
    """The departments, by name."""
    return [Shelf(row[0], row[2], row[1]) for row in _rows("top", {"tenant": tenant})]


def _detail(rows: Rows) -> Detail | None:
    if not rows:
        return None
    found_id, name, base_name, brand, base_size, category_id, category_name, category_slug, *parent = rows[0][:11]
    size = size_in(base_size, reader_language())
    shelf = Shelf(category_id, category_name, category_slug, (Shelf(*parent),) if parent[0] is not None else ())
    about = (name, brand, size, category_id, category_name, category_slug)
    base = {"base_name": base_name, "base_size": base_size}
    sold = tuple(Ware(found_id, row[11], row[12], *about, *row[13:], **base) for row in rows if row[11] is not None)
    return Detail(found_id, name, brand, size, shelf, sold, base_name)


def product(
    market: str, product_id: int, tenant: int = DEFAULT_TENANT, *, revision: int | None = None
) -> Detail | None:
    """A product with everything its page shows; its shelf without what is below it."""
    values = {"market": market, "product_id": product_id, "tenant": tenant}
    return _made(_detail, "product", values, revision=revision)


def by_products(
    market: str, product_ids: Sequence[int], tenant: int = DEFAULT_TENANT, *, revision: int | None = None
) -> list[Ware]:
    """The wares of products, in that order; those that are not sold in the market are left out."""
    if not product_ids:
        return []
    values = {"market": market, "products": list(product_ids), "tenant": tenant}
    return list(_made(_wares, "by_products", values, then="wares", revision=revision))


def _two_lists(rows: Rows) -> tuple[list[Ware], list[Ware]]:
    return _wares([row for row in rows if row[0]]), _wares([row for row in rows if not row[0]])


def beside(
    market: str,
    product_id: int,
    product_ids: Sequence[int],
    tenant: int = DEFAULT_TENANT,
    *,
    revision: int | None = None,
) -> tuple[list[Ware], list[Ware]]:
    """What is bought together with a product, the best first; and the wares of the named products, in that order."""
    values = {"market": market, "product_id": product_id, "products": list(product_ids), "tenant": tenant}
    together, named = _made(_two_lists, "beside_product", values, then="wares", revision=revision)
    return list(together), list(named)


def hits(words: str, tenant: int = DEFAULT_TENANT) -> bytes:
    """The ids (packed, big-endian int4) of all products that fit the words, sold or not, the best first.

    Words are read as a search engine reads them ("…" and - work); the last one may be unfinished.
    """
    ((packed,),) = _rows("hits", _search_values(words, tenant))
    return packed or b""


def sku_names(sku_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(code, product name as the reader says it) of each SKU id."""
    rows = _rows("sku_names", {"sku_ids": [int(sku_id) for sku_id in sku_ids]})
    return {sku_id: (code, name) for sku_id, code, name in rows}


def sku_id(code: str, tenant: int = DEFAULT_TENANT) -> int | None:
    """The id of a SKU code."""
    rows = _rows("sku_id", {"code": code, "tenant": tenant})
    return int(rows[0][0]) if rows else None


def find_skus(words: str, limit: int = 50, tenant: int = DEFAULT_TENANT) -> list[int]:
    """SKU ids that fit the words, in any language, or have this code, sold or not: for people who work here."""
    words = words.replace("\0", " ").strip()[:200]
    values = {"words": words, "limit": min(limit, LARGEST_PAGE), "tenant": tenant, **named_so(words)}
    return [row[0] for row in _rows("find_skus", values)][:limit]
