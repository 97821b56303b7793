"""The finance pages' reads over all real cells of the home database; the statements are in `sql/finance.sql`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db import OperationalError, connection, transaction

from newretail.cloud import api as cloud
from newretail.kit.ids import uuid7
from newretail.kit.sql import statements
from newretail.markets import api as markets
from newretail.office.reads import has_cells, midnight
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement

Row = dict[str, Any]
LAST_ID = UUID(int=(1 << 128) - 1)
SEARCH_SECONDS = 5
_OWNER = (1 << 40) - 1


class TooMuch(RuntimeError):
    """A search would read more than a page may; fewer days would do."""


def rows(name: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """Run a named statement and return its rows by column name."""
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.office.finance", "finance.sql")[name], values or {})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Merchant:
    """A tenant in one market: whose days are closed and stated together, over all cells that serve it."""

    tenant_id: int
    market: markets.Market
    cells: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.tenant_id}-{self.market.code.lower()}"

    @property
    def ledger(self) -> int:
        return pay.ledger_of(self.market.currency)


def places() -> list[cloud.CellPlace]:
    """The real cells of the home database."""
    connection.ensure_connection()
    found = cloud.read_places(connection.connection).values()
    return [place for place in found if not place.is_shadow and not place.database_url]


def currencies() -> dict[str, str]:
    """The currency of each cell."""
    return {place.name: place.currency for place in places()}


def merchants() -> list[Merchant]:
    """Every merchant in every market, by market; none while there is no cell."""
    if not has_cells():
        return []
    grouped: dict[tuple[str, int], list[str]] = {}
    for place in places():
        grouped.setdefault((place.market_code, place.tenant_id), []).append(place.name)
    known = {market.code: market for market in markets.markets()}
    return [Merchant(tenant, known[code], tuple(cells)) for (code, tenant), cells in sorted(grouped.items())]


def merchant(key: str) -> Merchant | None:
    return next((found for found in merchants() if found.key == key), None)


def parts(account_id: int) -> tuple[int, int, int]:
    """An account's ledger, place in the chart, and owner."""
    return account_id >> 54, (account_id >> 40) & 0x3FFF, account_id & _OWNER


@dataclass(frozen=True, slots=True)
class Today:
    """One merchant's money since midnight, by channel and by tender; what waits; what lies in suspense."""

    merchant: Merchant
    captured_minor: int
    refunded_minor: int
    captures: int
    by_channel: list[Row]
    by_tender: list[Row]
    waiting: int
    waiting_minor: int
    suspense_minor: int


SUMS = ("captured_minor", "captures", "refunded_minor", "refunds")


def summed(found: list[Row], by: str) -> list[Row]:
    """The rows added up by a column."""
    sums: dict[Any, Row] = {}
    for row in found:
        into = sums.setdefault(row[by], {by: row[by], **dict.fromkeys(SUMS, 0)})
        for name in SUMS:
            into[name] += row[name]
    return [sums[key] for key in sorted(sums)]


def today(now: datetime | None = None) -> list[Today]:
    """Today in every market; costs what its quarters of an hour cost, however many payments there were."""
    known, now = merchants(), now or datetime.now(UTC)
    if not known:
        return []
    starts = [(cell, midnight(m.market.time_zone, now)) for m in known for cell in m.cells]
    flow = rows("today", {"cells": [cell for cell, _ in starts], "starts": [start for _, start in starts]})
    waiting = {row["cell"]: row for row in rows("waiting_payments")}
    ids = [pay.suspense_account(ledger) for ledger in {m.ledger for m in known}]
    suspense = {row["cell"]: row for row in rows("accounts", {"ids": ids, "cell": ""})}
    days = []
    for one in known:
        mine = [row for row in flow if row["cell"] in one.cells]
        held = [suspense[cell] for cell in one.cells if cell in suspense]
        open_ = [waiting[cell] for cell in one.cells if cell in waiting]
        days.append(
            Today(
                one,
                sum(row["captured_minor"] for row in mine),
                sum(row["refunded_minor"] for row in mine),
                sum(row["captures"] for row in mine),
                summed(mine, "channel"),
                summed(mine, "tender"),
                sum(row["payments"] for row in open_),
                sum(row["amount_minor"] for row in open_),
                sum(row["credits_posted"] - row["debits_posted"] for row in held),
            )
        )
    return days


def trial_balance(cells: tuple[str, ...], day: date | None) -> list[Row]:
    """Debits and credits by ledger, place in the chart and owner: as of now, or as of a closed day."""
    if day is None:
        return rows("trial_now", {"cells": list(cells), "shoppers": list(settlement.SHOPPERS)})
    return rows("trial_through", {"cells": list(cells), "day": day})


