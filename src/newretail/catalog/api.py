"""What other rooms may ask of the catalogue.

Importing it needs no Django: the trade engine's process takes `price_snapshot` and `catalog_revision` from here. The
functions of the shelf use Django's connection. Changing prices, caps and what is sold: `newretail.catalog.work`.
"""

from newretail.catalog.aisles import aisles
from newretail.catalog.names import category_name, category_names, named_like
from newretail.catalog.shelf import (
    CategoryCount,
    Detail,
    Found,
    Only,
    Shelf,
    Ware,
    category,
    category_tree,
    find_skus,
    in_category,
    label,
    popular,
    product,
    search,
    sku_id,
    sku_names,
    top_categories,
    wares,
)
from newretail.catalog.snapshot import PriceSnapshot, bump_revision, catalog_revision, price_snapshot

__all__ = [
    "CategoryCount",
    "Detail",
    "Found",
    "Only",
    "PriceSnapshot",
    "Shelf",
    "Ware",
    "aisles",
    "bump_revision",
    "catalog_revision",
    "category",
    "category_name",
    "category_names",
    "category_tree",
    "find_skus",
    "in_category",
    "label",
    "named_like",
    "popular",
    "price_snapshot",
    "product",
    "search",
    "sku_id",
    "sku_names",
    "top_categories",
    "wares",
]
