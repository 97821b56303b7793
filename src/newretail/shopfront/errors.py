"""Pages for what went wrong; each says what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """Needs neither session nor database: these may be what is broken."""
    return render(request, "shopfront/error.html", {"title": title, "text": text, "messages": []}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, _("We did not understand that"), _("Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("This page is for staff. Sign in with an account that may see it.")
    return _page(request, 403, _("You may not see this page"), text)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _("This form was open too long, or cookies are switched off. Go back, reload the page and send it again.")
    return _page(request, 403, _("Please send that again"), text)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    text = _("The address may be mistyped, or what was here is gone. Search for it, or start at the front page.")
    return _page(request, 404, _("There is nothing here"), text)


def broken(request: HttpRequest) -> HttpResponse:
    text = _("Something broke on our side and is on record. Try again in a moment; your cart is kept.")
    return _page(request, 500, _("That did not work"), text)


def unavailable(request: HttpRequest) -> HttpResponse:
    text = _("We cannot reach our shelves right now. Wait a few seconds, then reload the page. Your cart is kept.")
    return _page(request, 503, _("One moment, please"), text)
