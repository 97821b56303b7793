"""bank_faults: orders paid by card through the faulty bank, while the paying process is killed -9 again and again.

Afterwards the reconciliation runs until it finds nothing more to repair, and three books are compared: the provider's,
the ledger's, and the orders'. Money that one has and another has not is lost (or created); money that is still held or
in suspense, when nothing is on its way any more, is stuck. All of it together must be nothing.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from newretail.cloud.api import Links
from newretail.kit.ids import uuid7
from newretail.kit.ports import free_port
from newretail.kit.signing import derived_secret
from newretail.kit.sql import in_cell
from newretail.lab.bank.faults import FAULTY, Faults, draw
from newretail.lab.bank.running import RunningBank
from newretail.lab.bench import bank_child, stage
from newretail.lab.bench.bank_child import open_engine
from newretail.lab.scratch import Scratch, close_scratch, open_scratch
from newretail.pay.api import DEMO_BANK, Chart, ProviderAway, RefundAsk, account_id, ledger_of
from newretail.pay.providers.demo_bank import DemoBank
from newretail.trade.clearing import Reconciled, ask_all, give_up_unpaid, reconcile
from newretail.trade.desk import Ticket, Unavailable
from newretail.trade.engine import Engine
from newretail.trade.moves import MoveRequest
from newretail.trade.orders import OrderLine, OrderRequest, TenderRequest
from newretail.trade.rules import State

ROOM, FILE = "newretail.lab.bench", "bank_faults.sql"
PREFIX = "bench_bank"
AT_ONCE = 500
# A call that failed a dozen times in a row would wait a quarter of an hour; the bench does not.
LONGEST_PAUSE = timedelta(seconds=2)
CANCELLED, REFUNDED = 0.04, 0.06  # of the orders that were paid
QUIET_SECONDS = 60.0  # and more for more payments: comparing them all takes its time
QUIET_PAYMENTS_PER_SECOND = 25
QUIET_LOOKS = 5  # in a row, a tenth of a second apart
# A bank that hangs does so for longer than the postman waits, also where the machine is busy with other things.
SLOW = replace(FAULTY, hang_seconds=2 * bank_child.TIME_OUT_SECONDS)
CARD = TenderRequest("card", provider=DEMO_BANK)
FORK = multiprocessing.get_context("forkserver")


@dataclass
class Market:
    """What the bench runs on; `kills` counts what was done to the paying process."""

    url: str
    scratch: Scratch
    engine: Engine
    links: Links
    bank: RunningBank
    adapter: DemoBank
    seed: int
    hook_port: int
    kills: int = 0
    placed: int = 0
    _child: BaseProcess | None = None

    @property
    def cell(self) -> str:
        return self.scratch.cells[0].name

    def rows(self, name: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.links.cell(self.scratch.cells[0]) as connection:
            cursor = connection.execute(in_cell(ROOM, FILE, name, self.cell), values)
            return cursor.fetchall() if cursor.description else []

    def start_child(self) -> None:
        arguments = (self.url, self.bank.url, derived_secret(DEMO_BANK), self.hook_port)
        self._child = FORK.Process(target=bank_child.pay, args=arguments, daemon=True)
        self._child.start()

    def kill_child(self) -> None:
        assert self._child is not None
        assert self._child.pid is not None
        os.kill(self._child.pid, signal.SIGKILL)
        self._child.join()
        self._child.close()
        self._child = None


@contextmanager
def open_market(url: str, var: Path, faults: Faults, seed: int) -> Iterator[Market]:
    """A scratch cell, the faulty bank, and the paying process."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    scratch = open_scratch(url, PREFIX, sku_count=1)
    state, port = var / f"bank_faults_{os.getpid()}.sqlite", free_port()
    bank = RunningBank(state, f"http://127.0.0.1:{port}/", faults, seed, auto=True).start()
    FORK.set_forkserver_preload([bank_child.__name__])
    engine, links = open_engine(url), Links(url)
    market = Market(url, scratch, engine, links, bank, bank.adapter(), seed, port)
    market.start_child()
    try:
        yield market
    finally:
        market.kill_child()
        engine.close()
        links.close()
        bank.stop()
        for file in state.parent.glob(f"{state.name}*"):
            file.unlink()
        close_scratch(url, PREFIX)
        structlog.configure(**before)


