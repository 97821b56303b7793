"""A small market of made-up goods, for benches and tests that need room of their own beside the real one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import psycopg
from psycopg import sql

from newretail.cloud.api import CellPlace, drop_cell, open_cell


@dataclass(frozen=True, slots=True)
class Scratch:
    """Cells `<prefix>_1` …, each with one node `<prefix>-1` … that carries every SKU `sku-1` … `sku-n`."""

    url: str
    prefix: str
    cells: tuple[CellPlace, ...]
    sku_count: int
    first_node: int

    def node(self, number: int = 1) -> str:
        return f"{self.prefix}-{number}"

    @property
    def node_ids(self) -> tuple[int, ...]:
        return tuple(range(self.first_node, self.first_node + len(self.cells)))


_FIRST_NODE = 900_001
_PRICE_MINOR = 500


def open_catalogue(url: str, sku_count: int) -> None:
    """Make tenant 1, the market US and `sku_count` SKUs at 5.00 USD, unless there are SKUs already."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO cloud_tenant (id, slug, name) VALUES (1, 'scratch', 'Scratch') ON CONFLICT DO NOTHING"
        )
        connection.execute(
            "INSERT INTO markets_currency (code, minor_digits, symbol, price_step_minor) VALUES ('USD', 2, '$', 1)"
            " ON CONFLICT DO NOTHING"
        )
        connection.execute(
            "INSERT INTO markets_market (code, name, currency_id, languages, time_zone, tax_basis_points,"
            " prices_include_tax) VALUES ('US', 'United States', 'USD', '[\"en\"]', 'America/New_York', 0, false)"
            " ON CONFLICT DO NOTHING"
        )
        connection.execute("INSERT INTO catalog_catalogrevision (id, revision) VALUES (1, 1) ON CONFLICT DO NOTHING")
        row = connection.execute("SELECT count(*) FROM catalog_sku").fetchone()
        if row != (0,):
            return
        connection.execute(
            "INSERT INTO catalog_category (id, tenant_id, slug, name, source_name) VALUES (1, 1, 'all', 'All', '')"
        )
        connection.execute(
            "INSERT INTO catalog_product (id, tenant_id, name, brand, manufacturer_code, category_id, package_size,"
            " source_name, popularity)"
            " SELECT n, 1, 'Product ' || n, '', '', 1, '', '', 0 FROM generate_series(1, %s) n",
            [sku_count],
        )
        connection.execute(
            "INSERT INTO catalog_sku (id, tenant_id, code, product_id, is_sold)"
            " SELECT n, 1, 'sku-' || n, n, true FROM generate_series(1, %s) n",
            [sku_count],
        )
        connection.execute(
            "INSERT INTO catalog_price (tenant_id, market_code, sku_id, currency, amount_minor)"
            " SELECT 1, 'US', n, 'USD', %s FROM generate_series(1, %s) n",
            [_PRICE_MINOR, sku_count],
        )


def open_scratch(
    url: str, prefix: str, *, cells: int = 1, sku_count: int = 100, on_hand: int = 1_000_000_000
) -> Scratch:
    """Open fresh cells with one node each, every SKU in stock. What an earlier run left under `prefix` goes first."""
    open_catalogue(url, sku_count)
    close_scratch(url, prefix)
    made = []
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT coalesce(max(id) + 1, %s) FROM stock_node", [_FIRST_NODE]).fetchone()
        assert row is not None
        first = max(row[0], _FIRST_NODE)
    for number in range(1, cells + 1):
        place = open_cell(url, f"{prefix}_{number}", tenant_id=1, market_code="US", currency="USD")
        made.append(place)
        with psycopg.connect(url, autocommit=True) as connection:
            latitude, longitude = Decimal("40.7"), Decimal("-74.0")
            connection.execute(
                "INSERT INTO stock_node (id, tenant_id, code, name, kind, cell_id, market_code, city, latitude,"
                " longitude) VALUES (%s, 1, %s, %s, 'store', %s, 'US', 'Scratch', %s, %s)",
                [first + number - 1, f"{prefix}-{number}", prefix, place.name, latitude, longitude],
            )
            stock(connection, place.name, first + number - 1, sku_count, on_hand)
    return Scratch(url, prefix, tuple(made), sku_count, first)


def stock(connection: psycopg.Connection, cell: str, node_id: int, sku_count: int, on_hand: int) -> None:
    """Put `on_hand` units of SKU 1 … n at a node, as goods that were always there."""
    table = sql.Identifier(cell, "stock_pool")
    insert = sql.SQL("INSERT INTO {} (node_id, sku_id, on_hand) SELECT %s, n, %s FROM generate_series(1, %s) n")
    connection.execute(insert.format(table), [node_id, on_hand, sku_count])
    connection.execute(sql.SQL("VACUUM ANALYZE {}").format(table))


def close_scratch(url: str, prefix: str) -> None:
    """Drop the cells and nodes made under `prefix`; the catalogue stays."""
    # By number, so that what is called "bench" leaves alone what is called "bench_pay".
    cells = rf"^{prefix}_\d+$"
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM stock_node WHERE code ~ %s", [rf"^{prefix}-\d+$"])
        query = (
            "SELECT name FROM cloud_cell WHERE name ~ %(cells)s OR shadow_of_id ~ %(cells)s"
            " ORDER BY shadow_of_id IS NULL"
        )
        names = connection.execute(query, {"cells": cells}).fetchall()
    for (name,) in names:
        drop_cell(url, name, even_with_orders=True)