def statement_of_account(cell: str, account_id: int, limit: int, batch: int, transfer: UUID) -> list[Row]:
    """An account's postings, newest first, each with its transfer, its moment and the account on the other side."""
    values = {"cell": cell, "account_id": account_id, "limit": limit, "batch": batch, "transfer": transfer}
    found = rows("postings", values)
    there = {t["transfer_id"]: t for t in rows("transfers", {"cell": cell, "ids": [r["transfer_id"] for r in found]})}
    moments = posted_at(cell, [row["batch_number"] for row in found])
    for row in found:
        transfer_row = there[row["transfer_id"]]
        row |= {"code": transfer_row["code"], "subject_id": transfer_row["subject_id"]}
        row["posted_at"] = moments.get(row["batch_number"])
        debit, credit = transfer_row["debit_id"], transfer_row["credit_id"]
        row["other_id"] = credit if debit == account_id else debit
    return found


def posted_at(cell: str, numbers: list[int]) -> dict[int, datetime]:
    """When batches were posted."""
    found = rows("batches", {"cell": cell, "numbers": sorted(set(numbers))})
    return {row["batch_number"]: row["posted_at"] for row in found}


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """All money of an order: its transfers, its payments, what providers said, what went back, what is asked back."""

    order_id: UUID
    cell: str
    transfers: list[Row]
    payments: list[Row]
    events: list[Row]
    refunds: list[Row]
    requests: list[Row]
    calls: list[Row]

    @property
    def is_top_up(self) -> bool:
        """Whether it is money that a shopper added to their wallet, and no order's."""
        return pay.is_top_up(self.order_id)


def sums_of(money: OrderMoney) -> tuple[int, int]:
    """What an order's sales (a top-up's wallet) got and gave back, by its posted transfers; minor units."""
    codes = (pay.Why.TOP_UP, pay.Why.REFUND) if money.is_top_up else None
    into = pay.Chart.WALLET if money.is_top_up else pay.Chart.SALES
    posted = [
        row
        for row in money.transfers
        if row["kind"] in (pay.Kind.SINGLE, pay.Kind.POST) and (codes is None or row["code"] in codes)
    ]
    captured = sum(row["amount_minor"] for row in posted if parts(row["credit_id"])[1] == into)
    refunded = sum(row["amount_minor"] for row in posted if parts(row["debit_id"])[1] == into)
    return captured, refunded


def left_in_wallet(money: OrderMoney) -> int:
    """What a top-up's wallet holds now that is not held for something, minor units: no more of it can go back."""
    wallets = {row["credit_id"] for row in money.transfers if row["code"] == pay.Why.TOP_UP}
    found = rows("accounts", {"ids": list(wallets), "cell": money.cell}) if wallets else []
    return sum(row["credits_posted"] - row["debits_posted"] - row["debits_pending"] for row in found)


def asked_of_line(money: OrderMoney, number: int) -> int:
    """How many units of a line are asked back and not given yet."""
    open_ = [row for row in money.requests if row["state"] in (1, 2)]
    return int(sum(line[1] for row in open_ for line in row["lines"] if line[0] == number))


def order_money(order_id: UUID) -> OrderMoney | None:
    """By two ranges of keys: an order's transfers and payments have its id in theirs. None when there is no money."""
    first, last = pay.id_range(order_id)
    span = {"first": first, "last": last}
    transfers, payments = rows("transfers_between", span), rows("payments_between", span)
    if not transfers and not payments:
        return None
    cell = (transfers or payments)[0]["cell"]
    # Whatever id of the order's money this was asked by: the order's own stands in what is about it.
    named = [row["order_id"] for row in payments] or [row["subject_id"] for row in transfers if row["subject_id"]]
    order_id = named[0] if named else order_id
    moments = posted_at(cell, [row["batch_number"] for row in transfers])
    for row in transfers:
        row["posted_at"] = moments.get(row["batch_number"])
    of_payments = {"ids": [row["payment_id"] for row in payments]}
    events = rows("events_of", of_payments) if payments else []
    calls = rows("calls_of", of_payments) if payments else []
    one = {"order_id": order_id}
    refunds, requests = rows("refunds_of", one), rows("requests_of", one)
    return OrderMoney(order_id, cell, transfers, payments, events, refunds, requests, calls)


def by_amount(amounts_minor: list[int], days: int, limit: int) -> list[Row]:
    """Payments and transfers of one of the amounts, newest first. Raises TooMuch when it takes too long."""
    since = uuid7(int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000))
    values = {"since": UUID(int=since.int >> 80 << 80), "amounts": amounts_minor, "limit": limit}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [f"{SEARCH_SECONDS}s"])
            return rows("by_amount", values)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise TooMuch from None
        raise