def shop(market: Market, payments: int) -> None:
    """Place orders, each to be paid by card, as fast as they are taken."""
    random_ = random.Random(market.seed)
    for start in range(0, payments, AT_ONCE):
        count = min(AT_ONCE, payments - start)
        orders = [
            OrderRequest(
                buyer_id=random_.randint(1, 1_000_000),
                node=market.scratch.node(),
                lines=[OrderLine("sku-1", random_.randint(1, 9))],
                order_id=uuid7(),
                pay=[CARD],
            )
            for _ in range(count)
        ]
        place_all(market.engine, market.cell, orders)
        market.placed += count
        while market.rows("calls")[0][0] > 2 * AT_ONCE:  # shoppers do not come faster than the bank answers
            time.sleep(0.05)
            soon = datetime.now(UTC) + LONGEST_PAUSE
            market.rows("calls_soon", soon, soon)


def place_all(engine: Engine, cell: str, orders: list[OrderRequest]) -> None:
    answers = [Ticket(order, waiter=threading.Event()) for order in orders]
    for ticket in answers:
        engine.desk(cell).submit(ticket)
    for ticket in answers:
        ticket.waiter.wait()
        if isinstance(ticket.answer, Unavailable):
            raise ticket.answer


def warehouse(market: Market, until: threading.Event) -> None:
    """Ship what is paid, cancel some of it, and give money back for some that is gone."""
    while not until.is_set():
        if not serve_orders(market):
            time.sleep(0.1)


def serve_orders(market: Market) -> int:
    """One round: every order that stands moves on; return how many did."""
    ready = [row[0] for row in market.rows("placed", AT_ONCE)]
    moves, refunds = [], []
    for order_id in ready:
        fate = draw(market.seed, "fate", str(order_id))
        gone = State.CANCELLED if fate < CANCELLED else State.SHIPPED
        moves.append(MoveRequest(order_id, gone, "bench", ""))
        if CANCELLED <= fate < CANCELLED + REFUNDED:
            refunds.append(RefundAsk(UUID(int=order_id.int ^ 1), order_id, "bench", "bench", amount_minor=100))
    ask_all(market.engine, market.cell, moves)
    ask_all(market.engine, market.cell, refunds)
    return len(ready)


def kill_again_and_again(market: Market, payments: int, kills: int, shopping: threading.Thread) -> None:
    """Kill the paying process at random points of the way, and start it again at once."""
    random_ = random.Random(market.seed + 1)
    for point in sorted(random_.randrange(payments) for _ in range(kills)):
        while market.placed < point and shopping.is_alive():
            time.sleep(0.01)
        time.sleep(random_.uniform(0.0, 0.4))  # anywhere between its first breath and the middle of its work
        market.kill_child()
        market.kills += 1
        market.start_child()


def until_quiet(market: Market, payments: int) -> Reconciled:
    """Let time pass, and reconcile, until nothing is on its way and two comparisons in a row find nothing to repair."""
    since = datetime.now(UTC) - timedelta(hours=2)
    deadline = time.monotonic() + QUIET_SECONDS + payments / QUIET_PAYMENTS_PER_SECOND
    calm, last = 0, Reconciled(DEMO_BANK, since)
    while calm < 2 and time.monotonic() < deadline:
        served = work_off(market, deadline)
        try:
            last = reconcile(market.engine, market.links, market.adapter, since)
        except (ProviderAway, Unavailable):
            time.sleep(0.1)
            continue
        if served or last.repaired or market.rows("calls")[0][0]:
            calm = 0
            continue
        market.rows("time_passes", datetime.now(UTC))
        given_up = 0
        while more := give_up_unpaid(market.engine, market.links):  # so many at a time: a comparison takes far longer
            given_up += more
        calm = 0 if given_up or any(market.rows("waiting")[0]) else calm + 1
    return last


