"""Rows of `pay_transfer`: for many the bytes of COPY … (FORMAT BINARY), for few the values of one INSERT."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from newretail.kit.arrays import Int4s, Int8s, Uuids
from newretail.pay.ledger.transfers import Transfers

Ints = npt.NDArray[np.int64]
_NUMBERS = (
    ("debit_id", "debit_id", ">i8"),
    ("credit_id", "credit_id", ">i8"),
    ("amount_minor", "amount_minor", ">i8"),
    ("batch_number", "", ">i8"),
    ("timeout_seconds", "timeout_seconds", ">i4"),
    ("code", "code", ">i2"),
    ("kind", "kind", ">i2"),
)


@cache
def _layout(with_pending: bool, with_subject: bool) -> tuple[np.dtype[Any], np.ndarray[Any, Any]]:
    """A row's bytes and a row with the lengths filled in; a column that is NULL has the length -1 and no bytes."""
    fields: list[Any] = [("fields", ">i2"), ("id length", ">i4"), ("id", ">u8", (2,))]
    for name, _, kind in _NUMBERS:
        fields += [(f"{name} length", ">i4"), (name, kind)]
    for name, there in (("pending", with_pending), ("subject", with_subject)):
        fields += [(f"{name} length", ">i4"), *([(name, ">u8", (2,))] if there else [])]
    dtype = np.dtype(fields)
    row = np.zeros(1, dtype)
    row["fields"], row["id length"] = len(_NUMBERS) + 3, 16
    for name, _, kind in _NUMBERS:
        row[f"{name} length"] = np.dtype(kind).itemsize
    row["pending length"], row["subject length"] = 16 if with_pending else -1, 16 if with_subject else -1
    return dtype, row


def copy_bytes(batch: Transfers, which: Ints, batch_number: int) -> bytes:
    """The rows of the transfers `which` for COPY, without COPY's own header."""
    has_pending = batch.pending_ids[which].any(axis=1)
    has_subject = batch.subject_ids[which].any(axis=1)
    parts = []
    for with_pending in (False, True):
        for with_subject in (False, True):
            some = which[(has_pending == with_pending) & (has_subject == with_subject)]
            if len(some):
                parts.append(_rows(batch, some, batch_number, with_pending, with_subject))
    return b"".join(parts)


def _rows(batch: Transfers, which: Ints, batch_number: int, with_pending: bool, with_subject: bool) -> bytes:
    dtype, row = _layout(with_pending, with_subject)
    rows = np.repeat(row, len(which)).astype(dtype, copy=False)
    rows["id"] = batch.ids[which]
    for name, column, _ in _NUMBERS:
        rows[name] = getattr(batch, column)[which] if column else batch_number
    if with_pending:
        rows["pending"] = batch.pending_ids[which]
    if with_subject:
        rows["subject"] = batch.subject_ids[which]
    return rows.tobytes()


def insert_values(batch: Transfers, which: Ints, batch_number: int) -> list[Any]:
    """The values of the statement `insert`."""
    wide = [Int8s(column[which]) for column in (batch.debit_id, batch.credit_id, batch.amount_minor)]
    narrow = [Int4s(column[which]) for column in (batch.timeout_seconds, batch.code, batch.kind)]
    ids = [Uuids(batch.pending_ids[which]), Uuids(batch.subject_ids[which])]
    return [batch_number, Uuids(batch.ids[which]), *wide, *narrow, *ids]
