"""What the product's page shows of pictures, reviews and questions, asked for only as far as there are any."""

from __future__ import annotations

from dataclasses import dataclass

from newretail.catalog.voices import api as voices
from newretail.shopfront.visit import Visit

REVIEWS_SHOWN, QUESTIONS_SHOWN = 4, 3


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
    """One query for a product of which nobody has said anything, three at most."""
    member_id = shop.member.pk if shop.member else None
    seen = voices.overview(product_id, shop.language, member_id)
    reviews: list[voices.PublishedReview] = []
    questions: list[voices.PublishedQuestion] = []
    if seen.summary.total:
        reviews, _more = voices.reviews(product_id, size=REVIEWS_SHOWN, member_id=member_id)
    if seen.questions:
        questions, _more = voices.questions(product_id, size=QUESTIONS_SHOWN, member_id=member_id)
    return Look(seen, tuple(reviews), questions)
