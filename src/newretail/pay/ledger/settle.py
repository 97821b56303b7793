"""Settle: the answer to every transfer of a batch, and what the batch does to the accounts. No I/O, no clock.

Faults that show without balances are told first, in the order in which they stand in `faults`; limits come after.
A chain with a fault fails as a whole: the first fault is told where it lies, the rest is `linked_event_failed`.

Most batches are settled at once. Where a transfer depends on another of the same batch (the same id twice, a pending
transfer and its end), the batch is cut before it, and the parts are settled one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from newretail.kit.distinct import distinct, is_among
from newretail.pay.ledger.book import Touched
from newretail.pay.ledger.decide import decide
from newretail.pay.ledger.rules import (
    ENDED,
    MAX_AMOUNT_MINOR,
    MAX_TIMEOUT_SECONDS,
    TAKES_FROM_CLOSED,
    Code,
    Kind,
    Limit,
    charts_of,
)
from newretail.pay.ledger.transfers import Transfers, id_numbers

Ints = npt.NDArray[np.int64]
MAX_CODE = (1 << 15) - 1


@dataclass(frozen=True, slots=True)
class Known:
    """A transfer that is in the books, or was accepted earlier in the same batch."""

    debit_id: int
    credit_id: int
    amount_minor: int
    timeout_seconds: int
    code: int
    kind: int
    pending: int  # the id of the transfer that it ended, 0 for none
    ended: int | None = None  # the kind of transfer that ended it
    expires_at: datetime | None = None


@dataclass(slots=True)
class Sheet:
    """A batch while it is settled. `accounts`: the ids of the accounts of `touched`, sorted."""

    batch: Transfers
    accounts: Ints
    touched: Touched
    known: dict[int, Known]
    at: datetime
    codes: Ints = field(init=False)
    posted: Ints = field(init=False)  # what each transfer adds to the posted sums of its two accounts
    held: Ints = field(init=False)  # and to their pending sums
    debit: Ints = field(init=False)  # places in `accounts`
    credit: Ints = field(init=False)
    free: Ints = field(init=False)
    chain: Ints = field(init=False)

    def __post_init__(self) -> None:
        batch = self.batch
        self.codes = np.zeros(len(batch), np.int64)
        self.posted = np.where(batch.kind == Kind.SINGLE, batch.amount_minor, 0)
        self.held = np.where(batch.kind == Kind.PENDING, batch.amount_minor, 0)
        self.debit = np.searchsorted(self.accounts, batch.debit_id)
        self.credit = np.searchsorted(self.accounts, batch.credit_id)
        self.free = self.touched.free.copy()
        self.chain = np.cumsum(np.r_[True, ~batch.linked[:-1]]) - 1

    @property
    def accepted(self) -> npt.NDArray[np.bool_]:
        accepted: npt.NDArray[np.bool_] = self.codes == Code.OK
        return accepted


def settle(sheet: Sheet) -> None:
    """Fill in the codes, what is posted and held, and what is free afterwards."""
    sheet.codes[:] = faults(sheet)
    if sheet.batch.linked[-1]:
        sheet.codes[-1] = sheet.codes[-1] or Code.LINKED_EVENT_CHAIN_OPEN
    dependent = _depends(sheet.batch)
    for start, end in _parts(sheet) if dependent else [(0, len(sheet.batch))]:
        _look_up(sheet, start, end, dependent)
        _settle_part(sheet, start, end)
        if dependent:
            _remember(sheet, start, end)


def faults(sheet: Sheet) -> Ints:
    """What is wrong with each transfer by itself: the first of these that applies."""
    batch, ledger, place = sheet.batch, sheet.touched.ledger, sheet.touched.place
    kind = batch.kind
    ends = kind >= Kind.POST
    fresh = ~ends
    names_pending = batch.pending_ids.any(axis=1)
    closed = sheet.touched.closed(sheet.at)[sheet.debit]
    if closed.any():
        closed &= ~np.isin(charts_of(batch.credit_id), TAKES_FROM_CLOSED)
    least = np.where(ends, 0, 1)  # the end of a pending transfer may leave amount and code to it
    rows = (
        (Code.ID_MUST_NOT_BE_ZERO, ~batch.ids.any(axis=1)),
        (Code.UNKNOWN_KIND, (kind < Kind.SINGLE) | (kind > Kind.EXPIRE)),
        (Code.PENDING_ID_MUST_BE_ZERO, fresh & names_pending),
        (Code.PENDING_ID_MUST_NOT_BE_ZERO, ends & ~names_pending),
        (Code.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER, (kind != Kind.PENDING) & (batch.timeout_seconds != 0)),
        (Code.TIMEOUT_OUT_OF_RANGE, (batch.timeout_seconds < 0) | (batch.timeout_seconds > MAX_TIMEOUT_SECONDS)),
        (Code.AMOUNT_OUT_OF_RANGE, (batch.amount_minor < least) | (batch.amount_minor > MAX_AMOUNT_MINOR)),
        (Code.CODE_OUT_OF_RANGE, (batch.code < least) | (batch.code > MAX_CODE)),
        (Code.ACCOUNTS_MUST_BE_DIFFERENT, fresh & (batch.debit_id == batch.credit_id)),
        (Code.DEBIT_ACCOUNT_NOT_FOUND, fresh & (place[sheet.debit] < 0)),
        (Code.CREDIT_ACCOUNT_NOT_FOUND, fresh & (place[sheet.credit] < 0)),
        (Code.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER, fresh & (ledger[sheet.debit] != ledger[sheet.credit])),
        (Code.DEBIT_ACCOUNT_CLOSED, fresh & closed),
    )
    codes = np.zeros(len(batch), np.int64)
    for code, applies in reversed(rows):
        codes[applies] = code
    return codes


def _depends(batch: Transfers) -> bool:
    """Does a transfer of the batch name another of it? By the low half of ids; a chance likeness only costs time."""
    own = np.sort(batch.ids[:, 1])
    if (own[1:] == own[:-1]).any():
        return True
    pending = batch.pending_ids[batch.pending_ids.any(axis=1), 1]
    return bool(len(pending)) and (len(distinct(pending)) < len(pending) or bool(is_among(pending, own).any()))


def _parts(sheet: Sheet) -> list[tuple[int, int]]:
    """Cut the batch between chains so that no part names a transfer twice."""
    own, pending = id_numbers(sheet.batch.ids), id_numbers(sheet.batch.pending_ids)
    starts = [*np.flatnonzero(np.diff(sheet.chain, prepend=-1)).tolist(), len(own)]
    cuts, seen = [0], set[int]()
    for start, end in pairwise(starts):
        names = set(own[start:end]) | {number for number in pending[start:end] if number}
        if names & seen:
            cuts.append(start)
            seen = set()
        seen |= names
    return list(zip(cuts, [*cuts[1:], len(own)], strict=True))


def _look_up(sheet: Sheet, start: int, end: int, dependent: bool) -> None:
    """Answer what is in the books already, and find the pending transfers that are to end."""
    batch = sheet.batch
    if dependent or sheet.known:
        at_hand, of_chain = -1, dict[int, Known]()
        for index, number in enumerate(id_numbers(batch.ids[start:end]), start):
            there = sheet.known.get(number)
            if dependent:
                if sheet.chain[index] != at_hand:
                    at_hand, of_chain = int(sheet.chain[index]), {}
                there = there or of_chain.get(number)
                of_chain[number] = _as_known(sheet, index)
            if there is not None and number:
                sheet.codes[index] = _likeness(sheet, index, there)
    ended_here: dict[tuple[int, int], Code] = {}  # (chain, pending transfer): ended earlier in the same chain
    ends = np.flatnonzero(batch.kind[start:end] >= Kind.POST) + start
    for index, pending in zip(ends.tolist(), id_numbers(batch.pending_ids[ends]), strict=True):
        if sheet.codes[index] == Code.OK:
            key = (int(sheet.chain[index]), pending)
            sheet.codes[index] = ended_here.get(key) or _end(sheet, index, sheet.known.get(pending))
            ended_here[key] = ENDED[Kind(int(batch.kind[index]))]
    if len(ends):  # their accounts were inherited just now
        sheet.debit[ends] = np.searchsorted(sheet.accounts, batch.debit_id[ends])
        sheet.credit[ends] = np.searchsorted(sheet.accounts, batch.credit_id[ends])


def _as_known(sheet: Sheet, index: int) -> Known:
    batch = sheet.batch
    timeout = int(batch.timeout_seconds[index])
    return Known(
        *(int(batch.debit_id[index]), int(batch.credit_id[index]), int(batch.amount_minor[index])),
        *(timeout, int(batch.code[index]), int(batch.kind[index])),
        pending=id_numbers(batch.pending_ids[index : index + 1])[0],
        expires_at=sheet.at + timedelta(seconds=timeout) if timeout > 0 and not sheet.codes[index] else None,
    )


def _likeness(sheet: Sheet, index: int, there: Known) -> Code:
    """EXISTS when the transfer says what the one in the books says; else the first difference."""
    batch = sheet.batch
    pending = id_numbers(batch.pending_ids[index : index + 1])[0]
    ends = there.kind >= Kind.POST
    whole = sheet.known[there.pending].amount_minor if ends and there.pending in sheet.known else 0
    rows = (
        (Code.EXISTS_WITH_DIFFERENT_FLAGS, int(batch.kind[index]), there.kind, 0),
        (Code.EXISTS_WITH_DIFFERENT_PENDING_ID, pending, there.pending, 0),
        (Code.EXISTS_WITH_DIFFERENT_TIMEOUT, int(batch.timeout_seconds[index]), there.timeout_seconds, 0),
        (Code.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID, int(batch.debit_id[index]), there.debit_id, there.debit_id),
        (Code.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID, int(batch.credit_id[index]), there.credit_id, there.credit_id),
        (Code.EXISTS_WITH_DIFFERENT_AMOUNT, int(batch.amount_minor[index]), there.amount_minor, whole),
        (Code.EXISTS_WITH_DIFFERENT_CODE, int(batch.code[index]), there.code, there.code),
    )
    for code, says, stands, inherited in rows:
        if (says or inherited if ends else says) != stands:
            return code
    return Code.EXISTS


def _end(sheet: Sheet, index: int, pending: Known | None) -> Code:
    """Fill in what the end of a pending transfer inherits; say why it cannot end."""
    if pending is None:
        return Code.PENDING_TRANSFER_NOT_FOUND
    if pending.kind != Kind.PENDING:
        return Code.PENDING_TRANSFER_NOT_PENDING
    batch, kind = sheet.batch, int(sheet.batch.kind[index])
    for column, stands, code in (
        (batch.debit_id, pending.debit_id, Code.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID),
        (batch.credit_id, pending.credit_id, Code.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID),
        (batch.code, pending.code, Code.PENDING_TRANSFER_HAS_DIFFERENT_CODE),
    ):
        if column[index] not in (0, stands):
            return code
        column[index] = stands
    amount = int(batch.amount_minor[index]) or pending.amount_minor
    if amount > pending.amount_minor:
        return Code.EXCEEDS_PENDING_TRANSFER_AMOUNT
    if kind != Kind.POST and amount != pending.amount_minor:
        return Code.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
    if pending.ended is not None:
        return ENDED[Kind(pending.ended)]
    if kind != Kind.EXPIRE and pending.expires_at is not None and pending.expires_at <= sheet.at:
        return Code.PENDING_TRANSFER_EXPIRED
    batch.amount_minor[index] = amount
    sheet.posted[index], sheet.held[index] = amount if kind == Kind.POST else 0, -pending.amount_minor
    return Code.OK


def _settle_part(sheet: Sheet, start: int, end: int) -> None:
    codes = sheet.codes[start:end]
    chain = sheet.chain[start:end] - sheet.chain[start]
    count = int(chain[-1]) + 1
    faulty = np.zeros(count, np.bool_)
    if codes.any():
        faulty[chain[codes != Code.OK]] = True
        _fail(codes, chain, faulty)
    limit = sheet.touched.limit
    if not limit.any():
        return
    # What each transfer changes in what is free: its debit account first, then its credit account.
    account = np.column_stack([sheet.debit[start:end], sheet.credit[start:end]]).ravel()
    posted, held = sheet.posted[start:end], sheet.held[start:end]
    gone = -(posted + held)
    by_credits = np.column_stack([gone, posted]).ravel()
    by_debits = np.column_stack([posted, gone]).ravel()
    kind = limit[account]
    delta = np.where(kind == Limit.DEBITS_WITHIN_CREDITS, by_credits, by_debits)
    entry = np.flatnonzero((kind != Limit.NONE) & (delta != 0) & np.repeat(~faulty[chain], 2))
    account, delta = account[entry], delta[entry]
    of_chain = chain[entry // 2]
    decision = decide(count, of_chain, account, delta, sheet.free)
    refused = np.flatnonzero(decision.blocker >= 0)
    if len(refused):
        blocker = decision.blocker[refused]
        by = sheet.touched.limit[account[blocker]]
        codes[entry[blocker] // 2] = np.where(
            by == Limit.DEBITS_WITHIN_CREDITS, Code.EXCEEDS_CREDITS, Code.EXCEEDS_DEBITS
        )
        _fail(codes, chain, ~decision.accepted)
    granted = decision.accepted[of_chain]
    np.add.at(sheet.free, account[granted], delta[granted])


def _fail(codes: Ints, chain: Ints, failed: npt.NDArray[np.bool_]) -> None:
    """Of each failed chain the first fault stays; its other transfers fail with it."""
    bad = np.flatnonzero(codes != Code.OK)
    _, first = np.unique(chain[bad], return_index=True)
    stays = np.zeros(len(codes), np.bool_)
    stays[bad[first]] = True
    codes[failed[chain] & ~stays] = Code.LINKED_EVENT_FAILED


def _remember(sheet: Sheet, start: int, end: int) -> None:
    """What this part accepted is known to the parts after it."""
    own = id_numbers(sheet.batch.ids[start:end])
    for index, number in enumerate(own, start):
        if sheet.codes[index] == Code.OK:
            sheet.known[number] = made = _as_known(sheet, index)
            if made.kind >= Kind.POST:
                sheet.known[made.pending] = replace(sheet.known[made.pending], ended=made.kind)
