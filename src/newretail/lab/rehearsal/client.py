"""The load: an open-loop HTTP/1.1 client on bare sockets, one process, at least 10,000 requests a second on a core.

*Open loop*: every request has the moment at which its shopper presses the button, whatever the market does. Is no
connection free then, it waits, and the wait counts: latency is measured from that moment, so a market that stalls
cannot hide the requests it kept from being sent (coordinated omission).

A request that is told "later" (429, 503) or loses its connection is sent again with the same order id: that is what
the id is for. The run is bounded in count and time, and only loopback addresses are accepted.
"""

from __future__ import annotations

import heapq
import ipaddress
import mmap
import re
import select
import socket
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from newretail.lab.rehearsal.record import OTHER_REASON, REASON_NUMBER, Fate, attach

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"retry-after: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"connection: *close", re.IGNORECASE)
_REASON = re.compile(rb'"reason": *"([a-z_]+)"')

RECEIVE_BYTES = 1 << 16
LATER_SECONDS = 1.0  # when the market names no time
RECONNECT_SECONDS = 0.25
WAIT_FOR_ANSWER_SECONDS = 0.05  # a cancel whose order has no answer yet looks again after this


class NotLoopback(ValueError):
    """A rehearsal was pointed at another machine."""


def loopback_address(url: str) -> tuple[str, int]:
    """The address of a market on this machine; NotLoopback for any other."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise NotLoopback(
            f"A rehearsal runs against this machine only: 127.0.0.1 or localhost, not {host!r}."
        ) from None
    if parts.scheme != "http" or not address.is_loopback:
        raise NotLoopback(f"A rehearsal runs against http:// on this machine only, not {url!r}.")
    return str(address), parts.port or 80


@dataclass(slots=True)
class Connection:
    """A keep-alive connection; `request` is the one it waits for, -1 while idle."""

    sock: socket.socket
    request: int = -1
    received: bytes = b""


class Load:
    """All requests of a rehearsal on their way: built from the plan's files in `folder`, run once.

    `limit_s`: when to give up, in seconds after the start.
    """

    def __init__(self, address: tuple[str, int], folder: Path, connections: int, limit_s: float) -> None:
        self._address, self._connections, self._limit_s = address, connections, limit_s
        self._start = 0.0
        record = attach(folder / "record", write=True).view(np.ndarray)
        self._sent, self._done, self._status = record["sent"], record["done"], record["status"]
        self._reason, self._tries = record["reason"], record["tries"]
        self._busy, self._lost = record["busy"], record["broken"]
        self._due: list[float] = record["due"].tolist()
        self._needs: list[int] = record["needs"].tolist()
        self._offset: list[int] = np.load(folder / "offsets.npy").tolist()
        with (folder / "requests").open("rb") as file:
            self._bytes = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        self._left = len(self._due)
        self._again: list[tuple[float, int]] = []  # (when, request), a heap
        self._open: dict[int, Connection] = {}  # by file number
        self._idle: list[Connection] = []
        self._poll = select.epoll()

    def connect(self) -> None:
        """Open the connections, so that midnight finds them ready."""
        for _ in range(self._connections):
            self._connect()

    def run(self, start: float) -> None:
        """Send everything from `start` (time.monotonic) on; return when all is answered or the time is up."""
        self._start = start
        try:
            self._loop()
        finally:
            self._close_all()

    def _loop(self) -> None:
        following = 0
        count = len(self._due)
        while self._left:
            now = time.monotonic() - self._start
            if now > self._limit_s:
                self._status[self._status == Fate.WAITING] = Fate.GIVEN_UP
                return
            while self._again and self._again[0][0] <= now and self._idle:
                self._send(heapq.heappop(self._again)[1], now)
            while following < count and self._due[following] <= now and self._idle:
                self._send(following, now)
                following += 1
            for number, _ in self._poll.poll(self._pause(following, now), 256):
                self._receive(self._open[number])

    def _pause(self, following: int, now: float) -> float:
        """Seconds until something is due; without a free connection only an answer can help."""
        if not self._idle:
            return 0.5 if self._open else 0.01
        ahead = self._due[following] if following < len(self._due) else now + 0.5
        if self._again:
            ahead = min(ahead, self._again[0][0])
        return max(0.0, min(ahead - now, 0.5))

    def _connect(self) -> None:
        sock = socket.create_connection(self._address, timeout=5)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        connection = Connection(sock)
        self._open[sock.fileno()] = connection
        self._poll.register(sock.fileno(), select.EPOLLIN | select.EPOLLHUP)
        self._idle.append(connection)

    def _send(self, request: int, now: float) -> None:
        if not self._may_go(request, now):
            return
        connection = self._idle.pop()
        connection.request = request
        if not self._sent[request]:
            self._sent[request] = now
        part = self._bytes[self._offset[request] : self._offset[request + 1]]
        try:
            sent = connection.sock.send(part)
            if sent < len(part):  # the socket's buffer is full: rare on loopback, so wait for it
                connection.sock.setblocking(True)
                connection.sock.sendall(part[sent:])
                connection.sock.setblocking(False)
        except OSError:
            self._broken(connection)

    def _may_go(self, request: int, now: float) -> bool:
        """A cancel goes only after its order was placed."""
        needs = self._needs[request]
        if needs < 0:
            return True
        status = self._status[needs]
        if status == Fate.WAITING:
            heapq.heappush(self._again, (now + WAIT_FOR_ANSWER_SECONDS, request))
            return False
        if status not in (200, 201):
            self._finish(request, Fate.SKIPPED, 0)
            return False
        return True

    def _receive(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._broken(connection)
            return
        received = connection.received + data if connection.received else data
        head_end = received.find(b"\r\n\r\n")
        length = _LENGTH.search(received, 0, head_end) if head_end > 0 else None
        if head_end < 0 or (length and len(received) < head_end + 4 + int(length[1])):
            connection.received = received
            return
        connection.received = b""
        if connection.request >= 0:
            self._answered(connection, received, head_end)
        if _CLOSE.search(received, 0, head_end):
            self._broken(connection)

    def _answered(self, connection: Connection, received: bytes, head_end: int) -> None:
        request, connection.request = connection.request, -1
        self._idle.append(connection)
        status = int(received[9:12])
        if status in (429, 503):
            wait = _RETRY_AFTER.search(received, 0, head_end)
            self._busy[request] += 1
            self._later(request, float(wait[1]) if wait else LATER_SECONDS)
            return
        reason = 0
        if status >= 400:
            named = _REASON.search(received, head_end)
            reason = REASON_NUMBER.get(named[1], OTHER_REASON) if named else OTHER_REASON
        self._finish(request, status, reason)

    def _finish(self, request: int, status: int, reason: int) -> None:
        self._done[request] = time.monotonic() - self._start
        self._reason[request] = reason
        self._status[request] = status  # last: who sees it may read the rest
        self._left -= 1

    def _later(self, request: int, seconds: float) -> None:
        self._tries[request] += 1
        heapq.heappush(self._again, (time.monotonic() - self._start + seconds, request))

    def _broken(self, connection: Connection) -> None:
        """The market closed the connection: open another; what was under way is sent again."""
        number = connection.sock.fileno()
        self._poll.unregister(number)
        del self._open[number]
        connection.sock.close()
        if connection in self._idle:
            self._idle.remove(connection)
        if connection.request >= 0:
            self._lost[connection.request] += 1
            self._later(connection.request, RECONNECT_SECONDS)
        self._reconnect()

    def _reconnect(self) -> None:
        """Keep at it until the market is back; give up with the rehearsal's time."""
        while time.monotonic() - self._start < self._limit_s:
            try:
                self._connect()
            except OSError:
                time.sleep(RECONNECT_SECONDS)
            else:
                return

    def _close_all(self) -> None:
        for connection in self._open.values():
            connection.sock.close()
        self._open.clear()
        self._idle.clear()
        self._poll.close()


def run_load(url: str, folder: Path, connections: int, limit_s: float, parent: Pipe) -> None:
    """The load process: get ready, say so, receive the start, run the plan in `folder` against the market at `url`."""
    load = Load(loopback_address(url), folder, connections, limit_s)
    load.connect()
    parent.send("ready")
    start: float = parent.recv()
    load.run(start)
