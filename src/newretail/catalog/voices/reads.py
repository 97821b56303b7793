"""What pages show of voices: sums, reviews, questions. Every function asks the database once."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from newretail.catalog.media.reads import Shown, alt_in, shown
from newretail.catalog.media.rules import Focus, square_name, whole_name
from newretail.catalog.models import Sku
from newretail.catalog.voices.models import Answer, Question, Review
from newretail.catalog.voices.rules import Kind, Sort, State, Summary, words_of
from newretail.kit.sql import statements

PAGE_SIZE = 10
LAST_PAGE = 100
RATED_SECONDS, RATED_KEPT = 2.0, 50_000  # how old a rating on a card may be; of how many products one is kept
_MODELS: dict[Kind, type[Review | Question | Answer]] = {
    Kind.REVIEW: Review,
    Kind.QUESTION: Question,
    Kind.ANSWER: Answer,
}


@dataclass(frozen=True, slots=True)
class Overview:
    """What the product's page knows before it asks for texts; `mine` is the state of the reader's own review."""

    pictures: tuple[Shown, ...]
    summary: Summary
    questions: int
    mine: State | None


@dataclass(frozen=True, slots=True)
class Rating:
    """What a card says of a product that somebody has rated: the mean to one digit, and of how many."""

    mean: float
    count: int


@dataclass(frozen=True, slots=True)
class Photo:
    whole: str
    square: str


@dataclass(frozen=True, slots=True)
class PublishedReview:
    review_id: int
    rating: int
    title: str
    text: str
    author: str
    language: str
    is_verified: bool
    written_at: datetime
    helpful: int
    reply: str
    replied_at: datetime | None
    is_mine: bool
    is_voted: bool
    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    answer_id: int
    text: str
    author: str
    language: str
    written_at: datetime
    is_staff: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class PublishedQuestion:
    question_id: int
    text: str
    author: str
    language: str
    written_at: datetime
    is_mine: bool
    answers: list[PublishedAnswer]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reviews are wanted, in which order; `stars` None: with any number of them."""

    sort: Sort = Sort.HELPFUL
    stars: int | None = None
    photos_only: bool = False
    verified_only: bool = False


_rated: dict[int, tuple[float, Rating | None]] = {}  # with the second at which it was asked for


def _rows(name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "voices.sql")[name], values)
        return list(cursor.fetchall())


def overview(product_id: int, language: str, member_id: int | None = None) -> Overview:
    """A product's pictures, sums and numbers, for a reader of the language."""
    ((pictures, counts, questions, mine),) = _rows("product_page", {"product_id": product_id, "member_id": member_id})
    return Overview(
        tuple(
            shown(key, x, y, alt_in(alts, language), width, height) for key, x, y, alts, width, height in pictures or ()
        ),
        Summary(tuple(counts)) if counts else Summary(),
        questions,
        State(mine) if mine else None,
    )


def ratings(product_ids: Collection[int]) -> dict[int, Rating]:
    """The ratings of those of the products that have any, as they were at most two seconds ago.

    Cards stand on every page, and people judge all the time. Inside a transaction nothing is kept or taken: it sees
    what others do not.
    """
    if connection.in_atomic_block:
        return _ratings(product_ids)
    now = time.monotonic()
    known = {key: kept for key in product_ids if (kept := _rated.get(key)) and now - kept[0] < RATED_SECONDS}
    if unknown := [key for key in product_ids if key not in known]:
        found = _ratings(unknown)
        known |= {key: (now, found.get(key)) for key in unknown}
        if len(_rated) > RATED_KEPT:
            _rated.clear()
        _rated.update(known)
    return {key: rating for key, (_asked_at, rating) in known.items() if rating is not None}


def _ratings(product_ids: Collection[int]) -> dict[int, Rating]:
    # As a text: Django's cursor writes values into the statement, and a list would be written number by number.
    rows = _rows("ratings", {"product_ids": f"{{{','.join(map(str, product_ids))}}}"})
    sums = ((product_id, Summary(tuple(counts))) for product_id, *counts in rows)
    return {product_id: Rating(found.rounded, found.total) for product_id, found in sums}


def reviews(
    product_id: int,
    wanted: Wanted = Wanted(),  # frozen
    *,
    page: int = 1,
    size: int = PAGE_SIZE,
    member_id: int | None = None,
) -> tuple[list[PublishedReview], bool]:
    """A page of published reviews, and whether there is more."""
    page = min(max(1, page), LAST_PAGE)
    values = {
        "product_id": product_id,
        "member_id": member_id,
        "sort": wanted.sort,
        "stars": wanted.stars,
        "photos_only": wanted.photos_only,
        "verified_only": wanted.verified_only,
        "offset": (page - 1) * size,
        "limit": size + 1,
    }
    rows = _rows("reviews", values)
    found = [PublishedReview(*(*row[:-1], tuple(_photo(key) for key in row[-1] or ()))) for row in rows[:size]]
    return found, len(rows) > size and page < LAST_PAGE


def _photo(key: str) -> Photo:
    return Photo(whole_name(key), square_name(key, Focus()))


def questions(
    product_id: int, words: str = "", *, page: int = 1, size: int = PAGE_SIZE, member_id: int | None = None
) -> tuple[list[PublishedQuestion], bool]:
    """A page of published questions with their answers, answered ones first, and whether there is more."""
    page = min(max(1, page), LAST_PAGE)
    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words_of(words)]
    values = {
        "product_id": product_id,
        "member_id": member_id,
        "patterns": [f"%{word}%" for word in escaped],
        "offset": (page - 1) * size,
        "limit": size + 1,
    }
    rows = _rows("questions", values)
    found = [PublishedQuestion(*(*row[:-1], [_answer(*said) for said in row[-1] or []])) for row in rows[:size]]
    return found, len(rows) > size and page < LAST_PAGE


def _answer(number: int, text: str, author: str, language: str, written: float, *marks: bool) -> PublishedAnswer:
    return PublishedAnswer(number, text, author, language, datetime.fromtimestamp(written, UTC), *marks)


def skus_of(product_id: int) -> set[int]:
    """The ids of all SKUs of a product, sold or not: whoever bought one of them has bought the product."""
    return set(Sku.objects.filter(product_id=product_id).values_list("id", flat=True))


def product_of(kind: Kind, voice_id: int) -> int | None:
    """The product that a published voice is about."""
    found = _MODELS[kind].objects.filter(pk=voice_id, state=State.PUBLISHED)
    return found.values_list("product_id", flat=True).first()


def question(product_id: int, question_id: int) -> Question | None:
    """A published question about a product."""
    return Question.objects.filter(pk=question_id, product_id=product_id, state=State.PUBLISHED).first()


def own_review(product_id: int, member_id: int) -> Review | None:
    """A member's own review in whatever state."""
    return Review.objects.prefetch_related("photos").filter(product_id=product_id, member_id=member_id).first()
