"""Offers and price lists of a market as arrays, for the trade engine. Does not need Django."""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg

from newretail.catalog.offers.rules import FOR_EVER_MS, Numbers, Offers, PriceList
from newretail.kit.sql import statements

GENERAL = "general"
_COLUMNS = ("offer_id", "kind", "value", "buy", "pay", "min_quantity", "channel", "from_ms", "until_ms")
_NAMES = len(_COLUMNS)  # comes after them, then the SKUs


def _unpacked(packed: bytes | None) -> Numbers:
    return np.frombuffer(packed or b"", ">i4").astype(np.int32)


def _rows(connection: psycopg.Connection[Any], name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    # The class by name: a connection that Django opened makes cursors that cannot receive binary.
    with psycopg.Cursor(connection) as cursor:
        query = statements("newretail.catalog", "offers.sql")[name]
        return cursor.execute(query.encode(), values, binary=True).fetchall()


def read_offers(connection: psycopg.Connection[Any], tenant_id: int, market_code: str, size: int) -> Offers:
    """The offers of a market. `size`: one more than the highest SKU id."""
    rows = _rows(connection, "offers", {"tenant_id": tenant_id, "market_code": market_code})
    if not rows:
        return Offers(start=np.zeros(size + 1, np.int32))
    numbers = [[FOR_EVER_MS if value is None else value for value in row[:_NAMES]] for row in rows]
    columns = np.array(numbers, np.int64).T
    skus = [_unpacked(row[_NAMES + 1]) for row in rows]
    sku = np.concatenate(skus)
    offer = np.repeat(np.arange(len(rows), dtype=np.int32), [len(some) for some in skus])
    fits = sku < size  # a SKU that is newer than the arrays comes with the next revision
    sku, offer = sku[fits], offer[fits]
    start = np.zeros(size + 1, np.int32)
    start[1:] = np.cumsum(np.bincount(sku, minlength=size))
    of_sku = offer[np.argsort(sku, kind="stable")]
    values: dict[str, Any] = dict(zip(_COLUMNS, columns, strict=True))
    return Offers(**values, start=start, of_sku=of_sku, names=tuple(row[_NAMES] for row in rows))


def read_lists(connection: psycopg.Connection[Any], tenant_id: int, market_code: str) -> tuple[PriceList, ...]:
    """The price lists of a market, in the order of their priority."""
    return tuple(
        PriceList(
            list_id,
            channel,
            np.unique(np.array(nodes, np.int32)),
            from_ms,
            FOR_EVER_MS if until_ms is None else until_ms,
            _unpacked(skus),
            _unpacked(prices),
        )
        for list_id, channel, nodes, from_ms, until_ms, skus, prices in _rows(
            connection, "price_lists", {"tenant_id": tenant_id, "market_code": market_code}
        )
    )


def read_tax_classes(connection: psycopg.Connection[Any], tenant_id: int, size: int) -> tuple[Any, tuple[str, ...]]:
    """The number of each SKU's tax class, and the classes by number; 0 is the general one."""
    rows = _rows(connection, "tax_classes", {"tenant_id": tenant_id, "general": GENERAL})
    number = np.zeros(size, np.int8)
    for place, (_name, packed) in enumerate(rows, 1):
        skus = _unpacked(packed)
        number[skus[skus < size]] = place
    return number, (GENERAL, *(name for name, _packed in rows))
