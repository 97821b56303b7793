"""A whole rehearsal on a small market: through the door, in shadow cells, proved, audited, reported, swept away."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from newretail.cloud.api import Links, drop_cell, open_cell, places, sweep
from newretail.kit.ids import uuid7_many
from newretail.lab.audit.laws import LAWS, audit
from newretail.lab.rehearsal.command import command
from newretail.lab.rehearsal.proof import prove
from newretail.lab.rehearsal.record import FIELDS, Kind
from newretail.lab.rehearsal.rehearse import Options, rehearse
from newretail.lab.rehearsal.settle import compare_books
from newretail.lab.rehearsal.stage import NothingToReplay, set_up
from newretail.lab.report.page import render

CELL = "rehearsed_us"
SKUS = 30
BUYERS = 200
BASKETS = 300


@pytest.fixture(scope="module")
def small_market(database_url):
    """A cell with two nodes, 30 SKUs (the last with a cap of 2 a buyer) and 300 imported till orders."""
    with psycopg.connect(database_url) as home:
        home.execute("INSERT INTO cloud_tenant VALUES (1, 'demo', 'Demo') ON CONFLICT DO NOTHING")
        home.execute(
            "INSERT INTO catalog_category (id, tenant_id, slug, name, source_name) VALUES (9001, 1, 'lab', 'Lab', '')"
        )
        for sku_id in range(1, SKUS + 1):
            home.execute(
                "INSERT INTO catalog_product (id, tenant_id, name, brand, manufacturer_code, package_size, source_name,"
                " popularity, category_id) VALUES (%s, 1, %s, '', '', '', '', %s, 9001)",
                [sku_id, f"Thing {sku_id}", SKUS - sku_id],
            )
            cap = 2 if sku_id == SKUS else None
            home.execute(
                "INSERT INTO catalog_sku (id, tenant_id, code, product_id, cap_per_buyer, is_sold)"
                " VALUES (%s, 1, %s, %s, %s, %s)",
                [sku_id, f"thing-{sku_id}", sku_id, cap, sku_id != 1],
            )
            home.execute(
                "INSERT INTO catalog_price (tenant_id, market_code, currency, amount_minor, sku_id)"
                " VALUES (1, 'US', 'USD', %s, %s)",
                [100 + sku_id, sku_id],
            )
    place = open_cell(database_url, CELL, tenant_id=1, market_code="US", currency="USD")
    with psycopg.connect(database_url) as home:
        for node_id in (901, 902):
            home.execute(
                "INSERT INTO stock_node"
                " (id, tenant_id, code, name, kind, market_code, city, latitude, longitude, cell_id)"
                " VALUES (%s, 1, %s, 'Lab', 'store', 'US', 'Lab', 0, 0, %s)",
                [node_id, f"lab-{node_id}", CELL],
            )
        home.execute(f"SET search_path = {CELL}")
        home.execute(
            "INSERT INTO stock_pool (node_id, sku_id, on_hand)"
            " SELECT node, sku, 40 FROM (VALUES (901), (902)) n(node), generate_series(1, %s) sku",
            [SKUS],
        )
        _import_baskets(home)
    yield place
    sweep(database_url)
    drop_cell_with_nodes(database_url)


def _import_baskets(home) -> None:
    random = np.random.default_rng(3)
    ids = uuid7_many(np.arange(BASKETS, dtype=np.int64) + 1_500_000_000_000, random)
    lines, units, total = 0, 0, 0
    for high, low in ids.tolist():
        wanted = sorted(random.choice(np.arange(1, SKUS), 3, replace=False).tolist())
        basket = [[sku_id, int(random.integers(1, 3)), 100 + sku_id] for sku_id in wanted]
        cost = sum(quantity * price for _, quantity, price in basket)
        lines, units, total = lines + 3, units + sum(line[1] for line in basket), total + cost
        values = [
            UUID(int=high << 64 | low),
            int(random.integers(1, BUYERS)),
            int(random.integers(901, 903)),
            cost,
            basket,
        ]
        home.execute("INSERT INTO trade_order VALUES (%s, %s, 1, %s, 4, 3, %s, %s)", values)
    home.execute(
        "INSERT INTO trade_batch VALUES (1, 'import', '2017-12-31', 1, 'US', 'USD', NULL, %s, 0, '{}', %s, %s, %s)",
        [BASKETS, lines, units, total],
    )
    home.execute("UPDATE cell_head SET batch_number = 1")


def drop_cell_with_nodes(database_url: str) -> None:
    with psycopg.connect(database_url) as home:
        home.execute("DELETE FROM stock_node WHERE cell_id = %s", [CELL])
    drop_cell(database_url, CELL, even_with_orders=True)
    with psycopg.connect(database_url) as home:
        for table in ("catalog_price", "catalog_sku", "catalog_product"):
            home.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        home.execute("DELETE FROM catalog_category WHERE id = 9001")


def _contents(database_url: str) -> list[Any]:
    """Everything in the real cell that a rehearsal could touch."""
    with psycopg.connect(database_url) as connection:
        connection.execute(f"SET search_path = {CELL}")
        return [
            connection.execute(f"SELECT count(*), coalesce(sum(hashtext(t::text)), 0) FROM {table} t").fetchone()
            for table in (
                "trade_order",
                "trade_batch",
                "trade_move",
                "stock_pool",
                "stock_hold",
                "stock_cap_use",
                "cell_head",
                "pay_account",
                "pay_transfer",
                "pay_payment",
            )
        ]


@pytest.fixture(scope="module")
def rehearsed(database_url, small_market, tmp_path_factory):
    """One rehearsal for all tests of this module: (results, what the watcher saw, the real cell before and after)."""
    before = _contents(database_url)
    views = []
    options = Options(orders=1200, duration_s=3, peak_factor=5, connections=32)
    folder = tmp_path_factory.mktemp("rehearsal")
    results = rehearse(database_url, folder, options, print, lambda scene, view: views.append(view))
    assert not list((folder / "rehearsals").iterdir()), "the plan's files are removed"
    return results, views, before, _contents(database_url)


def test_every_acknowledged_order_is_in_the_book_once(rehearsed):
    """The main promise, over HTTP, under a spike, with retries and cancels."""
    results = rehearsed[0]
    proof, headline = results["proof"], results["headline"]
    assert proof["holds"]
    assert proof["lost"] == proof["doubled"] == proof["placed_again"] == proof["uncancelled"] == 0
    assert proof["acknowledged"] == proof["in_the_book"] == headline["accepted"] > 300
    assert headline["orders"] >= 1200
    assert headline["unanswered"] == 0
    assert headline["replayed"] > 0
    assert headline["cancelled"] > 0


def test_all_laws_hold_after_it(rehearsed):
    assert [(law["number"], law["offenders"]) for law in rehearsed[0]["laws"]] == [(number, []) for number in LAWS]


def test_the_flash_sale_sells_what_there_is_and_keeps_the_cap(rehearsed):
    """Fewer units than the crowd wants: none beyond, and the greedy are told of the cap."""
    results = rehearsed[0]
    flash = results["flash"]
    assert flash["sku"] == f"thing-{SKUS}"
    assert flash["cap"] == 2
    assert flash["units"] < flash["buyers"] * flash["cap"]
    assert flash["taken"] + flash["left"] == flash["units"]
    gone = results["headline"]["cancelled"] + results["payments"]["settling"]["given_up"]
    assert flash["left"] <= 2 * gone + 1, "only cancels, orders never paid and an odd unit leave some"
    assert results["headline"]["refusals"]["out_of_stock"] > 0


def test_the_real_market_is_untouched(rehearsed):
    """Law 8 from the outside: every table of the real cell is byte for byte what it was."""
    assert rehearsed[2] == rehearsed[3]


def test_the_watcher_sees_it_happen(rehearsed):
    views = rehearsed[1]
    assert len(views) > 5
    assert views[-1].flash_taken > 0
    assert views[-1].sample.server_mb > 20
    assert any(view.sample.server_cores > 0 for view in views if view.sample)


def test_figures_add_up(rehearsed):
    """Batches, seconds and verdicts count the same orders."""
    results = rehearsed[0]
    headline = results["headline"]
    answered = headline["accepted"] + headline["replayed"] + headline["refused"]
    assert sum(results["seconds"]["accepted"]) == headline["accepted"] + headline["replayed"]
    assert sum(results["seconds"]["refused"]) == headline["refused"] == sum(headline["refusals"].values())
    in_batches = results["batches"]["mean"] * results["batches"]["batches"]
    assert in_batches == pytest.approx(answered, rel=0.1), "replays are answered without a batch now and then"
    assert results["cpu_ms_per_order"] > 0
    assert results["hot"][0]["name"].startswith("Thing")
    assert results["database"]["wal_bytes"] > 0


def test_every_order_is_paid_and_the_books_agree(rehearsed):
    """By the mix, cards through a faulty bank; afterwards nothing is on its way, and three books say the same."""
    results = rehearsed[0]
    money = results["payments"]
    settling = money["settling"]
    assert settling["complete"], settling["trouble"]
    assert (settling["lost"], settling["disagreements"], settling["left"]) == (
        0,
        0,
        {"calls": 0, "unpaid": 0, "untold": 0},
    )
    assert sum(money["seconds"]) == money["payments"] == sum(money["tenders"].values())
    assert next(iter(money["tenders"])) == "wallet"
    assert sum(row["orders"] for row in money["ways"]) == results["headline"]["orders"]
    by_way = {row["way"]: row for row in money["ways"]}
    assert by_way["card"]["waits"] == by_way["card"]["paid"] > 0
    assert by_way["wallet"]["waits"] == 0 < by_way["wallet"]["paid"]
    assert money["waited"] > 0 < money["time_to_settle_ms"]["p50"]
    assert sum(money["faults"].values()) > 0


def test_a_book_that_lost_money_is_found(database_url, rehearsed):
    """The comparison is no formality: a minor unit more in the provider's book, and one less in ours."""
    place = next(
        place for place in places(database_url).values() if place.rehearsal_id == rehearsed[0]["rehearsal"]["id"]
    )
    links = Links(database_url)
    schema = sql.Identifier(place.name)
    with psycopg.connect(database_url, autocommit=True) as connection:
        before = compare_books(links, [place], None, datetime.now(UTC))["ledger"]
        take = sql.SQL("UPDATE {}.pay_account SET debits_posted = debits_posted + %s WHERE chart = 1020")
        connection.execute(take.format(schema), [7])
        after = compare_books(links, [place], None, datetime.now(UTC))["ledger"]
        connection.execute(take.format(schema), [-7])
    links.close()
    assert after - before == 7


