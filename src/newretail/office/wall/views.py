"""The 11.11 wall for staff: its page, tickets for the stream that the orders' door holds, and replays of reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.cloud import api as cloud
from newretail.kit import settings
from newretail.kit.signing import secret_key
from newretail.kit.signing import ticket as signed_ticket
from newretail.markets import api as markets
from newretail.office.desk import desk_of, page, staff_only
from newretail.office.wall.words import SCENES, next_midnight, tender_names, words

EVENTS = "/v1/wall/events"
TICKET_SECONDS = 60  # to open a stream with; an open stream needs none
REPLAYS_LISTED = 30
PLAYED = ("rehearsal", "headline", "seconds", "hot", "flash", "wall", "payments")


def _ticket() -> str:
    return signed_ticket(secret_key(), "wall", TICKET_SECONDS)


def _start(request: HttpRequest) -> datetime | None:
    """The moment that ?start= names, as ISO 8601; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(request.GET.get("start", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@staff_only
@require_GET
def screen(request: HttpRequest) -> HttpResponse:
    """The wall. ?rehearsal=ID, ?view=live, ?replay=ID; ?currency=, ?start=; the rest is the scripts' own."""
    desk = desk_of(request)
    currencies = {market.code: market.currency for market in markets.markets()}
    wanted = request.GET.get("currency", "").upper()
    until, is_end = next_midnight(desk.zone, datetime.now(UTC))
    start = _start(request)
    return page(
        request,
        "wall.html",
        scenes=SCENES,
        words=words(),
        tenders=tender_names(),
        aisles=catalog.category_names(get_language() or "en"),
        events=EVENTS,
        view=request.GET.get("rehearsal", "") or request.GET.get("view", "auto"),
        replay=request.GET.get("replay", ""),
        currency=wanted if wanted in currencies.values() else currencies.get(desk.staff.market_code, ""),
        until=int((start or until).timestamp() * 1000),
        until_word="until_start" if start else "until_end" if is_end else "until",
    )


@staff_only
@require_GET
def ticket(request: HttpRequest) -> HttpResponse:
    """A new ticket, when the stream ended or the line broke."""
    return JsonResponse({"ticket": _ticket()})


def _reports() -> Path:
    return settings.VAR.path / "reports"


@staff_only
@require_GET
def replay(request: HttpRequest, rehearsal_id: int) -> HttpResponse:
    """What a wall plays of a past rehearsal's report."""
    file = _reports() / f"rehearsal-{rehearsal_id}.json"
    if not file.is_file():
        raise Http404
    report: dict[str, Any] = json.loads(file.read_text())
    return JsonResponse({name: report[name] for name in PLAYED if name in report})


@staff_only
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """What the wall can show now: the market, a rehearsal in its shadow cells, or the report of a past one."""
    ids = {place.rehearsal_id for place in cloud.places(settings.DATABASE_URL.text).values()}
    files = _reports().glob("rehearsal-*.json")
    numbers = sorted((int(name) for file in files if (name := file.stem.rpartition("-")[2]).isdigit()), reverse=True)
    return page(
        request,
        "wall_choice.html",
        rehearsals=sorted((number for number in ids if number is not None), reverse=True),
        replays=numbers[:REPLAYS_LISTED],
        currencies=sorted({market.currency for market in markets.markets()}),
    )
