"""Fixtures of the rooms' own page tests.

- `nothing_remembered` (every test): pages read everything anew.
- `small_market` (module): two markets with a cell, a store or two, and a handful of the demo's products, committed,
  because the order engine has connections of its own; removed again at the end of the module.
- `demo_bank` (module): the local bank in a process of its own, the only provider of that module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db.models import Model
from django.utils import translation

US_CELL, KR_CELL = "pages_us", "pages_kr"
US_STORE, US_OTHER, KR_STORE = (90_001, "P-US-1"), (90_002, "P-US-2"), (90_003, "P-KR-1")


@dataclass
class SmallMarket:
    """What the fixture made; `sku` maps a short name to a SKU code."""

    url: str
    sku: dict[str, str]
    store: str = US_STORE[1]
    other_store: str = US_OTHER[1]
    korean_store: str = KR_STORE[1]
    made: list[Model] = field(default_factory=list)

    def set_stock(self, name: str, on_hand: int, store: tuple[int, str] = US_STORE) -> None:
        """Count the shelf, unless that is what is there: what is there is what the test says."""
        from newretail.catalog.api import sku_id
        from newretail.stock import api as stock
        from newretail.stock import near

        number = sku_id(self.sku[name])
        there = {at.node_code: at.on_hand for at in stock.stock_of(number)} if number else {}
        if there.get(store[1]) == on_hand:
            return
        stock.count(store[1], self.sku[name], on_hand, actor="test", reason="set for a test")
        near.forget()

    def reserved(self, name: str) -> int:
        from newretail.catalog.api import sku_id
        from newretail.stock.api import stock_of

        number = sku_id(self.sku[name])
        assert number is not None
        return sum(at.reserved for at in stock_of(number) if at.node_code == self.store)


# Name, SKU code, size, cents, won: of the demo market.
PRODUCTS = {
    "bananas": ("Bananas", "1082185", "", 101, 1150),
    "milk": ("White Milk, 1 gal", "1029743", "1 gal", 269, 3070),
    "cheese": ("Shredded Cheese, 8 oz", "842140", "8 oz", 178, 2030),
    "eggs": ("Extra Large Eggs, 1 dozen", "981760", "1 dozen", 119, 1360),
}
# In Korean and Chinese; nobody has said what the others are called.
NAMES = {
    "milk": {"ko": "흰 우유, 3.79L", "zh-hans": "纯牛奶 3.79升"},
    "cheese": {"ko": "슈레드 치즈, 227g", "zh-hans": "芝士碎 227克"},
}


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What pages keep for seconds, or until the catalogue's revision moves, would outlive a rollback or a module.

    So would the language of the last reader.
    """
    from newretail.catalog import index
    from newretail.markets import api as markets
    from newretail.shopfront import stores
    from newretail.shopfront.voices import look
    from newretail.stock import near

    index.forget()
    markets.forget()
    near.forget()
    look.forget()
    stores.forget()
    translation.deactivate()


@pytest.fixture(scope="module")
def small_market(database_url: str) -> Iterator[SmallMarket]:
    from newretail.trade import api as trade

    market = SmallMarket(database_url, {name: row[1] for name, row in PRODUCTS.items()})
    _make(market)
    trade.close()  # an engine that was open before does not know these cells yet
    yield market
    trade.close()
    _remove(market)


def _keep(market: SmallMarket, made: tuple[Model, bool]) -> None:
    if made[1]:
        market.made.append(made[0])


def _make(market: SmallMarket) -> None:
    from newretail.catalog.work import refresh_search
    from newretail.cloud.models import Tenant

    _keep(market, Tenant.objects.get_or_create(id=1, defaults={"slug": "small", "name": "Small Market"}))
    _make_places(market)
    _make_goods(market)
    refresh_search()
    for name in PRODUCTS:
        for store in (US_STORE, US_OTHER, KR_STORE):
            market.set_stock(name, 20, store)


