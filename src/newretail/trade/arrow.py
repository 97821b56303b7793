"""Arrow tables of orders: many orders in columns, read without a Python object per order.

Columns: `order_id` (16 bytes each, or text), `buyer` (int64), `node` (text), `lines` (list of struct of `sku`: text
and `quantity`: integer); optional `channel`, `currency` (text), `expected_total_minor` (int64, null: not said), `pay`
(text: the one tender that pays the whole order, null: on account), `provider` (text: of a card or bank transfer) and
`way` (text: pick_up or delivery, null: pick_up).
Text may be dictionary-encoded, which is faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from newretail.pay.api import BY_PROVIDER, TAKING_PROVIDERS, Tender
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.orders import channel_numbers, way_numbers
from newretail.trade.rules import Reason
from newretail.trade.tenders import THE_REST, Tenders

Ints = npt.NDArray[np.int64]
REQUIRED = ("order_id", "buyer", "node", "lines")
OPTIONAL = ("channel", "currency", "expected_total_minor", "pay", "provider", "way")
_NO_TOTAL = 1 << 62
_TENDERS = {tender.name.lower(): int(tender) for tender in Tender if tender != Tender.GIFT_CARD}


class MalformedTable(ValueError):
    """The table is not one of orders; the message says what is wrong with which column."""


def read_stream(body: bytes | memoryview) -> pa.Table:
    """Read an Arrow IPC stream. Raises MalformedTable."""
    try:
        with pa.ipc.open_stream(body) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise MalformedTable(f"The body is not a readable Arrow IPC stream: {error}") from None
    _check(table)
    return table


def _check(table: pa.Table) -> None:
    names = table.column_names
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise MalformedTable(f"The column {missing[0]} is missing. Needed are: {', '.join(REQUIRED)}.")
    unknown = [name for name in names if name not in REQUIRED + OPTIONAL]
    if unknown:
        raise MalformedTable(
            f"There is no column {unknown[0]} in an order. Known are: {', '.join(REQUIRED + OPTIONAL)}."
        )
    if len(set(names)) < len(names):
        raise MalformedTable("A column stands twice.")
    for name in REQUIRED:
        if table.column(name).null_count:
            raise MalformedTable(f"The column {name} has nulls; every order needs it.")


def _integers(values: pa.ChunkedArray | pa.Array, name: str, if_null: int = 0) -> Ints:
    try:
        return values.cast(pa.int64()).fill_null(if_null).to_numpy(zero_copy_only=False).astype(np.int64, copy=False)  # type: ignore[no-any-return]
    except (pa.ArrowException, NotImplementedError):
        raise MalformedTable(f"The column {name} must hold whole numbers, not {values.type}.") from None


def _codes(values: pa.Array, name: str) -> tuple[list[str | None], Ints]:
    """The distinct texts of a column and each row's index into them."""
    if pa.types.is_dictionary(values.type):
        encoded = values
    elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        encoded = values.dictionary_encode()
    else:
        raise MalformedTable(f"The column {name} must hold text, not {values.type}.")
    texts = encoded.dictionary.to_pylist()
    if not all(isinstance(text, str) for text in texts):
        raise MalformedTable(f"The column {name} must hold text, not {encoded.dictionary.type}.")
    return [*texts, None], _integers(encoded.indices, name, if_null=len(texts))


def _named(values: pa.Array, name: str, numbers: Mapping[str, int], unknown: int) -> Ints:
    texts, index = _codes(values, name)
    table = np.array([unknown if text is None else numbers.get(text, unknown) for text in texts], np.int64)
    return table[index]


def _ids(column: pa.Array) -> npt.NDArray[np.uint64]:
    """(n, 2) halves of the ids; a text that is no UUID becomes 0, which is no UUIDv7."""
    if pa.types.is_fixed_size_binary(column.type) and column.type.byte_width == 16:
        start = column.offset * 16
        raw = column.buffers()[1]
        return np.frombuffer(raw, ">u8", count=2 * len(column), offset=start).reshape(-1, 2).astype(np.uint64)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        raw_ids = [_id_bytes(text) for text in column.to_pylist()]
        return np.frombuffer(b"".join(raw_ids), ">u8").reshape(-1, 2).astype(np.uint64)
    raise MalformedTable(f"The column order_id must be fixed_size_binary[16] or text, not {column.type}.")


