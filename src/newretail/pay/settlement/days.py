"""Closing business days: what each channel took is counted, split, and posted. Closing twice posts once.

    lock the mark ──► count the day's batches ──► split ──► keep the figures, commit ──► post by ids made of the day

A day is a range of batches, cut by number at the market's midnight, so days share no transfer and miss none. Its
figures are kept first; its postings have ids that the day always makes, so a run that died between is finished by the
next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from newretail.kit.sentences import sentence
from newretail.pay.ledger.transfers import Transfer
from newretail.pay.settlement.desk import CellBooks, Refused, post
from newretail.pay.settlement.rules import (
    Closing,
    Sale,
    Terms,
    closing_transfers,
    day_of,
    end_of,
    made_id,
    split_day,
)

TaxReader = Callable[[CellBooks, int, int, int], Mapping[int, Fraction]]


@dataclass(frozen=True, slots=True)
class DayRules:
    """What a market says about its days: where they end, and the tax in what was captured.

    `taxes`: reads from the orders how much tax is in the net sales of the batches beyond the first number up to the
    second, by channel; the rate is for orders that do not say. Without it the rate is for all of them.
    """

    time_zone: str
    tax_basis_points: int
    taxes: TaxReader | None = None


def close_days(books: CellBooks, rules: DayRules, now: datetime, at_most: int = 400) -> list[date]:
    """Close every business day that has ended and is not closed, the oldest first; return them."""
    post_unposted(books, now)
    closed: list[date] = []
    while len(closed) < at_most:
        day = next_day(books, rules)
        if day is None or end_of(day, rules.time_zone) > now:
            break
        close_day(books, rules, day, now)
        closed.append(day)
    return closed


def next_day(books: CellBooks, rules: DayRules) -> date | None:
    """The day to be closed next: the one after the last, or the day of the first batch; None while there is none."""
    last = books.run("last_day").fetchone()
    if last is not None:
        following: date = last[0] + timedelta(days=1)
        return following
    first = books.run("first_batch").fetchone()
    return day_of(first[0], rules.time_zone) if first else None


def close_day(books: CellBooks, rules: DayRules, day: date, now: datetime) -> None:
    """Close one day: the next one, when it has ended. Repeatable. Raises Refused."""
    if end_of(day, rules.time_zone) > now:
        raise Refused(sentence("%(day)s has not ended yet in %(zone)s.", day=str(day), zone=rules.time_zone))
    with books.connection.transaction():
        books.run("lock_mark", ["days"])
        last = books.run("last_day").fetchone()
        if last is None or day > last[0]:
            _keep(books, rules, day, now)
    post_unposted(books, now)


def _keep(books: CellBooks, rules: DayRules, day: date, now: datetime) -> None:
    """Under the lock of the mark: count the day and keep its figures."""
    if (expected := next_day(books, rules)) != day:
        raise Refused(
            sentence(
                "Days are closed in order: the next one is %(expected)s, not %(day)s.",
                expected=str(expected),
                day=str(day),
            )
        )
    if (books.run("month_locked", [day]).fetchone() or (False,))[0]:
        month = f"{day:%Y-%m}"
        raise Refused(sentence("%(month)s is locked: what comes late belongs to the next month.", month=month))
    (after,) = books.run("lock_mark", ["days"]).fetchone() or (0,)
    ends = {"after": after, "end": end_of(day, rules.time_zone)}
    (to,) = books.run("last_batch_before", ends).fetchone() or (after,)
    span = books.span(after, to) | {"day": day}
    sales = [Sale(*row) for row in books.run("day_sales", span)]
    terms = terms_on(books, day)
    taxes = None if rules.taxes is None or not sales else rules.taxes(books, after, to, rules.tax_basis_points)
    closings = split_day(sales, terms, rules.tax_basis_points, taxes)
    transfers = _transfers(books, day, closings)
    books.run("add_day", [day, after, to, now, rules.tax_basis_points, not transfers])
    for sale in sales:
        values = [sale.captured_minor, sale.captures, sale.refunded_minor, sale.refunds]
        books.run("add_sale", [day, sale.channel, sale.tender, sale.owner, *values])
    for closing in closings:
        values = [closing.tax_minor, closing.commission_minor, closing.fees_minor, closing.payable_minor]
        books.run("add_closing", [day, closing.channel, closing.captured_minor, closing.refunded_minor, *values])
    books.run("day_balances", span)
    for transfer in transfers:
        for account, debit, credit in (
            (transfer.debit_id, transfer.amount_minor, 0),
            (transfer.credit_id, 0, transfer.amount_minor),
        ):
            place = [account >> 54, (account >> 40) & 0x3FFF, account & ((1 << 40) - 1)]
            books.run("add_to_day_balance", [day, *place, debit, credit])
    books.run("set_mark", [to, "days"])


def post_unposted(books: CellBooks, now: datetime) -> int:
    """Post what closed days have decided and a run that died did not post; return the number of days."""
    days = [row[0] for row in books.run("unposted_days").fetchall()]
    for day in days:
        closings = [Closing(*row) for row in books.run("closings", [day]).fetchall()]
        post(books, _transfers(books, day, closings), now)
        books.run("day_is_posted", [day])
    return len(days)


def _transfers(books: CellBooks, day: date, closings: list[Closing]) -> list[Transfer]:
    return closing_transfers(made_id("day", books.cell, day), books.ledger, books.tenant_id, closings)


def terms_on(books: CellBooks, day: date) -> Terms:
    """The terms in force on a day; none were set: no commission, no fee, and a second person for every refund."""
    row = books.run("terms_on", [day]).fetchone()
    return Terms(*row) if row else Terms(day)


def set_terms(books: CellBooks, terms: Terms, actor: str, now: datetime) -> None:
    """Set the terms from a day on that is not closed. Raises Refused."""
    last = books.run("last_day").fetchone()
    if last is not None and terms.from_day <= last[0]:
        raise Refused(sentence("%(day)s is closed; new terms begin on a later day.", day=str(last[0])))
    amounts = [terms.fee_fixed_minor, terms.refund_limit_minor]
    rates = [terms.commission_basis_points, terms.fee_basis_points]
    books.run("add_terms", [terms.from_day, now, actor, *rates, *amounts])
