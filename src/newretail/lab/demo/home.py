"""The steps that fill the shared tables: markets, catalogue, nodes, members. Each returns its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.utils.text import slugify
from psycopg.types.json import Jsonb

from newretail.catalog.snapshot import bump_revision
from newretail.kit.sql import statements
from newretail.lab.demo import prices
from newretail.lab.demo.plan import Plan
from newretail.lab.demo.progress import Report
from newretail.lab.demo.world import MARKETS, RATE_DAY, RATE_SOURCE, TENANT_ID, TENANT_NAME

Connection = psycopg.Connection[Any]
Figures = dict[str, int]
# A member of the source cannot sign in: "!" is what Django writes for "no password".
NO_PASSWORD = "!"  # noqa: S105  # it is the absence of one
JOINED_AT = datetime(2017, 1, 1, tzinfo=UTC)


# Shops ration infant formula when it is scarce: the demo's caps per buyer, and what its flash sales are about.
RATIONED = ["949023", "982469"]
RATIONED_UNITS = 2


class CatalogueNotEmpty(RuntimeError):
    """The database has a catalogue of its own; the demo's dense SKU ids would collide with it."""


def _run(connection: Connection, name: str, values: Iterable[Any] = ()) -> psycopg.Cursor[Any]:
    return connection.execute(statements(__package__, "load.sql")[name].encode(), list(values))


def _copy(connection: Connection, name: str, rows: Iterable[tuple[Any, ...]]) -> int:
    with connection.cursor() as cursor:
        with cursor.copy(statements(__package__, "load.sql")[name].encode()) as copy:
            for row in rows:
                copy.write_row(row)
        return cursor.rowcount


def load_markets(connection: Connection) -> Figures:
    """Tenant, currencies, markets and the exchange rates by which prices are converted."""
    _run(connection, "tenant", [TENANT_ID, TENANT_NAME])
    _run(connection, "next_tenant")
    for market in MARKETS:
        _run(connection, "currency", [market.currency, market.minor_digits, market.symbol, market.price_step_minor])
        _run(
            connection,
            "market",
            [
                *(market.code, market.name, market.currency, Jsonb(list(market.languages)), market.time_zone),
                *(market.tax_basis_points, market.prices_include_tax),
            ],
        )
        if market.currency != "USD":
            _run(connection, "rate", [market.currency, RATE_DAY, market.usd_rate, RATE_SOURCE])
    return {"markets": len(MARKETS)}


def _category_rows(plan: Plan) -> Iterable[tuple[Any, ...]]:
    """Departments first, then their categories; a category's id is the number of departments + its place + 1."""
    departments = sorted({department for department, _, _ in plan.categories})
    for number, department in enumerate(departments, 1):
        yield number, TENANT_ID, None, slugify(department), department, ""
    for number, (department, category, source_name) in enumerate(plan.categories, len(departments) + 1):
        parent = departments.index(department) + 1
        yield number, TENANT_ID, parent, slugify(f"{department} {category}"), category, source_name[:120]


def load_catalogue(connection: Connection, plan: Plan, report: Report) -> Figures:
    """Categories, products, SKUs, prices in every market, and the words they are found by."""
    (empty,) = _run(connection, "is_empty").fetchone() or (False,)
    if not empty:
        raise CatalogueNotEmpty("The database has products already; load the demo into an empty database.")
    categories = list(_category_rows(plan))
    departments = len(categories) - len(plan.categories)
    _copy(connection, "copy_categories", categories)
    _run(connection, "next_category")
    products = plan.products
    popularity = plan.units_sold.tolist()
    total = len(products) * (3 + len(MARKETS))
    report("Catalogue", 0, total)
    _copy(
        connection,
        "copy_products",
        (
            (
                *(p.id, TENANT_ID, p.name, p.brand, p.manufacturer, p.category + departments + 1, p.size),
                *(p.source_name[:200], popularity[number], Jsonb(p.names)),
            )
            for number, p in enumerate(products)
        ),
    )
    report("Catalogue", len(products), total)
    _copy(
        connection,
        "copy_skus",
        ((number, TENANT_ID, str(p.id), p.id, p.is_sold) for number, p in enumerate(products, 1)),
    )
    cap = {"cap": RATIONED_UNITS, "tenant_id": TENANT_ID, "codes": RATIONED}
    connection.execute(statements(__package__, "load.sql")["cap_skus"].encode(), cap)
    for number, market in enumerate(MARKETS):
        report("Catalogue", len(products) * (2 + number), total)
        amounts = prices.shelf_price(plan.cents, market).tolist()
        rows = ((TENANT_ID, market.code, sku_id, market.currency, price) for sku_id, price in enumerate(amounts, 1))
        _copy(connection, "copy_prices", rows)
    report("Catalogue", len(products) * (2 + len(MARKETS)), total)
    refresh = statements("newretail.catalog", "shelf.sql")["refresh_search"].encode()
    connection.execute(refresh, {"product_ids": None, "category_id": None})
    bump_revision(connection)
    report("Catalogue", total, total)
    return {"categories": len(categories), "products": len(products), "prices": len(products) * len(MARKETS)}


def load_nodes(connection: Connection, plan: Plan) -> Figures:
    """The stores as nodes of their market's cell."""
    count = _copy(
        connection,
        "copy_nodes",
        (
            (
                *(node.id, TENANT_ID, node.code, node.site.name, "store", MARKETS[node.market].cell),
                *(MARKETS[node.market].code, node.site.city, node.site.latitude, node.site.longitude),
                *(Jsonb(node.site.names), Jsonb(node.site.city_names)),
            )
            for node in plan.nodes
        ),
    )
    return {"nodes": count}


def load_names(connection: Connection, plan: Callable[[], Plan]) -> Figures:
    """Korean and Chinese names for a market that was loaded before it had any; what the office named stays so.

    Where everything has a name already the plan is not even worked out.
    """
    (nameless, unnamed_nodes) = _run(connection, "nameless").fetchone() or (0, 0)
    if nameless:
        _run(connection, "names_table")
        _copy(connection, "copy_names", ((p.id, p.name, p.size, Jsonb(p.names)) for p in plan().products))
        nameless = _run(connection, "name_products").rowcount
        bump_revision(connection)
    if unnamed_nodes:
        for node in plan().nodes:
            if node.site.names:
                own = [Jsonb(node.site.names), Jsonb(node.site.city_names)]
                _run(connection, "name_node", [*own, TENANT_ID, node.code, node.site.name])
    return {"named later": nameless}


def load_members(connection: Connection, plan: Plan) -> Figures:
    """Every household as a member whose id is the source's, and what the source says of 801 of them."""
    homes = {household: int(plan.home_node[household]) for household in plan.households.tolist()}

    def members() -> Iterable[tuple[Any, ...]]:
        for household, node in homes.items():
            market = MARKETS[plan.market_of_node[node]]
            yield (
                *(household, TENANT_ID, f"household-{household}@demo.invalid", f"Household {household}", NO_PASSWORD),
                *(market.code, market.languages[0], node, False, True, False, False, JOINED_AT),
            )

    count = _copy(connection, "copy_members", members())
    known = [row for row in plan.source.households if row["household_id"] in homes]
    columns = ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")
    rows = ((row["household_id"], *(row[column] or "" for column in columns)) for row in known)
    return {"members": count, "households": _copy(connection, "copy_households", rows)}
