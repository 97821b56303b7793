"""The style guide: every component of the shop in every state, live, from the templates and styles of the pages."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.catalog.voices import api as voices
from newretail.shopfront.facets import facets
from newretail.shopfront.visit import page, visit_of

SHOWN = 5
SUMMARY = voices.Summary((1, 0, 2, 5, 12))
RATING = voices.Rating(SUMMARY.rounded, SUMMARY.total)


def _said() -> tuple[voices.PublishedReview, voices.PublishedQuestion]:
    """A review and a question as somebody might write them, in three languages."""
    now = timezone.now()
    text = "Fresh every time. 매번 신선해요. 每次都很新鲜。"
    review = voices.PublishedReview(
        review_id=0,
        rating=4,
        title="갓 구운 빵",
        text=text,
        author="Ann",
        language="ko",
        is_verified=True,
        written_at=now - timedelta(days=3),
        helpful=7,
        reply="Thank you. 고맙습니다. 谢谢。",
        replied_at=now - timedelta(days=2),
        is_mine=False,
        is_voted=True,
        photos=(),
    )
    answer = voices.PublishedAnswer(0, "三天。", "newretail", "zh-Hans", now - timedelta(days=1), True, False)
    question = voices.PublishedQuestion(0, "能放几天？", "李", "zh-Hans", now - timedelta(days=2), False, [answer])
    return review, question


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    shop = visit_of(request)
    index = shop.index
    chosen = facets(QueryDict("stock=here"), shop.market.currency, index.brand_codes)
    shelf = next(iter(index.busiest), None)
    counts = catalog.narrow_shelf(index, shelf.category_id, chosen.wish(shop))[1] if shelf else None
    review, question = _said()
    now = timezone.now()
    return page(
        request,
        "styleguide.html",
        wares=shop.wares(index.product_id[:SHOWN].tolist()),
        departments=tuple(index.children_of(None)),
        facets=chosen,
        counts=counts,
        summary=SUMMARY,
        rating=RATING,
        review=review,
        question=question,
        now=now,
        held_until=now + timedelta(minutes=12),
    )
