"""The plan of a batch: what its orders need of everything that can run out, and who gets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.cloud.api import Head
from newretail.kit.distinct import distinct_pairs
from newretail.kit.sums import sums_at
from newretail.stock.api import pool_key, read_cap_use
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.decide import decide
from newretail.trade.memory import CellMemory
from newretail.trade.rules import Reason
from newretail.trade.tenders import Bill

Ints = npt.NDArray[np.int64]
Cursor = psycopg.Cursor[Any]


@dataclass(slots=True)
class Plan:
    """The lines that may be granted, as requirements on pools, with where each pool lies in the book."""

    line: Ints  # index of the batch's line of each requirement
    order: Ints
    pool: Ints  # local number of the pool
    quantity: Ints
    keys: Ints  # of the SKU pools, sorted
    place: Ints  # of those, in the book
    free: Ints  # of all pools: those of SKUs, then the caps of buyers, then the money of accounts
    cap_sku: Ints
    cap_buyer: Ints

    @property
    def first_account(self) -> int:
        return len(self.keys) + len(self.cap_sku)


def planned(
    cursor: Cursor,
    memory: CellMemory,
    batch: Batch,
    verdicts: Verdicts,
    bill: Bill | None,
    head: Head,
    first: list[int],
    at: datetime,
) -> Plan:
    """Turn the lines of the orders that are still fine into requirements on pools; refuse what is not sold here.

    The orders `first` had a hold: their units were theirs before this batch began, so they go first.
    """
    fine = verdicts.accepted
    line = np.flatnonzero(fine[batch.line_order]) if not fine.all() else np.arange(len(batch.sku_id))
    order = batch.line_order[line]
    keys, pool = np.unique(pool_key(batch.node_id[order], batch.sku_id[line]), return_inverse=True)
    place, free = memory.pools.free(cursor, head.batch_number, keys)
    if (place < 0).any():
        absent = np.flatnonzero(place[pool] < 0)[::-1]
        verdicts.reason[order[absent]] = Reason.NOT_SOLD_HERE
        verdicts.line[order[absent]] = line[absent]
        keep = verdicts.accepted[order]
        line, order, pool = line[keep], order[keep], pool[keep]
    plan = Plan(line, order, pool, batch.quantity[line], keys, place, free, np.empty(0, int), np.empty(0, int))
    _add_caps(cursor, memory, batch, plan)
    if bill is not None:
        _add_money(cursor, memory, verdicts, bill, head, plan, at)
    if first:
        rank = np.ones(len(batch), np.int64)
        rank[first] = 0
        by_rank = np.lexsort((plan.order, rank[plan.order]))
        plan.line, plan.order = plan.line[by_rank], plan.order[by_rank]
        plan.pool, plan.quantity = plan.pool[by_rank], plan.quantity[by_rank]
    return plan


def _add_caps(cursor: Cursor, memory: CellMemory, batch: Batch, plan: Plan) -> None:
    """What a buyer may still take of a capped SKU is a pool too; add those of this batch to the plan."""
    cap = memory.prices.cap_per_buyer[batch.sku_id[plan.line]]
    capped = np.flatnonzero(cap > 0)
    if not len(capped):
        return
    pairs = np.column_stack([batch.sku_id[plan.line[capped]], batch.buyer_id[plan.order[capped]]])
    unique, which = distinct_pairs(pairs)
    taken = read_cap_use(cursor, memory.cell, unique[:, 0], unique[:, 1])
    left = memory.prices.cap_per_buyer[unique[:, 0]] - taken
    requirement = np.r_[plan.order, plan.order[capped]]
    by_order = np.argsort(requirement, kind="stable")
    plan.pool = np.r_[plan.pool, len(plan.free) + which.ravel()][by_order]
    plan.line = np.r_[plan.line, plan.line[capped]][by_order]
    plan.quantity = np.r_[plan.quantity, plan.quantity[capped]][by_order]
    plan.order = requirement[by_order]
    plan.free = np.r_[plan.free, left]
    plan.cap_sku, plan.cap_buyer = unique[:, 0], unique[:, 1]


def _add_money(
    cursor: Cursor, memory: CellMemory, verdicts: Verdicts, bill: Bill, head: Head, plan: Plan, at: datetime
) -> None:
    """What is left in a wallet, on a gift card, in points is a pool too: stock and money are decided together."""
    which = np.flatnonzero(bill.is_house & verdicts.accepted[bill.order])
    if not len(which):
        return
    accounts, pool = np.unique(bill.account[which], return_inverse=True)
    touched = memory.accounts.touch(cursor, head.batch_number, accounts)
    absent, closed = touched.place[pool] < 0, touched.closed(at)[pool]
    if closed.any():  # what is not there is closed too
        verdicts.reason[bill.order[which[closed]]] = Reason.ACCOUNT_CLOSED
        verdicts.reason[bill.order[which[absent]]] = Reason.NO_ACCOUNT
        fine = verdicts.accepted[plan.order]
        plan.line, plan.order, plan.pool = plan.line[fine], plan.order[fine], plan.pool[fine]
        plan.quantity = plan.quantity[fine]
        fine = verdicts.accepted[bill.order[which]]
        which, pool = which[fine], pool[fine]
    order = np.r_[plan.order, bill.order[which]]
    by_order = np.argsort(order, kind="stable")
    plan.order = order[by_order]
    plan.line = np.r_[plan.line, np.full(len(which), -1)][by_order]
    plan.pool = np.r_[plan.pool, plan.first_account + pool][by_order]
    plan.quantity = np.r_[plan.quantity, bill.amount[which]][by_order]
    plan.free = np.r_[plan.free, touched.free]


def grant(verdicts: Verdicts, plan: Plan) -> None:
    """Decide, and say of each refused order which line of it ran out and how much there was."""
    decision = decide(len(verdicts.reason), plan.order, plan.pool, plan.quantity, plan.free)
    blocked = np.flatnonzero(decision.blocker >= 0)
    if len(blocked):
        blocker = decision.blocker[blocked]
        pool = plan.pool[blocker]
        cap_or_money = np.where(pool < plan.first_account, Reason.BUYER_CAP, Reason.PAYMENT_DECLINED)
        verdicts.reason[blocked] = np.where(pool < len(plan.keys), Reason.OUT_OF_STOCK, cap_or_money)
        verdicts.line[blocked] = plan.line[blocker]
        left = plan.free - granted(plan, verdicts)
        verdicts.number[blocked] = np.maximum(left[pool], 0)


def granted(plan: Plan, verdicts: Verdicts) -> Ints:
    """Units (or money) that the accepted orders take of each pool."""
    return sums_at(plan.pool, plan.quantity * verdicts.accepted[plan.order], len(plan.free))
