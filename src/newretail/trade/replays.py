"""Identity is idempotency: an order id that was placed before gets its first answer, whatever would be said today."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.kit.arrays import Uuids
from newretail.kit.distinct import is_among
from newretail.kit.sql import in_cell
from newretail.pay.api import Settlement, Why, read_payments, read_transfers
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.rules import Reason, State
from newretail.trade.tenders import THE_REST, Bill, accounts_of

Ints = npt.NDArray[np.int64]
_NO_IDENTITY = (Reason.BAD_ID, Reason.ID_AHEAD_OF_TIME)


def _asked(batch: Batch, index: int) -> tuple[int, int, int, list[tuple[int, int]]]:
    """What an order says, apart from its id: buyer, node, way and its (sku_id, quantity) lines in order of SKU."""
    start, end = np.searchsorted(batch.line_order, [index, index + 1])
    lines = zip(batch.sku_id[start:end].tolist(), batch.quantity[start:end].tolist(), strict=True)
    return int(batch.buyer_id[index]), int(batch.node_id[index]), int(batch.way[index]), sorted(lines)


def _tenders(batch: Batch, index: int) -> list[tuple[int, int, int]]:
    """What an order says about paying: (tender, amount or THE_REST, owner), as it was sent."""
    tenders = batch.tenders
    start, end = np.searchsorted(tenders.order, [index, index + 1])
    columns = (tenders.tender, tenders.amount, tenders.owner)
    return list(zip(*(column[start:end].tolist() for column in columns), strict=True))


def _asked_to_pay(batch: Batch, index: int, total_minor: int, ledger: int) -> list[tuple[int, int]]:
    """(account, amount) of an order's tenders, for a total that stands."""
    start, end = np.searchsorted(batch.tenders.order, [index, index + 1])
    if start == end:
        return []
    accounts = accounts_of(batch.tenders, batch.buyer_id, batch.node_id, ledger)[start:end].tolist()
    amounts = batch.tenders.amount[start:end].tolist()
    rest = total_minor - sum(amount for amount in amounts if amount != THE_REST)
    return sorted(zip(accounts, (rest if amount == THE_REST else amount for amount in amounts), strict=True))


def _paid_with(cursor: psycopg.Cursor[Any], cell: str, orders: dict[UUID, int]) -> dict[UUID, list[tuple[int, int]]]:
    """(account, amount) of the tenders that orders were placed with; `orders`: the batch that placed each."""
    found: dict[UUID, list[tuple[int, int]]] = {order_id: [] for order_id in orders}
    by_row = set()
    for payment in read_payments(cursor, cell, orders):
        if orders.get(payment.order_id) == payment.batch_number:
            found[payment.order_id].append((payment.account_id, payment.asked_minor))
            by_row.add(payment.order_id)
    for _, order_id, debit, _, amount, code, *_, batch_number in read_transfers(cursor, cell, orders):
        if order_id not in by_row and orders.get(order_id) == batch_number and code == Why.SALE:
            found[order_id].append((debit, amount))
    return {order_id: sorted(tenders) for order_id, tenders in found.items()}


def answer_existing(
    cursor: psycopg.Cursor[Any], cell: str, batch: Batch, verdicts: Verdicts, among: Ints, ledger: int
) -> None:
    """Under the lock: answer those orders `among` the batch that the book holds already, as they stand."""
    among = among[~np.isin(verdicts.reason[among], _NO_IDENTITY)]
    if not len(among):
        return
    cursor.execute(in_cell("newretail.trade", "orders.sql", "existing", cell), [Uuids(batch.ids[among])])
    rows = {row[0].int: row[1:] for row in cursor}
    if not rows:
        return
    paid = {UUID(int=number): row[6] for number, row in rows.items() if row[5] != Settlement.OUTSIDE}
    paid_with = _paid_with(cursor, cell, paid) if paid else {}
    for index in among.tolist():
        order_id = batch.order_id(index)
        there = rows.get(order_id.int)
        if there is not None:
            buyer_id, node_id, state, total_minor, lines = there[:5]
            stands = (buyer_id, node_id, there[7], sorted((sku_id, quantity) for sku_id, quantity, _ in lines))
            same = stands == _asked(batch, index)
            same = same and _asked_to_pay(batch, index, total_minor, ledger) == paid_with.get(order_id, [])
            verdicts.reason[index] = Reason.REPLAYED if same else Reason.CONFLICT
            verdicts.total_minor[index], verdicts.state[index], verdicts.line[index] = total_minor, state, -1


