"""POST /v1/orders:batch: many orders in one request, as an Arrow IPC stream or as NDJSON.

The whole body is read and checked first: a body that is malformed anywhere places nothing. Then every order gets its
own verdict. Orders of several cells are sent to the cells' desks side by side.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from newretail.cloud.api import Key
from newretail.doors.orders.handlers import Answer, Door, Request
from newretail.doors.orders.problems import Problem
from newretail.trade.arrow import MalformedTable, batch_of_table, nodes_of, read_stream, verdict_table
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.desk import Ticket
from newretail.trade.engine import UnknownCell
from newretail.trade.orders import NO_ID, OrderRequest, Verdict
from newretail.trade.rules import Reason

ARROW = b"application/vnd.apache.arrow.stream"
NDJSON = b"application/x-ndjson"
MAX_ORDERS = 50_000
_ORDER = msgspec.json.Decoder(OrderRequest)
_ENCODE = msgspec.json.Encoder().encode


async def post_batch(door: Door, request: Request) -> Answer:
    key = door.key(request, "orders:write")
    kind = request.headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    if kind == ARROW:
        return await _arrow(door, key, request.body)
    if kind == NDJSON:
        return await _ndjson(door, key, request.body)
    raise Problem(415, "unsupported_media_type", f"Send {ARROW.decode()} or {NDJSON.decode()}.")


def _check_count(count: int) -> None:
    if not 1 <= count <= MAX_ORDERS:
        raise Problem(422, "invalid", f"A bulk request holds 1 to {MAX_ORDERS} orders; this one holds {count}.")


async def _ndjson(door: Door, key: Key, body: bytes) -> Answer:
    requests = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            requests.append(_ndjson_order(line, number))
    _check_count(len(requests))
    door.keeper.rates.spend(key, len(requests))
    answers = await asyncio.gather(*(_place_one(door, key, order) for order in requests), return_exceptions=True)
    failed = next((answer for answer in answers if isinstance(answer, BaseException)), None)
    if failed is not None:
        raise failed
    return Answer(200, b"\n".join(_ENCODE(answer) for answer in answers) + b"\n", NDJSON)


def _ndjson_order(line: bytes, number: int) -> OrderRequest:
    try:
        order = _ORDER.decode(line)
    except msgspec.ValidationError as error:
        raise Problem(422, "invalid", f"Line {number}: {error}. Nothing was placed.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(400, "malformed", f"Line {number} is not JSON: {error}. Nothing was placed.") from None
    if order.order_id == NO_ID:
        raise Problem(422, "invalid", f"Line {number}: `order_id` is missing. Nothing was placed.")
    return order


async def _place_one(door: Door, key: Key, order: OrderRequest) -> Verdict:
    try:
        cell = door.engine.cell_of_node(key.tenant_id, order.node, key.rehearsal_id)
    except UnknownCell as error:
        return Verdict(order.order_id, False, False, Reason.UNKNOWN_NODE.slug, str(error), None, 0, "", "")
    verdict: Verdict = await door.ask(cell, Ticket(order))
    return verdict


async def _arrow(door: Door, key: Key, body: bytes) -> Answer:
    try:
        table = await asyncio.to_thread(read_stream, body)
        _check_count(table.num_rows)
        door.keeper.rates.spend(key, table.num_rows)
        parts = await asyncio.to_thread(_split, door, key, table)
    except MalformedTable as error:
        raise Problem(422, "invalid", f"{error} Nothing was placed.") from None
    answers = await asyncio.gather(*(_place_part(door, cell, batch) for cell, _, batch in parts))
    result = pa.concat_tables(
        [verdict_table(batch, verdicts) for (_, _, batch), verdicts in zip(parts, answers, strict=True)]
    )
    if len(parts) > 1:
        order = np.argsort(np.concatenate([rows for _, rows, _ in parts]), kind="stable")
        result = result.take(pa.array(order))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, result.schema) as writer:
        writer.write_table(result)
    return Answer(200, sink.getvalue().to_pybytes(), ARROW)


async def _place_part(door: Door, cell: str, batch: Batch) -> Verdicts:
    if not cell:
        nobody = np.full(len(batch), -1, np.int64)
        zeros = np.zeros(len(batch), np.int64)
        reason = np.full(len(batch), Reason.UNKNOWN_NODE, np.uint8)
        return Verdicts(reason, nobody, zeros, zeros, zeros.astype(np.uint8))
    verdicts: Verdicts = await door.ask(cell, Ticket(batch))
    return verdicts


def _split(door: Door, key: Key, table: pa.Table) -> list[tuple[str, Any, Batch]]:
    """(cell, rows of the table, batch) for each cell that the table's nodes lie in; cell "" for unknown nodes."""
    cell_of: dict[str, str] = {}
    for node in nodes_of(table):
        try:
            cell_of[node] = door.engine.cell_of_node(key.tenant_id, node, key.rehearsal_id)
        except UnknownCell:
            cell_of[node] = ""
    cells = sorted(set(cell_of.values()))
    parts = []
    for cell in cells:
        if len(cells) == 1:
            rows, part = np.arange(table.num_rows), table
        else:
            mine = pa.array([node for node, where in cell_of.items() if where == cell])
            nodes = table.column("node")
            mask = pc.is_in(nodes.cast(pa.string()), mine)
            rows, part = np.flatnonzero(mask.to_numpy()), table.filter(mask)
        naming = door.engine.desk(cell).naming if cell else None
        codes = (naming.sku_codes, naming.nodes, naming.currency) if naming else ({}, {}, "")
        parts.append((cell, rows, batch_of_table(part, *codes)))
    return parts
