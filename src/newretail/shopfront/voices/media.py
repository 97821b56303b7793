"""Files of uploaded pictures: `/media/<key>/<name>`. What is published never changes, so browsers keep it for ever."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from newretail.catalog.media import api as media
from newretail.people import api as people

FOR_ALL = "public, max-age=31536000, immutable"
FOR_ONE = "private, no-store"
LOOK_OVER = ("catalog.moderate_voices", "catalog.change_productpicture")


def _may_see(request: HttpRequest, owner_id: int) -> bool:
    """A draft is its owner's, and of those who look after what is shown."""
    user = request.user
    return isinstance(user, people.Member) and (
        user.pk == owner_id or (user.is_staff and any(user.has_perm(right) for right in LOOK_OVER))
    )


@require_safe
def file(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One file of a picture; to whom it is not shown it does not exist."""
    named = media.NAME.fullmatch(name)
    if named is None or len(key) != 32 or not key.isascii() or not key.isalnum() or not key.islower():
        raise Http404
    found = media.file(key, name)
    if found is None or not (found.is_public or _may_see(request, found.owner_id)):
        raise Http404
    etag = f'"{hashlib.sha256(found.content).hexdigest()[:32]}"'
    known = etag in parse_etags(request.headers.get("If-None-Match", ""))
    content = b"" if known else found.content
    response = HttpResponse(content, status=304 if known else 200, content_type=media.TYPES[named["type"]])
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = FOR_ALL if found.is_public else FOR_ONE
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = "inline"
    return response
