"""May this browser be remembered? Asked once, quietly; until a yes nothing is kept of what was looked at."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from newretail.shopfront.visit import CONSENT_COOKIE, CONSENT_NO, CONSENT_YES, SEEN_COOKIE

SECONDS = 365 * 24 * 3600


def put_answer(request: HttpRequest, response: HttpResponse, yes: bool) -> None:
    """Keep the answer in the browser; a no also takes away what was remembered."""
    value = CONSENT_YES if yes else CONSENT_NO
    response.set_cookie(CONSENT_COOKIE, value, SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax")
    if not yes:
        response.delete_cookie(SEEN_COOKIE, samesite="Lax")
