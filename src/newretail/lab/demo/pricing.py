"""What makes the demo's prices: taxes, delivery, offers and price lists, made up as a grocer might have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from newretail.catalog.api import OfferKind, bump_revision
from newretail.kit.sql import statements
from newretail.lab.demo.world import TENANT_ID
from newretail.markets.terms.api import GENERAL, Way

LONG_AGO = date(2017, 1, 1)
FOOD = "food"
# Departments whose goods are food to the tax office; and what of them is not.
FOOD_DEPARTMENTS = (
    *(
        "Bakery",
        "Chef's Kitchen",
        "Coffee Shop",
        "Deli",
        "Fresh Meat",
        "Fresh Seafood",
        "Fruit & Vegetables",
        "Grocery",
    ),
    *("Natural Foods", "Packaged Meat", "Packaged Seafood", "Salad Bar"),
)
NOT_FOOD = ("Cat Food", "Dog Food", "Laundry", "Paper Towels", "Toilet Tissue", "Cigarettes", "Candy & Gum")
# market: (class, 1/100 per cent). Tennessee taxes food with 4 % and the rest with 7 % (candy is no food there); China's
# lower rate is for food from the farm; Korea has one rate here.
TAX_RATES = {"US": (("general", 700), (FOOD, 400)), "KR": (("general", 1000),), "CN": (("general", 1300), (FOOD, 900))}
# market: (fee, free from), in minor units.
DELIVERY = {"US": (599, 3500), "KR": (3000, 40_000), "CN": (800, 9900)}
APP, TILL = 2, 3
APP_PER_CENT = 3  # what a price list for the app takes off the most bought


@dataclass(frozen=True, slots=True)
class DemoOffer:
    """An offer for a category, by its English name in the demo."""

    kind: OfferKind
    category: str
    name: str
    korean: str
    chinese: str
    value: int = 0
    buy: int = 0
    pay: int = 0
    min_quantity: int = 1


OFFERS = (
    DemoOffer(OfferKind.PER_CENT, "Cheese", "Cheese week: 15% off", "치즈 위크 15% 할인", "奶酪周 85 折", 1500),
    DemoOffer(OfferKind.PER_CENT, "Ice Cream", "Ice cream 20% off", "아이스크림 20% 할인", "冰淇淋 8 折", 2000),
    DemoOffer(
        OfferKind.BUY_PAY, "Bread, Buns & Rolls", "Bread: 3 for 2", "빵 3개를 2개 값에", "面包买二送一", buy=3, pay=2
    ),
    DemoOffer(
        OfferKind.BUY_PAY, "Soft Drinks", "Soft drinks: 4 for 3", "음료 4개를 3개 값에", "饮料买三送一", buy=4, pay=3
    ),
    DemoOffer(
        *(OfferKind.PER_CENT, "Yogurt", "Yogurt: 10% off from 4", "요거트 4개부터 10% 할인", "酸奶 4 件起 9 折", 1000),
        min_quantity=4,
    ),
    DemoOffer(OfferKind.PER_CENT, "Candy & Gum", "Sweet tooth: 25% off", "달콤한 25% 할인", "甜蜜特惠 75 折", 2500),
)


def _run(connection: psycopg.Connection[Any], name: str, values: Iterable[Any] = ()) -> psycopg.Cursor[Any]:
    return connection.execute(statements(__package__, "pricing.sql")[name].encode(), list(values))


def load(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Fill what makes a price; markets, categories and prices are there."""
    _run(connection, "tax_classes", [FOOD, TENANT_ID, list(FOOD_DEPARTMENTS)])
    _run(connection, "tax_classes", [GENERAL, TENANT_ID, list(NOT_FOOD)])
    offers = prices = 0
    for market, rates in TAX_RATES.items():
        for tax_class, points in rates:
            _run(connection, "tax_rate", [market, tax_class, LONG_AGO, points])
        fee, free_from = DELIVERY[market]
        _run(connection, "tariff", [market, int(Way.DELIVERY), fee, free_from])
        for offer in OFFERS:
            names = Jsonb({"ko": offer.korean, "zh-hans": offer.chinese})
            values = [TENANT_ID, market, offer.name, names, int(offer.kind), offer.value, offer.buy, offer.pay]
            offers += _run(connection, "offer", [*values, offer.min_quantity, offer.category]).rowcount
        (list_id,) = _run(connection, "price_list", [TENANT_ID, market, "App", APP]).fetchone() or (0,)
        prices += _run(connection, "list_prices", [list_id, 100 - APP_PER_CENT, market, TENANT_ID]).rowcount
    bump_revision(connection)
    return {"offers": offers, "list prices": prices}
