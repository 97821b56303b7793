"""The paying process of the bench: takes the bank's webhooks and asks it what is due, until it is killed.

It is what the door and the worker do, in one process that can be started many times a minute: forked from a server
that has imported everything.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog

from newretail.cloud.api import DatabaseAway, Links
from newretail.pay.api import Postman
from newretail.pay.providers.demo_bank import DemoBank
from newretail.pay.providers.interface import WebhookProblem
from newretail.trade.clearing import send_due, tell
from newretail.trade.desk import Busy, Ticket, Unavailable
from newretail.trade.engine import Engine

AT_ONCE = 400
TIME_OUT_SECONDS = 3.0


def wake(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        ticket.waiter.set()


def open_engine(url: str) -> Engine:
    return Engine(url, wake, queue_limit=200_000)


def pay(url: str, bank_url: str, secret: str, port: int) -> None:
    """Serve webhooks on `port` and send what is due; ends by being killed, as the out-of-memory killer does it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    engine, links = open_engine(url), Links(url)
    bank = DemoBank(bank_url, secret, TIME_OUT_SECONDS)
    postman = Postman(find=lambda name: bank)
    taken: Callable[[dict[str, str], bytes], int] = lambda headers, body: _take(engine, bank, headers, body)  # noqa: E731

    class Hook(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(taken({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        allow_reuse_address = True
        request_queue_size = 64

    server = Server(("127.0.0.1", port), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        try:
            sent = send_due(engine, links, postman, AT_ONCE)
        except (Busy, Unavailable, DatabaseAway):
            sent = 0
        if sent < AT_ONCE:
            time.sleep(0.02)


def _take(engine: Engine, bank: DemoBank, headers: dict[str, str], body: bytes) -> int:
    """The status of a webhook: 200 only when everything in it is on disk."""
    try:
        tell(engine, bank.read_webhook(headers, body, datetime.now(UTC)))
    except WebhookProblem:
        return 401
    except (Busy, Unavailable, DatabaseAway):
        return 503
    return 200
