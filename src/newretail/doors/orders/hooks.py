"""POST /v1/hooks/{provider}: what payment providers tell. Answered with 2xx only when it is on disk.

| answer | what it means |
|---|---|
| 200 | it is in the books of its cell, now or before; or it has no meaning here, and never will |
| 401 | not signed by the provider, or changed |
| 400 | signed outside the replay window, or makes no sense |
| 404, 422 | no such provider; no such cell: nothing here belongs to it |
| 503 | the desk is full or the database is away: tell it again |
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

import structlog

from newretail.doors.orders.handlers import Answer, Door, Request
from newretail.doors.orders.problems import Problem
from newretail.pay.providers import registry
from newretail.pay.providers.interface import (
    BadSignature,
    Provider,
    ProviderAway,
    Told,
    TooOld,
    UnknownEvent,
    WebhookProblem,
)
from newretail.pay.providers.registry import UnknownProvider, provider
from newretail.trade.desk import Ticket
from newretail.trade.engine import UnknownCell

LOG = structlog.get_logger(__name__)
PATH = registry.HOOKS
BODY_LIMIT = 1 << 20
TEXT = b"text/plain; charset=utf-8"

# What became of webhooks, by provider and outcome: counted in the door's one thread, read by /metrics.
counts: Counter[tuple[str, str]] = Counter()


async def post_hook(door: Door, request: Request, name: str) -> Answer:
    """Take what a provider tells."""
    adapter = await _adapter(name)
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in request.headers.items()}
    try:
        # A thread, because one kind of event makes the adapter ask its provider whose payment it is about.
        told = await asyncio.to_thread(adapter.read_webhook, headers, request.body, datetime.now(UTC))
        await _keep(door, told)
    except UnknownEvent as problem:
        LOG.info("webhook without a meaning", provider=name, detail=str(problem))
        return _taken(adapter, "ignored")
    except WebhookProblem as problem:
        _count(name, type(problem).__name__)
        raise _problem(problem) from None
    except ProviderAway as error:
        _count(name, "unavailable")
        raise Problem(503, "unavailable", str(error), retry_after=5) from None
    except Problem as problem:
        _count(name, problem.reason)
        if problem.status == 429:  # providers tell again after a 5xx
            raise Problem(503, "busy", str(problem), retry_after=1) from None
        raise
    return _taken(adapter, "taken")


async def _adapter(name: str) -> Provider:
    try:
        return await asyncio.to_thread(provider, name)
    except UnknownProvider as error:
        raise Problem(404, "not_found", str(error)) from None


async def _keep(door: Door, told: list[Told]) -> None:
    """Give every cell its events; those whose cell is known are kept even where another's is not."""
    cells: dict[str, list[Told]] = {}
    for one in told:
        cells.setdefault(one.cell, []).append(one)
    unknown = [cell for cell in cells if cell not in door.engine.map.places]
    tickets = [
        door.ask(cell, Ticket(one.event)) for cell, group in cells.items() if cell not in unknown for one in group
    ]
    try:
        verdicts = await asyncio.gather(*tickets)
    except UnknownCell as error:
        raise Problem(503, "unavailable", str(error), retry_after=1) from None
    failed = [verdict for verdict in verdicts if verdict.outcome is None]
    if failed:
        raise Problem(503, "unavailable", failed[0].detail, retry_after=5)
    if unknown:
        LOG.error("a provider tells of a payment that no cell here made", cells=unknown)
        raise Problem(422, "unknown_cell", "No cell here made this payment. The reconciliation will show it.")


def _problem(problem: WebhookProblem) -> Problem:
    if isinstance(problem, BadSignature):
        return Problem(401, "bad_signature", str(problem))
    return Problem(400, "too_old" if isinstance(problem, TooOld) else "unreadable", str(problem))


def _taken(adapter: Provider, outcome: str) -> Answer:
    _count(adapter.name, outcome)
    body = adapter.acknowledgement
    return Answer(200, body, b"application/json" if body.startswith(b"{") else TEXT)


def _count(name: str, outcome: str) -> None:
    counts[name, outcome] += 1
