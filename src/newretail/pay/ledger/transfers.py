"""Transfers as callers say them, and as the columns of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from newretail.pay.ledger.rules import Kind

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.uint64]
NO_ID = UUID(int=0)
_LOW = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Transfer:
    """Move an amount from the debit side of one account to the credit side of another.

    POST and VOID name a pending transfer and inherit what they leave at 0: accounts, code, and the whole amount.
    `linked`: this one and the next happen both or not at all. The id is the caller's; asking again is harmless.
    """

    transfer_id: UUID
    debit_id: int
    credit_id: int
    amount_minor: int
    code: int
    kind: Kind = Kind.SINGLE
    pending_id: UUID = NO_ID
    timeout_seconds: int = 0
    linked: bool = False
    subject_id: UUID = NO_ID


@dataclass(slots=True)
class Transfers:
    """A batch in columns; ids are (n, 2), their high and low 64 bits, and zero where there is none."""

    ids: Ids
    debit_id: Ints
    credit_id: Ints
    amount_minor: Ints
    code: Ints
    kind: Ints
    pending_ids: Ids
    timeout_seconds: Ints
    linked: npt.NDArray[np.bool_]
    subject_ids: Ids

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def singles(cls, ids: Ids, debit_id: Ints, credit_id: Ints, amount_minor: Ints, code: int) -> Transfers:
        """A batch of single transfers, none linked, all for the same reason."""
        count = len(ids)
        zeros = np.zeros(count, np.int64)
        nothing = np.zeros((count, 2), np.uint64)
        codes = np.full(count, code)
        unlinked = np.zeros(count, np.bool_)
        return cls(ids, debit_id, credit_id, amount_minor, codes, zeros, nothing, zeros, unlinked, nothing)

    def copy(self) -> Transfers:
        """The same batch with columns of its own for what a transfer may inherit."""
        return Transfers(
            *(self.ids, self.debit_id.copy(), self.credit_id.copy(), self.amount_minor.copy(), self.code.copy()),
            *(self.kind, self.pending_ids, self.timeout_seconds, self.linked, self.subject_ids),
        )


def id_columns(ids: Sequence[UUID]) -> Ids:
    return np.array([(i.int >> 64, i.int & _LOW) for i in ids], np.uint64).reshape(-1, 2)


def id_numbers(ids: Ids) -> list[int]:
    """Each id as one whole number."""
    return [(high << 64) | low for high, low in ids.tolist()]


def _column(values: Sequence[int]) -> Ints:
    """Whole numbers as they are, and -1 for what no column holds: it is refused for its own reason later."""
    return np.array([value if -(1 << 62) < value < 1 << 62 else -1 for value in values], np.int64)


def batch_of(transfers: Sequence[Transfer]) -> Transfers:
    return Transfers(
        ids=id_columns([t.transfer_id for t in transfers]),
        debit_id=_column([t.debit_id for t in transfers]),
        credit_id=_column([t.credit_id for t in transfers]),
        amount_minor=_column([t.amount_minor for t in transfers]),
        code=_column([t.code for t in transfers]),
        kind=_column([int(t.kind) for t in transfers]),
        pending_ids=id_columns([t.pending_id for t in transfers]),
        timeout_seconds=_column([t.timeout_seconds for t in transfers]),
        linked=np.array([t.linked for t in transfers], np.bool_),
        subject_ids=id_columns([t.subject_id for t in transfers]),
    )
