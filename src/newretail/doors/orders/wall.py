"""GET /v1/wall/events: the 11.11 wall's figures as server-sent events.

One loop reads for all walls, five times a second while there are any, and encodes each view once. A wall that reads
slowly gets the newest state when it is ready: nothing queues for it. The pages let staff in and give them a ticket
(the door knows no sessions); a stream ends after half an hour, and the wall comes back with a new ticket.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import msgspec
import structlog

from newretail.cloud.api import Links
from newretail.doors.orders.problems import Problem
from newretail.doors.orders.wall_feed import View, World, read_world
from newretail.kit.signing import is_good, secret_key
from newretail.trade.engine import Engine
from newretail.trade.follow import last_placed

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
PATH = "/v1/wall/events"
PURPOSE = "wall"
TENANT = 1
TURN_SECONDS = 0.2
QUIET_SECONDS = 1.0  # an idle market says so once a second, so that a wall knows the line is alive
LOOK_FOR_REHEARSAL_SECONDS = 2.0
REHEARSAL_IS_OVER = timedelta(seconds=90)  # after its last order the walls go back to the real market
STREAM_SECONDS = 1800
WORLD_SECONDS = 300
MAX_WALLS = 64
REAL, AUTO = "live", "auto"
LOG = structlog.get_logger(__name__)


@dataclass(eq=False)
class Wall:
    """One listener: what it asked for, and the newest message it has not got yet."""

    asked: str  # live, auto, or the number of a rehearsal
    shows: str = ""
    waiting: bytes = b""
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, message: bytes) -> None:
        self.waiting = message
        self.wake.set()


def event(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


class WallHub:
    """All walls of a door. `serve` holds one; the loop runs while there is one."""

    def __init__(self, engine: Engine, links: Links) -> None:
        self.engine, self.links = engine, links
        self._secret = secret_key()
        self._walls: set[Wall] = set()
        self._views: dict[str, View] = {}
        self._loop: asyncio.Task[None] | None = None
        self._world: World | None = None
        self._world_at = self._looked_at = self._said_at = 0.0
        self._auto = REAL
        self._closing = False

    def stop(self) -> None:
        """End all streams: the server waits for them before it closes."""
        self._closing = True
        for wall in self._walls:
            wall.wake.set()

    async def close(self) -> None:
        """End the loop too."""
        self.stop()
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop

    async def serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Check the ticket, then stream until the wall leaves. Raises 401, 404, 405 and 503 problems before that."""
        wall = self._let_in(scope)
        self._walls.add(wall)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._read_for_ever())
        gone = asyncio.create_task(_left(receive))
        try:
            headers = [
                (b"content-type", b"text/event-stream"),
                (b"cache-control", b"no-store"),
                (b"x-accel-buffering", b"no"),
                (b"x-content-type-options", b"nosniff"),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await self._stream(wall, gone, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._walls.discard(wall)
            gone.cancel()

    def _let_in(self, scope: dict[str, Any]) -> Wall:
        if scope["method"] != "GET":
            raise Problem(405, "method_not_allowed", "Use GET.", allow="GET")
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if not is_good(self._secret, PURPOSE, query.get("ticket", [""])[-1]):
            raise Problem(401, "unauthorised", "The ticket is missing or has run out. Open /screen as staff.")
        asked = query.get("view", [AUTO])[-1]
        if asked not in (REAL, AUTO) and not self._places(asked):
            raise Problem(404, "not_found", "There is no such rehearsal any more. Ask for view=auto or view=live.")
        if len(self._walls) >= MAX_WALLS:
            raise Problem(503, "busy", f"{MAX_WALLS} walls are open already. Close one.", retry_after=10)
        return Wall(asked)

    async def _stream(self, wall: Wall, gone: asyncio.Task[None], send: Send) -> None:
        ends = time.monotonic() + STREAM_SECONDS
        while not self._closing and time.monotonic() < ends:
            waking = asyncio.ensure_future(wall.wake.wait())
            await asyncio.wait({waking, gone}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
            waking.cancel()
            if gone.done():
                return
            message, wall.waiting = wall.waiting or b": still here\n\n", b""
            wall.wake.clear()
            await send({"type": "http.response.body", "body": message, "more_body": True})

    def _places(self, view: str) -> list[Any]:
        if not (view == REAL or (view.isascii() and view.isdigit() and len(view) < 19)):
            return []
        return self.engine.cells_of(TENANT, None if view == REAL else int(view))

    async def _read_for_ever(self) -> None:
        while self._walls:
            started = time.monotonic()
            try:
                await self._turn()
            except Exception as error:  # a database that is away comes back; the walls wait
                LOG.warning("wall not read", error=str(error))
                self._views.clear()
                await asyncio.sleep(1.0)
            await asyncio.sleep(max(0.05, TURN_SECONDS - (time.monotonic() - started)))
        self._views.clear()

    async def _turn(self) -> None:
        walls = list(self._walls)
        names = {wall.asked for wall in walls}
        said = await asyncio.to_thread(self._read, names)
        for wall in walls:
            name = self._auto if wall.asked == AUTO else wall.asked
            if name not in said:
                continue
            hello, state = said[name]
            if wall.shows != name or hello:
                # A wall that has not taken its hello yet must not lose it to the next state.
                wall.shows = name
                wall.give((hello or event("hello", self._views[name].hello())) + state)
            elif wall.waiting.startswith(b"event: hello"):
                wall.wake.set()
            elif state:
                wall.give(state)

    def _read(self, asked: set[str]) -> dict[str, tuple[bytes, bytes]]:
        """One turn, in a thread: by view what to say, (hello when it began anew, state when there is news)."""
        now = time.monotonic()
        if self._world is None or now - self._world_at > WORLD_SECONDS:
            with self.links.home() as connection:
                self._world, self._world_at = read_world(connection, TENANT), now
        if AUTO in asked and now - self._looked_at > LOOK_FOR_REHEARSAL_SECONDS:
            self._auto, self._looked_at = self._newest_rehearsal() or REAL, now
        names = {self._auto if name == AUTO else name for name in asked}
        for name in set(self._views) - names:
            del self._views[name]
        quiet = now - self._said_at > QUIET_SECONDS
        said = {name: self._read_view(name, self._world, quiet) for name in names}
        if quiet:
            self._said_at = now
        return said

    def _read_view(self, name: str, world: World, quiet: bool) -> tuple[bytes, bytes]:
        view, places = self._views.get(name), self._places(name)
        if view is None or view.places != places or time.time() >= view.ends_at:
            view = View(None if name == REAL else int(name), places, world)
            view.open(self.links)
            self._views[name] = view
            return event("hello", view.hello()), event("state", view.state())
        before = view.marks()
        view.read_on(self.links)
        news = view.marks() != before
        return b"", event("state", view.state()) if news or quiet else b""

    def _newest_rehearsal(self) -> str | None:
        """The newest rehearsal, while its orders still come."""
        ids = [place.rehearsal_id for place in self.engine.map.places.values() if place.rehearsal_id is not None]
        if not ids:
            return None
        since = datetime.now(UTC) - REHEARSAL_IS_OVER
        for place in self.engine.cells_of(TENANT, max(ids)):
            with self.links.cell(place) as connection:
                last = last_placed(connection, place)
            if last is not None and last > since:
                return str(max(ids))
        return None


async def _left(receive: Receive) -> None:
    """Return when the wall has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
