"""One view for every list: search, filters, order, columns, saved views, the next page, and the export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from newretail.markets import api as markets
from newretail.office.desk import Desk, desk_of, page, require, staff_only
from newretail.office.lists import ask as asking
from newretail.office.lists import sheets
from newretail.office.lists.listing import Column, Listing, Row
from newretail.office.models import SavedView

LISTINGS: dict[str, Listing] = {}
VIEWS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as a page shows it."""

    text: Any
    href: str
    look: str  # a class of the style sheet


def register(listing: Listing) -> Listing:
    """Make a list known to saved views; its name is that of its address too, office-NAME."""
    LISTINGS[listing.name] = listing
    return listing


def _cell(desk: Desk, column: Column, row: Row) -> Cell:
    value = row.get(column.key)
    look = {"number": "number", "money": "number", "long": "long"}.get(column.kind, "")
    text: Any = "" if value is None else value
    if column.text is not None:
        text = column.text(value)
    elif value is None:
        pass
    elif column.kind == "money":
        text = desk.money(value, row["currency"])
    elif column.kind == "moment":
        text = desk.moment(value)
    if column.kind == "state":
        look = f"state {row.get(f'{column.key}_look', value)}"
    return Cell(text, column.link(row) if column.link else "", look)


def _exported(desk: Desk, column: Column, row: Row) -> Any:
    """A value as a sheet holds it: numbers as numbers, moments in the reader's zone without words."""
    value = row.get(column.key)
    if value is None:
        return ""
    if column.kind == "money":
        return Decimal(value).scaleb(-markets.minor_digits(row["currency"]))
    if column.kind == "moment":
        return value.astimezone(ZoneInfo(desk.zone)).strftime("%Y-%m-%d %H:%M:%S")
    return str(column.text(value)) if column.text is not None else value


def show(request: HttpRequest, listing: Listing, template: str = "lists/page.html", **context: Any) -> HttpResponse:
    """A page of a list, or its export with ?format=csv or xlsx."""
    if listing.right:
        require(request, listing.right)
    desk = desk_of(request)
    ask = asking.read(listing, request.GET, desk)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _export(request, desk, ask)
    found = asking.rows(ask, desk, asking.PAGE_SIZE + 1)
    rows = found[: asking.PAGE_SIZE]
    return page(
        request,
        template,
        desk=desk,
        listing=listing,
        ask=ask,
        heads=[_head(ask, column) for column in ask.columns],
        rows=[(row[listing.key], [_cell(desk, column, row) for column in ask.columns]) for row in rows],
        filters=[(each, ask.chosen[each.key], each.choices() if each.choices else None) for each in listing.filters],
        total=asking.count(ask) if listing.counted else None,
        counted_up_to=asking.COUNTED_UP_TO,
        next_query=asking.next_query(ask, rows[-1]) if len(found) > asking.PAGE_SIZE else "",
        views=_views(desk, listing, ask),
        first_query=ask.query,
        **context,
    )


def _head(ask: asking.Ask, column: Column) -> dict[str, Any]:
    """A head of the table; a column that the list can be ordered by links to it, and to its reverse."""
    is_order = ask.order is column
    way = f"-{column.key}" if is_order and not ask.descending else column.key
    kept = [(key, value) for key, value in parse_qsl(ask.query) if key != "sort"]
    return {
        "label": column.label,
        "kind": column.kind,
        "href": f"?{urlencode([*kept, ('sort', way)])}" if column.sort else "",
        "sorted": ("descending" if ask.descending else "ascending") if is_order else "",
    }


def _views(desk: Desk, listing: Listing, ask: asking.Ask) -> list[dict[str, Any]]:
    """The views that this person sees: their own and the shared ones."""
    kept = SavedView.objects.filter(listing=listing.name).order_by("name")[:VIEWS_LIMIT]
    return [
        {"view": view, "own": view.staff_id == desk.staff.pk, "here": view.query == ask.query}
        for view in kept
        if view.is_shared or view.staff_id == desk.staff.pk
    ]


def _sheet(desk: Desk, ask: asking.Ask) -> tuple[list[str], Iterator[list[Any]]]:
    listing = ask.listing
    chunks = asking.chunks(ask, desk)
    if listing.sheet is not None:
        first = next(chunks, [])
        make = listing.sheet
        heads, rows = make(desk, first)
        return heads, chain(rows, chain.from_iterable(make(desk, chunk)[1] for chunk in chunks))
    with_currency = any(column.kind == "money" for column in ask.columns)
    heads = [f"{c.label} ({desk.zone})" if c.kind == "moment" else str(c.label) for c in ask.columns]
    lines = (
        [*(_exported(desk, column, row) for column in ask.columns), *([row["currency"]] if with_currency else [])]
        for chunk in chunks
        for row in chunk
    )
    return [*heads, *([_("Currency")] if with_currency else [])], lines


def _export(request: HttpRequest, desk: Desk, ask: asking.Ask) -> HttpResponse:
    name = f"{ask.listing.name}-{datetime.now(UTC).astimezone(ZoneInfo(desk.zone)):%Y-%m-%d-%H%M}"
    heads, rows = _sheet(desk, ask)
    try:
        return sheets.answer(request.GET["format"], name, heads, rows)
    except sheets.TooLong:
        text = _("An XLSX file of ours holds %(rows)s rows. Narrow the list, or take it as CSV.")
        messages.error(request, text % {"rows": sheets.XLSX_ROWS})
        return redirect(f"{request.path}?{ask.query}")


@staff_only
@require_POST
def keep_view(request: HttpRequest, listing: str) -> HttpResponse:
    """Keep the filters, order and columns of a list under a name; the same name again replaces it."""
    if listing not in LISTINGS:
        raise Http404
    desk, name = desk_of(request), request.POST.get("name", "").strip()[:60]
    query = request.POST.get("query", "")[:1000]
    if not name:
        messages.error(request, _("Give the view a name."))
    else:
        values = {"query": query, "is_shared": bool(request.POST.get("shared"))}
        try:
            with transaction.atomic():
                SavedView.objects.update_or_create(staff_id=desk.staff.pk, listing=listing, name=name, defaults=values)
        except IntegrityError:  # the same name at the same moment: the other one is there
            messages.error(request, _("There is a view with this name."))
        else:
            messages.success(request, _("The view is kept."))
    return redirect(f"{_address(listing)}?{query}")


@staff_only
@require_POST
def drop_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Remove a view; only one's own."""
    view = SavedView.objects.filter(pk=view_id, staff_id=desk_of(request).staff.pk).first()
    if view is None:
        raise Http404
    view.delete()
    messages.success(request, _("The view is removed."))
    return redirect(_address(view.listing))


def _address(listing: str) -> str:
    from django.urls import reverse

    return reverse(f"office-{listing}")
