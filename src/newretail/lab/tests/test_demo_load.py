"""The demo market against its source: every figure is counted a second time, here with Arrow from the files."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as parquet
import pytest

from newretail.catalog.api import catalog_revision, price_snapshot
from newretail.catalog.together import LEAST_BUYERS
from newretail.kit.ids import is_uuid7, made_at
from newretail.lab.audit.laws import audit
from newretail.lab.demo import home
from newretail.lab.demo.load import is_loaded, load_demo
from newretail.lab.demo.plan import ASSORTMENT, LEAST_ON_HAND
from newretail.lab.demo.source import _folder
from newretail.lab.demo.world import MARKETS

pytestmark = pytest.mark.slow
PRODUCTS, LINES, HOUSEHOLDS, STORES, BASKETS = 92_331, 1_469_307, 2_469, 457, 155_848
# Left out: 4,836 lines of 17 products that the product table does not have, 4,065 lines of quantity 0. Nothing is
# merged, because no basket names a product twice. 332 baskets have only lines that are left out.
UNKNOWN_PRODUCT, NO_QUANTITY, EMPTY_BASKETS = 4_836, 4_065, 332


@pytest.fixture(scope="module")
def connection(demo_url):
    with psycopg.connect(demo_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def sold():
    """The source's lines that are imported, with the month on a clock in New York."""
    lines = parquet.read_table(_folder() / "transactions.parquet")
    products = parquet.read_table(_folder() / "products.parquet")
    assert (lines.num_rows, products.num_rows) == (LINES, PRODUCTS)
    known = compute.is_in(lines["product_id"], products["product_id"])
    assert lines.num_rows - compute.sum(known).as_py() == UNKNOWN_PRODUCT
    kept = lines.filter(compute.and_(known, compute.greater(lines["quantity"], 0)))
    local = compute.local_timestamp(
        compute.assume_timezone(kept["transaction_timestamp"], "UTC").cast(pa.timestamp("ns", "America/New_York"))
    )
    return kept.append_column("month", compute.strftime(local, "%Y-%m"))


def _one(connection, query, *values):
    return connection.execute(query, values).fetchone()[0]


def test_counts_are_those_of_the_source(connection, sold):
    """Nothing of the source is missing but the lines that the documentation counts as left out."""
    assert sold.num_rows == LINES - UNKNOWN_PRODUCT - NO_QUANTITY
    assert _one(connection, "SELECT count(*) FROM catalog_product") == PRODUCTS
    assert _one(connection, "SELECT count(*) FROM catalog_sku") == PRODUCTS
    assert _one(connection, "SELECT count(*) FROM catalog_price") == PRODUCTS * len(MARKETS)
    assert _one(connection, "SELECT count(*) FROM people_member") == HOUSEHOLDS
    assert _one(connection, "SELECT count(*) FROM people_household") == 801
    assert _one(connection, "SELECT count(*) FROM stock_node") == STORES
    assert _one(connection, "SELECT sum(cardinality(lines) / 3) FROM every_order") == sold.num_rows
    orders = compute.count_distinct(sold["basket_id"]).as_py()
    assert orders == BASKETS - EMPTY_BASKETS
    assert _one(connection, "SELECT count(*) FROM every_order") == orders


def test_batches_add_up_to_their_orders(connection):
    """A month's batch tells exactly what its orders hold, and the cell's head is at the last batch."""
    wrong = connection.execute("""
        SELECT b.cell, b.batch_number FROM every_batch b JOIN (
            SELECT cell, batch_number, count(*) AS orders, sum(cardinality(lines) / 3) AS lines,
                sum(total_minor) AS total
            FROM every_order GROUP BY cell, batch_number
        ) o USING (cell, batch_number)
        WHERE (b.accepted, b.lines, b.total_minor, b.kind) IS DISTINCT FROM (o.orders, o.lines, o.total, 'import')
    """).fetchall()
    assert wrong == []
    for market in MARKETS:
        # Twelve months; then wallets, points and the gift card.
        assert _one(connection, f"SELECT batch_number FROM {market.cell}.cell_head") == 12 + 3
        assert _one(connection, f"SELECT max(batch_number) FROM {market.cell}.trade_batch") == 12


