"""The shop as an app on the home screen: manifest, service worker, and the page for when there is no line."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_GET


def _in_language(request: HttpRequest, language: str, template: str, content_type: str) -> HttpResponse:
    """Without session and visitor: what is kept on a device says nothing of a person."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with override(language):
        response = render(request, f"shopfront/{template}", {"messages": []}, content_type=content_type)
    response.headers["Content-Language"] = language
    return response


@require_GET
def manifest(request: HttpRequest, language: str) -> HttpResponse:
    return _in_language(request, language, "pwa/manifest.html", "application/manifest+json; charset=utf-8")


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, for the language of the page that asks for it; browsers compare it byte by byte for a new one."""
    language = request.GET.get("language", settings.LANGUAGE_CODE)
    response = _in_language(request, language, "pwa/service_worker.js", "text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_GET
def offline(request: HttpRequest, language: str) -> HttpResponse:
    return _in_language(request, language, "pwa/offline.html", "text/html; charset=utf-8")
