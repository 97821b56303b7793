"""How an order was paid, as its receipt says it: by the transfers of the order, which are one range of the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from newretail.kit.sql import in_cell
from newretail.pay.ledger.rules import Chart, Kind
from newretail.pay.payments.rules import id_range


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What came from accounts of one kind (`chart`) and what went back to them; minor units."""

    chart: int
    paid_minor: int
    refunded_minor: int


def paid_parts(connection: psycopg.Connection[Any], cell: str, order_id: UUID) -> list[PaidPart]:
    """The parts that an order was paid in; empty while nothing was."""
    sums: dict[int, list[int]] = {}
    statement = in_cell("newretail.pay", "settlement.sql", "of_order", cell)
    for _id, debit_id, credit_id, amount, _number, _code, kind, _pending in connection.execute(
        statement, list(id_range(order_id))
    ):
        if kind not in (Kind.SINGLE, Kind.POST):
            continue
        debit, credit = (debit_id >> 40) & 0x3FFF, (credit_id >> 40) & 0x3FFF
        if credit == Chart.SALES:
            sums.setdefault(debit, [0, 0])[0] += amount
        elif debit == Chart.SALES:
            sums.setdefault(credit, [0, 0])[1] += amount
    return [PaidPart(chart, paid, refunded) for chart, (paid, refunded) in sorted(sums.items())]
