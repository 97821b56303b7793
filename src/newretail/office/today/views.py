"""The first page: what needs a person now, today in every market, the newest orders; and the cells they lie in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
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


class SampleForm(forms.Form):
    """A form with a fault, for the style guide."""

    name = forms.CharField(label=gettext_lazy("Store name"), max_length=120)
    cap = forms.IntegerField(label=gettext_lazy("Cap per buyer"), min_value=1, required=False)


@staff_only
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component of the office in every state, live."""
    hours = [0, 0, 0, 0, 1, 2, 5, 9, 14, 12, 10, 13, 18, 15, 11, 9, 12, 16, 22, 19, 12, 7, 3, 1]
    form = SampleForm({"name": "", "cap": "0"})
    samples: dict[str, Any] = {
        "hours": hours,
        "yesterday": [*hours[3:], *hours[:3]],
        "form": form,
        "now": datetime.now(UTC),
    }
    return page(request, "styleguide.html", charts=charts, **samples)


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