def test_sales_of_every_month_are_those_of_the_source(connection, sold):
    """Money is the source's, converted by the rate; only the rounding of unit prices (under 0.1 %) is between them."""
    home_market = dict(connection.execute("SELECT id, market_code FROM people_member").fetchall())
    markets = pa.array([home_market[household] for household in sold["household_id"].to_pylist()])
    source = sold.append_column("market", markets).group_by(["market", "month"]).aggregate([("sales_value", "sum")])
    for row in source.to_pylist():
        plan = next(plan for plan in MARKETS if plan.code == row["market"])
        expected = row["sales_value_sum"] * float(plan.usd_rate) * 10**plan.minor_digits
        imported = _one(
            connection,
            "SELECT total_minor FROM every_batch"
            " WHERE market_code = %s AND to_char(placed_at AT TIME ZONE %s, 'YYYY-MM') = %s",
            *(plan.code, plan.time_zone, row["month"]),
        )
        assert imported == pytest.approx(expected, rel=0.001)
    assert source.num_rows == 12 * len(MARKETS)


def test_an_order_is_the_basket_it_was(connection, sold):
    """One basket, line by line: same buyer, same store, same clock on the wall, same money."""
    basket = 31198570044
    rows = sold.filter(compute.equal(sold["basket_id"], basket)).to_pylist()
    order = connection.execute(
        "SELECT o.order_id, o.buyer_id, n.code, o.state, o.channel, o.currency, o.lines FROM every_order o"
        " JOIN stock_node n ON n.id = o.node_id WHERE o.buyer_id = %s AND right(o.order_id::text, 12) = %s",
        [rows[0]["household_id"], f"{basket:012x}"],
    ).fetchone()
    order_id, buyer_id, node, state, channel, currency, lines = order
    assert (buyer_id, node, state, channel) == (rows[0]["household_id"], f"store-{rows[0]['store_id']}", 4, 3)
    assert is_uuid7(order_id)
    plan = next(plan for plan in MARKETS if plan.currency == currency)
    at_the_store = rows[0]["transaction_timestamp"].replace(tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
    here = made_at(order_id).astimezone(ZoneInfo(plan.time_zone))
    assert here.replace(tzinfo=None, microsecond=0) == at_the_store.replace(tzinfo=None, microsecond=0)
    codes = dict(connection.execute("SELECT code, id FROM catalog_sku").fetchall())
    expected = {(codes[str(row["product_id"])], row["quantity"]) for row in rows}
    assert {(sku_id, quantity) for sku_id, quantity, _ in lines} == expected


def test_every_node_sells_an_assortment(connection):
    """A node carries at least the most popular SKUs and all it ever sold; nothing that is not for sale lies there."""
    least, fewest = connection.execute("""
        SELECT min(pools), min(fewest) FROM (
            SELECT n.id, count(p.sku_id) AS pools, min(p.on_hand) AS fewest
            FROM stock_node n LEFT JOIN every_pool p ON p.node_id = n.id GROUP BY n.id
        ) a""").fetchone()
    assert least >= ASSORTMENT
    assert fewest == LEAST_ON_HAND
    unsold = "SELECT count(*) FROM every_pool p JOIN catalog_sku s ON s.id = p.sku_id WHERE NOT s.is_sold"
    assert _one(connection, unsold) == 0
    elsewhere = "SELECT count(*) FROM every_pool p JOIN stock_node n ON n.id = p.node_id WHERE n.cell_id <> p.cell"
    assert _one(connection, elsewhere) == 0


def test_orders_lie_where_their_buyer_lives(connection):
    """An order's node, and its buyer's home node, are in the cell that keeps the order."""
    astray = """
        SELECT count(*) FROM every_order o JOIN stock_node n ON n.id = o.node_id
        JOIN people_member m ON m.id = o.buyer_id JOIN stock_node h ON h.id = m.home_node_id
        WHERE n.cell_id <> o.cell OR h.cell_id <> o.cell OR m.market_code <> o.market_code"""
    assert _one(connection, astray) == 0


def test_markets_have_big_and_small_stores(connection):
    """About 60, 20 and 20 % of the stores, and of their sales, in cities with real coordinates and unique names."""
    shares = dict(connection.execute("SELECT market_code, count(*) / 457.0 FROM stock_node GROUP BY 1").fetchall())
    assert {code: round(float(share), 1) for code, share in shares.items()} == {"US": 0.6, "KR": 0.2, "CN": 0.2}
    assert _one(connection, "SELECT count(DISTINCT (market_code, name)) FROM stock_node") == STORES
    assert _one(connection, "SELECT count(DISTINCT (latitude, longitude)) FROM stock_node") == STORES
    seoul = "SELECT latitude, longitude FROM stock_node WHERE name = 'Seoul 1'"
    latitude, longitude = connection.execute(seoul).fetchone()
    assert (float(latitude), float(longitude)) == pytest.approx((37.57, 126.98), abs=0.02)


def test_the_engine_can_read_the_prices(connection, demo_url):
    """A snapshot has every SKU."""
    snapshot = price_snapshot(demo_url, 1, "KR")
    assert snapshot.revision == catalog_revision(connection)
    assert len(snapshot.sku_codes) == PRODUCTS
    assert snapshot.code_of[snapshot.sku_codes["1082185"]] == "1082185"
    bananas = snapshot.price_minor[snapshot.sku_codes["1082185"]]
    assert 500 < bananas < 2000
    assert bananas % 10 == 0
    sold = _one(connection, "SELECT count(*) FROM catalog_sku WHERE is_sold")
    assert np.count_nonzero(snapshot.price_minor) == sold


def test_new_members_do_not_collide_with_imported_ones(connection):
    """Somebody who signs up gets an id beyond the source's household ids."""
    following = "SELECT nextval(pg_get_serial_sequence('people_member', 'id'))"
    assert _one(connection, following) > 100_000


def test_a_load_that_was_broken_off_is_simply_run_again(broken_off, connection):
    """What the fixture broke off in the middle of a cell left whole steps only, and the next load did the rest."""
    assert broken_off.steps == ["catalogue", "cell_us", "markets", "members", "names", "nodes"]
    assert broken_off.pools_of_the_broken_cell == 0
    done = [name for (name,) in connection.execute("SELECT name FROM lab_demo_step ORDER BY name")]
    cells = ["cell_cn", "cell_kr", "cell_us"]
    assert done == ["catalogue", *cells, "markets", "members", "names", "nodes", "pricing", "together", "wallets"]


def test_a_second_load_changes_nothing(connection, demo_url):
    """Loading again leaves every table as it is."""
    count = """SELECT (SELECT count(*) FROM every_order), (SELECT count(*) FROM every_pool),
        (SELECT count(*) FROM catalog_price)"""
    before = connection.execute(count).fetchone(), catalog_revision(connection)
    load_demo(demo_url)
    assert (connection.execute(count).fetchone(), catalog_revision(connection)) == before
    assert is_loaded(demo_url)


def test_what_is_bought_together_is_in_the_baskets(connection):
    """Each row's count is that of the order book, and nothing is said of what few people buy."""
    rows = connection.execute(
        """SELECT one.id, other.id, kept.baskets FROM catalog_together AS kept
        JOIN catalog_sku AS one ON one.product_id = kept.product_id
        JOIN catalog_sku AS other ON other.product_id = kept.other_id
        ORDER BY kept.baskets DESC, kept.id OFFSET 10 LIMIT 2"""
    ).fetchall()
    assert len(rows) == 2
    for one, other, baskets in rows:
        found = connection.execute(
            """SELECT count(*), count(DISTINCT buyer_id) FROM every_order AS kept WHERE array_length(lines, 1) <= 60
            AND EXISTS (SELECT FROM generate_subscripts(lines, 1) AS at WHERE lines[at][1] = %s)
            AND EXISTS (SELECT FROM generate_subscripts(lines, 1) AS at WHERE lines[at][1] = %s)""",
            [one, other],
        ).fetchone()
        assert found[0] == baskets
        assert found[1] >= LEAST_BUYERS


def test_the_laws_hold(demo_url):
    """The audit finds nothing wrong with the market as it is loaded."""
    assert [law.statement for law in audit(demo_url) if not law.holds] == []


def test_products_that_are_there_already_are_not_touched(database_url):
    """A catalogue that is not the demo's is refused in words, before the plan is even looked at."""
    not_reached: Any = None
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO catalog_category (id, tenant_id, slug, name, source_name) VALUES (1, 1, 'x', 'X', '')"
        )
        with pytest.raises(home.CatalogueNotEmpty, match="empty database"):
            home.load_catalogue(connection, plan=not_reached, report=not_reached)
        connection.rollback()
