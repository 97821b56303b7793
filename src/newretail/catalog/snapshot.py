"""What the trade engine must know of the catalogue, as arrays indexed by SKU id. Does not need Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.catalog.offers.reads import GENERAL, read_lists, read_offers, read_tax_classes
from newretail.catalog.offers.rules import Offers, PriceList
from newretail.kit.sql import statements


@dataclass(frozen=True, slots=True)
class PriceSnapshot:
    """Prices and caps of one tenant in one market at one revision.

    Arrays are indexed by SKU id (dense from 1, place 0 is never used): `price_minor` is 0 where the SKU is not sold
    or has no price in this market, `cap_per_buyer` is 0 where there is no cap, `code_of` is empty for other tenants,
    `tax_class` is a place in `tax_classes`, whose first is the general one. `lists`: in the order of their priority.
    """

    revision: int
    sku_codes: dict[str, int]
    code_of: list[str]
    price_minor: npt.NDArray[np.int64]
    cap_per_buyer: npt.NDArray[np.int32]
    tax_class: npt.NDArray[np.int8]
    tax_classes: tuple[str, ...] = (GENERAL,)
    offers: Offers = field(default_factory=Offers)
    lists: tuple[PriceList, ...] = ()


def price_snapshot(connection_or_url: psycopg.Connection[Any] | str, tenant_id: int, market_code: str) -> PriceSnapshot:
    """Read the snapshot of a market; an empty catalogue or an unknown market gives one that sells nothing."""
    if isinstance(connection_or_url, str):
        with psycopg.connect(connection_or_url) as connection:
            return price_snapshot(connection, tenant_id, market_code)
    query = statements("newretail.catalog", "snapshot.sql")["snapshot"]
    # The class by name: a connection that Django opened makes cursors that cannot receive binary.
    with psycopg.Cursor(connection_or_url) as cursor:
        cursor.execute(query.encode(), {"tenant_id": tenant_id, "market_code": market_code}, binary=True)
        row = cursor.fetchone()
    assert row is not None
    revision, ids_packed, prices_packed, caps_packed, codes_text = row
    ids = np.frombuffer(ids_packed or b"", ">i4")
    size = int(ids[-1]) + 1 if len(ids) else 1
    price_minor, cap_per_buyer = np.zeros(size, np.int64), np.zeros(size, np.int32)
    price_minor[ids] = np.frombuffer(prices_packed or b"", ">i4")
    cap_per_buyer[ids] = np.frombuffer(caps_packed or b"", ">i4")
    codes = codes_text.split("\n") if codes_text else []
    code_of = [""] * size
    sku_codes = dict(zip(codes, ids.tolist(), strict=True))
    for code, sku_id in sku_codes.items():
        code_of[sku_id] = code
    # Read after the revision: what changed in between moves the revision again, and everything is read once more.
    tax_class, tax_classes = read_tax_classes(connection_or_url, tenant_id, size)
    offers = read_offers(connection_or_url, tenant_id, market_code, size)
    lists = read_lists(connection_or_url, tenant_id, market_code)
    return PriceSnapshot(
        revision, sku_codes, code_of, price_minor, cap_per_buyer, tax_class, tax_classes, offers, lists
    )


def catalog_revision(connection: psycopg.Connection[Any]) -> int:
    """The number that grows with every change that the engine must see; compare it with a snapshot's."""
    row = connection.execute(statements("newretail.catalog", "snapshot.sql")["revision"].encode()).fetchone()
    assert row is not None
    return int(row[0])


def bump_revision(connection: psycopg.Connection[Any]) -> None:
    """Tell the engine that the catalogue changed; call it in the transaction of the change."""
    connection.execute(statements("newretail.catalog", "snapshot.sql")["bump"].encode())
