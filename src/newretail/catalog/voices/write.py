"""What members write: reviews, questions, answers, votes and reports. Each is one transaction.

Whoever changes voices of a product locks the product's row first; so its sums move one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from newretail.catalog.media.models import Picture
from newretail.catalog.models import Product
from newretail.catalog.voices.models import (
    Answer,
    Question,
    RatingSummary,
    Report,
    Review,
    ReviewPhoto,
    Voice,
    VoiceRules,
    Vote,
)
from newretail.catalog.voices.rules import (
    ANSWER_LIMIT,
    AUTHOR_LIMIT,
    PHOTOS_LIMIT,
    QUESTION_LIMIT,
    REVIEW_LIMIT,
    SHORTEST_TEXT,
    STARS,
    TITLE_LIMIT,
    WAITING_LIMIT,
    Kind,
    NotAllowed,
    Reason,
    State,
    tidy,
)

MODELS: dict[Kind, type[Review | Question | Answer]] = {
    Kind.REVIEW: Review,
    Kind.QUESTION: Question,
    Kind.ANSWER: Answer,
}
_COUNTED = dict(zip(STARS, ("ones", "twos", "threes", "fours", "fives"), strict=True))


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the account, the name to be seen under, and whether they bought the product here."""

    member_id: int
    author: str
    language: str
    is_verified: bool = False
    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a review says; `photos` are keys of the writer's own pictures."""

    rating: int
    title: str
    text: str
    photos: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WaitingRules:
    """What waits until somebody has looked over it. Reviews with photos wait in any case, answers of staff never do."""

    reviews_wait: bool = True
    questions_wait: bool = True
    answers_wait: bool = True


def waiting_rules(tenant_id: int = 1) -> WaitingRules:
    row = VoiceRules.objects.filter(pk=tenant_id).first()
    return WaitingRules() if row is None else WaitingRules(row.reviews_wait, row.questions_wait, row.answers_wait)


def set_waiting_rules(rules: WaitingRules, tenant_id: int = 1) -> None:
    """They hold for what is written from now on."""
    VoiceRules.objects.update_or_create(pk=tenant_id, defaults=asdict(rules))


def _state(waits: bool) -> State:
    return State.WAITING if waits else State.PUBLISHED


def lock_product(product_id: int) -> Product:
    """Take the product's row until the end of the transaction. Raises Product.DoesNotExist."""
    return Product.objects.select_for_update(no_key=True).get(pk=product_id)


def count(review: Review, difference: int) -> None:
    """Add a review to its product's sums, or take it out of them; inside the transaction that moved it."""
    RatingSummary.objects.get_or_create(product_id=review.product_id)
    column = _COUNTED[review.rating]
    RatingSummary.objects.filter(pk=review.product_id).update(**{column: F(column) + difference})


def _said(text: str, limit: int) -> str:
    said = tidy(text, lines=True)
    if len(said) < SHORTEST_TEXT:
        raise NotAllowed(_("Write a few words."))
    if len(said) > limit:
        raise NotAllowed(
            _("That is %(length)d characters; at most %(limit)d fit.") % {"length": len(said), "limit": limit}
        )
    return said


def _author(writer: Writer) -> str:
    author = tidy(writer.author)[:AUTHOR_LIMIT]
    if not author:
        raise NotAllowed(_("Write the name that others shall see."))
    return author


def _brake(member_id: int) -> None:
    """Refuse more from somebody of whom so much waits already, or was shown unseen today."""
    waiting = sum(
        model.objects.filter(member_id=member_id, state=State.WAITING)[:WAITING_LIMIT].count()
        for model in MODELS.values()
    )
    if waiting >= WAITING_LIMIT:
        raise NotAllowed(_("Much that you wrote waits to be looked over. Come back when it is published."))
    # What is shown at once fills no queue, so it is counted by the day; a decided one has a moderator's number.
    unseen = {"member_id": member_id, "state": State.PUBLISHED, "decided_by": None}
    unseen["written_at__gt"] = timezone.now() - timedelta(days=1)
    today = sum(model.objects.filter(**unseen)[:WAITING_LIMIT].count() for model in MODELS.values())
    if today >= WAITING_LIMIT:
        raise NotAllowed(_("You wrote much today. Come back tomorrow."))


def _own_photos(keys: Sequence[str], member_id: int) -> list[Picture]:
    """The pictures of these keys, each once; another's picture is refused."""
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > PHOTOS_LIMIT:
        raise NotAllowed(_("At most %(limit)d photos fit.") % {"limit": PHOTOS_LIMIT})
    # Locked, so that the sweeper of drafts leaves them alone from here on.
    found = Picture.objects.select_for_update().filter(key__in=wanted, owner_id=member_id).in_bulk()
    if len(found) < len(wanted):
        raise NotAllowed(_("A photo is not there any more. Choose it again."))
    return [found[key] for key in wanted]