def refuse_siblings(
    cursor: psycopg.Cursor[Any], cell: str, batch: Batch, verdicts: Verdicts, bill: Bill | None
) -> None:
    """Ids of an order's payments and transfers differ from its own in the last byte: two paid orders may not share
    all but that. No honest maker of ids comes to that; somebody else must not fail a whole batch by it."""
    if bill is None:
        return
    paid = np.flatnonzero(verdicts.accepted & (bill.settlement != Settlement.OUTSIDE))
    own = {batch.order_id(index): index for index in paid.tolist()}
    first: dict[int, UUID] = {}
    for order_id, index in own.items():
        if first.setdefault(order_id.int >> 8, order_id) != order_id:
            verdicts.reason[index] = Reason.CONFLICT
    taken = [payment.order_id for payment in read_payments(cursor, cell, own)]
    taken += [row[1] for row in read_transfers(cursor, cell, own)]
    for other in taken:
        sibling = first.get(other.int >> 8)
        if sibling is not None and sibling != other:
            verdicts.reason[own[sibling]] = Reason.CONFLICT


def set_twins_aside(batch: Batch, verdicts: Verdicts) -> dict[int, int]:
    """Of orders that bring the same id in one batch only the first is decided; return {later: first}."""
    low = np.sort(batch.id_low)  # random numbers: a chance likeness of two only costs the look below
    if not (low[1:] == low[:-1]).any():
        return {}
    ids, first, which = np.unique(batch.ids, axis=0, return_index=True, return_inverse=True)
    if len(ids) == len(batch):
        return {}
    later = np.flatnonzero(first[which.ravel()] != np.arange(len(batch)))
    twins = {int(index): int(first[which.ravel()[index]]) for index in later}
    verdicts.reason[later] = Reason.CONFLICT
    return twins


def refused_twins(batch: Batch, verdicts: Verdicts) -> dict[int, int]:
    """Find refused orders whose id is that of one accepted in the same batch; return {refused: accepted}."""
    refused = np.flatnonzero((verdicts.reason != Reason.ACCEPTED) & ~np.isin(verdicts.reason, _NO_IDENTITY))
    suspects = refused[is_among(batch.id_low[refused], batch.id_low[verdicts.accepted])] if len(refused) else refused
    if not len(suspects):
        return {}
    accepted = {batch.order_id(index): index for index in np.flatnonzero(verdicts.accepted).tolist()}
    pairs = {index: accepted.get(batch.order_id(index)) for index in suspects.tolist()}
    return {index: twin for index, twin in pairs.items() if twin is not None}


def answer_twins(batch: Batch, verdicts: Verdicts, twins: dict[int, int]) -> None:
    """Give each twin the answer of its first: a replay when both say the same, else a conflict."""
    for index, first in twins.items():
        stands = verdicts.reason[first] in (Reason.ACCEPTED, Reason.REPLAYED)
        if not stands:
            verdicts.reason[index] = verdicts.reason[first]
        elif (_asked(batch, index), _tenders(batch, index)) == (_asked(batch, first), _tenders(batch, first)):
            verdicts.reason[index] = Reason.REPLAYED
            verdicts.total_minor[index] = verdicts.total_minor[first]
            verdicts.state[index] = verdicts.state[first] or State.PLACED
        else:
            verdicts.reason[index] = Reason.CONFLICT
        verdicts.line[index] = -1
