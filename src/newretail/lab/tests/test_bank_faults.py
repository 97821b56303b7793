"""The money through the faulty bank: nothing is lost, and the bench would say so if something were."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime, timedelta

from newretail.kit.ids import uuid7
from newretail.lab.bank.faults import FAULTY, NONE, Faults
from newretail.lab.bench.bank_faults import Market, compare_books, open_market, run, serve_orders, shop, until_quiet
from newretail.pay.api import Call, CallKind, Difference, Letter, open_disagreements
from newretail.trade.clearing import reconcile

SINCE = timedelta(hours=2)


def lost(market: Market) -> int:
    books = compare_books(market)
    return sum(books[name] for name in ("provider_minor", "ledger_minor", "orders_minor", "stuck_minor"))


def wait_for(what, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def disagreements(market: Market):
    with market.links.cell(market.scratch.cells[0]) as connection:
        return open_disagreements(connection, market.cell)


def test_nothing_is_lost_through_faults_and_kills(engine_url, tmp_path):
    figures = run(engine_url, tmp_path, payments=120, kills=3, seed=3, faults=FAULTY)
    assert figures["lost_minor"] == 0, figures
    assert (figures["kills"], figures["disagreements"]) == (3, 0)
    assert figures["turnover_minor"] > 0
    assert figures["events"] > 120


def test_what_was_never_told_is_missing_until_it_is_reconciled(engine_url, tmp_path):
    """The trap: with half of the events dropped the books must differ, and the bench must see it."""
    with open_market(engine_url, tmp_path, Faults(drop=0.5), seed=4) as market:
        shop(market, 40)
        wait_for(lambda: market.rows("calls")[0][0] == 0)
        wait_for(lambda: serve_orders(market) == 0 and market.rows("waiting")[0][1] == 0)
        wait_for(lambda: market.rows("calls")[0][0] == 0)
        assert lost(market) > 0
        assert until_quiet(market, 40).open == []
        assert lost(market) == 0


def test_what_nobody_can_mend_is_a_line_of_the_worklist_until_it_is_settled(engine_url, tmp_path):
    with open_market(engine_url, tmp_path, NONE, seed=5) as market:
        call = Call(uuid7(), CallKind.CREATE, "bank", uuid7(), uuid7(), 700, "USD")
        [made] = market.adapter.send([Letter(call, market.cell)])
        done = reconcile(market.engine, market.links, market.adapter, datetime.now(UTC) - SINCE)
        assert [(one.what, one.payment_id) for one in done.open] == [(Difference.UNKNOWN_HERE, call.payment_id)]
        assert [(one.payment_id, one.theirs_minor) for one in disagreements(market)] == [(call.payment_id, 0)]
        void = Call(uuid7(), CallKind.VOID, "bank", call.payment_id, call.order_id, 700, "USD", made.provider_ref)
        market.adapter.send([Letter(void, market.cell)])
        done = reconcile(market.engine, market.links, market.adapter, datetime.now(UTC) - SINCE)
        assert done.open == []
        assert disagreements(market) == []


def test_a_provider_that_changes_its_list_is_noticed(engine_url, tmp_path):
    """Money that a provider counts and never told of in any event cannot be mended by itself: somebody must look."""
    with open_market(engine_url, tmp_path, NONE, seed=6) as market:
        shop(market, 1)
        wait_for(lambda: serve_orders(market) == 1)
        assert until_quiet(market, 1).open == []
        with sqlite3.connect(market.bank.state) as book:
            book.execute("UPDATE payment SET captured = captured + 5, refunded = refunded + 7")
        book.close()
        done = reconcile(market.engine, market.links, market.adapter, datetime.now(UTC) - SINCE)
        found = {one.what: one.theirs_minor - one.ours_minor for one in done.open}
        assert found == {Difference.CAPTURED: 5, Difference.REFUNDED: 7}
        assert lost(market) == 12
