"""When the database is away: a page that says so with 503, instead of a broken one; it recovers by itself."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from newretail.cloud.api import DatabaseAway
from newretail.shopfront.errors import unavailable
from newretail.trade.api import Unavailable

AWAY = (DatabaseAway, Unavailable, OperationalError, InterfaceError, psycopg.OperationalError)
RETRY_AFTER_SECONDS = "5"
LOG = structlog.get_logger("newretail.pages")


class Trouble:
    """Outermost but for the headers, so that it also catches what session and account look-ups raise."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, AWAY):
            return None
        LOG.warning("database away", path=request.path, error=str(exception))
        response = unavailable(request)
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
        return response
