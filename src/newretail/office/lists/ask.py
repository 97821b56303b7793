"""What the reader of a list asks for, read from the address, and the rows that answer it, page by page by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.http import QueryDict

from newretail.kit.sql import statements
from newretail.office.desk import Desk
from newretail.office.lists.listing import CURSORS, Column, Condition, Filter, Listing, Row

PAGE_SIZE = 50
EXPORT_CHUNK = 5_000
COUNTED_UP_TO = 10_000
NOTHING: Condition = ("false", {})
NOT_KEPT = {"after", "last", "format", "csrfmiddlewaretoken", "view"}  # not part of what a saved view remembers


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked: conditions with their values, the order, the columns, and where the page begins."""

    listing: Listing
    words: str
    chosen: dict[str, str]  # what each filter says, as in the address
    values: dict[str, Any]
    conditions: tuple[str, ...]
    order: Column | None  # None: by key
    descending: bool
    columns: tuple[Column, ...]
    after: tuple[Any, Any] | None
    query: str  # the address without the place of the page

    @property
    def is_narrowed(self) -> bool:
        return bool(self.conditions)


def read(listing: Listing, given: QueryDict, desk: Desk) -> Ask:
    """Read an address; what it says wrongly is left out, so that no address breaks a list."""
    words = given.get("q", "").replace("\0", "").strip()[:254]
    conditions, values, chosen = _filters(listing, given, desk)
    if words and listing.search is not None:
        sql, named = listing.search(words) or NOTHING
        conditions.append(f"({sql})")
        values |= named
    if listing.values is not None:
        values |= listing.values(desk, values)
    order, descending = _order(listing, given.get("sort") or listing.order)
    wanted = [column for key in given.getlist("col") if (column := listing.column(key)) is not None]
    columns = [column for column in listing.columns if column in wanted] if wanted else []
    kept = [(key, value) for key in given if key not in NOT_KEPT for value in given.getlist(key) if value]
    return Ask(
        listing=listing,
        words=words,
        chosen=chosen,
        values=values,
        conditions=tuple(conditions),
        order=order,
        descending=descending,
        columns=tuple(columns or [column for column in listing.columns if column.shown]),
        after=_after(listing, order, given),
        query=urlencode(kept),
    )


def _filters(listing: Listing, given: QueryDict, desk: Desk) -> tuple[list[str], dict[str, Any], dict[str, str]]:
    conditions, values, chosen = [], {}, {}
    for each in listing.filters:
        text = given.get(each.key, "").replace("\0", "").strip()[:200]
        value = _value(each, text)
        if value is None and each.always is not None:
            text = each.always(desk)
            value = _value(each, text)
        chosen[each.key] = text if value is not None else ""
        if value is not None:
            values[each.key] = value
            if each.where:
                conditions.append(f"({each.where})")
    return conditions, values, chosen


def _value(each: Filter, text: str) -> Any:
    if not text:
        return None
    try:
        return each.read(text)
    except (ValueError, LookupError, ArithmeticError):
        return None


def _order(listing: Listing, text: str) -> tuple[Column | None, bool]:
    column = listing.column(text.removeprefix("-"))
    if column is None or not column.sort:
        return None, listing.order.startswith("-")
    return column, text.startswith("-")


def _after(listing: Listing, order: Column | None, given: QueryDict) -> tuple[Any, Any] | None:
    key, value = given.get("after", "").replace("\0", ""), given.get("last", "").replace("\0", "")
    if not key:
        return None
    try:
        return CURSORS[listing.key_type](key[:64]), CURSORS[order.sort](value[:300]) if order else None
    except ValueError:
        return None


def _where(ask: Ask) -> tuple[str, dict[str, Any]]:
    conditions, values = list(ask.conditions), dict(ask.values)
    if ask.after is not None:
        key, value = ask.after
        sign = "<" if ask.descending else ">"
        kind = ask.listing.key_type
        values |= {"_key": key, "_value": value}
        if ask.order is None:
            conditions.append(f"listed.{ask.listing.key} {sign} %(_key)s::{kind}")
        else:
            pair = f"(listed.{ask.order.key}, listed.{ask.listing.key})"
            conditions.append(f"{pair} {sign} (%(_value)s::{ask.order.sort}, %(_key)s::{kind})")
    return (f"WHERE {' AND '.join(conditions)}" if conditions else ""), values


def _base(listing: Listing) -> str:
    package, file, name = listing.statement
    return f"FROM ({statements(package, file)[name]}) AS listed"


def _is_ready(listing: Listing) -> bool:
    return listing.is_ready is None or listing.is_ready()


def rows(ask: Ask, desk: Desk, limit: int) -> list[Row]:
    """The rows from the place of the page on, in order."""
    if not _is_ready(ask.listing):
        return []
    where, values = _where(ask)
    way = "DESC" if ask.descending else "ASC"
    columns = [ask.order.key] if ask.order else []
    order = ", ".join(f"listed.{key} {way}" for key in [*columns, ask.listing.key])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * {_base(ask.listing)} {where} ORDER BY {order} LIMIT {int(limit)}", values)
        names = [column.name for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if ask.listing.dress is not None and found:
        ask.listing.dress(desk, found)
    return found


def count(ask: Ask) -> int:
    """How many rows there are, up to one more than COUNTED_UP_TO."""
    if not _is_ready(ask.listing):
        return 0
    where, values = _where(replace(ask, after=None))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT {_base(ask.listing)} {where} LIMIT {COUNTED_UP_TO + 1}) AS found", values
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def keys(ask: Ask, limit: int) -> list[Any]:
    """The keys of all rows, whatever the page; at most `limit`."""
    if not _is_ready(ask.listing):
        return []
    where, values = _where(replace(ask, after=None))
    key = f"listed.{ask.listing.key}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} {_base(ask.listing)} {where} ORDER BY {key} LIMIT {int(limit)}", values)
        return [row[0] for row in cursor.fetchall()]


def place_after(ask: Ask, row: Row) -> tuple[Any, Any]:
    """The place of the page that begins behind a row."""
    return row[ask.listing.key], row[ask.order.key] if ask.order else None


def next_query(ask: Ask, row: Row) -> str:
    """The address of the page behind a row."""
    key, value = place_after(ask, row)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    place = {"after": str(key), **({"last": text} if ask.order else {})}
    return "&".join(filter(None, [ask.query, urlencode(place)]))


def chunks(ask: Ask, desk: Desk) -> Iterator[list[Row]]:
    """All rows, some thousand at a time, so that an export of any length needs the memory of one chunk."""
    ask = replace(ask, after=None)
    while True:
        found = rows(ask, desk, EXPORT_CHUNK)
        if found:
            yield found
        if len(found) < EXPORT_CHUNK:
            return
        ask = replace(ask, after=place_after(ask, found[-1]))
