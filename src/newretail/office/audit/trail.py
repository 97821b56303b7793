"""The trail: every change that staff make is written down, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from newretail.kit.ids import uuid7
from newretail.office.models import Change
from newretail.people import api as people

WRITTEN_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was changed; `before` is None for something new, `after` is None for something gone."""

    action: str
    subject: str
    key: str
    label: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    note: str = ""


def write_down(staff: people.Member, deeds: Iterable[Deed], together: UUID | None = None) -> UUID:
    """Add what was changed to the trail; call it inside the transaction of the change. The id is the deeds' own."""
    together = together or uuid7()
    at = datetime.now(UTC)
    rows = [
        Change(
            changed_at=at,
            staff_id=staff.pk,
            staff_email=staff.email,
            action=deed.action,
            subject=deed.subject,
            subject_key=deed.key[:64],
            label=deed.label[:240],
            before=deed.before,
            after=deed.after,
            note=deed.note[:240],
            together=together,
        )
        for deed in deeds
    ]
    Change.objects.bulk_create(rows, batch_size=WRITTEN_AT_ONCE)
    return together


def note_down(
    staff: people.Member,
    action: str,
    subject: str,
    key: object,
    label: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    """Write one deed down."""
    write_down(staff, [Deed(action, subject, str(key), label, before, after, note)])


def changes_of(subject: str, key: object, limit: int = 20) -> list[Change]:
    """The last changes of one thing, newest first."""
    return list(Change.objects.filter(subject=subject, subject_key=str(key)).order_by("-id")[:limit])
