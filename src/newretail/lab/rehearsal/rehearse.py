"""A rehearsal from curtain to curtain: set the stage, plan the day, open at midnight, look on, prove, audit."""

from __future__ import annotations

import multiprocessing
import os
import platform
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.rows import dict_row

from newretail.kit.signing import secret_key
from newretail.kit.sql import in_cell
from newretail.lab.audit.laws import audit
from newretail.lab.bank.faults import scaled
from newretail.lab.rehearsal import payments, server, stage, summary
from newretail.lab.rehearsal.client import loopback_address, run_load
from newretail.lab.rehearsal.meters import Meters, Sample
from newretail.lab.rehearsal.plan import Day, Plan, build, greedy_bodies
from newretail.lab.rehearsal.proof import prove
from newretail.lab.rehearsal.record import Records, attach
from newretail.lab.rehearsal.settle import DayBank, Settled, Waiting, settle
from newretail.lab.rehearsal.tenders import BY_BANK, UNPAID, USUAL, without_bank
from newretail.pay.api import card_code

ROOM = "newretail.lab.rehearsal"
GRACE_SECONDS = 60.0  # after the day's end, for what still waits
LOOK_SECONDS = 0.25
HOT_SKUS = 16


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for. `markets`: empty for all; `url`: None to find or start a market."""

    orders: int = 50_000
    duration_s: float = 60.0
    peak_factor: float = 8.0
    markets: tuple[str, ...] = ()
    seed: int = 1111
    connections: int = 256
    url: str | None = None
    stock_factor: int = 1
    tenders: dict[str, float] = field(default_factory=lambda: dict(USUAL))  # empty: every order on account
    faulty: float = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """What a spectator sees at a moment; `now` in seconds after midnight, `flash_taken` in units.

    `waiting`: after the day, what the money still waits for.
    """

    records: Records
    now: float
    sample: Sample | None
    flash_taken: int
    waiting: Waiting | None = None


Watch = Callable[[stage.Stage, View], None]
Say = Callable[[str], None]


def rehearse(home_url: str, var: Path, options: Options, say: Say, watch: Watch) -> dict[str, Any]:
    """Run a rehearsal and return its results as plain data; `watch` is called four times a second."""
    rehearsal_id = stage.new_rehearsal_id()
    say("Opening shadow cells: copies of the stock, with order books of their own …")
    scene = stage.set_up(
        home_url, rehearsal_id, set(options.markets), options.orders, options.seed, options.stock_factor
    )
    folder = var / "rehearsals" / str(rehearsal_id)
    folder.mkdir(parents=True)
    try:
        with server.market(options.url, home_url, folder) as market:
            server.wait_for_key(market.url, scene.key)
            server.warm_up(market.url, scene.key, greedy_bodies(scene.baskets, scene.currency_of))
            bank = _open_bank(market, scene, options, say)
            say(f"Writing {options.orders:,} shoppers' requests from {len(scene.baskets):,} real baskets …")
            plan = _plan(folder, market, scene, options)
            accounts = stage.fund(home_url, scene, plan.chosen.funds)
            if accounts:
                say(f"{accounts:,} wallets, gift cards and points accounts are filled for the day.")
            say(f"Midnight at {market.url}.")
            meters = _perform(home_url, market.url, plan, scene, options, watch)
            did = meters.stop()
            settled = _settle(home_url, plan, scene, bank, meters, say, watch)
        say("Comparing what shoppers were told with the order books, and auditing the laws …")
        return _results(home_url, scene, plan, options, market.url, meters, did, settled)
    finally:
        shutil.rmtree(folder)


def _open_bank(market: server.Market, scene: stage.Stage, options: Options, say: Say) -> DayBank | None:
    """The demo bank, told how to treat the shadow cells; None where nothing is to be asked of it."""
    if not any(options.tenders.get(way) for way in (*BY_BANK, "mixed")):
        return None
    if not market.bank_url:
        say("This market has no demo bank, and a rehearsal asks no real one: cards are paid by wallet instead.")
        return None
    bank = DayBank(market.bank_url, [place.name for place in scene.shadows])
    bank.open(scaled(options.faulty), options.seed)
    return bank


def _plan(folder: Path, market: server.Market, scene: stage.Stage, options: Options) -> Plan:
    begins_ms = int(time.time() * 1000)
    with_bank = bool(market.bank_url)
    mix = options.tenders if with_bank else without_bank(options.tenders)
    day = Day(options.orders, options.duration_s, options.peak_factor, options.seed, begins_ms, mix, with_bank)
    head = {"host": market.url.removeprefix("http://"), "authorization": f"Bearer {scene.key}"}
    code_of = partial(card_code, secret_key())
    return build(folder, day, scene.baskets, scene.currency_of, scene.flash, head, code_of)


def _settle(
    home_url: str, plan: Plan, scene: stage.Stage, bank: DayBank | None, meters: Meters, say: Say, watch: Watch
) -> Settled:
    """Let the money come to rest, with the market still open."""
    if bank is None and plan.chosen.ways == (UNPAID,):
        return Settled(complete=True)
    say("The day is over. Hearing what the bank has yet to say, and giving up what nobody paid …")
    now = time.monotonic() - meters.start
    since = meters.midnight - timedelta(minutes=1)
    taken = _flash_taken(home_url, scene, 0)

    def look(waiting: Waiting) -> None:
        watch(scene, View(plan.record, now, meters.samples[-1] if meters.samples else None, taken, waiting))

    try:
        return settle(home_url, scene.shadows, bank, since, look)
    finally:
        if bank is not None:
            bank.close()


def _perform(home_url: str, url: str, plan: Plan, scene: stage.Stage, options: Options, watch: Watch) -> Meters:
    """Start the load process and look on until it is through; Ctrl-C ends the day early."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    limit = options.duration_s + GRACE_SECONDS
    process = context.Process(target=run_load, args=(url, plan.folder, options.connections, limit, theirs), daemon=True)
    process.start()
    try:
        start = _curtain(ours, process)
        meters = Meters(home_url, loopback_address(url), process.pid or 0, start)
        meters.begin()
        _look_on(home_url, plan, scene, process, meters, start, watch)
    finally:
        process.terminate()
        process.join()
        ours.close()
        theirs.close()
    return meters


