"""Does the database hold what the market told its shoppers? Every acknowledgement against the order book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.cloud.api import CellPlace
from newretail.kit.arrays import read_copy
from newretail.kit.sql import in_cell
from newretail.lab.rehearsal.record import Kind, Records, accepted
from newretail.trade.rules import State

ROOM = "newretail.lab.rehearsal"
_ID = np.dtype([("high", np.uint64), ("low", np.uint64)])


@dataclass(frozen=True, slots=True)
class Proof:
    """Counts of orders. All but the first three must be zero.

    `unheard`: in the book although no answer arrived (allowed: the shopper asks again by the id).
    """

    acknowledged: int
    in_the_book: int
    unheard: int
    lost: int  # acknowledged, not in the book
    doubled: int  # in the book more than once
    uncancelled: int  # cancel acknowledged, order still stands
    placed_again: int  # a retry after the acknowledgement was not answered as a replay
    flash_oversold: int  # units of the flash sale beyond those there were

    @property
    def holds(self) -> bool:
        return not (self.lost or self.doubled or self.uncancelled or self.placed_again or self.flash_oversold)


def prove(
    home_url: str, shadows: tuple[CellPlace, ...], ids: npt.NDArray[np.uint64], records: Records, flash_oversold: int
) -> Proof:
    """Compare the shoppers' record with the shadow cells. `ids`: the plan's, by order number."""
    parts = [_book(home_url, place) for place in shadows]
    book_ids = np.concatenate([part[0] for part in parts])
    states = np.concatenate([part[1] for part in parts])
    wanted = np.ascontiguousarray(ids).view(_ID).ravel()
    acknowledged = np.unique(records["order"][accepted(records)])
    unique = np.unique(book_ids)
    held = np.isin(wanted, unique)
    heard = np.zeros(len(wanted), np.bool_)
    heard[acknowledged] = True
    cancelled = np.unique(records["order"][(records["kind"] == Kind.CANCEL) & (records["status"] == 200)])
    cancelled_in_book = np.isin(wanted[cancelled], book_ids[states == State.CANCELLED])
    return Proof(
        acknowledged=len(acknowledged),
        in_the_book=len(unique),
        unheard=int((held & ~heard).sum()),
        lost=int((heard & ~held).sum()),
        doubled=len(book_ids) - len(unique),
        uncancelled=int((~cancelled_in_book).sum()),
        placed_again=_placed_again(records),
        flash_oversold=flash_oversold,
    )


def _book(home_url: str, place: CellPlace) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """(ids, states) of a cell's orders."""
    with psycopg.connect(place.url(home_url)) as connection:
        statement = in_cell(ROOM, "stage.sql", "order_states", place.name)
        rows = read_copy(connection, statement, [("id", ">u8,>u8"), ("state", ">i2")])
    ids = np.empty(len(rows), _ID)
    ids["high"], ids["low"] = rows["id"]["f0"], rows["id"]["f1"]
    return ids, rows["state"].astype(np.int16)


def _placed_again(records: Records) -> int:
    """Orders that were told "placed now" (201) more than once, or placed anew after they were acknowledged."""
    placed_now = records["order"][(records["kind"] != Kind.CANCEL) & (records["status"] == 201)]
    return len(placed_now) - len(np.unique(placed_now))
