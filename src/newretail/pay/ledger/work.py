"""The one transaction of the books: lock, look, settle, write, commit.

    lock the head, step down ──► what is free (from memory, or read) ──► settle ──► COPY transfers, add to accounts,
    to newretail_ledger                                                             add the batch, advance, commit

Retries: a transfer that would be refused is first looked up, and answered as it stands if it is in the books. One that
would be accepted a second time is found by the primary key; only then is the batch done again *carefully*, with all
its ids read under the lock. So the usual batch pays nothing for idempotency.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from newretail.cloud.api import advance_head, advance_step, head_of, lock_head, lock_step
from newretail.kit.arrays import Int4s, Int8s, Uuids, send_copy
from newretail.kit.distinct import distinct
from newretail.kit.ids import uuid7
from newretail.kit.journey import BEGIN, COMMIT, Step, travel
from newretail.kit.sql import in_cell
from newretail.pay.ledger.book import AccountBook
from newretail.pay.ledger.rows import copy_bytes, insert_values
from newretail.pay.ledger.rules import MAX_BATCH, Code, Kind, limit_of, parts_of
from newretail.pay.ledger.settle import Known, Sheet, settle
from newretail.pay.ledger.taken import taken_for_sales
from newretail.pay.ledger.transfers import NO_ID, Ids, Transfer, Transfers, batch_of, id_columns

ROOM, FILE = "newretail.pay", "ledger.sql"
Ints = npt.NDArray[np.int64]
Cursor = psycopg.Cursor[Any]
# From here to the end of the transaction transfers can be added, and neither changed nor removed.
STEP_DOWN = sql.SQL("SET LOCAL ROLE newretail_ledger")
INSERT_AT_MOST = 40  # transfers; COPY is cheaper a row, but takes journeys of its own
REFUSED = (psycopg.IntegrityError, psycopg.InternalError)  # Citus reports a duplicate in COPY as XX000


class NoAccount(RuntimeError):
    """A batch moved an account that has no row: a fault of ours. Nothing of the batch may stay."""


class _MetBefore(Exception):
    """A refused transfer is in the books: its batch must be settled with all ids read."""


@dataclass(slots=True)
class LedgerMemory:
    """What the writer of a cell's books keeps between batches."""

    cell: str
    accounts: AccountBook = field(init=False)
    cautious_batches: int = 0  # how many batches to go on reading ids first, after a duplicate was met

    def __post_init__(self) -> None:
        self.accounts = AccountBook(self.cell)


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to a batch: a code for each transfer, and the number it was committed under."""

    codes: Ints
    batch_number: int

    def names(self) -> list[str]:
        """The codes as words: `ok`, `exists`, `exceeds_credits` …"""
        return [Code(code).slug for code in self.codes.tolist()]


def post_batch(connection: psycopg.Connection[Any], memory: LedgerMemory, batch: Transfers, at: datetime) -> Posted:
    """Settle and commit a batch; when this returns, every accepted transfer is on disk.

    Raises ValueError for an empty or a too long batch, psycopg.OperationalError when the database went away: the end
    is then unknown, and the same batch may be posted again, because the transfers' ids make that harmless.
    """
    if not 1 <= len(batch) <= MAX_BATCH:
        raise ValueError(f"A batch has 1 to {MAX_BATCH} transfers; this one has {len(batch)}.")
    ledgers_own = batch.kind == Kind.EXPIRE
    if ledgers_own.any():  # for a caller there is no such kind
        batch = replace(batch, kind=np.where(ledgers_own, -1, batch.kind))
    return _post(connection, memory, batch, at)


def expire_due(connection: psycopg.Connection[Any], memory: LedgerMemory, at: datetime, limit: int = 10_000) -> int:
    """Give back what pending transfers held whose time is over; return how many expired."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(STEP_DOWN)
        due = [row[0] for row in cursor.execute(in_cell(ROOM, FILE, "due", memory.cell), [at, limit]).fetchall()]
    if not due:
        return 0
    ends = [Transfer(uuid7(), 0, 0, 0, 0, Kind.EXPIRE, pending_id=pending) for pending in due]
    # Somebody may have posted or voided one since it was read; that one is refused, and nothing is lost.
    return int((_post(connection, memory, batch_of(ends), at).codes == Code.OK).sum())


