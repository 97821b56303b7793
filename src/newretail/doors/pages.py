"""The pages process: Django by WSGI, served by Granian on loopback behind the front door."""

from __future__ import annotations

import contextlib
import os
import threading

import psycopg
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newretail.doors.settings")
application = get_wsgi_application()


def _open_engine() -> None:
    """Read what prices are made of before the first shopper asks. A database that is away is asked by them again."""
    from newretail.trade import api as trade

    with contextlib.suppress(psycopg.Error):
        trade.house()


threading.Thread(target=_open_engine, name="open-engine", daemon=True).start()