def _curtain(pipe: Pipe, process: BaseProcess) -> float:
    """Wait for the load process, and give it the moment of midnight, half a second from now."""
    while not pipe.poll(0.1):
        if not process.is_alive():
            raise server.NoMarket("The load process could not connect to the market.")
    pipe.recv()
    start = time.monotonic() + 0.5
    pipe.send(start)
    return start


def _look_on(
    home_url: str,
    plan: Plan,
    scene: stage.Stage,
    process: BaseProcess,
    meters: Meters,
    start: float,
    watch: Watch,
) -> None:
    records = attach(plan.folder / "record")
    taken, seen_at = 0, 0.0
    try:
        while process.is_alive():
            process.join(LOOK_SECONDS)
            now = time.monotonic() - start
            if now - seen_at >= 1:
                taken, seen_at = _flash_taken(home_url, scene, taken), now
            watch(scene, View(records, max(now, 0.0), meters.samples[-1] if meters.samples else None, taken))
    except KeyboardInterrupt:
        return


def _flash_taken(home_url: str, scene: stage.Stage, before: int) -> int:
    try:
        return stage.flash_units(home_url, scene)[1]
    except psycopg.OperationalError:  # the database may be stopped on purpose while we watch
        return before


def _results(
    home_url: str,
    scene: stage.Stage,
    plan: Plan,
    options: Options,
    url: str,
    meters: Meters,
    did: dict[str, int],
    settled: Settled,
) -> dict[str, Any]:
    money = payments.figures(home_url, scene.shadows, plan, meters.midnight, settled)
    on_hand, reserved = stage.flash_units(home_url, scene)
    proof = prove(home_url, scene.shadows, plan.order_ids, plan.record, max(0, reserved - scene.flash.units))
    batches = [batch for batch in _all_batches(home_url, scene) if batch["placed_at"] >= meters.midnight]
    headline = summary.summarise(plan.record)
    answered = headline["accepted"] + headline["replayed"] + headline["refused"]
    laws = audit(home_url, scene.rehearsal_id)
    return {
        "rehearsal": {
            "id": scene.rehearsal_id,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "newretail": version("newretail"),
            "url": url,
            **asdict(options),
            "shadow_cells": [place.name for place in scene.shadows],
            "baskets": len(scene.baskets),
            "machine": _machine(),
        },
        "headline": headline,
        "seconds": summary.by_second(plan.record),
        "flash": {
            "name": scene.flash.name,
            "sku": scene.flash.sku,
            "node": scene.flash.node,
            "buyers": len(scene.flash.buyers),
            "orders": len(plan.flash_orders),
            "units": scene.flash.units,
            "cap": scene.flash.cap,
            "taken": reserved,
            "left": on_hand - reserved,
        },
        "batches": summary.batch_sizes(batches),
        "batch_points": _batch_points(batches, meters.midnight),
        "hot": _hot(home_url, scene),
        "payments": money,
        "wall": _wall(home_url, scene, batches, meters.midnight),
        "samples": meters.as_rows(),
        "cpu_seconds": {name: round(value, 2) for name, value in meters.cpu_seconds.items()},
        "cpu_ms_per_order": round(
            1000 * (meters.cpu_seconds["server"] + meters.cpu_seconds["database"]) / max(answered, 1), 3
        ),
        "database": did,
        "proof": {**asdict(proof), "holds": proof.holds},
        "laws": [
            {**asdict(law), "holds": law.holds, "counted": law.counted, "offenders": law.offenders} for law in laws
        ],
    }


