"""Following the payments of a cell by its batches: cheap however many payments there are. Does not need Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from newretail.kit.sql import in_cell
from newretail.pay.ledger.rules import Chart
from newretail.pay.payments.rules import PROVIDERS

ROOM, FILE = "newretail.pay", "following.sql"
# What a batch says money came from (ledger/taken.py), in the words of tenders. A card and a bank transfer come through
# the same account of a provider, cash and what is paid at the door into the same till.
SOURCES = {
    str(int(Chart.WALLET)): "wallet",
    str(int(Chart.GIFT_CARD)): "gift_card",
    str(int(Chart.POINTS)): "points",
    str(int(Chart.TILL_CASH)): "cash",
    **{
        f"{int(Chart.PROVIDER_CLEARING)}.{number}": "till_card" if name == "terminal" else "card"
        for name, number in PROVIDERS.items()
    },
}


class Paid(NamedTuple):
    """A batch that took payments; `at` in seconds of Unix time, `payments` of all tenders."""

    at: float
    payments: int


@dataclass(slots=True)
class PaidSums:
    """What batches took, by tender: payments and minor units; and the number of the last batch that is in it."""

    mark: int = 0
    payments: dict[str, int] = field(default_factory=dict)
    minor: dict[str, int] = field(default_factory=dict)

    def add(self, source: str, payments: int, minor: int) -> None:
        tender = SOURCES.get(source)
        if tender is not None:  # what fills a hole in suspense is nobody's payment
            self.payments[tender] = self.payments.get(tender, 0) + payments
            self.minor[tender] = self.minor.get(tender, 0) + minor


def paid_since(
    connection: psycopg.Connection[Any], cell: str, since: datetime
) -> tuple[PaidSums, list[tuple[int, int]]]:
    """The sums of all batches since then, and (second of Unix time, payments) of each second that had any."""
    row = connection.execute(in_cell(ROOM, FILE, "mark", cell)).fetchone()
    sums = PaidSums(row[0] if row else 0)
    seconds: dict[int, int] = {}
    for second, source, payments, minor in connection.execute(
        in_cell(ROOM, FILE, "by_second", cell), [since, sums.mark]
    ):
        sums.add(source, payments, minor)
        if source in SOURCES:
            seconds[second] = seconds.get(second, 0) + payments
    return sums, sorted(seconds.items())


def read_paid(connection: psycopg.Connection[Any], cell: str, sums: PaidSums, limit: int = 1000) -> list[Paid]:
    """Add the batches beyond the mark to `sums`, at most `limit` of them, and return those that took payments."""
    paid = []
    for number, at, taken in connection.execute(in_cell(ROOM, FILE, "after", cell), [sums.mark, limit]):
        sums.mark = number
        count = 0
        for source, (payments, minor) in (taken or {}).items():
            sums.add(source, payments, minor)
            count += payments if source in SOURCES else 0
        if count:
            paid.append(Paid(at, count))
    return paid
