"""What other rooms may ask of the catalogue.

Importing it needs no Django: the trade engine's process takes `price_snapshot` and `catalog_revision` from here. The
functions of the shelf and of editing use Django's connection.
"""

from newretail.catalog.aisles import aisles
from newretail.catalog.brands import brand_names, name_brand
from newretail.catalog.editing import (
    Edit,
    Line,
    Unsound,
    category_labels,
    change_lines,
    edits_of,
    lines,
    lines_of_categories,
    lines_of_products,
    lines_of_skus,
    name_field,
)
from newretail.catalog.find import corrected, find
from newretail.catalog.index import Index, Ints, Place, current_revision, index
from newretail.catalog.keep import category_of_product, keep_together, product_of_sku
from newretail.catalog.names import (
    LANGUAGES,
    OWN_BRAND,
    brand_name,
    brands_epoch,
    category_name,
    category_names,
    named_so,
    product_name,
    tell_brands,
)
from newretail.catalog.narrow import Counts, Wish, like, narrow, narrow_shelf
from newretail.catalog.offers.rules import FOR_EVER_MS, OfferKind, Offers, PriceList
from newretail.catalog.offers.rules import best as best_offers
from newretail.catalog.offers.rules import listed as listed_prices
from newretail.catalog.said import letters
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
    name_of,
    popular,
    product,
    sku_id,
    sku_names,
    top_categories,
    wares,
)
from newretail.catalog.sizes import MEASURED, METRIC, number, size_in
from newretail.catalog.snapshot import PriceSnapshot, bump_revision, catalog_revision, price_snapshot
from newretail.catalog.suggest import Suggestions, categories_named, suggest
from newretail.catalog.together import Together, together
from newretail.catalog.vocabulary import words_of

__all__ = [
    "FOR_EVER_MS",
    "LANGUAGES",
    "MEASURED",
    "METRIC",
    "OWN_BRAND",
    "Counts",
    "Detail",
    "Edit",
    "Index",
    "Ints",
    "Line",
    "OfferKind",
    "Offers",
    "Place",
    "PriceList",
    "PriceSnapshot",
    "Shelf",
    "Suggestions",
    "Together",
    "Unsound",
    "Ware",
    "Wish",
    "aisles",
    "beside",
    "best_offers",
    "brand_name",
    "brand_names",
    "brands_epoch",
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
    "corrected",
    "current_revision",
    "edits_of",
    "find",
    "find_skus",
    "hits",
    "index",
    "keep_together",
    "label",
    "letters",
    "like",
    "lines",
    "lines_of_categories",
    "lines_of_products",
    "lines_of_skus",
    "listed_prices",
    "name_brand",
    "name_field",
    "name_of",
    "named_so",
    "narrow",
    "narrow_shelf",
    "number",
    "popular",
    "price_snapshot",
    "product",
    "product_name",
    "product_of_sku",
    "size_in",
    "sku_id",
    "sku_names",
    "suggest",
    "tell_brands",
    "together",
    "top_categories",
    "wares",
    "words_of",
]
