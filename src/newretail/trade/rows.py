"""Rows of `trade_order`: for many orders the bytes of COPY … (FORMAT BINARY), built without a loop over them.

A row of COPY is a head of fixed width (the columns up to the header of the array `lines`) and 24 bytes a line: sku_id,
quantity and unit_price_minor, each a length and a value. A row with parts has a header
more and 32 bytes a line for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from newretail.kit.arrays import Int4s, Int8s, Uuids
from newretail.trade.rules import State

Ints = npt.NDArray[np.int64]
COLUMNS: tuple[str, ...] = (
    "order_id",
    "buyer_id",
    "batch_number",
    "node_id",
    "state",
    "channel",
    "total_minor",
    "settlement",
    "way",
)
COLUMNS = (*COLUMNS, "lines")
_OID_INT4 = 23
_LINE_BYTES = 24
_PARTS_BYTES = 32
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
        *[("way_length", ">i4"), ("way", ">i2")],
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
    "way_length": 2,
    "dimensions": 2,
    "has_null": 0,
    "element": _OID_INT4,
    "line_base": 1,
    "width": 3,
    "width_base": 1,
}


# What stands between the lines and the parts of a row: the length of the parts' array and its header.
_PARTS_HEAD = np.dtype(
    [(name, ">i4") for name in ("length", *("dimensions", "has_null", "element"))]
    + [(name, ">i4") for name in ("count", "base", "width", "width_base")]
)
_PARTS_CONSTANT = {"dimensions": 2, "has_null": 0, "element": _OID_INT4, "base": 1, "width": 4, "width_base": 1}


def _elements(*columns: Ints) -> npt.NDArray[np.uint16]:
    """(lines, words): each value of the columns with its length, as 2-byte words."""
    values = np.empty((len(columns[0]), 2 * len(columns)), ">i4")
    values[:, 0::2] = 4
    for place, column in enumerate(columns):
        values[:, 2 * place + 1] = column
    return values.view(np.uint16)


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
    way: Ints | int = 0
    parts: Ints | None = None  # by line: discount, tax, shipping, offer
    has_parts: npt.NDArray[np.bool_] | None = None  # by order; the parts of the others are not kept

    def by_form(self) -> Iterator[tuple[str, OrderRows]]:
        """The rows without parts, then those with: each with the name of its COPY statement."""
        if self.parts is None or self.has_parts is None or not self.has_parts.any():
            yield "copy", replace(self, parts=None, has_parts=None)
        elif self.has_parts.all():
            yield "copy_with_parts", self
        else:
            yield "copy", replace(self._some(~self.has_parts), parts=None, has_parts=None)
            yield "copy_with_parts", self._some(self.has_parts)

    def _some(self, which: npt.NDArray[np.bool_]) -> OrderRows:
        line = np.repeat(which, self.line_count)
        by_order: tuple[str, ...] = (
            "id_high",
            "id_low",
            "buyer_id",
            "node_id",
            "channel",
            "total_minor",
            "line_count",
            "has_parts",
        )
        by_order += tuple(
            name for name in ("state", "settlement", "way") if isinstance(getattr(self, name), np.ndarray)
        )
        by_line = ("sku_id", "quantity", "unit_price", "parts")
        chosen = {name: getattr(self, name)[which] for name in by_order}
        return replace(self, **chosen, **{name: getattr(self, name)[line] for name in by_line})

    def as_copy(self) -> memoryview:
        """The rows for COPY, without COPY's own header; all of them with parts, or none."""
        head = np.empty(len(self.id_high), _HEAD)
        for name, value in _CONSTANT.items():
            head[name] = value
        for name in ("id_high", "id_low", "buyer_id", "node_id", "channel", "total_minor", "line_count"):
            head[name] = getattr(self, name)
        head["way"] = self.way
        head["batch_number"], head["state"] = self.batch_number, self.state
        head["settlement"] = self.settlement
        head["lines_length"] = _ARRAY_HEADER_BYTES + _LINE_BYTES * self.line_count
        blocks: list[npt.NDArray[Any]] = [head, _elements(self.sku_id, self.quantity, self.unit_price)]
        if self.parts is not None:
            head["fields"] = len(COLUMNS) + 1
            between = np.empty(len(head), _PARTS_HEAD)
            for name, value in _PARTS_CONSTANT.items():
                between[name] = value
            between["count"] = self.line_count
            between["length"] = _ARRAY_HEADER_BYTES + _PARTS_BYTES * self.line_count
            blocks += [between, _elements(*self.parts.T)]
        words = [block.view(np.uint16).reshape(len(block), -1) for block in blocks]
        each = int(self.line_count[0]) if len(self.line_count) else 0
        if (self.line_count == each).all():
            return np.hstack([block.reshape(len(head), -1) for block in words]).ravel().view(np.uint8).data
        return _scattered(words, self.line_count)

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
            *(Int4s(np.broadcast_to(self.settlement, len(ids))), Int4s(np.broadcast_to(self.way, len(ids)))),
            *(";".join(orders), self._parts_as_text(ends)),
        ]

    def _parts_as_text(self, ends: list[int]) -> str:
        """The parts of the orders, `-` for an order that has none."""
        if self.parts is None or self.has_parts is None:
            return ";".join("-" for _ in ends)
        lines = [f"{{{','.join(map(str, line))}}}" for line in self.parts.tolist()]
        spans = zip([0, *ends[:-1]], ends, self.has_parts.tolist(), strict=True)
        return ";".join(f"{{{','.join(lines[a:b])}}}" if kept else "-" for a, b, kept in spans)


def _scattered(words: list[npt.NDArray[np.uint16]], line_count: Ints) -> memoryview:
    """Rows of different widths: blocks of 2-byte words, one of an order and one of its lines in turn, dealt out."""
    widths = [block.shape[1] for block in words]
    of_order, of_line = words[0::2], words[1::2]
    length = sum(block.shape[1] for block in of_order) + line_count * sum(block.shape[1] for block in of_line)
    starts = np.cumsum(length) - length
    first_line = np.cumsum(line_count) - line_count
    out = np.empty(int(length.sum()), np.uint16)
    within = np.arange(int(line_count.sum())) - np.repeat(first_line, line_count)
    for place, (block, width) in enumerate(zip(words, widths, strict=True)):
        if place % 2 == 0:
            out[starts[:, None] + np.arange(width)] = block
            starts = starts + width
        else:
            line_starts = np.repeat(starts, line_count) + within * width
            out[line_starts[:, None] + np.arange(width)] = block
            starts = starts + line_count * width
    return out.view(np.uint8).data