def _id_bytes(text: str) -> bytes:
    try:
        return UUID(text).bytes
    except ValueError:
        return bytes(16)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """One array of a column's chunks, their dictionaries made one."""
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def nodes_of(table: pa.Table) -> list[str]:
    """The distinct nodes that a table names."""
    return [text for text in pc.unique(_decoded(table.column("node"))).to_pylist() if text is not None]


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise MalformedTable(f"The column node must hold text, not {column.type}.")
    return column


def batch_of_table(table: pa.Table, sku_codes: Mapping[str, int], nodes: Mapping[str, int], currency: str) -> Batch:
    """Put a table's orders into columns, as `orders.batch_of` does with single requests. Raises MalformedTable."""
    count = table.num_rows
    lines = _whole(table.column("lines"))
    if not (pa.types.is_list(lines.type) or pa.types.is_large_list(lines.type)):
        raise MalformedTable(f"The column lines must be a list of struct of sku and quantity, not {lines.type}.")
    kind = lines.type.value_type
    if not pa.types.is_struct(kind) or {field.name for field in kind} != {"sku", "quantity"}:
        raise MalformedTable(f"Each line must be a struct of sku and quantity, not {kind}.")
    flat = lines.flatten()
    line_count = _integers(pc.list_value_length(lines), "lines")
    channel = np.full(count, channel_numbers()["api"], np.int64)
    fault = np.zeros(count, np.uint8)
    if "channel" in table.column_names:
        channel = _named(_whole(table.column("channel")), "channel", channel_numbers(), 0)
        fault[channel == 0] = Reason.UNKNOWN_CHANNEL
    if "currency" in table.column_names:
        fits = _currency_fits(_whole(table.column("currency")), currency)
        fault[(fault == 0) & ~fits] = Reason.WRONG_CURRENCY
    way = np.zeros(count, np.int64)
    if "way" in table.column_names:
        way = _named(_whole(table.column("way")), "way", way_numbers(), -1)
        way[~_said(table.column("way"))] = 0
        fault[(fault == 0) & (way < 0)] = Reason.UNKNOWN_WAY
    expected = np.full(count, -1, np.int64)
    if "expected_total_minor" in table.column_names:
        column = table.column("expected_total_minor")
        expected = _integers(column, "expected_total_minor", if_null=-1)
        expected = np.where((expected < 0) & _said(column), _NO_TOTAL, expected)
    ids = _ids(_whole(table.column("order_id")))
    return Batch(
        id_high=ids[:, 0],
        id_low=ids[:, 1],
        buyer_id=_integers(table.column("buyer"), "buyer"),
        node_id=_named(_whole(table.column("node")), "node", nodes, -1),
        channel=channel,
        expected_minor=expected,
        way=way,
        fault=fault,
        line_order=np.repeat(np.arange(count), line_count),
        sku_id=_named(pc.struct_field(flat, "sku"), "sku", sku_codes, -1),
        quantity=_integers(pc.struct_field(flat, "quantity"), "quantity"),
        tenders=_tenders(table),
    )


def _tenders(table: pa.Table) -> Tenders:
    """The tender that pays each order that names one. A gift card has a code, and so goes by single orders only."""
    if "pay" not in table.column_names:
        return Tenders()
    tender = _named(_whole(table.column("pay")), "pay", _TENDERS, 0)
    order = np.flatnonzero(_said(table.column("pay")))
    owner = np.zeros(len(tender), np.int64)
    if "provider" in table.column_names:
        owner = _named(_whole(table.column("provider")), "provider", TAKING_PROVIDERS, 0)
    tender[np.isin(tender, tuple(BY_PROVIDER)) & (owner == 0)] = 0
    return Tenders(order, tender[order], np.full(len(order), THE_REST), owner[order])


def _said(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(column.is_valid().to_numpy(), np.bool_)


def _currency_fits(column: pa.Array, currency: str) -> npt.NDArray[np.bool_]:
    texts, index = _codes(column, "currency")
    return np.array([text is None or text == currency for text in texts], np.bool_)[index]


def verdict_table(batch: Batch, verdicts: Verdicts) -> pa.Table:
    """The answers in columns: order_id, reason (accepted and replayed among them), total_minor."""
    ids = batch.ids.astype(">u8").tobytes()
    names = pa.array([reason.slug for reason in Reason])
    reason: Any = pa.DictionaryArray.from_arrays(pa.array(verdicts.reason.astype(np.int8)), names)
    return pa.table(
        {
            "order_id": pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(batch), [None, pa.py_buffer(ids)]),
            "reason": reason,
            "total_minor": pa.array(verdicts.total_minor),
        }
    )
