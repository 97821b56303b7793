"""Money that fits nothing, put into a market that is open; run as a process of its own.

Prints, as JSON, where the pages about it are. A payment whose refund could not be paid out, news of no payment of ours,
a disagreement, a refund that waits for a second person, a closed day, a payout, terms.
"""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from newretail.doors.database import setup_django
from newretail.kit.arrays import register
from newretail.kit.ids import uuid7

CELL = "cell_us"


def main() -> None:
    setup_django()
    from newretail.pay import api as pay
    from newretail.pay.settlement import api as settlement
    from newretail.trade import api as trade

    kinds, now = pay.EventKind, datetime.now(UTC)
    order_id, request_id = uuid7(), uuid7()
    with psycopg.connect(os.environ["NEWRETAIL_DATABASE_URL"], autocommit=True) as link:
        register(link)
        (node, sku), *_ = link.execute(
            "SELECT n.code, s.code FROM cell_us.stock_pool p JOIN stock_node n ON n.id = p.node_id"
            " JOIN catalog_sku s ON s.id = p.sku_id"
            " WHERE s.code = '1082185' AND p.on_hand - p.reserved > 5 ORDER BY p.node_id LIMIT 1"
        ).fetchall()
        line, card = trade.OrderLine(sku, 4), trade.TenderRequest("card", provider="bank")
        asked = trade.OrderRequest(order_id=order_id, buyer_id=7, node=node, lines=[line], channel="web", pay=[card])
        verdict = trade.place(asked)
        assert verdict.accepted, verdict.detail

        def tell(kind: pay.EventKind, amount: int, about: UUID = order_id, call: UUID | None = None) -> None:
            its_id = pay.payment_id(about, 0)
            event = pay.ProviderEvent("bank", str(uuid7()), kind, its_id, amount, "USD", "bp_odd", now, call)
            trade.pay_events([event], CELL)

        tell(kinds.AUTHORISED, verdict.total_minor)
        tell(kinds.CAPTURED, verdict.total_minor)
        assert trade.refund(trade.RefundAsk(uuid7(), order_id, "sour", "staff 1", ((1, 1, None),))).done
        ((call, amount),) = link.execute(
            "SELECT call_id, amount_minor FROM cell_us.pay_call WHERE order_id = %s AND kind = 4", [order_id]
        ).fetchall()
        tell(kinds.REFUND_FAILED, amount, call=call)
        tell(kinds.CAPTURED, 1990, uuid7())
        odd = pay.Disagreement(pay.payment_id(order_id, 0), CELL, "bp_odd", pay.Difference.REFUNDED, 700, 0, "USD")
        pay.note_disagreements(link, CELL, "bank", now + timedelta(days=1), [odd], now)
        books = settlement.CellBooks(link, CELL, 1, pay.ledger_of("USD"))
        ((closed,),) = link.execute("SELECT max(business_day) FROM cell_us.pay_day").fetchall()
        today = now.astimezone(ZoneInfo("America/New_York")).date()  # the market's own, which is not always UTC's
        first = max(today, (closed or date.min) + timedelta(days=1))
        settlement.set_terms(books, settlement.Terms(first, 500, 100, 0, 1), "staff 1", now)
        wish = settlement.RefundWish(request_id, order_id, 2)
        settlement.ask_refund(books, wish, "dented", "staff 1", first, now)
        settlement.close_days(books, settlement.DayRules("UTC", 0), now + timedelta(days=2))
        with contextlib.suppress(settlement.Refused):  # one is open already
            settlement.propose_payout(books, "staff 1", now)
        settlement.follow(books)
    trade.close()
    place = pay.payment_id(order_id, 0)
    paths = _paths(pay.suspense_account(pay.ledger_of("USD")), order_id, place, now.date())
    print(json.dumps(paths))


def _paths(suspense: int, order_id: UUID, place: UUID, day: date) -> dict[str, str]:
    return {
        "order": f"/office/orders/{order_id}",
        "money-of-an-order": f"/office/finance/orders/{order_id}",
        "in-suspense": f"/office/finance/suspense/{CELL}/{place}",
        "account": f"/office/finance/accounts/{CELL}/{suspense}",
        "statement": f"/office/finance/statements/1-us/{day}",
        "month": f"/office/finance/months/1-us/{day:%Y-%m}",
    }


if __name__ == "__main__":
    main()
