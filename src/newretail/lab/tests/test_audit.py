"""Each law is broken on purpose in a scratch cell, and the audit must tell so, and only so."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from newretail.cloud.api import drop_cell, open_cell, open_shadow, places
from newretail.kit.ids import uuid7
from newretail.lab.audit.command import command
from newretail.lab.audit.laws import LAWS, audit

CELL = "audited_01"
PLACED, PICKING, CANCELLED = 1, 2, 5


# The house (1) fills a wallet (2), which pays 40; 30 are held and posted in part, 5 are still held for account 3.
BOOKS = """
    INSERT INTO pay_account (account_id, ledger, chart, limits,
                             debits_posted, credits_posted, debits_pending, credits_pending)
    VALUES (1, 1, 1020, 0, 100, 60, 0, 0), (2, 1, 2010, 1, 60, 100, 5, 0), (3, 1, 1010, 0, 0, 0, 0, 5);
    INSERT INTO pay_batch VALUES (3, '2026-11-11', 5, 1, '{"exceeds_credits": 1}');
    INSERT INTO pay_transfer
        (transfer_id, debit_id, credit_id, amount_minor, batch_number, timeout_seconds, code, kind, pending_id)
    SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, debit, credit, amount, 3, 0, 1, kind,
           ('00000000-0000-7000-8000-00000000000' || ends)::uuid
    FROM (VALUES (1, 1, 2, 100, 0, NULL), (2, 2, 1, 40, 0, NULL), (3, 2, 1, 30, 1, NULL), (4, 2, 1, 20, 2, 3),
                 (5, 2, 3, 5, 1, NULL)) AS t(n, debit, credit, amount, kind, ends);
    INSERT INTO pay_pending VALUES ('00000000-0000-7000-8000-000000000005', NULL)
"""


# What the follower would have filed of them.
POSTED = """
    INSERT INTO pay_posting (account_id, batch_number, transfer_id, amount_minor, balance_minor)
    SELECT account, 3, ('00000000-0000-7000-8000-00000000000' || n)::uuid, amount, balance
    FROM (VALUES (1, 1, 100, 100), (2, 1, -100, -100), (2, 2, 40, -60), (1, 2, -40, 60), (2, 4, 20, -40),
                 (1, 4, -20, 40)) AS p(account, n, amount, balance);
    UPDATE pay_mark SET batch_number = 3 WHERE name = 'postings';