def _make_places(market: SmallMarket) -> None:
    from newretail.cloud.api import open_cell
    from newretail.markets.models import Currency, Market
    from newretail.stock.models import Node

    for code, name, currency, digits, symbol, zone, cell, included in (
        ("US", "United States", "USD", 2, "$", "America/New_York", US_CELL, False),
        ("KR", "South Korea", "KRW", 0, "₩", "Asia/Seoul", KR_CELL, True),
    ):
        _keep(
            market, Currency.objects.get_or_create(code=currency, defaults={"minor_digits": digits, "symbol": symbol})
        )
        values: dict[str, Any] = {"name": name, "currency_id": currency, "languages": ["en"], "time_zone": zone}
        values |= {"tax_basis_points": 0, "prices_include_tax": included}
        _keep(market, Market.objects.get_or_create(code=code, defaults=values))
        open_cell(market.url, cell, tenant_id=1, market_code=code, currency=currency)
    for (number, code), name, cell, country, latitude, longitude in (
        (US_STORE, "Knoxville", US_CELL, "US", 35.96, -83.92),
        (US_OTHER, "Nashville", US_CELL, "US", 36.16, -86.78),
        (KR_STORE, "Mapo", KR_CELL, "KR", 37.56, 126.91),
    ):
        where: dict[str, Any] = {"city": name, "latitude": latitude, "longitude": longitude}
        if country == "KR":
            where |= {"names": {"ko": "마포점"}, "city_names": {"ko": "마포"}}
        values = {"name": name, "cell_id": cell, "market_code": country, **where}
        _keep(market, Node.objects.get_or_create(id=number, defaults={"code": code, **values}))


def _make_goods(market: SmallMarket) -> None:
    from newretail.catalog.models import Category, Price, Product, Sku

    food = Category.objects.create(slug="small-food", name="Food")
    dairy = Category.objects.create(slug="small-dairy", name="Dairy", parent=food)
    market.made += [food, dairy]
    for number, (key, (name, code, size, cents, won)) in enumerate(PRODUCTS.items(), 90_001):
        values: dict[str, Any] = {"name": name, "package_size": size, "category": dairy, "popularity": number}
        values["names"] = NAMES.get(key, {})
        product = Product.objects.create(id=number, **values)
        sku = Sku.objects.create(id=number, code=code, product=product)
        us = Price.objects.create(sku=sku, market_code="US", currency="USD", amount_minor=cents)
        kr = Price.objects.create(sku=sku, market_code="KR", currency="KRW", amount_minor=won)
        market.made += [product, sku, us, kr]


def _remove(market: SmallMarket) -> None:
    from newretail.cloud.api import drop_cell
    from newretail.cloud.models import Tenant
    from newretail.people.models import Attempt, Member

    Member.objects.all().delete()
    Attempt.objects.all().delete()
    tenants = [made for made in market.made if isinstance(made, Tenant)]
    for made in reversed(market.made):
        if made not in tenants:
            made.delete()
    for cell in (US_CELL, KR_CELL):
        drop_cell(market.url, cell, even_with_orders=True)
    for tenant in tenants:
        tenant.delete()
    with psycopg.connect(market.url) as connection:
        connection.execute("DELETE FROM django_session")


@dataclass
class DemoBank:
    """The local bank in a process of its own. It cannot reach us here, so what it has to say is asked for."""

    running: Any

    def decide(self, path: str, decision: str, why: str = "") -> str:
        """What a shopper presses on the bank's page; where their browser goes then. `why`: a card is declined."""
        import httpx

        answer = httpx.post(f"{self.running.url}{path}", data={"decision": decision, "why": why}, trust_env=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def tell(self) -> None:
        """Bring our calls to it, and hear what happened there."""
        from newretail.pay.api import Postman, provider
        from newretail.trade import api as trade
        from newretail.trade.clearing import reconcile, send_due

        house = trade.house()
        send_due(house.engine, house.links, Postman())
        reconcile(house.engine, house.links, provider("bank"), datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture(scope="module")
def demo_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoBank]:
    from newretail.lab.bank.running import RunningBank
    from newretail.pay.api import provider

    bank = RunningBank(tmp_path_factory.mktemp("bank") / "bank.sqlite", "http://127.0.0.1:9/v1/hooks/").start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEWRETAIL_BANK", "yes")
        patch.setenv("NEWRETAIL_BANK_PORT", str(bank.port))
        provider.cache_clear()
        yield DemoBank(bank)
        provider("bank").close()  # type: ignore[attr-defined]
    provider.cache_clear()
    bank.stop()
