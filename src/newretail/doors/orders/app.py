"""The fast door: bare ASGI. It owns the public API and the probes, and hands every other path to the pages.

One order's way: guards → decode → ticket → desk (a thread) → verdict → answer. Nothing here touches a database
except reads, which run in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psycopg
import structlog

from newretail.cloud.api import Links
from newretail.doors.orders import bulk, handlers, hooks, openapi
from newretail.doors.orders.forward import Forwarder
from newretail.doors.orders.handlers import Answer, Door, Request
from newretail.doors.orders.metrics import CONTENT_TYPE, Metrics
from newretail.doors.orders.problems import Problem
from newretail.doors.orders.wall import PATH as WALL
from newretail.doors.orders.wall import WallHub
from newretail.kit import settings
from newretail.stock.api import expire_holds
from newretail.trade.desk import Ticket
from newretail.trade.engine import Engine

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
LOG = structlog.get_logger(__name__)
PROBLEM = b"application/problem+json"
API = "/v1/"
BANK = "/bank/"  # the demo bank's page for shoppers
PROBES = {"/healthz", "/readyz", "/metrics"}
SWEEP_SECONDS = 5.0
MAX_HOSTS_REMEMBERED = 1000


class OrdersApp:
    """An ASGI application; its engine opens with the lifespan."""

    def __init__(self) -> None:
        self.hosts = {host.strip().lower() for host in settings.ALLOWED_HOSTS.text.split(",")}
        self._served: set[bytes] = set()  # Host headers that passed, as they came
        self.body_limit = settings.BODY_LIMIT.number
        self.batch_body_limit = settings.BATCH_BODY_LIMIT.number
        self.door: Door
        self.metrics: Metrics
        self.forwarder: Forwarder
        self.bank: Forwarder | None = None
        self.walls: WallHub
        self._sweeper: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        home_url = settings.DATABASE_URL.text

        def notify(tickets: Sequence[Ticket]) -> None:
            loop.call_soon_threadsafe(_wake, tickets)

        self.door = Door(await asyncio.to_thread(Engine, home_url, notify), Links(home_url))
        self.metrics = Metrics(self.door.engine)
        self.walls = WallHub(self.door.engine, self.door.links)
        self.forwarder = Forwarder(f"http://127.0.0.1:{settings.PAGES_PORT.number}")
        self.bank = Forwarder(f"http://127.0.0.1:{settings.BANK_PORT.number}") if settings.BANK.flag else None
        self._sweeper = asyncio.create_task(_sweep())
        gc.collect()
        gc.freeze()  # the catalogue in memory is no garbage: never look through it again

    def leave(self) -> None:
        """Called when the server is told to stop: what never ends by itself ends now."""
        if hasattr(self, "walls"):
            self.walls.stop()

    async def _close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        await self.walls.close()
        await self.forwarder.close()
        if self.bank is not None:
            await self.bank.close()
        await asyncio.to_thread(self.door.engine.close)
        self.door.links.close()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        path = scope["path"]
        ours = path.startswith(API) or path in PROBES
        try:
            headers = dict(scope["headers"])
            self._check_host(headers, path)
            body = await self._body(headers, receive, path)
            if path == WALL:
                await self.walls.serve(scope, receive, send)
                return
            if not ours:
                behind = self.bank if self.bank is not None and path.startswith(BANK) else self.forwarder
                await behind(scope, body, send)
                return
            answer = await self._route(Request(scope["method"], path, headers, body))
        except Problem as problem:
            retry = [(b"retry-after", str(problem.retry_after).encode())] if problem.retry_after else []
            challenge = [(b"www-authenticate", b"Bearer")] if problem.status == 401 else []
            allow = [(b"allow", problem.more.pop("allow").encode())] if "allow" in problem.more else []
            answer = Answer(problem.status, problem.body(), PROBLEM, [*retry, *challenge, *allow])
        except Exception:
            LOG.exception("request failed", path=path, method=scope["method"])
            answer = Answer(
                500, Problem(500, "internal", "It was logged. Sending the same again is safe.").body(), PROBLEM
            )
        await _respond(send, answer)
        if ours and path not in PROBES:
            self.metrics.observe(answer.status, time.perf_counter() - started)

    def _check_host(self, headers: dict[bytes, bytes], path: str) -> None:
        raw = headers.get(b"host", b"")
        if raw in self._served:
            return
        host = raw.decode("latin-1").lower()
        name = host if host.endswith("]") else host.rpartition(":")[0] if ":" in host else host
        if name in self.hosts or "*" in self.hosts:
            if len(self._served) < MAX_HOSTS_REMEMBERED:
                self._served.add(raw)
        elif path not in PROBES:
            raise Problem(421, "wrong_host", f"{name or 'No host'} is not served here: see NEWRETAIL_ALLOWED_HOSTS.")

    async def _body(self, headers: dict[bytes, bytes], receive: Receive, path: str) -> bytes:
        limit = self.body_limit if path.startswith(("/v1/orders/", "/v1/quotes")) else self.batch_body_limit
        limit = min(limit, hooks.BODY_LIMIT) if path.startswith(hooks.PATH) else limit
        length = headers.get(b"content-length", b"")
        announced = int(length) if length.isdigit() else -1
        if announced > limit:
            raise Problem(413, "too_large", f"At most {limit} bytes are taken here; this body has {announced}.")
        message = await receive()
        body: bytes = message.get("body", b"")
        # All that was announced is here: asking whether more comes would cost a turn of the loop for every order.
        if not message.get("more_body") or len(body) == announced:
            if len(body) > limit:
                raise Problem(413, "too_large", f"At most {limit} bytes are taken here.")
            return body
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > limit:
                raise Problem(413, "too_large", f"At most {limit} bytes are taken here.")
        return b"".join(parts)

    async def _route(self, request: Request) -> Answer:
        path, method, door = request.path, request.method, self.door
        if path.startswith("/v1/orders/"):
            rest = path[len("/v1/orders/") :]
            if rest.endswith(":cancel"):
                _allow(method, "POST")
                return await handlers.cancel_order(door, request, rest.removesuffix(":cancel"))
            _allow(method, "GET", "PUT")
            if method == "PUT":
                return await handlers.put_order(door, request, rest)
            return await handlers.get_order(door, request, rest)
        if path == "/v1/orders:batch":
            _allow(method, "POST")
            return await bulk.post_batch(door, request)
        if path == "/v1/quotes":
            _allow(method, "POST")
            return await handlers.post_quote(door, request)
        if path.startswith(hooks.PATH):
            _allow(method, "POST")
            return await hooks.post_hook(door, request, path[len(hooks.PATH) :])
        if path.startswith("/v1/stock/"):
            _allow(method, "GET")
            return await handlers.get_stock(door, request, path[len("/v1/stock/") :])
        return await self._plain(path, method)

    async def _plain(self, path: str, method: str) -> Answer:
        """The document and the probes: no key needed."""
        if path in ("/v1/openapi.json", *PROBES):
            _allow(method, "GET")
        if path == "/v1/openapi.json":
            return Answer(200, openapi.document())
        if path == "/healthz":
            return Answer(200, b'{"status":"alive"}')
        if path == "/readyz":
            return await self._ready()
        if path == "/metrics":
            return Answer(200, self.metrics.text(), CONTENT_TYPE)
        raise Problem(404, "not_found", f"There is nothing at {path}. See /v1/openapi.json.")

    async def _ready(self) -> Answer:
        """Ready when the home database answers now and the engine has read the shared schema."""

        def ask() -> str:
            with psycopg.connect(self.door.engine.home_url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
            return self.door.engine.failure

        try:
            failure = await asyncio.to_thread(ask)
        except psycopg.Error:
            failure = "The database does not answer."
        if failure:
            raise Problem(503, "unavailable", failure, retry_after=1)
        return Answer(200, b'{"status":"ready"}')


def _allow(method: str, *allowed: str) -> None:
    if method not in allowed:
        names = ", ".join(allowed)
        raise Problem(405, "method_not_allowed", f"{method} does nothing here; use {names}.", allow=names)


def _wake(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        if not ticket.waiter.done():
            ticket.waiter.set_result(None)


async def _sweep() -> None:
    """Every few seconds end holds whose time is over; a database that is away is tried again."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await asyncio.to_thread(expire_holds)
        except Exception as error:  # the sweeper must outlive whatever a turn of it meets
            LOG.warning("holds not swept", error=str(error))


async def _respond(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


application = OrdersApp()
