"""The stage of a rehearsal: real baskets from the order book, shadow cells to play in, their key, and a flash sale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np
import psycopg

from newretail.cloud.api import CellPlace, advance_head, create_key, lock_head, open_shadow, places
from newretail.kit.arrays import read_copy, register
from newretail.kit.sql import in_cell, statements
from newretail.lab.rehearsal.plan import Baskets, FlashSale
from newretail.lab.rehearsal.tenders import Funds
from newretail.pay.api import Tender, credit

ROOM = "newretail.lab.rehearsal"
STATEMENTS = statements(ROOM, "stage.sql")
FLASH_SHARE = 0.03  # of all orders are the crowd's
BUYERS_A_UNIT = 5
CREDITED_AT_ONCE = 5_000
ENOUGH_ORDERS_PER_SECOND = 1_000_000  # the key's own rate limit must not be what is measured


class NothingToReplay(RuntimeError):
    """The market has no imported baskets; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a rehearsal plays on. `shadows` and `baskets` in the order of the cells; `place_of`: by node code."""

    rehearsal_id: int
    key: str
    shadows: tuple[CellPlace, ...]
    baskets: Baskets
    currency_of: dict[str, str]
    place_of: dict[str, CellPlace]
    flash: FlashSale
    flash_place: CellPlace
    flash_node_id: int
    flash_sku_id: int


def new_rehearsal_id() -> int:
    """The time in UTC as a number that reads as a date: 261111235959."""
    return int(datetime.now(UTC).strftime("%y%m%d%H%M%S"))


def set_up(home_url: str, rehearsal_id: int, markets: set[str], orders: int, seed: int, stock_factor: int = 1) -> Stage:
    """Open a shadow cell of every real cell of `markets` (empty: of all), and prepare the sale in one of them."""
    real = [p for p in places(home_url).values() if not p.is_shadow and (not markets or p.market_code in markets)]
    parts = [_cell_baskets(home_url, place) for place in real]
    found = [(place, baskets, ids) for place, (baskets, ids) in zip(real, parts, strict=True) if len(baskets)]
    if not found:
        where = f" in {', '.join(sorted(markets))}" if markets else ""
        raise NothingToReplay(f"There are no imported baskets{where} to replay. Load the demo market: make run.")
    # The sale is where most baskets are.
    place, baskets, ids = max(found, key=lambda entry: len(entry[1]))
    shadows = {place.name: open_shadow(home_url, place, rehearsal_id) for place, _, _ in found}
    for shadow in shadows.values():
        _stock_up(home_url, shadow, stock_factor)
    flash, node_id, sku_id = _flash_sale(home_url, place, baskets, ids, orders, seed)
    _set_units(home_url, shadows[place.name], node_id, sku_id, flash.units)
    for shadow in shadows.values():
        _settle(home_url, shadow)
    place_of = {str(node): shadows[p.name] for p, some, _ in found for node in np.unique(some.node)}
    currency_of = {node: shadow.currency for node, shadow in place_of.items()}
    key = create_key(
        home_url,
        f"rehearsal {rehearsal_id}",
        orders_per_second=ENOUGH_ORDERS_PER_SECOND,
        rehearsal_id=rehearsal_id,
    )
    everything = _joined([some for _, some, _ in found])
    return Stage(
        rehearsal_id,
        key,
        tuple(shadows.values()),
        everything,
        currency_of,
        place_of,
        flash,
        shadows[place.name],
        node_id,
        sku_id,
    )


def fund(home_url: str, stage: Stage, funds: Funds) -> int:
    """Give shoppers what their orders will take, in the books of the shadow cells; return how many accounts that was.

    Gift cards are sold, points granted and wallets topped up as anywhere else: by transfers, under the cell's lock.
    """
    by_cell: defaultdict[tuple[CellPlace, Tender], dict[int, int]] = defaultdict(dict)
    for (node, tender), amounts in funds.by_node.items():
        sums = by_cell[stage.place_of[node], tender]
        for owner, minor in amounts.items():
            sums[owner] = sums.get(owner, 0) + minor
    now = datetime.now(UTC)
    for (place, tender), sums in by_cell.items():
        assert place.is_shadow
        with psycopg.connect(place.url(home_url), autocommit=True) as connection:
            register(connection)
            for some in batched(sums.items(), CREDITED_AT_ONCE):
                credit(connection, place, tender, dict(some), now)
            connection.execute(in_cell(ROOM, "stage.sql", "settle_accounts", place.name))
    return sum(map(len, by_cell.values()))


def batched(items: Iterable[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    """Lists of at most `size` of them."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def _cell_baskets(home_url: str, place: CellPlace) -> tuple[Baskets, dict[str, int]]:
    """The imported baskets of a cell, and the ids of its nodes by code."""
    with psycopg.connect(home_url) as home:
        nodes: dict[int, str] = dict(home.execute(STATEMENTS["nodes"], [place.name]).fetchall())
        sold = home.execute(STATEMENTS["skus"], [place.market_code]).fetchall()
    fields = [("basket", ">i8"), ("buyer", ">i8"), ("node", ">i4"), ("sku", ">i4"), ("quantity", ">i4")]
    with psycopg.connect(place.url(home_url)) as connection:
        rows = read_copy(connection, in_cell(ROOM, "stage.sql", "basket_lines", place.name), fields)
    codes = _codes({row[0]: row[1] for row in sold}, at_least=int(rows["sku"].max(initial=0)))
    prices = np.zeros(len(codes), np.int64)
    prices[[row[0] for row in sold]] = [row[2] for row in sold]
    rows = rows[codes[rows["sku"]] != ""]  # what has no code is not for sale now
    first = np.flatnonzero(np.diff(rows["basket"], prepend=-1))
    baskets = Baskets(
        buyer_id=rows["buyer"][first].astype(np.int64),
        node=_codes(nodes)[rows["node"][first]] if len(rows) else np.empty(0, "U1"),
        first=np.r_[first, len(rows)],
        sku=codes[rows["sku"]],
        quantity=rows["quantity"].astype(np.int64),
        price_minor=prices[rows["sku"]],
    )
    return baskets, {code: node_id for node_id, code in nodes.items()}


