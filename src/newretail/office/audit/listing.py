"""The trail as a list: who changed what, and when."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newretail.office.audit.words import ACTIONS, SUBJECTS, differences
from newretail.office.desk import SEE_CHANGES, Desk
from newretail.office.lists.listing import Column, Filter, Listing, Row
from newretail.office.lists.views import register

KINDS = {**SUBJECTS, "table": _("Table")}


def _dress(desk: Desk, rows: list[Row]) -> None:
    for row in rows:
        before, after = (json.loads(row[key]) if row[key] else None for key in ("before", "after"))
        parts = [
            f"{name}: {old} → {new}" if old else f"{name}: {new}" for name, old, new in differences(before, after, desk)
        ]
        row["what"] = " · ".join([*parts, *([row["note"]] if row["note"] else [])])


def to_subject(row: Row) -> str:
    """Where the thing is that was changed."""
    key, subject = row["subject_key"], row["subject"]
    if subject == "sku":
        return f"{reverse('office-products')}?q={key}"
    names = {"order": "office-order", "member": "office-member", "staff": "office-colleague", "node": "office-node"}
    names |= {"offer": "office-offer", "price_list": "office-price-list"}
    if subject == "pool":
        return reverse("office-pool", args=key.split("/", 1))
    if subject == "list_price":
        list_id, code = key.split("/", 1)
        return f"{reverse('office-list-prices')}?list={list_id}&q={code}"
    if subject == "import":
        return reverse("office-import", args=[key])
    return reverse(names[subject], args=[key]) if subject in names else ""


def _day(text: str) -> datetime:
    day = date.fromisoformat(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


CHANGES = register(
    Listing(
        name="changes",
        title=_("Changes"),
        statement=("newretail.office.audit", "list.sql", "changes"),
        key="change_key",
        key_type="text",
        columns=(
            Column("changed_at", _("When"), "moment", sort="timestamptz"),
            Column("staff_email", _("Who")),
            Column("action", _("Did"), text=lambda value: ACTIONS.get(value, value)),
            Column("subject", _("Kind"), text=lambda value: KINDS.get(value, value)),
            Column("label", _("What"), "long", link=to_subject),
            Column("what", _("Before → after"), "long"),
        ),
        filters=(
            Filter("kind", _("Kind"), "listed.subject = %(kind)s", lambda: list(KINDS.items())),
            Filter("did", _("Did"), "listed.action = %(did)s", lambda: list(ACTIONS.items())),
            Filter("from", _("From day (UTC)"), "listed.changed_at >= %(from)s", read=_day, kind="date", first=False),
            Filter(
                "until",
                _("Until day (UTC)"),
                "listed.changed_at < %(until)s",
                read=lambda text: _day(text) + timedelta(days=1),
                kind="date",
                first=False,
            ),
        ),
        order="-changed_at",
        search=lambda words: (
            "listed.subject_key = %(words)s OR listed.staff_email = lower(%(words)s)"
            " OR strpos(lower(listed.label), lower(%(words)s)) > 0",
            {"words": words},
        ),
        search_label=_("E-mail, name, SKU or order id"),
        right=SEE_CHANGES,
        empty=_("No change matches."),
        dress=_dress,
    )
)
