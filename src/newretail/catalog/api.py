"""What other rooms may ask of the catalogue.

Importing it needs no Django: the trade engine's process takes `price_snapshot` and `catalog_revision` from here. The
functions of the shelf and of editing use Django's connection.
"""

from newretail.catalog.aisles import aisles
from newretail.catalog.editing import (
    Edit,
    Line,
    Unsound,
    category_labels,
    change_lines,
    edits_of,
    lines,
    lines_of_products,
    lines_of_skus,
)
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
    "Edit",
    "Found",
    "Line",
    "Only",
    "PriceSnapshot",
    "Shelf",
    "Unsound",
    "Ware",
    "aisles",
    "bump_revision",
    "catalog_revision",
    "category",
    "category_labels",
    "category_name",
    "category_names",
    "category_tree",
    "change_lines",
    "edits_of",
    "find_skus",
    "in_category",
    "label",
    "lines",
    "lines_of_products",
    "lines_of_skus",
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