def _post(connection: psycopg.Connection[Any], memory: LedgerMemory, batch: Transfers, at: datetime) -> Posted:
    careful = memory.cautious_batches > 0
    memory.cautious_batches = max(0, memory.cautious_batches - 1)
    try:
        return _transact(connection, memory, batch, at, careful)
    except (_MetBefore, *REFUSED):
        if careful:
            raise
        memory.cautious_batches = 16  # retries come in swarms
        return _transact(connection, memory, batch, at, careful=True)


def _transact(
    connection: psycopg.Connection[Any], memory: LedgerMemory, batch: Transfers, at: datetime, careful: bool
) -> Posted:
    cursor = connection.cursor()
    cell, book = memory.cell, memory.accounts
    try:
        *_, locked = travel(connection, (BEGIN, []), (STEP_DOWN, []), lock_step(cell))
        head = head_of(locked)
        sheet = settled(cursor, cell, book, head.batch_number, batch, at, careful=careful)
        refused = np.flatnonzero(~sheet.accepted)
        if not careful and len(refused) and read_known(cursor, cell, batch.ids[refused]):
            raise _MetBefore
        number = head.batch_number + 1
        steps = written(cursor, cell, sheet, number)
        travel(connection, *steps, advance_step(cell, number), (COMMIT, []))
    except BaseException as error:
        # What the database refused is rolled back, and the memory still true. After anything else the end is unknown.
        if not isinstance(error, (*REFUSED, _MetBefore)):
            book.forget()
        with contextlib.suppress(psycopg.Error):  # a connection that broke has nothing to roll back
            connection.rollback()
        raise
    book.keep(number, sheet.touched, sheet.free)
    return Posted(sheet.codes, number)


def settled(
    cursor: Cursor, cell: str, book: AccountBook, batch_number: int, batch: Transfers, at: datetime, *, careful: bool
) -> Sheet:
    """Under the lock, in anybody's transaction: settle a batch. `batch_number`: the head's. Nothing is written yet.

    `careful`: look all ids up first, so that what is in the books is answered as it stands.
    """
    pending = batch.pending_ids[batch.pending_ids.any(axis=1)]
    known = read_known(cursor, cell, np.concatenate([batch.ids, pending]) if careful else pending)
    named = [k for known_ in known.values() for k in (known_.debit_id, known_.credit_id)]
    accounts = distinct(np.concatenate([batch.debit_id, batch.credit_id, np.array(named, np.int64)]))
    sheet = Sheet(batch.copy(), accounts, book.touch(cursor, batch_number, accounts), known, at)
    settle(sheet)
    return sheet


def written(cursor: Cursor, cell: str, sheet: Sheet, number: int) -> list[Step]:
    """In a transaction that stepped down: write the accepted transfers of a sheet, or return the steps that do.

    After the commit of the batch `number`, the book is to `keep` what the sheet says is free. Every account that moved
    is there, or nothing of the batch stays: one without a row would be in the books and in no balance. Raises NoAccount
    for a large batch; of a small one the step itself fails, because the commit may travel with it.
    """
    steps = _write(cursor, cell, sheet, number)
    few = int(sheet.accepted.sum()) <= INSERT_AT_MOST
    posted, count = _add_to_accounts(cell, sheet, few=few)
    if few or not count:
        return [*steps, *posted, _add_batch(cell, sheet, number)]
    there = travel(cursor.connection, *posted)[0].count
    if there != count:
        raise NoAccount(f"Of {count} accounts that a batch moved only {there} are there.")
    return [*steps, _add_batch(cell, sheet, number)]


