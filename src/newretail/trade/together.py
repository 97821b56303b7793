"""What is bought together, learnt from the newest orders of every cell. Does not need Django.

One reading of the newest baskets a cell, counted in memory, and the catalogue's table written as a whole: some seconds
for 155,000 baskets of the demo. Repeatable: the same orders give the same rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.catalog.api import category_of_product, keep_together, product_of_sku, together
from newretail.cloud.api import CellPlace, places
from newretail.kit.distinct import distinct
from newretail.kit.sql import in_cell
from newretail.trade.rules import State

ROOM = "newretail.trade"
Numbers = npt.NDArray[np.int64]
KINDS = (">i4", ">i8", ">i4")  # of the packed columns
BASKETS_LIMIT = 300_000  # the newest of each cell


class Baskets(NamedTuple):
    """Baskets one after the other: how many lines each has, whose it is, and what is in them."""

    sizes: Numbers
    buyers: Numbers
    skus: Numbers


def learn_together(home_url: str, *, tenant_id: int = 1, baskets: int = BASKETS_LIMIT) -> int:
    """Make the table anew; returns how many rows it has. Cancelled orders and rehearsals do not count."""
    mine = [place for place in places(home_url).values() if place.tenant_id == tenant_id and not place.is_shadow]
    read = [_read(place, home_url, baskets) for place in mine]
    if not read:
        return 0
    with psycopg.connect(home_url) as home:
        known = Baskets(*(np.concatenate(column) for column in zip(*read, strict=True)))
        sizes, products = _of_products(known, product_of_sku(home, tenant_id))
        found = together(sizes, known.buyers, products, category_of_product(home, tenant_id))
        return keep_together(home, found, tenant_id)


def _read(place: CellPlace, home_url: str, limit: int) -> Baskets:
    values = {"cancelled": int(State.CANCELLED), "limit": limit}
    with psycopg.connect(place.url(home_url)) as cell:
        row = cell.execute(in_cell(ROOM, "together.sql", "baskets", place.name), values, binary=True).fetchone()
    packed = row or (b"", b"", b"")
    return Baskets(*(np.frombuffer(packed[at] or b"", kind).astype(np.int64) for at, kind in enumerate(KINDS)))


def _of_products(known: Baskets, product_of: Numbers) -> tuple[Numbers, Numbers]:
    """Sizes and products of the baskets: two variants of a product are one, what is not sold any more is none."""
    basket = np.repeat(np.arange(len(known.sizes)), known.sizes)
    product = product_of[np.minimum(known.skus, len(product_of) - 1)]
    width = int(product.max(initial=0)) + 1
    keys = distinct((basket * width + product)[product > 0])
    return np.bincount(keys // width, minlength=len(known.sizes)), keys % width
