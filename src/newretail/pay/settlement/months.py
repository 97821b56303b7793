"""Closing a month: what must be so before, the trial balance kept, the month locked.

The ledger is append-only and dated by its batches; a locked month means that no day of it is closed any more, so
whatever comes late belongs to the first open day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from newretail.kit.sentences import sentence
from newretail.pay.ledger.rules import Chart
from newretail.pay.settlement.days import DayRules
from newretail.pay.settlement.desk import CellBooks, Refused
from newretail.pay.settlement.rules import end_of


@dataclass(frozen=True, slots=True)
class Balance:
    """Posted debits and credits of an account of the house, or (owner 0) of all shoppers' accounts of a kind."""

    ledger: int
    chart: int
    owner: int
    debits_minor: int
    credits_minor: int


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist: its name, whether it is so, and a figure that says how far off it is."""

    name: str
    is_met: bool
    figure: int
    may_be_explained: bool = False


def next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def balances_through(books: CellBooks, day: date) -> list[Balance]:
    """The trial balance as of a closed day; its debits are its credits in every ledger."""
    return [Balance(*row) for row in books.run("balances_through", [day + timedelta(days=1)])]


def checklist(books: CellBooks, first: date, rules: DayRules, now: datetime) -> list[Check]:
    """What must be so before the month that begins on `first` is locked."""
    following = next_month(first)
    span = {"first": first, "next": following}
    days, unposted = books.run("days_of_month", span).fetchone() or (0, 0)
    unclear, unanswered = books.run("unclear", span).fetchone() or (0, 0)
    wanted = _days_wanted(books, first)
    sums = balances_through(books, following - timedelta(days=1))
    suspense = sum(b.credits_minor - b.debits_minor for b in sums if b.chart == Chart.SUSPENSE)
    sales = sum(b.debits_minor - b.credits_minor for b in sums if b.chart == Chart.SALES)
    off = sum(b.debits_minor - b.credits_minor for b in sums)
    return [
        Check("month_over", end_of(following - timedelta(days=1), rules.time_zone) <= now, 0),
        Check("days_closed", days >= wanted, max(0, wanted - days)),
        Check("days_posted", not unposted, unposted),
        Check("debits_are_credits", off == 0, off),
        Check("sales_split", sales == 0, sales),
        Check("providers_answered", not unanswered, unanswered, may_be_explained=True),
        Check("providers_agree", not unclear, unclear, may_be_explained=True),
        Check("suspense_empty", suspense == 0, suspense, may_be_explained=True),
    ]


def _days_wanted(books: CellBooks, first: date) -> int:
    """The days of the month, from the first business day there is."""
    row = books.run("first_day").fetchone()
    begin = max(first, row[0]) if row and row[0] else first
    return (next_month(first) - begin).days


def lock(books: CellBooks, first: date, rules: DayRules, actor: str, now: datetime, note: str = "") -> None:
    """Lock the month and keep its trial balance. Repeatable. Raises Refused with what is not so yet."""
    if first.day != 1:
        raise Refused(sentence("A month is named by its first day."))
    with books.connection.transaction():
        books.run("lock_mark", ["days"])  # no day is closed meanwhile
        if (books.run("month_locked", [first]).fetchone() or (False,))[0]:
            return
        checks = checklist(books, first, rules, now)
        open_ = [check for check in checks if not check.is_met and not (check.may_be_explained and note.strip())]
        if open_:
            raise Refused(sentence("Not yet: %(checks)s", checks=", ".join(check.name for check in open_)))
        kept = json.dumps({check.name: check.figure for check in checks})
        books.run("add_month", [first, now, actor, kept, note.strip()])
        books.run("add_month_balances", {"first": first, "next": next_month(first)})
