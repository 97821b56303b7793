"""A server process: `python -m newretail.doors.process orders|pages|books`. The supervisor starts them."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys

from newretail.doors.lifeline import end_with_parent
from newretail.doors.logs import configure
from newretail.kit import settings

PAGE_THREADS = 8
MAX_CONNECTIONS = 8192


async def _serve_orders() -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    from newretail.doors.orders.app import application

    server = Server(
        application,
        address=settings.HOST.text,
        port=settings.PORT.number,
        interface=Interfaces.ASGI,
        backlog=4096,
        backpressure=MAX_CONNECTIONS,
        websockets=False,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        application.leave()
        server.stop()  # type: ignore[no-untyped-call]

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await server.serve()


def _serve_pages() -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "newretail.doors.pages:application",
        address="127.0.0.1",
        port=settings.PAGES_PORT.number,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=PAGE_THREADS,
        backpressure=256,
        websockets=False,
        log_enabled=False,
    ).serve()


def _serve_books() -> None:
    from newretail.doors.database import setup_django

    setup_django()
    from newretail.doors.books import serve

    serve()


def main(which: str) -> None:
    """Serve until SIGTERM; what is waiting is answered first."""
    end_with_parent()
    configure(settings.LOG_FORMAT.text)
    if which == "orders":
        # The desk and the door are threads of one interpreter: neither should wait the default 5 ms for the other.
        sys.setswitchinterval(0.001)
        # What is loaded at the start stays: looking through it for garbage again and again would stop the door.
        gc.set_threshold(100_000, 50, 100)
        import uvloop

        uvloop.run(_serve_orders())
    elif which == "books":
        _serve_books()
    else:
        _serve_pages()


if __name__ == "__main__":
    main(sys.argv[1])