def _machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _all_batches(home_url: str, scene: stage.Stage) -> list[dict[str, Any]]:
    found = []
    for place in scene.shadows:
        with psycopg.connect(place.url(home_url), row_factory=dict_row) as connection:
            found += connection.execute(in_cell(ROOM, "stage.sql", "batches", place.name)).fetchall()
    return sorted(found, key=lambda batch: batch["placed_at"])


def _wall(
    home_url: str, scene: stage.Stage, batches: list[dict[str, Any]], midnight: datetime
) -> dict[str, dict[str, Any]]:
    """What the 11.11 wall needs to play the day again: minor units by market and second, orders by node."""
    money: dict[str, list[int]] = {}
    for batch in batches:
        series, second = (
            money.setdefault(batch["market_code"], []),
            int((batch["placed_at"] - midnight).total_seconds()),
        )
        series.extend([0] * (second + 1 - len(series)))
        series[second] += batch["total_minor"]
    nodes: dict[str, int] = {}
    for place in scene.shadows:
        with psycopg.connect(place.url(home_url)) as connection:
            rows = connection.execute(in_cell(ROOM, "stage.sql", "by_node", place.name))
            nodes |= {str(node_id): orders for node_id, orders in rows}
    return {"money": money, "nodes": nodes}


def _batch_points(batches: list[dict[str, Any]], midnight: datetime) -> list[tuple[float, int]]:
    """(seconds after midnight, orders decided together), at most 2,000 of them."""
    placing = [batch for batch in batches if batch["kind"] == "place"]
    step = max(1, len(placing) // 2000)
    return [
        (round((batch["placed_at"] - midnight).total_seconds(), 3), batch["accepted"] + batch["refused"])
        for batch in placing[::step]
    ]


def _hot(home_url: str, scene: stage.Stage) -> list[dict[str, Any]]:
    """The SKUs that most units were placed of, over all cells."""
    units: dict[int, list[int]] = {}
    for place in scene.shadows:
        with psycopg.connect(place.url(home_url)) as connection:
            for sku_id, count, orders in connection.execute(in_cell(ROOM, "stage.sql", "hot", place.name)):
                sums = units.setdefault(sku_id, [0, 0])
                sums[0], sums[1] = sums[0] + int(count), sums[1] + orders
    ranked = sorted(units, key=lambda sku_id: -units[sku_id][0])[:HOT_SKUS]
    with psycopg.connect(home_url) as home:
        names = {row[0]: row[1:] for row in home.execute(stage.STATEMENTS["names"], [ranked])}
    return [
        {"sku": names[sku_id][0], "name": names[sku_id][1], "units": units[sku_id][0], "orders": units[sku_id][1]}
        for sku_id in ranked
        if sku_id in names
    ]