def _codes(by_id: dict[int, str], at_least: int = 0) -> np.ndarray[Any, np.dtype[np.str_]]:
    """Codes as an array indexed by id; empty where there is none."""
    codes = np.zeros(max(at_least, *by_id, 0) + 1, f"U{max((len(code) for code in by_id.values()), default=1)}")
    if by_id:
        codes[list(by_id)] = list(by_id.values())
    return codes


def _joined(parts: list[Baskets]) -> Baskets:
    starts = np.cumsum([0, *(len(part.sku) for part in parts)])
    return Baskets(
        buyer_id=np.concatenate([part.buyer_id for part in parts]),
        node=np.concatenate([part.node for part in parts]),
        first=np.r_[np.concatenate([p.first[:-1] + s for p, s in zip(parts, starts, strict=False)]), starts[-1]],
        sku=np.concatenate([part.sku for part in parts]),
        quantity=np.concatenate([part.quantity for part in parts]),
        price_minor=np.concatenate([part.price_minor for part in parts]),
    )


def _flash_sale(
    home_url: str, place: CellPlace, baskets: Baskets, node_ids: dict[str, int], orders: int, seed: int
) -> tuple[FlashSale, int, int]:
    """A sale at the busiest node of the cell; returns it with the ids of node and SKU."""
    names, counts = np.unique(baskets.node, return_counts=True)
    node = str(names[counts.argmax()])
    with psycopg.connect(home_url) as home:
        row = home.execute(STATEMENTS["flash_sku"], [place.market_code]).fetchone()
    if row is None:
        raise NothingToReplay(f"Nothing is for sale in {place.market_code}: the catalogue has no price there.")
    sku_id, code, name, cap, price_minor = row
    random = np.random.default_rng(seed + 1)
    members = random.permutation(np.unique(baskets.buyer_id))
    crowd = members[: max(BUYERS_A_UNIT, int(orders * FLASH_SHARE))]
    each = cap or 1
    units = max(1, len(crowd) * each // BUYERS_A_UNIT)
    return FlashSale(node, code, name, units, crowd, each, cap, price_minor), node_ids[node], sku_id


def _stock_up(home_url: str, shadow: CellPlace, factor: int) -> None:
    """Give the shelves of a shadow cell `factor` times what they hold, as a shop does before its day."""
    assert shadow.is_shadow
    if factor == 1:
        return
    with psycopg.connect(shadow.url(home_url)) as connection, connection.cursor() as cursor:
        head = lock_head(cursor, shadow.name)
        cursor.execute(in_cell(ROOM, "stage.sql", "stock_up", shadow.name), [factor])
        advance_head(cursor, shadow.name, head.batch_number + 1)


def _settle(home_url: str, shadow: CellPlace) -> None:
    """Tidy the fresh tables now: at midnight the database's own housekeeping would be part of what is measured."""
    with psycopg.connect(shadow.url(home_url), autocommit=True) as connection:
        connection.execute(in_cell(ROOM, "stage.sql", "settle", shadow.name))


def _set_units(home_url: str, shadow: CellPlace, node_id: int, sku_id: int, units: int) -> None:
    """Put the sale's units on the shelf of the shadow cell, under its lock, as every writer does."""
    assert shadow.is_shadow
    with psycopg.connect(shadow.url(home_url)) as connection, connection.cursor() as cursor:
        head = lock_head(cursor, shadow.name)
        cursor.execute(in_cell(ROOM, "stage.sql", "set_units", shadow.name), [node_id, sku_id, units])
        advance_head(cursor, shadow.name, head.batch_number + 1)


def flash_units(home_url: str, stage: Stage) -> tuple[int, int]:
    """(on hand, reserved) of the sale's pool as it stands now."""
    with psycopg.connect(stage.flash_place.url(home_url)) as connection:
        statement = in_cell(ROOM, "stage.sql", "units", stage.flash_place.name)
        row = connection.execute(statement, [stage.flash_node_id, stage.flash_sku_id]).fetchone()
    assert row is not None
    return row[0], row[1]