def test_the_report_needs_nothing_else(rehearsed):
    """One file: no address, no script, every chart in two widths; the figures can be read back as JSON."""
    results = rehearsed[0]
    page = render(json.loads(json.dumps(results)))
    assert not re.search(r"(src|href)=|https?://(?!127\.0\.0\.1)|<script|@import|url\(", page)
    assert page.count('<svg class="wide"') == page.count('<svg class="narrow"') == 8
    assert "Every law held" in page
    assert "nan" not in page


def test_a_report_of_a_broken_law_says_so(rehearsed):
    results = json.loads(json.dumps(rehearsed[0]))
    results["laws"][1] |= {"holds": False, "offenders": ["cell, orders: order <b>7</b> is lost"]}
    page = render(results)
    assert "Something broke" in page
    assert f"1 of {len(LAWS)} laws broken" in page
    assert "order &lt;b&gt;7&lt;/b&gt; is lost" in page


def test_a_lie_to_a_shopper_is_found(database_url, rehearsed):
    """The proof is no formality: an order that is not in the book, one not cancelled, one placed twice."""
    place = next(
        place for place in places(database_url).values() if place.rehearsal_id == rehearsed[0]["rehearsal"]["id"]
    )
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            sql.SQL("SELECT order_id FROM {}.trade_order WHERE state = 1 LIMIT 3").format(sql.Identifier(place.name))
        ).fetchall()
    placed = [row[0].int for row in rows]
    ids = np.array([[value >> 64, value & (2**64 - 1)] for value in [*placed, 7 << 76]], np.uint64)
    told = np.zeros(7, FIELDS)
    told["order"] = [0, 1, 2, 0, 3, 1, 2]
    told["kind"] = [Kind.PLACE] * 3 + [Kind.RETRY, Kind.PLACE, Kind.CANCEL, Kind.RETRY]
    told["status"] = [201, 201, 201, 200, 201, 200, 201]
    proof = prove(database_url, (place,), ids, told, flash_oversold=0)
    assert (proof.acknowledged, proof.lost, proof.uncancelled, proof.placed_again) == (4, 1, 1, 1)
    assert not proof.holds
    assert prove(database_url, (place,), ids[:3], told[:4], flash_oversold=0).holds
    assert not prove(database_url, (place,), ids[:3], told[:4], flash_oversold=1).holds


