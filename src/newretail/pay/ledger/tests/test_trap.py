"""The trap springs: without the lock and the fences behind it wallets are overdrawn; with them, never. And what a
killed writer leaves behind is either the whole batch or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psycopg
import pytest

from newretail.kit.sql import in_cell
from newretail.pay.api import Code, Kind
from newretail.pay.ledger.tests.ledger_work import HOUSE, OTHER_WALLET, WALLET, Clerk, move
from newretail.pay.ledger.work import NoAccount

MONEY = 40
CLERKS = 4
TRIES = 40


def race(clerks: list[Clerk]) -> int:
    """Every clerk pays one unit after the other out of the same wallet, all at once; return what was acknowledged."""
    barrier = threading.Barrier(len(clerks))
    paid = [0] * len(clerks)

    def pay(number: int) -> None:
        barrier.wait()
        for _ in range(TRIES):
            try:
                paid[number] += clerks[number].post(move(WALLET, HOUSE, 1)) == ["ok"]
            except psycopg.errors.DeadlockDetected:  # without the lock this too may happen
                continue

    threads = [threading.Thread(target=pay, args=(number,)) for number in range(len(clerks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(paid)


def clerks_at(open_clerk) -> list[Clerk]:
    first = open_clerk()
    first.post(move(HOUSE, WALLET, MONEY))
    return [first, *(open_clerk(beside=first) for _ in range(CLERKS - 1))]


def test_many_writers_never_pay_out_more_than_there_is(open_clerk) -> None:
    clerks = clerks_at(open_clerk)
    assert race(clerks) == MONEY
    assert clerks[0].balance(WALLET) == (MONEY, MONEY, 0, 0)
    assert clerks[0].unbalanced() == []


def test_without_the_lock_and_the_fences_they_overdraw(open_clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the test above proves nothing: its race would be won even by a ledger that does not lock."""
    clerks = clerks_at(open_clerk)
    for change in (
        "ALTER TABLE {c}.pay_account DROP CONSTRAINT debits_within_credits",
        "ALTER TABLE {c}.pay_batch DROP CONSTRAINT pay_batch_pkey",  # two batches of one number would collide
    ):
        clerks[0].connection.execute(change.format(c=clerks[0].cell))

    def without_lock(package, file, name, cell):
        statement = in_cell(package, file, name, cell)
        return psycopg.sql.SQL(statement.as_string().replace(" FOR UPDATE", "")) if name == "lock" else statement

    monkeypatch.setattr("newretail.cloud.head.in_cell", without_lock)
    assert race(clerks) > MONEY
    assert clerks[0].balance(WALLET)[0] > MONEY


def test_the_check_alone_is_a_fence_that_no_writer_passes(open_clerk) -> None:
    clerk = open_clerk()
    clerk.post(move(HOUSE, WALLET, MONEY))
    with pytest.raises(psycopg.errors.CheckViolation):
        clerk.all("UPDATE {c}.pay_account SET debits_posted = credits_posted + 1 WHERE account_id = 2")


@pytest.mark.parametrize("kind", [Kind.SINGLE, Kind.PENDING])
@pytest.mark.parametrize("count", [1, 41])
def test_a_batch_whose_account_is_gone_fails_as_a_whole(open_clerk, kind: Kind, count: int) -> None:
    """The writer still remembers it: what it moved would be in the books and in no balance. Few transfers travel with
    the commit, many come before it."""
    clerk = open_clerk()
    clerk.post(move(HOUSE, WALLET, MONEY + 1), move(HOUSE, OTHER_WALLET, MONEY))
    clerk.connection.execute(f"DELETE FROM {clerk.cell}.pay_account WHERE account_id = {OTHER_WALLET}")
    with pytest.raises((psycopg.DataError, NoAccount), match="only 1"):
        clerk.post(*(move(WALLET, OTHER_WALLET, 1, kind=kind) for _ in range(count)))
    assert clerk.all("SELECT count(*) FROM {c}.pay_transfer") == [(2,)]
    assert clerk.post(move(WALLET, OTHER_WALLET, 1)) == [Code.CREDIT_ACCOUNT_NOT_FOUND.slug]
    assert clerk.post(move(HOUSE, WALLET, 1)) == [Code.OK.slug]


def test_a_transaction_that_is_cut_off_leaves_nothing_and_can_be_done_again(open_clerk) -> None:
    """The server ends the writer's session after its transfers were copied and before the balances were added to."""
    clerk, other = open_clerk(), None
    other = open_clerk(beside=clerk)
    batch = [move(HOUSE, WALLET, 1) for _ in range(100)]
    failure: list[Exception] = []

    def post() -> None:
        try:
            clerk.post(*batch)
        except psycopg.OperationalError as error:
            failure.append(error)

    with other.connection.transaction():
        other.all("SELECT 1 FROM {c}.pay_account WHERE account_id = %s FOR UPDATE", [WALLET])
        thread = threading.Thread(target=post)
        thread.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + 20
        while other.all(waiting, [clerk.connection.info.backend_pid]) != [(1,)] and time.monotonic() < deadline:
            time.sleep(0.01)
        other.all("SELECT pg_terminate_backend(%s)", [clerk.connection.info.backend_pid])
        thread.join()
    assert len(failure) == 1
    assert other.all("SELECT count(*) FROM {c}.pay_transfer") == [(0,)]
    assert other.balance(WALLET) == (0, 0, 0, 0)
    assert other.post(*batch) == ["ok"] * 100
    assert other.post(*batch) == ["exists"] * 100
    assert (other.balance(WALLET), other.unbalanced()) == ((0, 100, 0, 0), [])


WRITER = """
import sys
from uuid import UUID
from newretail.pay.ledger.tests.ledger_work import Clerk, move, HOUSE, WALLET, OTHER_WALLET
clerk = Clerk(sys.argv[1], sys.argv[2])
for number in range(1, 100_000):
    first = int(sys.argv[3]) * 10_000_000 + number * 100
    batch = [move(HOUSE, WALLET if n % 2 else OTHER_WALLET, 1, transfer_id=UUID(int=first + n)) for n in range(60)]
    assert set(clerk.post(*batch)) == {"ok"}
    print(first, flush=True)
"""


def test_after_kill_9_every_acknowledged_transfer_stands_once(open_clerk) -> None:
    clerk = open_clerk()
    acknowledged: list[int] = []
    for round_ in range(1, 4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, clerk.url, clerk.cell, str(round_)], stdout=subprocess.PIPE, env=os.environ
        ) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline() for _ in range(3 + 4 * round_)]
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.readlines()
        acknowledged += [int(line) for line in lines if line.endswith(b"\n")]
    stands = {row[0].int for row in clerk.all("SELECT transfer_id FROM {c}.pay_transfer")}
    assert len(acknowledged) >= 7 + 11 + 15
    assert {first + n for first in acknowledged for n in range(60)} <= stands
    assert len(stands) % 60 == 0  # whole batches only, the unacknowledged last ones too
    assert clerk.balance(WALLET)[1] + clerk.balance(OTHER_WALLET)[1] == len(stands)
    assert clerk.unbalanced() == []
    assert clerk.post(move(HOUSE, WALLET, 1)) == [Code.OK.slug]
