"""The one transaction of an order: lock, look, decide, write, commit. Whatever is refused leaves no trace but a count.

    lock the head ──► free units (from memory, or read) ──► decide ──► COPY orders, reserve units,
                                                                       add the batch, advance the head, commit

Retries: an order that would be refused is first looked up, and answered as it stands if it was placed before. One
that would be accepted a second time is found by the primary key; only then is the batch done again *carefully*,
with all its ids read under the lock. So the usual batch pays nothing for idempotency, and no error text has to be
understood: whatever the commit failed with, the careful pass either succeeds or raises.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.cloud.api import Head, advance_step, head_of, lock_step
from newretail.kit.arrays import send_copy
from newretail.kit.ids import uuid7
from newretail.kit.journey import BEGIN, COMMIT, Step, travel
from newretail.kit.sql import in_cell
from newretail.pay.api import STEP_DOWN, Effects, Settlement, Sheet, charged, ledger_of, write_rows, written
from newretail.stock.api import cap_use_step, pool_key, reserve_step, take_holds
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.memory import CellMemory
from newretail.trade.paying import charges_of, payments_of
from newretail.trade.plan import Plan, grant, granted, planned
from newretail.trade.pricing import Priced
from newretail.trade.replays import answer_existing, answer_twins, refuse_siblings, refused_twins, set_twins_aside
from newretail.trade.rows import OrderRows
from newretail.trade.rules import Reason, State
from newretail.trade.screen import screen
from newretail.trade.tenders import Bill, bill_of

ROOM = "newretail.trade"
Ints = npt.NDArray[np.int64]
Cursor = psycopg.Cursor[Any]
REFUSED = (psycopg.IntegrityError, psycopg.InternalError)  # Citus reports a duplicate in COPY as XX000
INSERT_AT_MOST = 40  # orders; COPY is cheaper a row, but takes journeys of its own


def place_batch(connection: psycopg.Connection[Any], memory: CellMemory, batch: Batch, at: datetime) -> Verdicts:
    """Decide and commit a batch; when this returns, every accepted order is on disk.

    Raises psycopg.OperationalError when the database went away: the end is then unknown, and the same batch may
    be placed again, because the orders' ids make that harmless.
    """
    verdicts, priced = screen(batch, memory.prices, memory.terms, int(at.timestamp() * 1000))
    careful = memory.cautious_batches > 0
    memory.cautious_batches = max(0, memory.cautious_batches - 1)
    try:
        return _transact(connection, memory, batch, verdicts, priced, at, careful)
    except REFUSED:
        if careful:
            raise
        memory.cautious_batches = 16  # retries come in swarms
        verdicts, priced = screen(batch, memory.prices, memory.terms, int(at.timestamp() * 1000))
        return _transact(connection, memory, batch, verdicts, priced, at, careful=True)


def _transact(
    connection: psycopg.Connection[Any],
    memory: CellMemory,
    batch: Batch,
    verdicts: Verdicts,
    priced: Priced,
    at: datetime,
    careful: bool,
) -> Verdicts:
    cell = memory.cell
    cursor = connection.cursor()
    try:
        _, locked = travel(connection, (BEGIN, []), lock_step(cell))
        head = head_of(locked)
        ledger = ledger_of(head.currency)
        twins = set_twins_aside(batch, verdicts) if careful else {}
        bill = _bill(batch, verdicts, ledger)
        if careful:
            answer_existing(cursor, cell, batch, verdicts, np.arange(len(batch)), ledger)
            refuse_siblings(cursor, cell, batch, verdicts, bill)
        first = _free_holds(cursor, memory, batch, verdicts, at)
        plan = planned(cursor, memory, batch, verdicts, bill, head, first, at)
        grant(verdicts, plan)
        if not careful:
            answer_existing(cursor, cell, batch, verdicts, np.flatnonzero(~verdicts.accepted), ledger)
            twins = refused_twins(batch, verdicts)
        number = head.batch_number + 1
        verdicts.state[verdicts.accepted] = State.PLACED
        if bill is not None:
            verdicts.state[verdicts.accepted & (bill.settlement == Settlement.BY_PROVIDER)] = State.UNPAID
        orders = _write_orders(cursor, cell, batch, verdicts, priced, bill, number)
        answer_twins(batch, verdicts, twins)
        taken, reserved = _reserve(cell, verdicts, plan)
        steps = [*orders, *reserved, _add_batch(cell, head, batch, verdicts, at)]
        sheet = None
        if bill is not None and verdicts.accepted.any():
            sheet, steps = _pay(connection, cursor, memory, batch, verdicts, bill, head, at, steps)
        travel(connection, *steps, advance_step(cell, number), (COMMIT, []))
    except BaseException as error:
        # A statement that the database refused is rolled back, and the memory still true, unless it saw the units of
        # holds as free. After anything else the end is unknown.
        if batch.holds or not isinstance(error, REFUSED):
            memory.forget()
        memory.accounts.take_back()
        with contextlib.suppress(psycopg.Error):  # a connection that broke has nothing to roll back
            connection.rollback()
        raise
    verdicts.batch_number = number
    memory.pools.take(number, plan.place[taken > 0], taken[taken > 0])
    if sheet is None:
        memory.accounts.pass_on(number)
    else:
        memory.accounts.keep(number, sheet.touched, sheet.free)
    return verdicts


def _bill(batch: Batch, verdicts: Verdicts, ledger: int) -> Bill | None:
    """What the orders of the batch are to pay here; None when all of them are on account."""
    if not len(batch.tenders):
        return None
    columns = (batch.channel, batch.buyer_id, batch.node_id)
    return bill_of(batch.tenders, verdicts.reason, verdicts.total_minor, *columns, ledger)


def _pay(
    connection: psycopg.Connection[Any],
    cursor: Cursor,
    memory: CellMemory,
    batch: Batch,
    verdicts: Verdicts,
    bill: Bill,
    head: Head,
    at: datetime,
    steps: list[Step],
) -> tuple[Sheet | None, list[Step]]:
    """Write the payments of what was accepted, take the `steps` so far, step down, and post what is paid at once."""
    cell, number, ledger = memory.cell, head.batch_number + 1, ledger_of(head.currency)
    effects = Effects(ledger, at, uuid7, unpaid_seconds=memory.terms.unpaid_minutes * 60)
    payments_of(batch, bill, verdicts.accepted, effects, number)
    write_rows(cursor, cell, head.currency, number, effects, {payment.order_id for payment in effects.opened})
    charges = charges_of(batch, bill, verdicts.accepted, ledger)
    if not len(charges.step):
        return None, steps
    sheet = charged(cursor, cell, memory.accounts, head.batch_number, charges, at)
    if len(charges.step) > INSERT_AT_MOST:  # COPY travels by itself, so what comes before it must too
        travel(connection, *steps, (STEP_DOWN, []))
        return sheet, written(cursor, cell, sheet, number)
    return sheet, [*steps, (STEP_DOWN, []), *written(cursor, cell, sheet, number)]


def _reserve(cell: str, verdicts: Verdicts, plan: Plan) -> tuple[Ints, list[Step]]:
    """The units taken of each SKU pool, and the steps that write what was granted to the pools and the caps."""
    all_taken = granted(plan, verdicts)
    taken, used = all_taken[: len(plan.keys)], all_taken[len(plan.keys) : plan.first_account]
    steps = []
    changed, some = np.flatnonzero(taken), np.flatnonzero(used)
    if len(changed):
        keys = plan.keys[changed]
        steps.append(reserve_step(cell, keys >> 32, keys & 0xFFFFFFFF, taken[changed]))
    if len(some):
        steps.append(cap_use_step(cell, plan.cap_sku[some], plan.cap_buyer[some], used[some]))
    return taken, steps


def _write_orders(
    cursor: Cursor,
    cell: str,
    batch: Batch,
    verdicts: Verdicts,
    priced: Priced,
    bill: Bill | None,
    number: int,
) -> list[Step]:
    """Write the accepted orders: many by COPY, now; few by a step of the last journey, which is returned."""
    order = np.flatnonzero(verdicts.accepted)
    if not len(order):
        return []
    # Rows in the order of their buyers touch each page of the buyer index once (measured: a fifth faster).
    order = order[np.argsort(batch.buyer_id[order], kind="stable")]
    counts = batch.line_counts
    first = np.cumsum(counts) - counts
    line_count = counts[order]
    steps = np.arange(int(line_count.sum())) - np.repeat(np.cumsum(line_count) - line_count, line_count)
    line = np.repeat(first[order], line_count) + steps
    rows = OrderRows(
        id_high=batch.id_high[order],
        id_low=batch.id_low[order],
        buyer_id=batch.buyer_id[order],
        node_id=batch.node_id[order],
        channel=batch.channel[order],
        total_minor=verdicts.total_minor[order],
        line_count=line_count,
        sku_id=batch.sku_id[line],
        quantity=batch.quantity[line],
        unit_price=priced.unit_price[line],
        batch_number=number,
        state=verdicts.state[order].astype(np.int64),
        settlement=int(Settlement.OUTSIDE) if bill is None else bill.settlement[order],
        way=batch.way[order],
        parts=None if priced.parts is None else priced.parts[line],
        has_parts=None if priced.has_parts is None else priced.has_parts[order],
    )
    if len(order) <= INSERT_AT_MOST:
        return [(in_cell(ROOM, "orders.sql", "insert", cell), rows.as_arrays())]
    for name, some in rows.by_form():
        send_copy(cursor, in_cell(ROOM, "orders.sql", name, cell), some.as_copy())
    return []


def _add_batch(cell: str, head: Head, batch: Batch, verdicts: Verdicts, at: datetime) -> Step:
    """The step that adds the batch with its counts and sums."""
    accepted = verdicts.accepted
    reasons = np.bincount(verdicts.reason, minlength=2).tolist()
    refusals = {Reason(code).slug: number for code, number in enumerate(reasons) if number and code > Reason.REPLAYED}
    kept = accepted[batch.line_order]
    values = [
        *(head.batch_number + 1, "place", at, head.tenant_id, head.market_code, head.currency, head.rehearsal_id),
        *(int(accepted.sum()), sum(refusals.values()), json.dumps(refusals), int(kept.sum())),
        *(int(batch.quantity[kept].sum()), int(verdicts.total_minor[accepted].sum())),
    ]
    return in_cell(ROOM, "orders.sql", "add_batch", cell), values


def _free_holds(cursor: Cursor, memory: CellMemory, batch: Batch, verdicts: Verdicts, at: datetime) -> list[int]:
    """End the holds of the orders that are still fine; return those orders: they are served before the others."""
    wanted = {hold: index for index, hold in batch.holds.items() if verdicts.reason[index] == Reason.ACCEPTED}
    if not wanted:
        return []
    holds = [(hold, int(batch.buyer_id[index])) for hold, index in wanted.items()]
    taken, pools = take_holds(cursor, memory.cell, holds, at)
    memory.pools.doubt(pool_key(pools[:, 0], pools[:, 1]))
    return [wanted[hold] for hold in taken]
