"""What needs a person now: functions that count it and say where it is done.

A room with work for people adds its function to WORKLISTS; the page of today and the palette show them.
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

COUNTED_UP_TO = 200


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for people; `count` of zero is good news and shown as such."""

    label: Any
    count: int
    href: str
    right: str = ""


def shortages(desk: Desk) -> list[Task]:
    short = len(reads.short_pools(COUNTED_UP_TO)) if reads.has_cells() else 0
    return [Task(_("Short pools"), short, reverse("office-worklist"))]


def imports(desk: Desk) -> list[Task]:
    waiting = dict(Import.objects.order_by().values_list("state").annotate(Count("id")))
    href = reverse("office-imports")
    faulty = waiting.get(Import.State.FAULTY, 0) + waiting.get(Import.State.BROKEN, 0)
    return [
        Task(_("Imports with errors"), faulty, f"{href}?state=faulty", "office.edit_products"),
        Task(
            _("Imports ready to publish"),
            waiting.get(Import.State.CHECKED, 0),
            f"{href}?state=checked",
            "office.edit_products",
        ),
    ]


def said(desk: Desk) -> list[Task]:
    waiting = sum(voices.waiting().values())
    label = _("Reviews and questions to decide on")
    return [Task(label, waiting, reverse("office-voices"), "catalog.moderate_voices")]


WORKLISTS: list[Callable[[Desk], list[Task]]] = [shortages, said, imports]


def tasks(desk: Desk) -> list[Task]:
    """What waits for this person, what waits at all first."""
    found = [task for make in WORKLISTS for task in make(desk) if desk.may(task.right)]
    return sorted(found, key=lambda task: task.count == 0)
