"""Identity is idempotency: an order id that was placed before gets its first answer, whatever would be said today."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.kit.arrays import Uuids
from newretail.kit.sql import in_cell
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.rules import Reason, State

Ints = npt.NDArray[np.int64]
_NO_IDENTITY = (Reason.BAD_ID, Reason.ID_AHEAD_OF_TIME)


def _asked(batch: Batch, index: int) -> tuple[int, int, list[tuple[int, int]]]:
    """What an order says, apart from its id: buyer, node and its (sku_id, quantity) lines in order of SKU."""
    start, end = np.searchsorted(batch.line_order, [index, index + 1])
    lines = zip(batch.sku_id[start:end].tolist(), batch.quantity[start:end].tolist(), strict=True)
    return int(batch.buyer_id[index]), int(batch.node_id[index]), sorted(lines)


def answer_existing(cursor: psycopg.Cursor[Any], cell: str, batch: Batch, verdicts: Verdicts, among: Ints) -> None:
    """Under the lock: answer those orders `among` the batch that the book holds already, as they stand."""
    among = among[~np.isin(verdicts.reason[among], _NO_IDENTITY)]
    if not len(among):
        return
    cursor.execute(in_cell("newretail.trade", "orders.sql", "existing", cell), [Uuids(batch.ids[among])])
    rows = {row[0].int: row[1:] for row in cursor}
    if not rows:
        return
    for index in among.tolist():
        there = rows.get(batch.order_id(index).int)
        if there is not None:
            buyer_id, node_id, state, total_minor, lines = there
            stands = (buyer_id, node_id, sorted((sku_id, quantity) for sku_id, quantity, _ in lines))
            verdicts.reason[index] = Reason.REPLAYED if stands == _asked(batch, index) else Reason.CONFLICT
            verdicts.total_minor[index], verdicts.state[index], verdicts.line[index] = total_minor, state, -1


def set_twins_aside(batch: Batch, verdicts: Verdicts) -> dict[int, int]:
    """Of orders that bring the same id in one batch only the first is decided; return {later: first}."""
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
    suspects = refused[np.isin(batch.id_low[refused], batch.id_low[verdicts.accepted])] if len(refused) else refused
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
        elif _asked(batch, index) == _asked(batch, first):
            verdicts.reason[index] = Reason.REPLAYED
            verdicts.total_minor[index] = verdicts.total_minor[first]
            verdicts.state[index] = verdicts.state[first] or State.PLACED
        else:
            verdicts.reason[index] = Reason.CONFLICT
        verdicts.line[index] = -1
