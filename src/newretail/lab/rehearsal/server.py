"""The market that a rehearsal runs against: the one that is open on this machine, or a door of its own."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from newretail.kit import settings
from newretail.kit.ids import uuid7
from newretail.kit.ports import free_port
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


@dataclass(frozen=True, slots=True)
class Market:
    """Where to rehearse: the door, and the demo bank behind it (empty where there is none)."""

    url: str
    bank_url: str


@contextmanager
def market(url: str | None, home_url: str, folder: Path) -> Iterator[Market]:
    """Yield the market to rehearse on: the one at `url`, the one that is running, or one started for this and ended
    after it, with its bank's state in `folder`: an orders' door, a worker and the demo bank."""
    found = url or running_market()
    if found:
        if not _wait(loopback_address(found), "/readyz", {200}, 5):
            raise NoMarket(f"No market answers at {found}. Open one with: make run.")
        address = ("127.0.0.1", settings.BANK_PORT.number)
        has_bank = _status(address, "/healthz") == 200
        yield Market(found, f"http://127.0.0.1:{address[1]}" if has_bank else "")
        return
    port, bank_port = free_port(), free_port()
    environment = {
        **os.environ,
        settings.DATABASE_URL.name: home_url,
        settings.HOST.name: "127.0.0.1",
        settings.PORT.name: str(port),
        settings.BANK.name: "yes",
        settings.BANK_PORT.name: str(bank_port),
    }
    process = [sys.executable, "-m", "newretail.doors.process"]
    bank = [sys.executable, "-m", "newretail.lab.bank", "--state", str(folder / "bank.sqlite")]
    with ExitStack() as running:
        running.enter_context(_running(bank, environment))
        running.enter_context(_running([*process, "worker"], environment))
        running.enter_context(_running([*process, "orders"], environment))
        if not _wait(("127.0.0.1", port), "/readyz", {200}, READY_SECONDS):
            raise NoMarket("The orders' door did not open; its messages are above.")
        if not _wait(("127.0.0.1", bank_port), "/healthz", {200}, READY_SECONDS):
            raise NoMarket("The demo bank did not open; its messages are above.")
        yield Market(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bank_port}")


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    """A process while the block lasts."""
    started = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


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
