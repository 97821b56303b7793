"""What happens to each request of a rehearsal: a file that the load process writes and others read as it grows."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from newretail.trade.rules import Reason

Records = npt.NDArray[np.void]


class Kind(IntEnum):
    PLACE = 0
    RETRY = 1  # the same order sent once more by an impatient shopper: must not be placed twice
    CANCEL = 2


class Fate(IntEnum):
    """Instead of an HTTP status: why there is none."""

    WAITING = 0
    SKIPPED = -1  # a cancel of an order that was refused
    GIVEN_UP = -2  # no answer until the rehearsal's end


# Times are seconds after the start; `done` 0 while there is no answer. `needs`: the request whose answer must be there
# before this one is sent, -1 for none. `status`: HTTP, or a Fate. `tries`: how often it was sent again because the
# market said "later" (429, 503) or the connection broke.
FIELDS = np.dtype(
    [
        ("kind", np.uint8),
        ("order", np.int32),
        ("needs", np.int32),
        ("due", np.float64),
        ("sent", np.float64),
        ("done", np.float64),
        ("status", np.int16),
        ("reason", np.int16),
        ("tries", np.int16),
        ("busy", np.int16),
        ("broken", np.int16),
    ]
)

# Reasons are kept as numbers; those that are not the trade engine's (a bad request, a rate limit) become the last.
REASONS = ("", *(reason.slug for reason in Reason if reason > Reason.REPLAYED), "other")
REASON_NUMBER = {reason.encode(): number for number, reason in enumerate(REASONS)}
OTHER_REASON = len(REASONS) - 1


def create(file: Path, count: int) -> Records:
    """Make the record of `count` requests, all waiting."""
    records: Records = np.memmap(file, FIELDS, "w+", shape=(count,))
    records["needs"] = -1
    return records


def attach(file: Path, *, write: bool = False) -> Records:
    """Map an existing record; what another process writes is seen at once."""
    records: Any = np.memmap(file, FIELDS, "r+" if write else "r")
    result: Records = records
    return result


def accepted(records: Records) -> npt.NDArray[np.bool_]:
    """Requests that were answered with the order placed, now or before."""
    placing = records["kind"] != Kind.CANCEL
    result: npt.NDArray[np.bool_] = placing & ((records["status"] == 201) | (records["status"] == 200))
    return result