def open_missing(cursor: Cursor, cell: str, book: AccountBook, batch_number: int, accounts: Ints) -> None:
    """Under the lock: open those accounts that are not there, as their ids say. For accounts of the house."""
    accounts = distinct(accounts)
    missing = accounts[book.touch(cursor, batch_number, accounts).place < 0]
    if len(missing):
        opened = [account_of(number) for number in missing.tolist()]
        columns = np.array([(a.account_id, a.ledger, a.chart, a.limit) for a in opened], np.int64).T
        values = [Int8s(columns[0]), *(Int4s(column) for column in columns[1:])]
        cursor.execute(in_cell(ROOM, FILE, "open", cell), values)
        book.opens(missing)


def read_known(cursor: Cursor, cell: str, ids: Ids) -> dict[int, Known]:
    """Under the lock: those of the ids that are in the books, by id as a number."""
    if not len(ids):
        return {}
    cursor.execute(in_cell(ROOM, FILE, "known", cell), [Uuids(np.unique(ids, axis=0))])
    found = {}
    for transfer_id, debit, credit, amount, timeout, code, kind, pending_id, ended, expires_at in cursor:
        pending = (pending_id or NO_ID).int
        found[transfer_id.int] = Known(debit, credit, amount, timeout, code, kind, pending, ended, expires_at)
    return found


def _write(cursor: Cursor, cell: str, sheet: Sheet, number: int) -> list[Step]:
    """Write the accepted transfers: many by COPY, now; few by a step of the last journey, which is returned."""
    batch, which = sheet.batch, np.flatnonzero(sheet.accepted)
    if not len(which):
        return []
    steps: list[Step] = []
    if len(which) <= INSERT_AT_MOST:
        steps.append((in_cell(ROOM, FILE, "insert", cell), insert_values(batch, which, number)))
    else:
        rows = memoryview(copy_bytes(batch, which, number))
        send_copy(cursor, in_cell(ROOM, FILE, "copy", cell), rows)
    opened, ended = which[batch.kind[which] == Kind.PENDING], which[batch.kind[which] >= Kind.POST]
    if len(opened):
        values = [sheet.at, Uuids(batch.ids[opened]), Int4s(batch.timeout_seconds[opened])]
        steps.append((in_cell(ROOM, FILE, "add_pending", cell), values))
    if len(ended):
        steps.append((in_cell(ROOM, FILE, "end_pending", cell), [Uuids(batch.pending_ids[ended])]))
    return steps


def _add_to_accounts(cell: str, sheet: Sheet, *, few: bool) -> tuple[list[Step], int]:
    """One statement that adds what the batch moved to the accounts, each account once, in order of their ids; and how
    many accounts that are. `few`: the statement sees to it itself that all of them are there.
    """
    which = np.flatnonzero(sheet.accepted)
    sums = np.zeros((4, len(sheet.accounts)), np.int64)
    posted, held = sheet.posted[which], sheet.held[which]
    two_phase = bool(held.any())
    for side, place in enumerate((sheet.debit[which], sheet.credit[which])):
        np.add.at(sums[side], place, posted)
        if two_phase:
            np.add.at(sums[2 + side], place, held)
    changed = np.flatnonzero(sums.any(axis=0))
    if not len(changed):
        return [], 0
    columns = [Int8s(row[changed]) for row in (sums if two_phase else sums[:2])]
    name = ("post_few" if few else "post") + ("_two_phase" if two_phase else "")
    expected = [len(changed)] if few else []
    return [(in_cell(ROOM, FILE, name, cell), [Int8s(sheet.accounts[changed]), *columns, *expected])], len(changed)


