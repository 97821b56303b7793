"""Pictures as files, kept by browsers and proxies.

`/art/<product id>.svg`, `/art/<product id>.<language>.svg` with its size in the measures of a language, and
`/art/shelf/<slug>.svg`.
"""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from newretail.catalog import api as catalog
from newretail.shopfront.art import Subject, draw, draw_face

# A week without asking again, a month more while asking: a product is renamed rarely, and an old picture harms nobody.
KEEP = "public, max-age=604800, stale-while-revalidate=2592000"


def _picture(request: HttpRequest, drawn: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(drawn.encode()).hexdigest()[:16]}"'
    known = etag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(b"" if known else drawn, status=304 if known else 200, content_type="image/svg+xml")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = KEEP
    return response


@require_safe
def product(request: HttpRequest, product_id: int, measures: str = "") -> HttpResponse:
    """A product's drawing; `measures`: the language whose measures its size is in, where it has some of its own."""
    label = catalog.label(product_id)
    if label is None or (measures and measures not in catalog.MEASURED):
        raise Http404
    name, brand, size, category, department = label
    return _picture(
        request, draw(Subject(product_id, name, brand, catalog.size_in(size, measures), category, department))
    )


@require_safe
def shelf(request: HttpRequest, slug: str) -> HttpResponse:
    found = catalog.category(slug)
    if found is None:
        raise Http404
    return _picture(request, draw_face(found.slug, found.name))
