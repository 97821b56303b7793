"""What needs a person now: functions that count it and say where it is done.

A room with work for people adds its function to WORKLISTS; the page of today shows what they find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from newretail.catalog.voices import api as voices
from newretail.office import reads
from newretail.office.desk import Desk


@dataclass(frozen=True, slots=True)
class Task:
    """Something that may wait for people: how many of it do, and where it is done."""

    label: Any
    count: int
    href: str
    right: str = ""
    hint: Any = ""


def counted(has_cells: bool) -> list[Task]:
    """Goods, money and imports, counted in one journey over all cells."""
    rows = reads.rows("today.sql", "waits", {}) if has_cells else []
    found = {row["what"]: int(row["found"]) for row in rows}
    suspense, imports = reverse("finance-suspense"), reverse("office-imports")
    found["faulty"] = found.get("imports_faulty", 0) + found.get("imports_broken", 0)
    listed = (
        ("short", _("Short pools"), _("More is promised than is there"), reverse("office-worklist"), ""),
        ("refunds", _("Refunds that wait"), _("For a second person"), reverse("finance"), "finance.see_books"),
        (
            *("gift_cards", _("Gift cards that wait"), _("For a second person")),
            *(reverse("office-gift-cards"), "finance.see_gift_cards"),
        ),
        ("suspense", _("Money in suspense"), _("Send it on"), suspense, "finance.see_books"),
        ("odd", _("News that fits nothing"), _("From payment providers"), f"{suspense}#odd", "finance.see_books"),
        (
            *("disagreements", _("Disagreements with providers")),
            *(_("What they list is not in our books"), f"{suspense}#differ", "finance.see_books"),
        ),
        ("payouts", _("Payouts to approve"), _("For a second person"), reverse("finance-payouts"), "finance.see_books"),
        (
            *("faulty", _("Imports with errors"), _("Put the sheet right")),
            *(f"{imports}?state=faulty", "office.edit_products"),
        ),
        (
            *("imports_checked", _("Imports ready to publish"), _("Looked at and right")),
            *(f"{imports}?state=checked", "office.edit_products"),
        ),
    )
    return [Task(label, found.get(what, 0), href, right, hint) for what, label, hint, href, right in listed]


def said(has_cells: bool) -> list[Task]:
    waiting = sum(voices.waiting().values())
    label = _("Reviews and questions to decide on")
    return [Task(label, waiting, reverse("office-voices"), "catalog.moderate_voices", _("From shoppers"))]


WORKLISTS: list[Callable[[bool], list[Task]]] = [counted, said]


def tasks(desk: Desk, has_cells: bool) -> list[Task]:
    """What this person looks after; what waits for them has a count above zero."""
    return [task for make in WORKLISTS for task in make(has_cells) if desk.may(task.right)]
