"""The ledger answers as simple books do that go one by one, and its balances are always the sums of its transfers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newretail.pay.api import Kind, Limit, Transfer
from newretail.pay.ledger import work
from newretail.pay.ledger.tests.ledger_work import LIMITS, Clerk
from newretail.pay.ledger.tests.model import Balance, Books
from newretail.pay.ledger.transfers import NO_ID

START = datetime(2026, 11, 11, tzinfo=UTC)
IDS = 14  # few, so that transfers meet each other's ids
_EXAMPLES = count(1)


@st.composite
def transfers(draw: st.DrawFn) -> tuple[int, int, int, int, Kind, int, int, bool]:
    """(id, debit, credit, amount, kind, pending id, timeout, linked); accounts and ids as small numbers."""
    kind = draw(
        st.sampled_from([Kind.SINGLE, Kind.SINGLE, Kind.SINGLE, Kind.PENDING, Kind.PENDING, Kind.POST, Kind.VOID])
    )
    ends = kind >= Kind.POST
    return (
        draw(st.integers(1, IDS)),
        0 if ends else draw(st.integers(1, 5)),  # there is no account 5
        0 if ends else draw(st.integers(1, 4)),
        draw(st.integers(0, 6)) if ends else draw(st.integers(1, 12)),
        kind,
        draw(st.integers(1, IDS)) if ends else 0,
        draw(st.sampled_from([0, 0, 60])) if kind == Kind.PENDING else 0,
        draw(st.integers(0, 3)) == 0,
    )


batches = st.lists(st.lists(transfers(), min_size=1, max_size=12), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def clerk(engine_url: str) -> Iterator[Clerk]:
    from newretail.lab.scratch import close_scratch, open_scratch

    prefix = f"b_{uuid4().hex[:8]}"
    scratch = open_scratch(engine_url, prefix, sku_count=1)
    clerk = Clerk(engine_url, scratch.cells[0].name)
    yield clerk
    clerk.close()
    close_scratch(engine_url, prefix)


def said(example: int, row: tuple[int, int, int, int, Kind, int, int, bool]) -> Transfer:
    number, debit, credit, amount, kind, pending, timeout, linked = row

    def identity(small: int) -> UUID:
        return UUID(int=(example << 64) | (1 << 120) | small) if small else NO_ID

    def account(small: int) -> int:
        return example * 10 + small if small else 0

    return Transfer(
        *(identity(number), account(debit), account(credit), amount, 1, kind, identity(pending), timeout, linked)
    )


@pytest.mark.parametrize("insert_at_most", [0, 40], ids=["copy", "insert"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=batches)
def test_the_ledger_answers_as_plain_books_do(clerk: Clerk, monkeypatch, insert_at_most: int, rows) -> None:
    monkeypatch.setattr(work, "INSERT_AT_MOST", insert_at_most)
    example = next(_EXAMPLES)
    limits = {example * 10 + small: limit for small, limit in LIMITS.items()}
    clerk.open(limits)
    books = Books({number: Balance(limit) for number, limit in limits.items()})
    for number, batch in enumerate(rows):
        posted = [said(example, row) for row in batch]
        at = START + timedelta(seconds=45 * number)
        expected = books.post(posted, at)
        answered = clerk.post(*posted, at=at)
        # The same is accepted, and a transfer that fails alone fails for the same reason.
        assert [a == "ok" for a in answered] == [e == "ok" for e in expected]
        alone = [not t.linked and (i == 0 or not posted[i - 1].linked) for i, t in enumerate(posted)]
        assert [a for a, one in zip(answered, alone, strict=True) if one] == [
            e for e, one in zip(expected, alone, strict=True) if one
        ]
    for number, balance in books.accounts.items():
        stands = (balance.debits, balance.credits, balance.debits_held, balance.credits_held)
        assert clerk.balance(number) == stands
    assert clerk.unbalanced() == []
    assert sum(b.debits for b in books.accounts.values()) == sum(b.credits for b in books.accounts.values())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=batches)
def test_what_is_remembered_is_what_is_in_the_books(clerk: Clerk, rows) -> None:
    """A second clerk without a memory of this cell gives the same answers, batch by batch in turns."""
    example = next(_EXAMPLES)
    clerk.open({example * 10 + small: limit for small, limit in LIMITS.items()})
    other = Clerk(clerk.url, clerk.cell)
    other.memory.accounts.load(other.connection)
    books = Books({example * 10 + small: Balance(limit) for small, limit in LIMITS.items()})
    try:
        for number, batch in enumerate(rows):
            posted = [said(example, row) for row in batch]
            who = clerk if number % 2 else other
            answered = who.post(*posted, at=START)
            assert [a == "ok" for a in answered] == [e == "ok" for e in books.post(posted, START)]
    finally:
        other.close()


def test_the_model_itself_refuses_an_overdraft() -> None:
    """If the plain books had no limits, agreeing with them would prove nothing."""
    books = Books({1: Balance(Limit.NONE), 2: Balance(Limit.DEBITS_WITHIN_CREDITS)})
    pay = Transfer(UUID(int=1), 2, 1, 5, 1)
    fill = Transfer(UUID(int=2), 1, 2, 5, 1)
    assert books.post([pay, fill, pay], START) == ["exceeds_credits", "ok", "ok"]
