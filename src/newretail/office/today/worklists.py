"""What needs a person now: functions that count it and say where it is done.

A room with work for people adds its function to WORKLISTS; the page of today and the palette show them.
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
from newretail.office.models import Import

COUNTED_UP_TO = 200


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for people; `count` of zero is good news and shown as such."""

    label: Any
    count: int
    href: str
    right: str = ""


def shortages(desk: Desk) -> Task:
    short = len(reads.short_pools(COUNTED_UP_TO)) if reads.has_cells() else 0
    return Task(_("Short pools"), short, reverse("office-worklist"))


def imports(desk: Desk) -> Task:
    waiting = Import.objects.filter(state__in=(Import.State.FAULTY, Import.State.BROKEN)).count()
    href = f"{reverse('office-imports')}?state=faulty"
    return Task(_("Imports with errors"), waiting, href, "office.edit_products")


def ready(desk: Desk) -> Task:
    waiting = Import.objects.filter(state=Import.State.CHECKED).count()
    href = f"{reverse('office-imports')}?state=checked"
    return Task(_("Imports ready to publish"), waiting, href, "office.edit_products")


def said(desk: Desk) -> Task:
    waiting = sum(voices.waiting().values())
    return Task(_("Reviews and questions to decide on"), waiting, reverse("office-voices"), "catalog.moderate_voices")


WORKLISTS: list[Callable[[Desk], Task]] = [shortages, said, imports, ready]


def tasks(desk: Desk) -> list[Task]:
    """What waits for this person, what waits at all first."""
    found = [task for make in WORKLISTS if desk.may((task := make(desk)).right)]
    return sorted(found, key=lambda task: task.count == 0)
