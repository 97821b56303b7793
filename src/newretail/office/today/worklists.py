"""What needs a person now: functions that count it and say where it is done.

A room with work for people adds its function to WORKLISTS; the page of today shows what they find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from newretail.catalog.voices import api as voices
from newretail.office import reads
from newretail.office.desk import Desk
from newretail.office.models import Import


@dataclass(frozen=True, slots=True)
class Task:
    """Something that may wait for people: how many of it do, and where it is done."""

    label: Any
    count: int
    href: str
    right: str = ""
    hint: Any = ""


def of_cells(has_cells: bool) -> list[Task]:
    """Goods and money, counted in one journey over all cells."""
    counted = reads.rows("today.sql", "waits", {}) if has_cells else []
    found = {row["what"]: int(row["found"]) for row in counted}
    suspense = reverse("finance-suspense")
    rows = (
        ("short", _("Short pools"), _("More is promised than is there"), reverse("office-worklist"), ""),
        ("refunds", _("Refunds that wait"), _("For a second person"), reverse("finance"), "finance.see_books"),
        ("suspense", _("Money in suspense"), _("Send it on"), suspense, "finance.see_books"),
        ("odd", _("News that fits nothing"), _("From payment providers"), f"{suspense}#odd", "finance.see_books"),
        (
            *("disagreements", _("Disagreements with providers")),
            *(_("What they list is not in our books"), f"{suspense}#differ", "finance.see_books"),
        ),
        ("payouts", _("Payouts to approve"), _("For a second person"), reverse("finance-payouts"), "finance.see_books"),
    )
    return [Task(label, found.get(what, 0), href, right, hint) for what, label, hint, href, right in rows]


def imports(has_cells: bool) -> list[Task]:
    waiting = dict(Import.objects.order_by().values_list("state").annotate(Count("id")))
    href, right = reverse("office-imports"), "office.edit_products"
    faulty = waiting.get(Import.State.FAULTY, 0) + waiting.get(Import.State.BROKEN, 0)
    ready = waiting.get(Import.State.CHECKED, 0)
    return [
        Task(_("Imports with errors"), faulty, f"{href}?state=faulty", right, _("Put the sheet right")),
        Task(_("Imports ready to publish"), ready, f"{href}?state=checked", right, _("Looked at and right")),
    ]


def said(has_cells: bool) -> list[Task]:
    waiting = sum(voices.waiting().values())
    label = _("Reviews and questions to decide on")
    return [Task(label, waiting, reverse("office-voices"), "catalog.moderate_voices", _("From shoppers"))]


WORKLISTS: list[Callable[[bool], list[Task]]] = [of_cells, said, imports]


def tasks(desk: Desk, has_cells: bool) -> list[Task]:
    """What this person looks after; what waits for them has a count above zero."""
    return [task for make in WORKLISTS for task in make(has_cells) if desk.may(task.right)]
