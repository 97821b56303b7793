"""The books by example: each answer by its name, money held and released, chains, retries, and privileges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import psycopg
import pytest

from newretail.kit.ids import uuid7
from newretail.pay.api import (
    Account,
    Chart,
    Code,
    Kind,
    Limit,
    Transfers,
    account_id,
    balances,
    batch_of,
    expire_due,
    find_transfer,
    limit_of,
    open_accounts,
    post_batch,
)
from newretail.pay.ledger.rules import MAX_AMOUNT_MINOR
from newretail.pay.ledger.tests.ledger_work import HOUSE, OTHER_WALLET, TILL, WALLET, move
from newretail.pay.ledger.transfers import id_columns

START = datetime(2026, 11, 11, tzinfo=UTC)
FOREIGN = 9


def test_a_transfer_moves_the_same_amount_on_both_sides(open_clerk) -> None:
    clerk = open_clerk()
    paid = move(HOUSE, WALLET, 100)
    assert clerk.post(paid) == ["ok"]
    assert (clerk.balance(HOUSE), clerk.balance(WALLET)) == ((100, 0, 0, 0), (0, 100, 0, 0))
    found = find_transfer(clerk.connection, clerk.cell, paid.transfer_id)
    assert found is not None
    assert (found.debit_id, found.credit_id, found.amount_minor) == (HOUSE, WALLET, 100)
    assert clerk.all("SELECT accepted, refused FROM {c}.pay_batch") == [(1, 0)]


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"transfer_id": UUID(int=0)}, "id_must_not_be_zero"),
        ({"kind": 7}, "unknown_kind"),
        ({"kind": Kind.EXPIRE, "pending_id": uuid7()}, "unknown_kind"),  # only the ledger itself does that
        ({"pending_id": uuid7()}, "pending_id_must_be_zero"),
        ({"kind": Kind.POST}, "pending_id_must_not_be_zero"),
        ({"kind": Kind.VOID, "pending_id": uuid7()}, "pending_transfer_not_found"),
        ({"timeout_seconds": 5}, "timeout_reserved_for_pending_transfer"),
        ({"kind": Kind.PENDING, "timeout_seconds": -1}, "timeout_out_of_range"),
        ({"amount": 0}, "amount_out_of_range"),
        ({"amount": -5}, "amount_out_of_range"),
        ({"amount": MAX_AMOUNT_MINOR + 1}, "amount_out_of_range"),
        ({"amount": 1 << 80}, "amount_out_of_range"),
        ({"code": 0}, "code_out_of_range"),
        ({"code": 1 << 15}, "code_out_of_range"),
        ({"credit": HOUSE}, "accounts_must_be_different"),
        ({"debit": 77}, "debit_account_not_found"),
        ({"credit": 77}, "credit_account_not_found"),
        ({"credit": FOREIGN}, "accounts_must_have_the_same_ledger"),
        ({"debit": WALLET, "credit": HOUSE}, "exceeds_credits"),
        ({"debit": HOUSE, "credit": TILL}, "exceeds_debits"),
        ({"linked": True}, "linked_event_chain_open"),
    ],
)
def test_a_bad_transfer_is_refused_for_its_own_reason_and_hurts_nobody_else(open_clerk, change, answer) -> None:
    clerk = open_clerk()
    clerk.open({FOREIGN: Limit.NONE}, ledger=2)
    parts = {"debit": HOUSE, "credit": WALLET, "amount": 5, **change}
    bad = move(parts.pop("debit"), parts.pop("credit"), parts.pop("amount"), **parts)
    # The bad one comes last, so that a chain that it leaves open is its own.
    assert clerk.post(move(HOUSE, OTHER_WALLET, 1), bad) == ["ok", answer]
    assert clerk.unbalanced() == []


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, "exists"),
        ({"kind": Kind.PENDING}, "exists_with_different_flags"),
        ({"debit": OTHER_WALLET}, "exists_with_different_debit_account_id"),
        ({"credit": OTHER_WALLET}, "exists_with_different_credit_account_id"),
        ({"amount": 101}, "exists_with_different_amount"),
        ({"code": 2}, "exists_with_different_code"),
    ],
)
@pytest.mark.parametrize("fresh", [0, 60], ids=["alone", "among many"])
def test_asking_again_is_answered_by_what_is_in_the_books(open_clerk, change, answer, fresh) -> None:
    """Found by a refusal, by the primary key under COPY, or read first: the answer is the same."""
    clerk = open_clerk()
    first = move(HOUSE, WALLET, 100)
    clerk.post(first)
    parts = {"debit": HOUSE, "credit": WALLET, "amount": 100, **change}
    again = move(parts.pop("debit"), parts.pop("credit"), parts.pop("amount"), transfer_id=first.transfer_id, **parts)
    for _ in range(2):
        others = [move(HOUSE, OTHER_WALLET, 1) for _ in range(fresh)]
        assert clerk.post(*others, again) == ["ok"] * fresh + [answer]
    assert clerk.balance(WALLET) == (0, 100, 0, 0)
    assert clerk.unbalanced() == []


def test_an_overdraft_is_refused_in_order_and_what_came_in_before_counts(open_clerk) -> None:
    clerk = open_clerk()
    spend = [move(WALLET, HOUSE, 60) for _ in range(3)]
    assert clerk.post(spend[0], move(HOUSE, WALLET, 100), spend[1], spend[2]) == [
        *("exceeds_credits", "ok", "ok", "exceeds_credits")
    ]
    assert clerk.balance(WALLET) == (60, 100, 0, 0)


def test_a_chain_happens_whole_or_not_at_all(open_clerk) -> None:
    clerk = open_clerk()
    clerk.post(move(HOUSE, WALLET, 100))
    whole = [move(WALLET, HOUSE, 60, linked=True), move(HOUSE, OTHER_WALLET, 60)]
    broken = [move(HOUSE, OTHER_WALLET, 5, linked=True), move(WALLET, HOUSE, 60, linked=True), move(HOUSE, TILL, 1)]
    assert clerk.post(*whole, *broken) == [
        "ok",
        "ok",
        *("linked_event_failed", "exceeds_credits", "linked_event_failed"),
    ]
    assert clerk.post(*whole) == ["exists", "linked_event_failed"]
    assert (clerk.balance(WALLET), clerk.balance(OTHER_WALLET)) == ((60, 100, 0, 0), (0, 60, 0, 0))


def test_money_in_two_phases_is_held_then_posted_in_part_and_the_rest_comes_free(open_clerk) -> None:
    clerk = open_clerk()
    hold = move(WALLET, HOUSE, 70, kind=Kind.PENDING)
    assert clerk.post(move(HOUSE, WALLET, 100), hold, move(WALLET, HOUSE, 40)) == ["ok", "ok", "exceeds_credits"]
    assert clerk.balance(WALLET) == (0, 100, 70, 0)
    too_much = move(0, 0, 71, kind=Kind.POST, pending_id=hold.transfer_id, code=0)
    post = move(0, 0, 50, kind=Kind.POST, pending_id=hold.transfer_id, code=0)
    void = move(0, 0, 0, kind=Kind.VOID, pending_id=hold.transfer_id, code=0)
    assert clerk.post(too_much, post, void) == [
        *("exceeds_pending_transfer_amount", "ok", "pending_transfer_already_posted")
    ]
    assert clerk.balance(WALLET) == (50, 100, 0, 0)
    assert clerk.post(post) == ["exists"]
    assert clerk.post(move(WALLET, HOUSE, 50)) == ["ok"]
    assert clerk.all("SELECT * FROM {c}.pay_pending") == []
    assert clerk.unbalanced() == []


def test_voided_money_comes_back_once(open_clerk) -> None:
    clerk = open_clerk()
    hold = move(WALLET, HOUSE, 100, kind=Kind.PENDING)
    clerk.post(move(HOUSE, WALLET, 100), hold)
    part = move(0, 0, 30, kind=Kind.VOID, pending_id=hold.transfer_id, code=0)
    void = move(0, 0, 0, kind=Kind.VOID, pending_id=hold.transfer_id, code=0)
    again = move(0, 0, 0, kind=Kind.VOID, pending_id=hold.transfer_id, code=0)
    assert clerk.post(part, void, again) == [
        *("pending_transfer_has_different_amount", "ok", "pending_transfer_already_voided")
    ]
    assert clerk.balance(WALLET) == (0, 100, 0, 0)
    other = move(OTHER_WALLET, 0, 0, kind=Kind.POST, pending_id=hold.transfer_id, code=0)
    single = move(0, 0, 0, kind=Kind.POST, pending_id=void.transfer_id, code=0)
    assert clerk.post(other, single) == [
        *("pending_transfer_has_different_debit_account_id", "pending_transfer_not_pending")
    ]


def test_what_runs_out_comes_back_by_a_transfer_of_its_own(open_clerk) -> None:
    clerk = open_clerk()
    hold = move(WALLET, HOUSE, 100, kind=Kind.PENDING, timeout_seconds=60)
    clerk.post(move(HOUSE, WALLET, 100), hold, at=START)
    assert expire_due(clerk.connection, clerk.memory, START + timedelta(seconds=59)) == 0
    late = move(0, 0, 0, kind=Kind.POST, pending_id=hold.transfer_id, code=0)
    after = START + timedelta(seconds=60)
    assert clerk.post(late, at=after) == ["pending_transfer_expired"]
    assert clerk.balance(WALLET) == (0, 100, 100, 0)  # held until the ledger gives it back
    assert expire_due(clerk.connection, clerk.memory, after) == 1
    assert expire_due(clerk.connection, clerk.memory, after) == 0
    assert clerk.balance(WALLET) == (0, 100, 0, 0)
    assert clerk.post(late, at=after) == ["pending_transfer_expired"]
    assert clerk.unbalanced() == []


def test_accounts_are_opened_once_and_never_become_others(open_clerk) -> None:
    clerk = open_clerk()
    number = account_id(1, Chart.WALLET, 7)
    wallet = Account(number, 1, Chart.WALLET, limit_of(Chart.WALLET))
    others = [
        *(Account(number, 2, Chart.WALLET, 1), Account(number, 1, Chart.POINTS, 1)),
        Account(number, 1, Chart.WALLET, 0),
    ]
    assert open_accounts(clerk.connection, clerk.cell, []) == []
    assert open_accounts(clerk.connection, clerk.cell, [wallet]) == [Code.OK]
    assert open_accounts(clerk.connection, clerk.cell, [wallet, *others]) == [
        *(Code.EXISTS, Code.EXISTS_WITH_DIFFERENT_LEDGER, Code.EXISTS_WITH_DIFFERENT_CHART),
        Code.EXISTS_WITH_DIFFERENT_LIMIT,
    ]
    clerk.post(move(HOUSE, number, 5))
    assert balances(clerk.connection, clerk.cell, [number])[number].credits_posted == 5


def test_ids_of_accounts_are_made_and_never_meet() -> None:
    made = {
        account_id(ledger, chart, owner) for ledger in (1, 511) for chart in Chart for owner in (0, 7, (1 << 40) - 1)
    }
    assert len(made) == 2 * len(Chart) * 3
    assert all(0 < number < 1 << 63 for number in made)
    with pytest.raises(ValueError, match="out of range"):
        account_id(1, Chart.WALLET, 1 << 40)


def test_a_large_batch_is_committed_by_copy_with_all_its_parts(open_clerk) -> None:
    clerk = open_clerk()
    subject = uuid7()
    many = [move(HOUSE, WALLET, 3, subject_id=subject if n % 2 else UUID(int=0)) for n in range(300)]
    holds = [move(WALLET, HOUSE, 2, kind=Kind.PENDING, timeout_seconds=n * 3600) for n in range(100)]
    assert clerk.post(*many, *holds) == ["ok"] * 400
    posts = [move(0, 0, 0, kind=Kind.POST, pending_id=hold.transfer_id, code=0) for hold in holds[:90]]
    assert clerk.post(*posts) == ["ok"] * 90
    standing = "SELECT count(*), count(expires_at) FROM {c}.pay_pending"
    assert clerk.all(standing) == [(10, 10)]
    assert clerk.all("SELECT count(*) FROM {c}.pay_transfer WHERE subject_id = %s", [subject]) == [(150,)]
    assert clerk.unbalanced() == []


def test_sums_of_money_are_exact_beyond_what_a_float_holds(open_clerk) -> None:
    clerk = open_clerk()
    count = 2000
    ids = id_columns([uuid7() for _ in range(count)])
    ones = np.ones(count, np.int64)
    batch = Transfers.singles(ids, ones * HOUSE, ones * WALLET, ones * (MAX_AMOUNT_MINOR - 1), 1)
    for number in range(2):
        batch.ids = id_columns([uuid7() for _ in range(count)])
        post_batch(clerk.connection, clerk.memory, batch, START)
        assert clerk.balance(WALLET)[1] == (number + 1) * count * (MAX_AMOUNT_MINOR - 1)


def test_an_empty_batch_is_an_error_of_the_caller(open_clerk) -> None:
    clerk = open_clerk()
    with pytest.raises(ValueError, match="1 to"):
        post_batch(clerk.connection, clerk.memory, batch_of([]), START)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {c}.pay_transfer SET amount_minor = 1",
        "DELETE FROM {c}.pay_transfer",
        "TRUNCATE {c}.pay_transfer",
        "UPDATE {c}.pay_batch SET accepted = 0",
        "DELETE FROM {c}.pay_batch",
        "DELETE FROM {c}.pay_account",
        "UPDATE {c}.pay_account SET limits = 0",
    ],
)
def test_who_writes_the_books_can_neither_change_nor_remove_what_stands(open_clerk, statement: str) -> None:
    clerk = open_clerk()
    clerk.post(move(HOUSE, WALLET, 100))
    clerk.connection.execute("SET ROLE newretail_ledger")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clerk.all(statement)
    clerk.connection.execute("RESET ROLE")


def test_every_transaction_of_the_ledger_steps_down_to_that_role(open_clerk) -> None:
    """Even where the market's own account is a superuser: a right taken from the role stops the ledger."""
    clerk = open_clerk()
    clerk.connection.execute(f"REVOKE INSERT ON {clerk.cell}.pay_transfer FROM newretail_ledger")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        clerk.post(move(HOUSE, WALLET, 100))
    clerk.connection.execute(f"GRANT INSERT ON {clerk.cell}.pay_transfer TO newretail_ledger")
    assert clerk.post(move(HOUSE, WALLET, 100)) == ["ok"]
    assert clerk.balance(WALLET) == (0, 100, 0, 0)
