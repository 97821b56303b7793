"""The laws of DESIGN §4 as checks on a live database: every law that has tables so far, over every cell.

A cell's checks run in one read-only snapshot, so an audit may run while orders are placed. A check is a named
statement in `sql/law_N.sql`; it returns what was counted, how many of it are broken, and the first offenders.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from newretail.cloud.api import CellPlace, places
from newretail.kit.arrays import read_copy
from newretail.kit.sql import in_cell, statements
from newretail.trade.rules import HOLDING, MOVES, State

ROOM = "newretail.lab.audit"

LAWS = {
    1: "No SKU at any node is promised beyond what is there.",
    2: "Every acknowledged order exists, once; every reserved unit belongs to a live order or hold.",
    3: "Every ledger transfer balances; the ledger is append-only; balances equal the sum of postings.",
    4: "Each order's money: captured less refunded is what its kept lines cost.",
    5: "No budget is overspent (so far: caps per buyer).",
    8: "Rehearsal data never mixes with real data.",
}

# (law, statement, what is counted)
CELL_CHECKS = (
    (1, "promises", "pools"),
    (1, "fences", "fences"),
    (2, "reserved", "units reserved"),
    (2, "batches", "orders in batches"),
    (2, "numbers", "batches numbered"),
    (2, "totals", "order totals"),
    (2, "states", "order states"),
    (2, "moves", "moves"),
    (3, "balances", "accounts"),
    (3, "ledgers", "ledgers"),
    (3, "transfers", "transfers"),
    (3, "limits", "account limits"),
    (3, "pending", "pending transfers"),
    (3, "batches", "batches of transfers"),
    (3, "fences", "fences of the books"),
    (3, "cards", "gift cards"),
    (3, "postings", "postings filed"),
    (4, "orders", "orders paid here"),
    (4, "payments", "payments"),
    (4, "refunds", "refunds"),
    (4, "waiting", "unpaid orders and top-ups"),
    (4, "top_ups", "top-ups"),
    (5, "caps", "caps used"),
    (5, "cap_use", "capped units bought"),
    (8, "batches", "batches marked"),
    (8, "head", "heads"),
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check in one cell; `where` is the cell, or what several cells were compared over."""

    where: str
    name: str
    unit: str
    counted: int
    broken: int
    offenders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LawResult:
    """A law, what was looked at, and whether it holds."""

    number: int
    statement: str
    checks: tuple[CheckResult, ...]

    @property
    def holds(self) -> bool:
        return not any(check.broken for check in self.checks)

    @property
    def counted(self) -> dict[str, int]:
        """How much was looked at over all cells, by unit."""
        totals: dict[str, int] = {}
        for check in self.checks:
            totals[check.unit] = totals.get(check.unit, 0) + check.counted
        return totals

    @property
    def offenders(self) -> list[str]:
        return [f"{check.where}, {check.unit}: {text}" for check in self.checks for text in check.offenders]


def audit(database_url: str, rehearsal_id: int | None = None) -> list[LawResult]:
    """Check every law on every cell; with `rehearsal_id`, on the real cells and that rehearsal's shadow cells only."""
    worlds = {None, rehearsal_id}
    cells = [p for p in places(database_url).values() if rehearsal_id is None or p.rehearsal_id in worlds]
    found: list[tuple[int, CheckResult]] = []
    with psycopg.connect(database_url) as home:
        shared = _shared_values(home)
        found.append((8, _check(home, 8, "views", "report views", "public", {"real_cells": _at_home(cells)})))
    for place in cells:
        found += _audit_cell(database_url, place, shared)
    found += [(2, check) for check in _ids_once(database_url, cells)]
    return [
        LawResult(number, statement, tuple(check for law, check in found if law == number))
        for number, statement in LAWS.items()
    ]


def _at_home(cells: list[CellPlace]) -> list[str]:
    return [place.name for place in cells if not place.is_shadow and not place.database_url]


def _shared_values(home: psycopg.Connection[Any]) -> dict[str, Any]:
    """What the checks need of the catalogue and of the rules; a cell may lie on a server without a catalogue."""
    capped = home.execute(
        "SELECT id, cap_per_buyer FROM catalog_sku WHERE cap_per_buyer IS NOT NULL ORDER BY id"
    ).fetchall()
    return {
        "cap_sku_ids": [sku_id for sku_id, _ in capped],
        "caps": [cap for _, cap in capped],
        **rule_values(),
    }


def rule_values() -> dict[str, Any]:
    """What the checks need of trade's rules."""
    return {
        "placed": int(State.PLACED),
        "cancelled": int(State.CANCELLED),
        "unpaid": int(State.UNPAID),
        "holding": [int(state) for state in HOLDING],
        "allowed": [source * 100 + target for source, targets in MOVES.items() for target in targets],
    }


def _audit_cell(home_url: str, place: CellPlace, shared: dict[str, Any]) -> Iterator[tuple[int, CheckResult]]:
    values = {
        **shared,
        "cell": place.name,
        "tenant_id": place.tenant_id,
        "market_code": place.market_code,
        "currency": place.currency,
        "rehearsal_id": place.rehearsal_id,
    }
    with psycopg.connect(place.url(home_url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for law, name, unit in CELL_CHECKS:
            yield law, _check(connection, law, name, unit, place.name, values)


def _check(
    connection: psycopg.Connection[Any], law: int, name: str, unit: str, cell: str, values: dict[str, Any]
) -> CheckResult:
    statement = in_cell(ROOM, f"law_{law}.sql", name, cell)
    named = {key: value for key, value in values.items() if f"%({key})s" in statements(ROOM, f"law_{law}.sql")[name]}
    row = connection.execute(statement, named).fetchone()
    assert row is not None
    return CheckResult(cell, name, unit, int(row[0]), int(row[1]), tuple(row[2]))


def _ids_once(home_url: str, cells: list[CellPlace]) -> Iterator[CheckResult]:
    """No order id is in two cells: within the real market, and within each rehearsal.

    Cells may lie on different servers, so the ids are compared here, not by a join.
    """
    worlds: dict[int | None, list[CellPlace]] = {}
    for place in cells:
        worlds.setdefault(place.rehearsal_id, []).append(place)
    for rehearsal_id, members in worlds.items():
        if len(members) == 1:
            continue  # within a cell, the primary key sees to it
        where = "the real market" if rehearsal_id is None else f"rehearsal {rehearsal_id}"
        ids = np.concatenate([_order_ids(home_url, place) for place in members])
        ids = ids[np.lexsort((ids["low"], ids["high"]))]
        again = ids[1:][(ids["high"][1:] == ids["high"][:-1]) & (ids["low"][1:] == ids["low"][:-1])]
        first = tuple(f"order {_uuid_text(entry)} lies in two cells" for entry in again[:5])
        yield CheckResult(where, "order_ids", "order ids", len(ids), len(again), first)


def _order_ids(home_url: str, place: CellPlace) -> np.ndarray[Any, Any]:
    with psycopg.connect(place.url(home_url)) as connection:
        rows = read_copy(connection, in_cell(ROOM, "law_2.sql", "order_ids", place.name), [("id", ">u8,>u8")])
    ids = np.empty(len(rows), [("high", np.uint64), ("low", np.uint64)])
    ids["high"], ids["low"] = rows["id"]["f0"], rows["id"]["f1"]
    return ids


def _uuid_text(entry: Any) -> str:
    text = f"{int(entry['high']):016x}{int(entry['low']):016x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