def test_sweeping_leaves_nothing(database_url, rehearsed):
    """Cells, schemas and keys of rehearsals go; the real cell and the laws stay."""
    swept = CliRunner().invoke(command, ["--sweep"])
    assert swept.exit_code == 0
    assert f"{CELL}_r{rehearsed[0]['rehearsal']['id']}" in swept.output
    with psycopg.connect(database_url) as connection:
        schemas = connection.execute(r"SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", [f"{CELL}\\_r%"])
        assert schemas.fetchone() == (0,)
        keys = connection.execute("SELECT count(*) FROM cloud_apikey WHERE rehearsal_id IS NOT NULL")
        assert keys.fetchone() == (0,)
    assert _contents(database_url) == rehearsed[2]
    assert all(law.holds for law in audit(database_url))
    assert "nothing to sweep" in CliRunner().invoke(command, ["--sweep"]).output


def test_a_market_without_baskets_is_told_so(database_url, small_market):
    with pytest.raises(NothingToReplay, match="no imported baskets in KR"):
        set_up(database_url, 1, {"KR"}, 100, 1)


def test_another_machine_is_refused(database_url, small_market):
    """Before anything is opened: a rehearsal is for this machine."""
    result = CliRunner().invoke(command, ["--url", "http://192.168.1.7:8000"])
    assert result.exit_code == 1
    assert "this machine only" in result.output
    assert not [name for name in places(database_url) if "_r" in name.removeprefix(CELL)]
