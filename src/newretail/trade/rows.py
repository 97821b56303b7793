"""Rows of `trade_order`: for many orders the bytes of COPY … (FORMAT BINARY), built without a loop over them.

A row of COPY is a head of fixed width (the columns up to the header of the array `lines`) and 24 bytes a line: sku_id,
quantity and unit_price_minor, each a length and a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from newretail.kit.arrays import Int4s, Int8s, Uuids
from newretail.trade.rules import State

Ints = npt.NDArray[np.int64]
COLUMNS = ("order_id", "buyer_id", "batch_number", "node_id", "state", "channel", "total_minor", "settlement", "lines")
_OID_INT4 = 23
_LINE_BYTES = 24
_ARRAY_HEADER_BYTES = 28  # dimensions, null flag, element type, and (length, lower bound) of two dimensions

_HEAD = np.dtype(
    [
        ("fields", ">i2"),
        *[("id_length", ">i4"), ("id_high", ">u8"), ("id_low", ">u8")],
        *[("buyer_length", ">i4"), ("buyer_id", ">i8")],
        *[("batch_length", ">i4"), ("batch_number", ">i8")],
        *[("node_length", ">i4"), ("node_id", ">i4")],
        *[("state_length", ">i4"), ("state", ">i2")],
        *[("channel_length", ">i4"), ("channel", ">i2")],
        *[("total_length", ">i4"), ("total_minor", ">i8")],
        *[("settlement_length", ">i4"), ("settlement", ">i2")],
        *[("lines_length", ">i4"), ("dimensions", ">i4"), ("has_null", ">i4"), ("element", ">i4")],
        *[("line_count", ">i4"), ("line_base", ">i4"), ("width", ">i4"), ("width_base", ">i4")],
    ]
)
_CONSTANT = {
    "fields": len(COLUMNS),
    "id_length": 16,
    "buyer_length": 8,
    "batch_length": 8,
    "node_length": 4,
    "state_length": 2,
    "channel_length": 2,
    "total_length": 8,
    "settlement_length": 2,
    "dimensions": 2,
    "has_null": 0,
    "element": _OID_INT4,
    "line_base": 1,
    "width": 3,
    "width_base": 1,
}


def _lines(sku_id: Ints, quantity: Ints, unit_price: Ints) -> npt.NDArray[np.void]:
    lines = np.empty((len(sku_id), 6), ">i4")
    lines[:, 0::2] = 4
    lines[:, 1], lines[:, 3], lines[:, 5] = sku_id, quantity, unit_price
    return lines.view(np.dtype((np.void, _LINE_BYTES))).ravel()


@dataclass(frozen=True, slots=True)
class OrderRows:
    """Orders to be written; lines lie in the order of their orders, `line_count` of them each."""

    id_high: npt.NDArray[np.uint64]
    id_low: npt.NDArray[np.uint64]
    buyer_id: Ints
    node_id: Ints
    channel: Ints
    total_minor: Ints
    line_count: Ints
    sku_id: Ints
    quantity: Ints
    unit_price: Ints
    batch_number: int
    state: Ints | State = State.PLACED
    settlement: Ints | int = 0

    def as_copy(self) -> memoryview:
        """The rows for COPY, without COPY's own header."""
        head = np.empty(len(self.id_high), _HEAD)
        for name, value in _CONSTANT.items():
            head[name] = value
        for name in ("id_high", "id_low", "buyer_id", "node_id", "channel", "total_minor", "line_count"):
            head[name] = getattr(self, name)
        head["batch_number"], head["state"] = self.batch_number, self.state
        head["settlement"] = self.settlement
        head["lines_length"] = _ARRAY_HEADER_BYTES + _LINE_BYTES * self.line_count
        lines = _lines(self.sku_id, self.quantity, self.unit_price)
        each = int(self.line_count[0]) if len(self.line_count) else 0
        if (self.line_count == each).all():
            rows = np.empty((len(head), _HEAD.itemsize + each * _LINE_BYTES), np.uint8)
            rows[:, : _HEAD.itemsize] = head.view(np.uint8).reshape(len(head), -1)
            rows[:, _HEAD.itemsize :] = lines.view(np.uint8).reshape(len(head), -1)
            return rows.ravel().data
        return _scattered(head, lines, self.line_count)

    def as_arrays(self) -> list[Any]:
        """The values of the statement `insert`: arrays of the columns, and the lines as text."""
        lines = zip(self.sku_id.tolist(), self.quantity.tolist(), self.unit_price.tolist(), strict=True)
        texts = [f"{{{sku},{quantity},{price}}}" for sku, quantity, price in lines]
        ends = np.cumsum(self.line_count).tolist()
        orders = [f"{{{','.join(texts[a:b])}}}" for a, b in zip([0, *ends[:-1]], ends, strict=True)]
        ids = np.column_stack([self.id_high, self.id_low])
        return [
            *(self.batch_number, Uuids(ids), Int8s(self.buyer_id), Int4s(self.node_id)),
            *(Int4s(np.broadcast_to(self.state, len(ids))), Int4s(self.channel), Int8s(self.total_minor)),
            *(Int4s(np.broadcast_to(self.settlement, len(ids))), ";".join(orders)),
        ]


def _scattered(head: npt.NDArray[np.void], lines: npt.NDArray[np.void], line_count: Ints) -> memoryview:
    """Rows of different widths: heads and lines are dealt out to their places as 2-byte words."""
    width = _HEAD.itemsize // 2
    line_width = _LINE_BYTES // 2
    starts = np.cumsum(line_count * line_width + width) - (line_count * line_width + width)
    out = np.empty(len(head) * width + len(lines) * line_width, np.uint16)
    out[starts[:, None] + np.arange(width)] = head.view(np.uint16).reshape(len(head), width)
    first_line = np.cumsum(line_count) - line_count
    within = np.arange(len(lines)) - np.repeat(first_line, line_count)
    line_starts = np.repeat(starts + width, line_count) + within * line_width
    out[line_starts[:, None] + np.arange(line_width)] = lines.view(np.uint16).reshape(len(lines), line_width)
    return out.view(np.uint8).data
