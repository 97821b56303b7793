from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.office.finance.tests.finance_work import NOW, SEOUL, TWO_DAYS_AGO, sell
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade


@pytest.fixture(scope="module")
def books(small_market):
    """The books of the Korean cell: two sales and a refund two days ago, closed, and a sale of today."""
    with psycopg.connect(small_market.url, autocommit=True) as link:
        register(link)
        of_cell = settlement.CellBooks(link, "pages_kr", 1, pay.ledger_of("KRW"))
        settlement.set_terms(
            of_cell, settlement.Terms(TWO_DAYS_AGO.date() - timedelta(days=2), 500, 300, 0, 5_000), "staff 0", NOW
        )
        for at, channel, chart, amount in (
            (TWO_DAYS_AGO, 1, pay.Chart.PROVIDER_CLEARING, 11_000),
            (TWO_DAYS_AGO, 3, pay.Chart.BANK, 3_660),
            (NOW, 1, pay.Chart.PROVIDER_CLEARING, 5_500),
        ):
            sell(of_cell, at, channel, chart, amount)
        settlement.close_days(of_cell, SEOUL, NOW)
        settlement.follow(of_cell)
        yield of_cell


@pytest.fixture(scope="module")
def paid_order(small_market, books) -> UUID:
    """A Korean order for 3,450 won, paid by card."""
    order_id = uuid7()
    lines = [trade.OrderLine(small_market.sku["bananas"], 3)]
    asked = trade.OrderRequest(
        order_id=order_id, buyer_id=901, node=small_market.korean_store, lines=lines, channel="web"
    )
    assert trade.place(asked).accepted
    return sell(books, NOW, 1, pay.Chart.PROVIDER_CLEARING, 3_450, order_id)
