"""The list of imports: who sent what, when, and what became of it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from newretail.office.desk import EDIT_PRODUCTS, Desk
from newretail.office.lists.listing import Column, Filter, Listing, Row
from newretail.office.lists.views import register

STATES = {
    "checking": _("Being checked"),
    "checked": _("Ready to publish"),
    "faulty": _("Has errors"),
    "publishing": _("Being published"),
    "published": _("Published"),
    "broken": _("Broke off"),
}
LOOKS = {"published": "on", "faulty": "warn", "broken": "warn", "checked": "", "checking": "off", "publishing": "off"}


def _dress(desk: Desk, rows: list[Row]) -> None:
    for row in rows:
        row["state_look"] = LOOKS[row["state"]]


IMPORTS = register(
    Listing(
        name="imports",
        title=_("Imports"),
        statement=("newretail.office.imports", "list.sql", "imports"),
        key="id",
        key_type="bigint",
        columns=(
            Column("file_name", _("File"), link=lambda row: reverse("office-import", args=[row["id"]])),
            Column("state", _("State"), "state", text=lambda value: STATES[value]),
            Column("sent_at", _("Sent"), "moment", sort="timestamptz"),
            Column("staff_email", _("By"), sort="text"),
            Column("rows_total", _("Rows"), "number"),
            Column("added", _("New"), "number"),
            Column("changed", _("Changed"), "number"),
            Column("faults_total", _("Errors"), "number"),
            Column("published_at", _("Published"), "moment", shown=False),
        ),
        filters=(Filter("state", _("State"), "listed.state = %(state)s", lambda: list(STATES.items())),),
        order="-",
        search=lambda words: (
            "strpos(lower(listed.file_name), lower(%(words)s)) > 0 OR listed.staff_email = lower(%(words)s)",
            {"words": words},
        ),
        search_label=_("File name or e-mail"),
        right=EDIT_PRODUCTS,
        empty=_("Nothing was imported yet."),
        dress=_dress,
    )
)
