"""The first page: what needs a person now, today's numbers, the newest orders; and the cells they lie in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from newretail.cloud import api as cloud
from newretail.kit import settings
from newretail.office import reads
from newretail.office.desk import desk_of, page, staff_only
from newretail.office.orders.listing import dress
from newretail.office.today.worklists import tasks

NEWEST = 8


@staff_only
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    ready = reads.has_cells()
    newest = reads.newest_orders(NEWEST) if ready else []
    dress(desk, newest)
    days = reads.today() if ready else []
    return page(request, "today.html", desk=desk, days=days, tasks=tasks(desk), newest=newest)


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
