"""Looking over what members wrote: what waits, what was reported, publishing, rejecting with a reason, replying."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from newretail.catalog.media.rules import whole_name
from newretail.catalog.voices.models import Report, Review, ReviewPhoto
from newretail.catalog.voices.rules import ANSWER_LIMIT, NOTE_LIMIT, Kind, NotAllowed, Reason, State, tidy
from newretail.catalog.voices.write import MODELS, count, lock_product
from newretail.kit.reader import reader_language
from newretail.kit.sql import statements

QUEUE_SIZE = 30
REPORTED = "reported"  # what the queue shows beside the states


@dataclass(frozen=True, slots=True)
class Ref:
    """A voice by kind and number, as forms name it: `review-12`."""

    kind: Kind
    voice_id: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.voice_id}"

    @classmethod
    def of(cls, text: str) -> Ref | None:
        """What a form says; None where that is nonsense."""
        kind, _dash, number = text.partition("-")
        if kind not in set(Kind) or not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        return cls(Kind(kind), int(number))


@dataclass(frozen=True, slots=True)
class Entry:
    """A voice as moderators see it; `about` is the question that an answer belongs to."""

    kind: Kind
    voice_id: int
    product_id: int
    product_name: str
    member_id: int
    author: str
    language: str
    text: str
    state: State
    reason: str
    note: str
    written_at: datetime
    reports: int
    rating: int
    title: str
    is_verified: bool
    reply: str
    about: str
    photos: list[tuple[int, str]]
    reported_for: list[str]

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.voice_id)


def queue(which: str, kind: Kind | None, page: int = 1, size: int = QUEUE_SIZE) -> tuple[list[Entry], bool]:
    """A page of what is in a state, or reported, and whether there is more; what waits comes oldest first."""
    values = {"which": which, "kind": kind, "offset": (page - 1) * size, "limit": size + 1}
    values["language"] = reader_language()
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "moderation.sql")["queue"], values)
        rows = cursor.fetchall()
    return [_entry(row) for row in rows[:size]], len(rows) > size


def _entry(row: tuple[Any, ...]) -> Entry:
    parts = list(row)
    parts[0], parts[8] = Kind(parts[0]), State(parts[8])
    parts[-2] = [(number, whole_name(key)) for number, key in parts[-2] or []]
    parts[-1] = parts[-1] or []
    return Entry(*parts)


def waiting() -> dict[str, int]:
    """How much waits for a moderator: by kind, and what was reported; counted to a thousand."""
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "moderation.sql")["waiting"])
        return {name: int(number) for name, number in cursor.fetchall()}


def decide(refs: Iterable[Ref], state: State, *, staff_id: int, reason: Reason | None = None, note: str = "") -> int:
    """Publish or reject voices; how many that changed. A rejection needs a reason, which the writer is told.

    Publishing what was reported settles the reports.
    """
    if state == State.REJECTED and reason is None:
        raise NotAllowed(_("Choose why: the writer is told the reason."))
    with transaction.atomic():
        chosen = [(ref, product_id) for ref in set(refs) if (product_id := _product_of(ref)) is not None]
        for product_id in sorted({product_id for _ref, product_id in chosen}):
            lock_product(product_id)
        words = tidy(note)[:NOTE_LIMIT]
        return sum(_move(ref, state, staff_id, reason, words) for ref, _product_id in chosen)


def _product_of(ref: Ref) -> int | None:
    return MODELS[ref.kind].objects.filter(pk=ref.voice_id).values_list("product_id", flat=True).first()


def _move(ref: Ref, state: State, staff_id: int, reason: Reason | None, note: str) -> bool:
    voice = MODELS[ref.kind].objects.select_for_update().filter(pk=ref.voice_id).first()
    if voice is None or (voice.state == state and not voice.reports):
        return False
    if isinstance(voice, Review) and voice.state != state:
        difference = {State.PUBLISHED: 1}.get(state, 0) - {State.PUBLISHED: 1}.get(State(voice.state), 0)
        if difference:
            count(voice, difference)
    rejected = state == State.REJECTED
    voice.state, voice.reason, voice.note = state, (reason or "") if rejected else "", note if rejected else ""
    voice.decided_at, voice.decided_by, voice.reports = timezone.now(), staff_id, 0
    voice.save()
    Report.objects.filter(kind=ref.kind, voice_id=ref.voice_id).delete()
    return True


def reply(review_id: int, text: str, *, staff_id: int) -> None:
    """Answer a review in the shop's name; an empty text takes the reply back."""
    said = tidy(text, lines=True)
    if len(said) > ANSWER_LIMIT:
        raise NotAllowed(
            _("That is %(length)d characters; at most %(limit)d fit.") % {"length": len(said), "limit": ANSWER_LIMIT}
        )
    signed = (
        {"replied_at": timezone.now(), "replied_by": staff_id} if said else {"replied_at": None, "replied_by": None}
    )
    Review.objects.filter(pk=review_id).update(reply=said, **signed)


def drop_photo(photo_id: int) -> bool:
    """Take one photo out of a review; False when it was gone already."""
    return bool(ReviewPhoto.objects.filter(pk=photo_id).delete()[0])
