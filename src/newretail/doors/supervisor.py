"""One command, two server processes: the orders' door (ASGI) in front, the pages (Django by WSGI) behind it; and beside
them whoever keeps the books.

A process that ends by itself is started again. All of them end with the supervisor, also when it is killed.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from types import FrameType

import httpx
import structlog

from newretail.kit import settings

LOG = structlog.get_logger(__name__)
READY_SECONDS = 60
STOP_SECONDS = 15
RESTART_PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class _Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes]


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the supervisor only, which then ends the children in order.
    return subprocess.Popen(command, start_new_session=True)


def market_url() -> str:
    host = settings.HOST.text
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104
    return f"http://{shown}:{settings.PORT.number}"


def _commands() -> dict[str, list[str]]:
    module = [sys.executable, "-m", "newretail.doors.process"]
    return {name: [*module, name] for name in ("orders", "pages", "books")}


def serve(on_ready: str = "") -> int:
    """Run the processes until SIGINT or SIGTERM; return the exit code. `on_ready` is printed once they answer."""
    taken = _taken_port()
    if taken is not None:
        print(f"Port {taken} is taken: is a market open already? Close it, or choose others with NEWRETAIL_PORT and")
        print("NEWRETAIL_PAGES_PORT.", flush=True)
        return 1
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    children = [_Child(name, command, _start(command)) for name, command in _commands().items()]
    announced = False
    deadline = time.monotonic() + READY_SECONDS
    while not stopping:
        for child in children:
            if child.process.poll() is not None and not stopping:
                if not announced:
                    LOG.error("did not start", process=child.name, exit_code=child.process.returncode)
                    stopping = True
                    break
                LOG.error("ended by itself; starting it again", process=child.name, code=child.process.returncode)
                time.sleep(RESTART_PAUSE_SECONDS)
                child.process = _start(child.command)
        if not announced and _answers():
            announced = True
            print(on_ready, flush=True)
        if not announced and time.monotonic() > deadline:
            LOG.error("the market did not open in time", seconds=READY_SECONDS)
            break
        time.sleep(0.1)
    _end(children)
    return 0 if announced else 1


def _taken_port() -> int | None:
    """The first of our ports that somebody listens on: two servers may share a port, and callers would meet either."""
    for host, port in ((_connectable_host(), settings.PORT.number), ("127.0.0.1", settings.PAGES_PORT.number)):
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return port
    return None


def _connectable_host() -> str:
    return "127.0.0.1" if settings.HOST.text in ("0.0.0.0", "::") else settings.HOST.text  # noqa: S104


def _answers() -> bool:
    port, pages = settings.PORT.number, settings.PAGES_PORT.number
    host = _connectable_host()
    try:
        ready = httpx.get(f"http://{host}:{port}/readyz", timeout=2, trust_env=False).status_code == 200
        httpx.get(f"http://127.0.0.1:{pages}/", timeout=10, trust_env=False)
    except httpx.HTTPError:
        return False
    return ready


def _end(children: list[_Child]) -> None:
    """The door first, so that it answers what is waiting while nothing new comes in."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    for child in children:
        try:
            child.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            LOG.warning("had to be killed", process=child.name)
            child.process.kill()
            child.process.wait()