def work_off(market: Market, deadline: float) -> int:
    """Serve orders and let calls be carried out until there are none; return how many were served.

    A comparison reads everything that the bank ever did, so it is not for moving things on: only for what is missing.
    """
    served, quiet = 0, 0
    while quiet < QUIET_LOOKS and time.monotonic() < deadline:
        now_served = serve_orders(market)
        served += now_served
        market.rows("calls_now", datetime.now(UTC))
        quiet = 0 if now_served or market.rows("calls")[0][0] else quiet + 1
        if not now_served:
            time.sleep(0.1)
    return served


def compare_books(market: Market) -> dict[str, int]:
    """Minor units that the three books do not agree about, payment by payment, order by order, and in sum."""
    ledger = ledger_of("USD")
    accounts = {row[0]: row[1:] for row in market.rows("accounts")}

    def balance(chart: Chart, owner: int) -> int:
        debit, credit, _, _ = accounts.get(account_id(ledger, chart, owner), (0, 0, 0, 0))
        return int(debit - credit)

    theirs = {s.payment_id: s for s in _patiently(market)}
    payments = {row[0]: row for row in market.rows("payments")}
    provider = ordered = net = charged_back = stuck = 0
    by_order: Counter[UUID] = Counter()
    for payment_id, (_, order_id, received, returned, back, captured, refunded, waits, held) in payments.items():
        standing = theirs.get(payment_id)
        there = (standing.captured_minor, standing.refunded_minor) if standing is not None else (0, 0)
        provider += abs(there[0] - received) + abs(there[1] - returned)
        stuck += abs(waits) + held + (standing.authorised_minor if standing is not None and standing.is_open else 0)
        by_order[order_id] += captured - refunded
        net += received - returned
        charged_back += back
    provider += sum(s.captured_minor for payment_id, s in theirs.items() if payment_id not in payments)
    sales = 0
    for order_id, _, worth in market.rows("orders"):
        ordered += abs(by_order[order_id] - worth)
        sales += worth
    clearing = balance(Chart.PROVIDER_CLEARING, 3)
    income = -sum(balance(Chart.SALES, owner) for owner in range(64))
    losses = balance(Chart.CHARGEBACK_LOSSES, 0)
    pending = sum(row[2] + row[3] for row in accounts.values())
    return {
        "provider_minor": provider,
        "ledger_minor": abs(clearing + charged_back - net) + abs(income - sales) + abs(losses - charged_back),
        "orders_minor": ordered,
        "stuck_minor": stuck + pending + abs(balance(Chart.SUSPENSE, 0)),
        "turnover_minor": sales,
    }


def _patiently(market: Market) -> list[Any]:
    for _ in range(50):
        try:
            return list(market.adapter.standings(datetime.now(UTC) - timedelta(hours=3), []))
        except ProviderAway:
            time.sleep(0.05)
    raise RuntimeError("the bank's list could not be read")


def run(url: str, var: Path, *, payments: int, kills: int, seed: int = 11, faults: Faults = SLOW) -> dict[str, Any]:
    """Pay `payments` orders while the paying process is killed `kills` times; say what was lost."""
    stage.check_durable(url)
    with open_market(url, var, faults, seed) as market:
        started = time.monotonic()
        until = threading.Event()
        shopping = threading.Thread(target=shop, args=(market, payments))
        stocking = threading.Thread(target=warehouse, args=(market, until))
        shopping.start()
        stocking.start()
        kill_again_and_again(market, payments, kills, shopping)
        shopping.join()
        until.set()
        stocking.join()
        paying = time.monotonic() - started
        last = until_quiet(market, payments)
        books = compare_books(market)
        outcomes = {str(outcome): count for outcome, count in market.rows("outcomes")}
        lost = sum(books[name] for name in ("provider_minor", "ledger_minor", "orders_minor", "stuck_minor"))
        return {
            "lost_minor": lost,
            "payments": payments,
            "kills": market.kills,
            **books,
            "disagreements": len(last.open),
            "still_waiting": sum(market.rows("waiting")[0]),
            "events": sum(outcomes.values()),
            "events_by_outcome": outcomes,
            "payments_per_s": round(payments / paying, 1),
            "seconds": round(time.monotonic() - started, 1),
            "seed": seed,
        }


def bench_bank_faults(url: str, var: Path) -> dict[str, Any]:
    """The bounded version: as much as fits into a minute. `newretail payments soak` is the whole."""
    return run(url, var, payments=8_000, kills=20)
