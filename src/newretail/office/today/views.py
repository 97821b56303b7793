"""The first page: what needs a person now, today in every market, the newest orders; and the cells they lie in."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from newretail.cloud import api as cloud
from newretail.kit import settings
from newretail.office import reads
from newretail.office.desk import desk_of, page, staff_only
from newretail.office.orders.listing import dress
from newretail.office.today import charts, days, house, money
from newretail.office.today.worklists import tasks

NEWEST = 8


@staff_only
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    ready = reads.has_cells()
    now = datetime.now(UTC)
    newest = reads.newest_orders(NEWEST) if ready else []
    dress(desk, newest)
    mine = tasks(desk, ready)
    return page(
        request,
        "today.html",
        desk=desk,
        now=now,
        days=days.today(now) if ready else [],
        taken=money.today(now) if ready and desk.may("finance.see_books") else {},
        charts=charts,
        waiting=[task for task in mine if task.count],
        looked_at=[task for task in mine if not task.count],
        newest=newest,
        house=house.seen_last(),
    )


@staff_only
@require_GET
def cells(request: HttpRequest) -> HttpResponse:
    """Every cell of the routing map; totals of those that lie in the home database."""
    places = list(cloud.places(settings.DATABASE_URL.text).values())
    return page(
        request,
        "cells.html",
        cells=[place for place in places if not place.is_shadow],
        shadows=[place for place in places if place.is_shadow],
        totals=reads.cell_totals() if reads.has_cells() else {},
    )
