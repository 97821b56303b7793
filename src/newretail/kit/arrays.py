"""NumPy arrays as PostgreSQL arrays, in binary: parameters without a Python object per element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import pq
from psycopg.adapt import Buffer, Dumper

_OID_INT4, _OID_INT8, _OID_UUID = 23, 20, 2950
_OID_INT4S, _OID_INT8S, _OID_UUIDS = 1007, 1016, 2951


@dataclass(frozen=True, slots=True)
class Int4s:
    values: npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Int8s:
    values: npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Uuids:
    """`values`: (n, 2), the high and the low 64 bits of each id."""

    values: npt.NDArray[np.uint64]


def _array(element_oid: int, items: npt.NDArray[Any]) -> bytes:
    head = np.array([1, 0, element_oid, len(items), 1], ">i4")
    return head.tobytes() + items.tobytes()


_INT4 = np.dtype([("length", ">i4"), ("value", ">i4")])
_INT8 = np.dtype([("length", ">i4"), ("value", ">i8")])
_UUID = np.dtype([("length", ">i4"), ("value", ">u8", (2,))])


def binary_array(array: Int4s | Int8s | Uuids) -> bytes:
    """The array as PostgreSQL's binary format wants it."""
    if isinstance(array, Int4s):
        oid, kind = _OID_INT4, _INT4
    elif isinstance(array, Int8s):
        oid, kind = _OID_INT8, _INT8
    else:
        oid, kind = _OID_UUID, _UUID
    items = np.empty(len(array.values), kind)
    items["length"], items["value"] = kind["value"].itemsize, array.values
    return _array(oid, items)


class _Int4sDumper(Dumper):
    format = pq.Format.BINARY
    oid = _OID_INT4S

    def dump(self, obj: Int4s) -> Buffer:
        return binary_array(obj)


class _Int8sDumper(Dumper):
    format = pq.Format.BINARY
    oid = _OID_INT8S

    def dump(self, obj: Int8s) -> Buffer:
        return binary_array(obj)


class _UuidsDumper(Dumper):
    format = pq.Format.BINARY
    oid = _OID_UUIDS

    def dump(self, obj: Uuids) -> Buffer:
        return binary_array(obj)


def register(connection: psycopg.Connection[Any]) -> None:
    """Teach a connection to send Int4s, Int8s and Uuids, and to leave prepared statements to `kit.journey`.

    psycopg drops all prepared statements after a rollback, ours too, if it ever made any of its own.
    """
    connection.prepare_threshold = None
    connection.adapters.register_dumper(Int4s, _Int4sDumper)
    connection.adapters.register_dumper(Int8s, _Int8sDumper)
    connection.adapters.register_dumper(Uuids, _UuidsDumper)


COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"
COPY_CHUNK_BYTES = 1 << 20


def send_copy(cursor: psycopg.Cursor[Any], statement: Any, rows: bytes | memoryview) -> None:
    """Send ready-made rows by a `COPY … FROM STDIN (FORMAT BINARY)`; its header and trailer are added here."""
    with cursor.copy(statement) as copy:
        copy.write(COPY_HEADER)
        for start in range(0, len(rows), COPY_CHUNK_BYTES):
            copy.write(rows[start : start + COPY_CHUNK_BYTES])
        copy.write(COPY_TRAILER)


def read_copy(connection: psycopg.Connection[Any], query: Any, fields: list[tuple[str, str]]) -> npt.NDArray[Any]:
    """Read a query's rows, all of fixed width and none NULL, into a structured array by binary COPY.

    `fields`: (name, big-endian NumPy type) in the order of the query's columns, e.g. ("sku_id", ">i4").
    """
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        data = b"".join(bytes(part) for part in copy)
    row: list[tuple[str, str]] = [("", ">i2")]
    for name, kind in fields:
        row += [(f"{name} length", ">i4"), (name, kind)]
    dtype = np.dtype([(name or "fields", kind) for name, kind in row])
    body = data[len(COPY_HEADER) : len(data) - len(COPY_TRAILER)]
    if len(body) % dtype.itemsize:
        raise ValueError("The query returned a NULL or a column of another width than the fields say.")
    return np.frombuffer(body, dtype)
