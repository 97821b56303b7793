"""The market that a rehearsal runs against: the one that is open on this machine, or a door of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from newretail.kit import settings
from newretail.kit.ids import uuid7
from newretail.lab.rehearsal.client import loopback_address

READY_SECONDS = 60.0
STOP_SECONDS = 20.0
WARM_UP_SECONDS = 30.0


class NoMarket(RuntimeError):
    """No market answers, or it is one with another database; the message says what to do."""


def _status(address: tuple[str, int], path: str, key: str | None = None) -> int:
    """The HTTP status of a GET; 0 when nobody answers."""
    connection = http.client.HTTPConnection(*address, timeout=2)
    try:
        connection.request("GET", path, headers={"authorization": f"Bearer {key}"} if key else {})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _wait(address: tuple[str, int], path: str, statuses: set[int], seconds: float, key: str | None = None) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if _status(address, path, key) in statuses:
            return True
        time.sleep(0.1)
    return False


def running_market() -> str | None:
    """The URL of the market that is open by the settings, if one is."""
    url = f"http://127.0.0.1:{settings.PORT.number}"
    return url if _status(loopback_address(url), "/readyz") == 200 else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def market(url: str | None, home_url: str) -> Iterator[str]:
    """Yield the URL to rehearse on: `url`, the market that is running, or an orders' door started for this and
    stopped after it."""
    found = url or running_market()
    if found:
        if not _wait(loopback_address(found), "/readyz", {200}, 5):
            raise NoMarket(f"No market answers at {found}. Open one with: make run.")
        yield found
        return
    port = _free_port()
    environment = {
        **os.environ,
        settings.DATABASE_URL.name: home_url,
        settings.HOST.name: "127.0.0.1",
        settings.PORT.name: str(port),
    }
    command = [sys.executable, "-m", "newretail.doors.process", "orders"]
    door = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        address = ("127.0.0.1", port)
        if not _wait(address, "/readyz", {200}, READY_SECONDS):
            raise NoMarket("The orders' door did not open; its messages are above.")
        yield f"http://127.0.0.1:{port}"
    finally:
        door.send_signal(signal.SIGTERM)
        try:
            door.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            door.kill()
            door.wait()


def warm_up(url: str, key: str, orders: list[bytes]) -> None:
    """Send an order to each cell that it must refuse, so that the doors know prices and stock before midnight.

    `orders`: bodies that ask for more than there is; what is refused leaves no trace but a count.
    """
    connection = http.client.HTTPConnection(*loopback_address(url), timeout=WARM_UP_SECONDS)
    head = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    try:
        for body in orders:
            connection.request("PUT", f"/v1/orders/{uuid7()}", body, head)
            connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise NoMarket(f"The market at {url} did not answer a first order: {error}.") from None
    finally:
        connection.close()


def wait_for_key(url: str, key: str) -> None:
    """Until the market knows the rehearsal's key (doors look for new keys every second)."""
    path = f"/v1/orders/{uuid4()}"
    # Another id version is refused and an unknown order not found: either way the key was accepted.
    if not _wait(loopback_address(url), path, {404, 422}, 10, key):
        raise NoMarket(f"The market at {url} does not know the rehearsal's key: it uses another database than we do.")
