"""What an offer would do to goods that it is for, by the rules of the trade engine and before anything is saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from newretail.catalog.editing import DEFAULT_TENANT
from newretail.catalog.offers.editing import OfferSheet
from newretail.catalog.offers.reads import read_lists, read_offers
from newretail.catalog.offers.rules import FOR_EVER_MS, Ints, Offers, best, listed
from newretail.kit.sql import statements

WEB = 1  # the channel that is looked at where an offer is for all
NO_NODE = -1


@dataclass(frozen=True, slots=True)
class Effect:
    """A line of `quantity` units before and after, in minor units; `names`: the product's, by language.

    `better`: the names of the other offer that saves as much or more, so that this one does nothing.
    """

    sku_code: str
    product_id: int
    names: Mapping[str, str]
    quantity: int
    before_minor: int
    after_minor: int
    better: Mapping[str, str] | None


def effects(sheet: OfferSheet, now: datetime, limit: int = 3, tenant_id: int = DEFAULT_TENANT) -> list[Effect]:
    """What the offer does to the most bought goods that it is for, when it begins (`now`, where it has begun).

    Prices are those of all nodes, with the other offers of that moment: a line has only the best one.
    """
    scope = {"sku_code": sheet.sku_code, "product_id": sheet.product_id, "category": sheet.category}
    asked: dict[str, Any] = {"tenant_id": tenant_id, "market_code": sheet.market_code, "limit": limit, **scope}
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "offers.sql")["covered"], asked)
        rows = cursor.fetchall()
    if not rows:
        return []
    at_ms = int(max(now, sheet.starts_at or now).timestamp() * 1000)
    quantity = max(sheet.min_quantity, sheet.buy, 1)
    sku, base = np.array([row[0] for row in rows], np.int64), np.array([row[5] for row in rows], np.int64)
    units, channel = (np.full(len(rows), value, np.int64) for value in (quantity, sheet.channel or WEB))
    size = int(sku.max()) + 1
    lists = read_lists(connection.connection, tenant_id, sheet.market_code)
    price = listed(lists, sku, base, channel, np.full(len(rows), NO_NODE, np.int64), at_ms)
    others = read_offers(connection.connection, tenant_id, sheet.market_code, size)
    if sheet.offer_id is not None and len(others):
        others = replace(others, until_ms=np.where(others.offer_id == sheet.offer_id, 0, others.until_ms))
    nothing = np.zeros(len(rows), np.int64), np.full(len(rows), -1, np.int64)
    saved, which = best(others, sku, price, units, channel, at_ms) or nothing
    own, _place = best(_alone(sheet, sku, size), sku, price, units, channel, at_ms) or nothing
    return [
        Effect(
            sku_code=code,
            product_id=product_id,
            names={"en": name, **_names(names)},
            quantity=quantity,
            before_minor=int(price[place] * quantity - saved[place]),
            after_minor=int(price[place] * quantity - max(saved[place], own[place])),
            better=others.names[int(which[place])] if which[place] >= 0 and saved[place] >= own[place] else None,
        )
        for place, (_id, code, product_id, name, names, _amount) in enumerate(rows)
    ]


def _names(value: Any) -> Mapping[str, str]:
    """Names as JSON has them; Django's cursors give JSON as text."""
    found: Mapping[str, str] = json.loads(value) if isinstance(value, str) else value or {}
    return found


def _alone(sheet: OfferSheet, sku: Ints, size: int) -> Offers:
    """The offer alone, in force for ever."""
    start = np.zeros(size + 1, np.int32)
    start[1:] = np.cumsum(np.bincount(sku, minlength=size))

    def one(value: int) -> Ints:
        return np.array([value], np.int64)

    return Offers(
        offer_id=one(0),
        kind=one(sheet.kind),
        value=one(sheet.value),
        buy=one(sheet.buy),
        pay=one(sheet.pay),
        min_quantity=one(sheet.min_quantity),
        channel=one(sheet.channel),
        from_ms=one(0),
        until_ms=one(FOR_EVER_MS),
        start=start,
        of_sku=np.zeros(len(sku), np.int32),
        names=({},),
    )
