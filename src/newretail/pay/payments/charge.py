"""The hot path: tenders that are paid with their order, in columns. What they may take was decided with the stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.kit.distinct import distinct
from newretail.pay.ledger.book import AccountBook
from newretail.pay.ledger.rules import Kind, Limit
from newretail.pay.ledger.settle import Sheet
from newretail.pay.ledger.transfers import Ids, Transfers
from newretail.pay.ledger.work import open_missing
from newretail.pay.payments.rules import Why

Ints = npt.NDArray[np.int64]
_ALL_BUT_THE_STEP = np.uint64(0xFFFF_FFFF_FFFF_FF00)


@dataclass(frozen=True, slots=True)
class Charges:
    """Money that goes with orders. `order_ids`: (n, 2); `kind`: SINGLE, or PENDING for what only is held so far."""

    order_ids: Ids
    step: Ints
    debit_id: Ints
    credit_id: Ints
    amount_minor: Ints
    kind: Ints

    def as_transfers(self) -> Transfers:
        count = len(self.step)
        ids = self.order_ids.copy()
        ids[:, 1] = (ids[:, 1] & _ALL_BUT_THE_STEP) | self.step.astype(np.uint64)
        zeros = np.zeros(count, np.int64)
        return Transfers(
            ids=ids,
            debit_id=self.debit_id,
            credit_id=self.credit_id,
            amount_minor=self.amount_minor,
            code=np.full(count, Why.SALE),
            kind=self.kind,
            pending_ids=np.zeros((count, 2), np.uint64),
            timeout_seconds=zeros,
            linked=np.zeros(count, np.bool_),
            subject_ids=self.order_ids,
        )


def charged(
    cursor: psycopg.Cursor[Any], cell: str, book: AccountBook, batch_number: int, charges: Charges, at: datetime
) -> Sheet:
    """Under the lock: the sheet of charges that were decided already; `batch_number` is the head's.

    There is no second decision: the caller took the balances from the same book in the same transaction. The CHECKs of
    `pay_account` stand behind both.
    """
    accounts = distinct(np.concatenate([charges.debit_id, charges.credit_id]))
    touched = book.touch(cursor, batch_number, accounts)
    if (touched.place < 0).any():  # those of shoppers are there: they were decided upon
        open_missing(cursor, cell, book, batch_number, accounts[touched.place < 0])
        touched = book.touch(cursor, batch_number, accounts)
    sheet = Sheet(charges.as_transfers(), accounts, touched, {}, at)
    limit = touched.limit[sheet.debit]
    taken = limit == Limit.DEBITS_WITHIN_CREDITS
    np.subtract.at(sheet.free, sheet.debit[taken], charges.amount_minor[taken])
    filled = (limit == Limit.CREDITS_WITHIN_DEBITS) & (charges.kind == Kind.SINGLE)
    np.add.at(sheet.free, sheet.debit[filled], charges.amount_minor[filled])
    return sheet
