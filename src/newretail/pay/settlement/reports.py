"""A provider's payout report: what came to the bank, and what the provider kept for its work.

A report is CSV with the columns `payout`, `paid_on` (2026-11-11), `payment` (the provider's name of it), `gross` and
`fee`, amounts in the currency's own notation (12.34; 1234 where there are no cents), a refund's gross below zero. Lines
of one payout are one transfer to the bank and one to the fees.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from newretail.kit.sentences import sentence
from newretail.pay.ledger.rules import Chart
from newretail.pay.settlement.desk import CellBooks, Refused, post
from newretail.pay.settlement.rules import Entry, chained, made_id, move, step_id

COLUMNS = ("payout", "paid_on", "payment", "gross", "fee")
MAX_LINES = 200_000


@dataclass(slots=True)
class ProviderPayout:
    """One payout of a report, minor units; net = gross − fees came to the bank."""

    reference: str
    paid_on: date
    gross_minor: int = 0
    fees_minor: int = 0
    lines: int = 0


def read_report(text: str, minor_digits: int) -> list[ProviderPayout]:
    """The payouts of a report. Raises Refused with the number of the first line that cannot be read."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise Refused(
            sentence(
                "The first line must name the columns %(columns)s; missing: %(missing)s.",
                columns=", ".join(COLUMNS),
                missing=", ".join(missing),
            )
        )
    found: dict[str, ProviderPayout] = {}
    for number, row in enumerate(reader, 2):
        if number > MAX_LINES + 1:
            raise Refused(
                sentence("A report has at most %(most)s lines; send it in parts, whole payouts each.", most=MAX_LINES)
            )
        try:
            _add(found, row, minor_digits)
        except Refused as fault:
            raise Refused(sentence("Line %(number)s: %(fault)s", number=number, fault=fault.said)) from None
    if not found:
        raise Refused(sentence("The report has no lines."))
    return list(found.values())


def _add(found: dict[str, ProviderPayout], row: Mapping[str, Any], digits: int) -> None:
    reference = (row["payout"] or "").strip()
    if not 1 <= len(reference) <= 100:
        raise Refused(sentence("the payout has no reference"))
    said = (row["paid_on"] or "").strip()
    try:
        paid_on = date.fromisoformat(said)
    except ValueError:
        raise Refused(sentence("“%(text)s” is no day; write it as 2026-11-30", text=said)) from None
    payout = found.setdefault(reference, ProviderPayout(reference, paid_on))
    if payout.paid_on != paid_on:
        raise Refused(
            sentence(
                "the payout %(payout)s was paid on %(day)s in an earlier line",
                payout=reference,
                day=str(payout.paid_on),
            )
        )
    payout.gross_minor += _minor(row["gross"], digits)
    payout.fees_minor += _minor(row["fee"], digits)
    payout.lines += 1


def _minor(text: str | None, digits: int) -> int:
    try:
        amount = Decimal((text or "").strip()).scaleb(digits)
        minor = int(amount)
    except (InvalidOperation, ValueError, OverflowError):  # no number, or an endless one
        amount, minor = Decimal(1), 0
    if amount != minor:
        raise Refused(
            sentence(
                "“%(text)s” is no amount with at most %(digits)s digits after the point", text=text or "", digits=digits
            )
        )
    return minor


def take_in(
    books: CellBooks, provider: str, number: int, payouts: list[ProviderPayout], actor: str, now: datetime
) -> int:
    """Post the payouts that are not in the books yet; return how many. `number`: the provider's, of PROVIDER_CLEARING.

    Repeatable by provider and reference. Raises Refused when a payout that is there already says something else now.
    """
    added = 0
    with books.connection.transaction():
        for payout in payouts:
            id_ = made_id("provider payout", books.cell, provider, number, payout.reference)
            values = [payout.reference, payout.paid_on, payout.gross_minor, payout.fees_minor, payout.lines, actor, now]
            if books.run("add_provider_payout", [id_, provider, number, *values]).rowcount:
                added += 1
                continue
            there = books.run("provider_payout", [id_]).fetchone()
            if there != (payout.gross_minor, payout.fees_minor):
                raise Refused(
                    sentence(
                        "The payout %(payout)s is in the books with other amounts; nothing was added.",
                        payout=payout.reference,
                    )
                )
    post_unposted(books, now)
    return added


def post_unposted(books: CellBooks, now: datetime) -> int:
    """Post what reports said and a run that died did not post; return how many payouts."""
    rows = books.run("unposted_provider_payouts").fetchall()
    for id_, number, gross, fees in rows:
        clearing = books.account(Chart.PROVIDER_CLEARING, number)
        steps = (
            (books.account(Chart.BANK), gross - fees, Entry.PROVIDER_PAYOUT),
            (books.account(Chart.PROVIDER_FEES), fees, Entry.PROVIDER_FEES),
        )
        moves = [
            move(step_id(id_, place), id_, account, clearing, amount, code)
            for place, (account, amount, code) in enumerate(steps, 1)
            if amount
        ]
        post(books, chained(moves), now)
        books.run("provider_payout_is_posted", [id_])
    return len(rows)
