"""UUIDv7 (RFC 9562): ids made by the caller, ordered by time, so that a primary key stays hot in cache."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt


def uuid7(milliseconds: int | None = None) -> UUID:
    """Make a UUIDv7 of now, or of the given Unix time in milliseconds."""
    if milliseconds is None:
        milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)  # version 7
    value = value & ~(0x3 << 62) | (0x2 << 62)  # RFC variant
    return UUID(int=value)


def uuid7_many(milliseconds: npt.NDArray[np.int64], random: np.random.Generator) -> npt.NDArray[np.uint64]:
    """Make a UUIDv7 for each Unix time: an array (n, 2) of the high and low 64 bits, in native byte order."""
    count = len(milliseconds)
    ids = np.empty((count, 2), np.uint64)
    ids[:, 0] = (milliseconds.astype(np.uint64) << np.uint64(16)) | np.uint64(0x7000)
    ids[:, 0] |= random.integers(0, 1 << 12, count, dtype=np.uint64)
    ids[:, 1] = np.uint64(1 << 63) | random.integers(0, 1 << 62, count, dtype=np.uint64)
    return ids


def is_uuid7(value: UUID) -> bool:
    number = value.int
    return (number >> 76) & 0xF == 7 and (number >> 62) & 0x3 == 2


def made_at(value: UUID) -> datetime:
    """The moment that a UUIDv7 says it was made at, to the millisecond."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)