def _add_batch(cell: str, sheet: Sheet, number: int) -> Step:
    """The step that adds the batch with its counts."""
    tally = np.bincount(sheet.codes, minlength=1).tolist()
    refusals = {Code(code).slug: count for code, count in enumerate(tally) if count and code}
    taken = taken_for_sales(sheet.batch, np.flatnonzero(sheet.accepted))
    values = [number, sheet.at, tally[Code.OK], sum(refusals.values()), json.dumps(refusals), json.dumps(taken)]
    return in_cell(ROOM, FILE, "add_batch", cell), values


@dataclass(frozen=True, slots=True)
class Account:
    """An account to be opened; `limit` as `rules.limit_of` says for its place in the chart, or another."""

    account_id: int
    ledger: int
    chart: int
    limit: int


def account_of(account_id: int) -> Account:
    """The account that an id made by `rules.account_id` speaks of, with the limit of its place in the chart."""
    ledger, chart, _ = parts_of(account_id)
    return Account(account_id, ledger, chart, limit_of(chart))


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account and its balances, minor units of its ledger's currency."""

    account: Account
    debits_posted: int
    credits_posted: int
    debits_pending: int
    credits_pending: int


def open_accounts(connection: psycopg.Connection[Any], cell: str, accounts: list[Account]) -> list[Code]:
    """Open accounts and say of each: OK, EXISTS, or which part of the one that is there differs. Repeatable.

    Needs no lock: an account that appears changes no balance, and a writer's book reads ids that it does not know.
    """
    if not accounts:
        return []
    values: list[Any] = [Int8s(np.array([a.account_id for a in accounts], np.int64))]
    values += [Int4s(column) for column in np.array([(a.ledger, a.chart, a.limit) for a in accounts], np.int64).T]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(STEP_DOWN)
        before = _states(cursor, cell, [a.account_id for a in accounts])
        cursor.execute(in_cell(ROOM, FILE, "open", cell), values)
        after = _states(cursor, cell, [a.account_id for a in accounts])
    return [_likeness(a, after[a.account_id].account, a.account_id in before) for a in accounts]


def close_accounts(
    connection: psycopg.Connection[Any], memory: LedgerMemory, account_ids: list[int], closed_from: datetime | None
) -> None:
    """From this moment (None: never) nothing can be taken from these accounts but by the house. Repeatable.

    It is decided under the lock of the head like a batch, and counts as one, so every writer knows with its next batch.
    """
    with connection.transaction(), connection.cursor() as cursor:
        head = lock_head(cursor, memory.cell)
        cursor.execute(in_cell(ROOM, FILE, "close", memory.cell), [closed_from, account_ids, closed_from])
        if cursor.rowcount:
            advance_head(cursor, memory.cell, head.batch_number + 1)


def _likeness(asked: Account, there: Account, was_there: bool) -> Code:
    if asked.ledger != there.ledger:
        return Code.EXISTS_WITH_DIFFERENT_LEDGER
    if asked.chart != there.chart:
        return Code.EXISTS_WITH_DIFFERENT_CHART
    if asked.limit != there.limit:
        return Code.EXISTS_WITH_DIFFERENT_LIMIT
    return Code.EXISTS if was_there else Code.OK


def balances(connection: psycopg.Connection[Any], cell: str, account_ids: list[int]) -> dict[int, AccountState]:
    """The accounts that are there, by id."""
    with connection.cursor() as cursor:
        return _states(cursor, cell, account_ids)


def _states(cursor: Cursor, cell: str, account_ids: list[int]) -> dict[int, AccountState]:
    cursor.execute(in_cell(ROOM, FILE, "accounts", cell), [Int8s(distinct(np.array(account_ids, np.int64)))])
    return {row[0]: AccountState(Account(*row[:4]), *row[4:]) for row in cursor}


def find_transfer(connection: psycopg.Connection[Any], cell: str, transfer_id: UUID) -> Known | None:
    """A transfer as it stands in the books."""
    with connection.cursor() as cursor:
        return read_known(cursor, cell, id_columns([transfer_id])).get(transfer_id.int)