def write_review(product_id: int, writer: Writer, judgement: Judgement) -> Review:
    """Write a member's review of a product, or write it anew; it waits for a look where the rules say so.

    Raises NotAllowed.
    """
    if judgement.rating not in STARS:
        raise NotAllowed(_("Choose one to five stars."))
    title, text, author = tidy(judgement.title)[:TITLE_LIMIT], _said(judgement.text, REVIEW_LIMIT), _author(writer)
    with transaction.atomic():
        lock_product(product_id)
        review = Review.objects.filter(product_id=product_id, member_id=writer.member_id).first()
        if review is None:
            _brake(writer.member_id)
            review = Review(product_id=product_id, member_id=writer.member_id)
        elif review.state == State.PUBLISHED:
            count(review, -1)
        review.rating, review.title, review.text, review.author = judgement.rating, title, text, author
        review.language, review.is_verified = writer.language, writer.is_verified
        waits = waiting_rules().reviews_wait or bool(judgement.photos)
        review.state, review.reason, review.note = _state(waits), "", ""
        review.written_at, review.decided_at, review.decided_by = timezone.now(), None, None
        review.save()
        if not waits:
            count(review, 1)
        photos = _own_photos(judgement.photos, writer.member_id)
        review.photos.all().delete()
        ReviewPhoto.objects.bulk_create(
            ReviewPhoto(review=review, picture=photo, place=place) for place, photo in enumerate(photos, 1)
        )
    return review


def withdraw_review(product_id: int, member_id: int) -> bool:
    """Delete one's own review with its photos and votes; False when there was none."""
    with transaction.atomic():
        lock_product(product_id)
        review = Review.objects.filter(product_id=product_id, member_id=member_id).first()
        if review is None:
            return False
        if review.state == State.PUBLISHED:
            count(review, -1)
        Report.objects.filter(kind=Kind.REVIEW, voice_id=review.pk).delete()
        review.delete()
    return True


def vote(review_id: int, member_id: int, *, is_helpful: bool) -> int:
    """Say that a published review is helpful, or take that back; doing it twice is doing it once. How many say so."""
    with transaction.atomic():
        review = Review.objects.select_for_update().filter(pk=review_id, state=State.PUBLISHED).first()
        if review is None or review.member_id == member_id:
            raise NotAllowed(_("You can vote for published reviews of others."))
        if is_helpful:
            Vote.objects.get_or_create(review=review, member_id=member_id)
        else:
            Vote.objects.filter(review=review, member_id=member_id).delete()
        review.helpful = review.votes.count()
        review.save(update_fields=["helpful"])
    return review.helpful


def report(kind: Kind, voice_id: int, member_id: int, reason: Reason) -> None:
    """Tell the moderators that something published should not be; once a member. Raises NotAllowed."""
    with transaction.atomic():
        voice = MODELS[kind].objects.select_for_update().filter(pk=voice_id, state=State.PUBLISHED).first()
        if voice is None or voice.member_id == member_id:
            raise NotAllowed(_("You can report what others published."))
        values = {"reason": reason, "reported_at": timezone.now()}
        Report.objects.update_or_create(kind=kind, voice_id=voice_id, member_id=member_id, defaults=values)
        voice.reports = Report.objects.filter(kind=kind, voice_id=voice_id).count()
        voice.save(update_fields=["reports"])


def _fill(voice: Voice, writer: Writer, text: str) -> None:
    voice.member_id, voice.author, voice.language = writer.member_id, _author(writer), writer.language
    voice.text, voice.written_at = text, timezone.now()


def ask(product_id: int, writer: Writer, text: str) -> Question:
    """Ask a question about a product; it waits to be looked over where the rules say so. Raises NotAllowed."""
    question = Question(product_id=product_id, state=_state(waiting_rules().questions_wait))
    _fill(question, writer, _said(text, QUESTION_LIMIT))
    with transaction.atomic():
        lock_product(product_id)
        _brake(writer.member_id)
        same = Question.objects.filter(product_id=product_id, member_id=writer.member_id, text=question.text)
        if (known := same.first()) is not None:  # sent twice
            return known
        question.save()
    return question


def answer(question_id: int, writer: Writer, text: str) -> Answer:
    """Answer a question: staff at once, and their answer publishes the question; a buyer's waits by the rules.

    Raises NotAllowed.
    """
    if not (writer.is_staff or writer.is_verified):
        raise NotAllowed(_("Those who bought the product here can answer."))
    with transaction.atomic():
        question = Question.objects.select_for_update().filter(pk=question_id).first()
        if question is None or not (question.state == State.PUBLISHED or writer.is_staff):
            raise NotAllowed(_("This question cannot be answered any more."))
        said = Answer(product_id=question.product_id, question=question, is_staff=writer.is_staff)
        _fill(said, writer, _said(text, ANSWER_LIMIT))
        same = Answer.objects.filter(question=question, member_id=writer.member_id, text=said.text)
        if (known := same.first()) is not None:  # sent twice
            return known
        if writer.is_staff:
            for voice in (said, question):
                voice.state, voice.reason, voice.note = State.PUBLISHED, "", ""
                voice.decided_at, voice.decided_by = said.written_at, writer.member_id
            question.save()
        else:
            _brake(writer.member_id)
            said.state = _state(waiting_rules().answers_wait)
        said.save()
    return said
