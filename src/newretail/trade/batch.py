"""A batch: orders in columns. What arrived one by one or as an Arrow table is decided together in this form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from newretail.trade.rules import Reason
from newretail.trade.tenders import Tenders, joined

Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Batch:
    """`n` orders and their `m` lines, the lines sorted by order, first come first.

    `id_high`, `id_low`: halves of the order id. `node_id`, `sku_id`: -1 where unknown. `expected_minor`: -1 where
    the caller said nothing. `way`: how the goods get to the buyer. `fault`: a `Reason` that intake found already, 0 for
    none. `line_order`: the order that a line belongs to. `holds`: the cart's hold that an order consumes, for the few
    that have one. `tenders`: how orders are to be paid; an order without any is on account.
    """

    id_high: npt.NDArray[np.uint64]
    id_low: npt.NDArray[np.uint64]
    buyer_id: Ints
    node_id: Ints
    channel: Ints
    expected_minor: Ints
    way: Ints
    fault: npt.NDArray[np.uint8]
    line_order: Ints
    sku_id: Ints
    quantity: Ints
    holds: dict[int, UUID] = field(default_factory=dict)
    tenders: Tenders = field(default_factory=Tenders)

    def __len__(self) -> int:
        return len(self.id_high)

    @property
    def line_counts(self) -> Ints:
        return np.bincount(self.line_order, minlength=len(self))

    def order_id(self, index: int) -> UUID:
        return UUID(int=(int(self.id_high[index]) << 64) | int(self.id_low[index]))

    @property
    def ids(self) -> npt.NDArray[np.uint64]:
        return np.column_stack([self.id_high, self.id_low])


@dataclass(slots=True)
class Verdicts:
    """The answers to a batch, in its order.

    `reason`: a `Reason`. `line`: index into the batch's lines of the one that failed, -1 for none. `number`: what
    the reason's sentence calls {number}. `total_minor`: the right total. `state`: of an order that stands.
    """

    reason: npt.NDArray[np.uint8]
    line: Ints
    number: Ints
    total_minor: Ints
    state: npt.NDArray[np.uint8]
    batch_number: int = 0

    @property
    def accepted(self) -> npt.NDArray[np.bool_]:
        accepted: npt.NDArray[np.bool_] = self.reason == Reason.ACCEPTED
        return accepted

    def part(self, start: int, end: int, first_line: int) -> Verdicts:
        """The verdicts of the orders start..end, whose lines began at `first_line` in the joined batch."""
        line = self.line[start:end]
        return Verdicts(
            self.reason[start:end],
            np.where(line >= 0, line - first_line, -1),
            self.number[start:end],
            self.total_minor[start:end],
            self.state[start:end],
            self.batch_number,
        )


def concatenate(batches: Sequence[Batch]) -> Batch:
    """Join batches in the order given."""
    if len(batches) == 1:
        return batches[0]
    holds: dict[int, UUID] = {}
    line_orders = []
    tenders = []
    start = 0
    for batch in batches:
        holds.update({start + index: hold for index, hold in batch.holds.items()})
        line_orders.append(batch.line_order + start)
        tenders.append((start, batch.tenders))
        start += len(batch)

    def column(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(batch, name) for batch in batches])

    return Batch(
        id_high=column("id_high"),
        id_low=column("id_low"),
        buyer_id=column("buyer_id"),
        node_id=column("node_id"),
        channel=column("channel"),
        expected_minor=column("expected_minor"),
        way=column("way"),
        fault=column("fault"),
        line_order=np.concatenate(line_orders),
        sku_id=column("sku_id"),
        quantity=column("quantity"),
        holds=holds,
        tenders=joined(tenders),
    )