"""


def _insert_order(
    connection, cell: str, order_id: UUID, buyer: int, batch: int, lines: list[list[int]], state: int = PLACED
):
    total = sum(quantity * price for _, quantity, price in lines)
    connection.execute(
        sql.SQL("INSERT INTO {}.trade_order VALUES (%s, %s, %s, 7, %s, 1, %s, %s)").format(sql.Identifier(cell)),
        [order_id, buyer, batch, state, total, lines],
    )


@pytest.fixture
def cell(database_url):
    """A cell that keeps every law: two orders (one cancelled), a hold, a capped SKU, a shadow."""
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO cloud_tenant VALUES (1, 'demo', 'Demo') ON CONFLICT DO NOTHING")
    place = open_cell(database_url, CELL, tenant_id=1, market_code="US", currency="USD")
    with psycopg.connect(database_url) as connection:
        connection.execute(f"SET search_path = {CELL}")
        connection.execute("UPDATE cell_head SET batch_number = 3")
        connection.execute(
            "INSERT INTO stock_pool (node_id, sku_id, on_hand, reserved) VALUES (7, 1, 10, 5), (7, 2, 4, 1)"
        )
        hold = [uuid7(), [[2, 1]]]
        connection.execute("INSERT INTO stock_hold VALUES (%s, 11, 7, '2030-01-01', %s)", hold)
        connection.execute("INSERT INTO stock_cap_use VALUES (1, 11, 5)")
        connection.execute("""INSERT INTO trade_batch VALUES
            (1, 'place', '2026-11-11', 1, 'US', 'USD', NULL, 2, 1, '{"out_of_stock": 1}', 3, 7, 1100),
            (2, 'move', '2026-11-11', 1, 'US', 'USD', NULL, 1, 0, '{}', 0, 0, 0)""")
        kept, given_back = UUID(int=(7 << 76) | 1), UUID(int=(7 << 76) | 2)
        _insert_order(connection, CELL, kept, 11, 1, [[1, 5, 100]])
        _insert_order(connection, CELL, given_back, 12, 1, [[1, 1, 100], [2, 1, 500]], CANCELLED)
        move = [given_back, CANCELLED, PLACED]
        connection.execute(
            "INSERT INTO trade_move VALUES (%s, %s, %s, 2, '2026-11-11', 'buyer', 'changed their mind')", move
        )
        connection.execute(BOOKS)
    open_shadow(database_url, place, 99)
    yield CELL
    drop_cell(database_url, f"{CELL}_r99")
    drop_cell(database_url, CELL, even_with_orders=True)


def _break(database_url: str, statement: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(f"SET search_path = {CELL}")
        connection.execute(statement)


def _broken(database_url: str) -> set[tuple[int, str]]:
    return {(law.number, check.name) for law in audit(database_url) for check in law.checks if check.broken}


def test_a_cell_that_keeps_the_laws_passes(database_url, cell):
    """Nothing is reported where nothing is wrong, and everything there was looked at."""
    laws = audit(database_url)
    assert [law.number for law in laws] == list(LAWS)
    assert [law.offenders for law in laws] == [[] for _ in LAWS]
    counted = {unit: count for law in laws for unit, count in law.counted.items()}
    assert counted["units reserved"] == 6
    assert counted["order totals"] == 2
    assert counted["moves"] == 1
    # The shadow has a copy of the wallet, filled by a transfer from a bank of its own.
    assert (counted["accounts"], counted["transfers"], counted["pending transfers"]) == (3 + 2, 5 + 1, 2)
    assert counted["pools"] == 4  # the shadow has a copy of the two


UNFENCE = "ALTER TABLE stock_pool DROP CONSTRAINT not_promised_beyond_stock"
BREAKS = {
    "promised beyond stock": (
        f"{UNFENCE}; UPDATE stock_pool SET on_hand = 4 WHERE sku_id = 1",
        {(1, "promises"), (1, "fences")},
    ),
    "the fence is gone": (UNFENCE, {(1, "fences")}),
    "a reserved unit of nobody": ("UPDATE stock_pool SET reserved = 6 WHERE sku_id = 1", {(2, "reserved")}),
    "an order without its units": ("UPDATE stock_pool SET reserved = 0 WHERE sku_id = 1", {(2, "reserved")}),
    "a hold that vanished": ("DELETE FROM stock_hold", {(2, "reserved")}),
    "a hold of a pool that is not there": ("DELETE FROM stock_pool WHERE sku_id = 2", {(2, "reserved")}),
    "an acknowledged order is lost": (
        "DELETE FROM trade_order WHERE buyer_id = 11",
        {(2, "reserved"), (2, "batches"), (5, "cap_use")},
    ),
    "an order of no batch": ("UPDATE trade_order SET batch_number = 3 WHERE buyer_id = 12", {(2, "batches")}),
    "a batch that lies about money": ("UPDATE trade_batch SET total_minor = 1 WHERE kind = 'place'", {(2, "batches")}),
    "a batch beyond the head": ("UPDATE cell_head SET batch_number = 1", {(2, "numbers"), (3, "batches")}),
    "a refusal without a reason": ("UPDATE trade_batch SET refused = 2 WHERE kind = 'place'", {(2, "numbers")}),
    "an order whose lines cost more": (
        "UPDATE trade_order SET lines = '{{1,5,101}}' WHERE buyer_id = 11",
        {(2, "totals")},
    ),
    "a state without a move": ("UPDATE trade_order SET state = 4 WHERE buyer_id = 12", {(2, "states")}),
    "a cancelled order that lives": (
        "UPDATE trade_order SET state = 1 WHERE buyer_id = 12",
        {(2, "states"), (2, "reserved")},
    ),
    "a move of an order that is not there": (
        "INSERT INTO trade_move SELECT gen_random_uuid(), 5, 1, 2, moved_at, actor, reason FROM trade_move",
        {(2, "states")},
    ),
    "a forbidden move": ("UPDATE trade_move SET from_state = 4", {(2, "moves")}),
    "a balance that no transfer made": (
        "UPDATE pay_account SET credits_posted = 101 WHERE account_id = 2",
        {(3, "balances"), (3, "ledgers")},
    ),
    "a transfer altered on both sides": (
        "UPDATE pay_transfer SET amount_minor = 41 WHERE amount_minor = 40",
        {(3, "balances")},
    ),
    "a transfer removed": (
        "DELETE FROM pay_transfer WHERE amount_minor = 40",
        {(3, "balances"), (3, "batches")},
    ),
    "a transfer from one ledger to another": (
        "UPDATE pay_account SET ledger = 2 WHERE account_id = 3",
        {(3, "transfers"), (3, "ledgers")},
    ),
    "a wallet overdrawn": (
        "ALTER TABLE pay_account DROP CONSTRAINT debits_within_credits;"
        "UPDATE pay_account SET debits_posted = 101 WHERE account_id = 2;"
        "UPDATE pay_account SET credits_posted = 101 WHERE account_id = 1;"
        "UPDATE pay_transfer SET amount_minor = 81 WHERE amount_minor = 40",
        {(3, "limits"), (3, "fences")},
    ),
    "held money that stands on no list": ("DELETE FROM pay_pending", {(3, "pending")}),
    "a pending transfer ended twice": (
        "DROP INDEX pay_transfer_ends_once; UPDATE pay_batch SET accepted = 6;"
        "INSERT INTO pay_transfer SELECT gen_random_uuid(), debit_id, credit_id, amount_minor, batch_number, 0, code,"
        " kind, pending_id FROM pay_transfer WHERE kind = 2;"
        "UPDATE pay_account SET debits_posted = 80, debits_pending = 0 WHERE account_id = 2;"
        "UPDATE pay_account SET credits_posted = 80 WHERE account_id = 1",
        {(3, "pending"), (3, "balances"), (3, "ledgers")},
    ),
    "a ledger that may be rewritten": ("GRANT UPDATE (code) ON pay_transfer TO newretail_ledger", {(3, "fences")}),
    "a posting of an account that is not there": (
        f"{POSTED} INSERT INTO pay_posting VALUES (77, 3, gen_random_uuid(), 5, 5)",
        {(3, "postings")},
    ),
    "a posting left out": (
        f"{POSTED} DELETE FROM pay_posting WHERE account_id = 2 AND amount_minor = 40",
        {(3, "postings")},
    ),
    "a last balance that its postings do not come to": (
        f"{POSTED} UPDATE pay_posting SET balance_minor = 1 WHERE amount_minor = -20",
        {(3, "postings")},
    ),
    "a cap charged for nothing": ("UPDATE stock_cap_use SET taken = 6", {(5, "cap_use")}),
    "a rehearsal's batch in the real market": (
        "UPDATE trade_batch SET rehearsal_id = 99 WHERE kind = 'place'",
        {(8, "batches")},
    ),
    "a real batch in a shadow cell": (
        f"INSERT INTO {CELL}_r99.trade_batch SELECT * FROM trade_batch WHERE kind = 'move';"
        f"UPDATE {CELL}_r99.cell_head SET batch_number = 2",
        {(8, "batches")},
    ),
    "a head that thinks it is a rehearsal": ("UPDATE cell_head SET rehearsal_id = 99", {(8, "head")}),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_audit_tells_what_is_broken(database_url, cell, name):
    """One thing is spoilt; the checks that must notice do, and no other."""
    statement, expected = BREAKS[name]
    _break(database_url, statement)
    assert _broken(database_url) == expected


def test_a_cap_that_was_passed_is_told(database_url, cell):
    """Law 5: the cap is read from the catalogue, the use from the cell."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO catalog_category VALUES (1, 1, 'audited', 'Audited', '', NULL) ON CONFLICT DO NOTHING"
        )
        connection.execute(
            "INSERT INTO catalog_product (id, tenant_id, name, brand, manufacturer_code, package_size,"
            " source_name, popularity, category_id) VALUES (1, 1, 'Tea', '', '', '', '', 0, 1)"
        )
        connection.execute(
            "INSERT INTO catalog_sku (id, tenant_id, code, product_id, cap_per_buyer, is_sold)"
            " VALUES (1, 1, 'tea', 1, 4, true)"
        )
    try:
        laws = audit(database_url)
        assert [law.holds for law in laws] == [True, True, True, True, False, True]
        assert laws[4].offenders == [f"{CELL}, caps used: buyer 11 took 5 of SKU 1, the cap is 4"]
    finally:
        with psycopg.connect(database_url) as connection:
            connection.execute("DELETE FROM catalog_sku WHERE id = 1")
            connection.execute("DELETE FROM catalog_product WHERE id = 1")
            connection.execute("DELETE FROM catalog_category WHERE id = 1")


