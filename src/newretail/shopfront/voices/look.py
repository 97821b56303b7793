"""What the product's page shows of pictures, reviews and questions, asked for only as far as there are any."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from newretail.catalog.voices import api as voices
from newretail.kit.lately import Lately
from newretail.shopfront.visit import Visit

REVIEWS_SHOWN, QUESTIONS_SHOWN = 4, 3
KEPT_SECONDS = 1.0  # for readers without an account; a page is read for longer


@dataclass(frozen=True, slots=True)
class Look:
    """The overview of a product with its first reviews and questions."""

    all: voices.Overview
    reviews: tuple[voices.PublishedReview, ...]
    questions: list[voices.PublishedQuestion]

    @property
    def needs_script(self) -> bool:
        """Is there anything to look at more closely?"""
        return bool(self.all.pictures) or any(review.photos for review in self.reviews)


def look_at(shop: Visit, product_id: int) -> Look:
    """One query for a product of which nobody has said anything, three at most.

    Members see what they wrote themselves, at once; others see what people say as it was at most a second ago. Inside a
    transaction nothing is kept or taken: it sees what others do not.
    """
    if shop.member is None and not connection.in_atomic_block:
        return _seen_by_all((product_id, shop.language, shop.revision))  # a picture is a new revision
    return _look(product_id, shop.language, shop.member.pk if shop.member else None)


def _look(product_id: int, language: str, member_id: int | None) -> Look:
    seen = voices.overview(product_id, language, member_id)
    reviews: list[voices.PublishedReview] = []
    questions: list[voices.PublishedQuestion] = []
    if seen.summary.total:
        reviews, _more = voices.reviews(product_id, size=REVIEWS_SHOWN, member_id=member_id)
    if seen.questions:
        questions, _more = voices.questions(product_id, size=QUESTIONS_SHOWN, member_id=member_id)
    return Look(seen, tuple(reviews), questions)


_seen_by_all: Lately[tuple[int, str, int], Look] = Lately(KEPT_SECONDS, lambda key: _look(key[0], key[1], None))


def forget() -> None:
    """Look anew: for tests, whose products come and go within a second."""
    _seen_by_all.forget()
