"""Tax classes as categories name them, and goods that stand for one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from newretail.catalog.editing import DEFAULT_TENANT
from newretail.catalog.offers.reads import GENERAL
from newretail.kit.sql import statements


@dataclass(frozen=True, slots=True)
class Example:
    """A SKU that is bought a lot; `names`: its product's, by language, English always there."""

    sku_code: str
    product_id: int
    names: Mapping[str, str]


def tax_classes(tenant_id: int = DEFAULT_TENANT) -> list[str]:
    """Every class that a category has, the general one first."""
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "offers.sql")["class_names"], {"tenant_id": tenant_id})
        found = [row[0] for row in cursor.fetchall()]
    return [GENERAL, *(name for name in found if name != GENERAL)]


def most_bought(market_code: str, tax_class: str, limit: int, tenant_id: int = DEFAULT_TENANT) -> list[Example]:
    """What is bought most of a class in a market."""
    values: dict[str, str | int] = {"market_code": market_code, "tax_class": tax_class, "general": GENERAL}
    values |= {"limit": limit, "tenant_id": tenant_id}
    with connection.cursor() as cursor:
        statement = statements("newretail.catalog", "offers.sql")["most_bought_of_class"]
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [
        Example(code, product_id, json.loads(names) if isinstance(names, str) else names)
        for code, product_id, names in rows
    ]