def test_an_order_in_two_cells_is_told(database_url, cell):
    """Law 2: an id may lie in one cell only, wherever the cells are."""
    other = open_cell(database_url, "audited_02", tenant_id=1, market_code="US", currency="USD")
    try:
        _break(
            database_url,
            "INSERT INTO audited_02.trade_order SELECT * FROM trade_order WHERE buyer_id = 12;"
            "INSERT INTO audited_02.trade_move SELECT * FROM trade_move;"
            "INSERT INTO audited_02.trade_batch VALUES"
            " (1, 'place', '2026-11-11', 1, 'US', 'USD', NULL, 1, 0, '{}', 2, 2, 600);"
            "UPDATE audited_02.cell_head SET batch_number = 2",
        )
        assert _broken(database_url) == {(2, "order_ids")}
    finally:
        drop_cell(database_url, other.name, even_with_orders=True)


def test_reports_must_not_read_shadow_cells(database_url, cell):
    """Law 8: a view over all real cells that also reads a shadow cell is found."""
    view = sql.SQL("CREATE OR REPLACE VIEW public.every_pool_of_all AS SELECT * FROM {}.stock_pool")
    with psycopg.connect(database_url) as connection:
        connection.execute(view.format(sql.Identifier(f"{CELL}_r99")))
    try:
        assert _broken(database_url) == {(8, "views")}
    finally:
        with psycopg.connect(database_url) as connection:
            connection.execute("DROP VIEW public.every_pool_of_all")


def test_the_command_exits_with_one_when_a_law_is_broken(database_url, cell):
    """What CI and an operator see: a line a law, the offenders under it, the exit status."""
    well = CliRunner().invoke(command, [])
    assert well.exit_code == 0, well.output
    assert well.output.count("OK") == len(LAWS)
    _break(database_url, "UPDATE stock_pool SET reserved = 6 WHERE sku_id = 1")
    ill = CliRunner().invoke(command, [])
    assert ill.exit_code == 1
    assert "law 2  BROKEN" in ill.output
    assert "node 7 SKU 1: 6 reserved, live orders and holds have 5" in ill.output


def test_nothing_of_the_scratch_cells_stays(database_url):
    assert not [name for name in places(database_url) if name.startswith("audited")]
