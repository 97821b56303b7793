"""The desk of a cell: a bounded queue and the one thread that turns what is waiting into batches.

There is no timer. A lone order commits at once; under load, whatever arrived during the last commit is the next
batch. When the database is away the desk tries for a moment, then answers everybody that it is, and goes on trying
with whatever comes next.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog

from newretail.kit.arrays import register
from newretail.trade.batch import Batch, Verdicts, concatenate
from newretail.trade.changes import Answer, Ask, change_orders
from newretail.trade.memory import CellMemory
from newretail.trade.orders import OrderRequest, Verdict, batch_of, verdicts_of
from newretail.trade.rules import Reason
from newretail.trade.work import place_batch

MAX_BATCH_ORDERS = 50_000
PATIENCE_SECONDS = 2.0
RETRY_PAUSE_SECONDS = 0.1
LOG = structlog.get_logger(__name__)


class Busy(RuntimeError):
    """The queue is full; try again after a second."""


class Unavailable(RuntimeError):
    """The database is away or the order's end is unknown; the same order may be sent again."""


@dataclass(slots=True, eq=False)
class Ticket:
    """Something that waits for its answer: an order, a block of orders in columns, or an ask about placed orders."""

    what: OrderRequest | Batch | Ask
    answer: Verdict | Verdicts | Answer | Unavailable | None = None
    waiter: Any = None  # what `notify` needs to wake its caller


Notify = Callable[[Sequence[Ticket]], None]


@dataclass(frozen=True, slots=True)
class Naming:
    """How a desk turns codes into numbers; replaced as a whole when the catalogue or the nodes change."""

    sku_codes: dict[str, int]
    nodes: dict[str, int]
    currency: str


@dataclass(slots=True)
class Counters:
    """What the desk has done since it opened, for /metrics and the rehearsal."""

    batches: int = 0
    accepted: int = 0
    replayed: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    unavailable: int = 0
    largest_batch: int = 0
    busy_seconds: float = 0.0


class Desk:
    """Serves one cell in this process. `notify` is called in the desk's thread with the tickets that were answered."""

    def __init__(
        self, memory: CellMemory, naming: Naming, database_url: str, notify: Notify, *, queue_limit: int
    ) -> None:
        self.memory = memory
        self.naming = naming
        self.counters = Counters()
        self._url = database_url
        self._notify = notify
        self._limit = queue_limit
        self._queue: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._waiting_blocks = 0
        self._connection: psycopg.Connection[Any] | None = None
        self._thread = threading.Thread(target=self._serve, name=f"desk-{memory.cell}", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Tickets in the queue; a block of orders counts as one."""
        return self._queue.qsize()

    def submit(self, ticket: Ticket) -> None:
        """Queue a ticket; raises Busy when the queue is full."""
        if self._queue.qsize() >= self._limit:
            raise Busy(f"More than {self._limit} orders are waiting. Try again in a second.")
        if isinstance(ticket.what, Batch):
            if self._waiting_blocks * MAX_BATCH_ORDERS // 4 > self._limit:
                raise Busy("Too many bulk requests are waiting. Try again in a second.")
            self._waiting_blocks += 1
        self._queue.put(ticket)

    def close(self) -> None:
        """Answer what is waiting, then end."""
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while True:
            tickets, closing = self._take()
            if tickets:
                started = time.perf_counter()
                self._answer(tickets)
                self.counters.busy_seconds += time.perf_counter() - started
                self._notify(tickets)
            if closing:
                if self._connection is not None:
                    self._connection.close()
                return

    def _take(self) -> tuple[list[Ticket], bool]:
        """Wait for a ticket, then take all that is there, up to the size of a batch."""
        first = self._queue.get()
        tickets: list[Ticket] = []
        orders = 0
        ticket: Ticket | None = first
        while True:
            if ticket is None:
                return tickets, True
            tickets.append(ticket)
            if isinstance(ticket.what, Batch):
                self._waiting_blocks -= 1
                orders += len(ticket.what)
            else:
                orders += 1
            if orders >= MAX_BATCH_ORDERS:
                return tickets, False
            try:
                ticket = self._queue.get_nowait()
            except queue.Empty:
                return tickets, False

    def _answer(self, tickets: Sequence[Ticket]) -> None:
        """Place and change what the tickets ask; every ticket has an answer afterwards, whatever happened."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                connection = self._connected()
                self._place(connection, tickets)
                self._change(connection, tickets)
                return
            except psycopg.OperationalError as error:
                self._disconnect()
                if time.monotonic() > deadline:
                    LOG.warning("database away", cell=self.memory.cell, tickets=len(tickets), error=str(error).strip())
                    self._give_up(tickets, "The database did not answer. Send the same order again in a moment.")
                    return
                time.sleep(RETRY_PAUSE_SECONDS)
            except Exception:
                LOG.exception("batch failed", cell=self.memory.cell, tickets=len(tickets))
                self._disconnect()
                self._give_up(tickets, "It failed on our side and was logged. Sending the same again is safe.")
                return

    def _give_up(self, tickets: Sequence[Ticket], detail: str) -> None:
        left = [ticket for ticket in tickets if ticket.answer is None]
        self.counters.unavailable += len(left)
        for ticket in left:
            ticket.answer = Unavailable(detail)

    def _place(self, connection: psycopg.Connection[Any], tickets: Sequence[Ticket]) -> None:
        singles = [t for t in tickets if isinstance(t.what, OrderRequest) and t.answer is None]
        blocks = [t for t in tickets if isinstance(t.what, Batch) and t.answer is None]
        if not singles and not blocks:
            return
        naming = self.naming
        requests = [t.what for t in singles if isinstance(t.what, OrderRequest)]
        parts = [t.what for t in blocks if isinstance(t.what, Batch)]
        alone = batch_of(requests, naming.sku_codes, naming.nodes, naming.currency)
        whole = concatenate([alone, *parts]) if requests else concatenate(parts)
        verdicts = place_batch(connection, self.memory, whole, datetime.now(UTC))
        self._count(whole, verdicts)
        start, first_line = 0, 0
        if requests:
            part = verdicts.part(0, len(alone), 0)
            for ticket, answer in zip(singles, verdicts_of(requests, alone, part, naming.currency), strict=True):
                ticket.answer = answer
            start, first_line = len(alone), len(alone.sku_id)
        for ticket, block in zip(blocks, parts, strict=True):
            ticket.answer = verdicts.part(start, start + len(block), first_line)
            start, first_line = start + len(block), first_line + len(block.sku_id)

    def _change(self, connection: psycopg.Connection[Any], tickets: Sequence[Ticket]) -> None:
        asks = [(t, t.what) for t in tickets if not isinstance(t.what, OrderRequest | Batch) and t.answer is None]
        if asks:
            answers = change_orders(connection, self.memory, [what for _, what in asks], datetime.now(UTC))
            for (ticket, _), answer in zip(asks, answers, strict=True):
                ticket.answer = answer

    def _count(self, batch: Batch, verdicts: Verdicts) -> None:
        counters = self.counters
        counters.batches += 1
        counters.largest_batch = max(counters.largest_batch, len(batch))
        for code in set(verdicts.reason.tolist()):
            number = int((verdicts.reason == code).sum())
            if code == Reason.ACCEPTED:
                counters.accepted += number
            elif code == Reason.REPLAYED:
                counters.replayed += number
            else:
                slug = Reason(code).slug
                counters.refused[slug] = counters.refused.get(slug, 0) + number

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=2, application_name="newretail desk"
            )
            register(connection)
            try:
                self.memory.load(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        self.memory.forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
