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
from newretail.catalog.index import Index, Ints, Place, current_revision, index
from newretail.catalog.keep import category_of_product, keep_together, product_of_sku
from newretail.catalog.names import OWN_BRAND, category_name, category_names
from newretail.catalog.narrow import Counts, Wish, like, narrow, narrow_shelf
from newretail.catalog.shelf import (
    Detail,
    Shelf,
    Ware,
    beside,
    by_products,
    category,
    find_skus,
    hits,
    label,
    popular,
    product,
    sku_id,
    sku_names,
    top_categories,
    wares,
)
from newretail.catalog.snapshot import PriceSnapshot, bump_revision, catalog_revision, price_snapshot
from newretail.catalog.suggest import Suggestions, categories_named, suggest
from newretail.catalog.together import Together, together
from newretail.catalog.vocabulary import words_of

__all__ = [
    "OWN_BRAND",
    "Counts",
    "Detail",
    "Edit",
    "Index",
    "Ints",
    "Line",
    "Place",
    "PriceSnapshot",
    "Shelf",
    "Suggestions",
    "Together",
    "Unsound",
    "Ware",
    "Wish",
    "aisles",
    "beside",
    "bump_revision",
    "by_products",
    "catalog_revision",
    "categories_named",
    "category",
    "category_labels",
    "category_name",
    "category_names",
    "category_of_product",
    "change_lines",
    "current_revision",
    "edits_of",
    "find_skus",
    "hits",
    "index",
    "keep_together",
    "label",
    "like",
    "lines",
    "lines_of_products",
    "lines_of_skus",
    "narrow",
    "narrow_shelf",
    "popular",
    "price_snapshot",
    "product",
    "product_of_sku",
    "sku_id",
    "sku_names",
    "suggest",
    "together",
    "top_categories",
    "wares",
    "words_of",
]
