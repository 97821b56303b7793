"""The page of settings: what is in force and where it comes from, and the markets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from newretail.kit import settings
from newretail.office.desk import MANAGE_STAFF, page, with_right

SECRET = {settings.SECRET_KEY.name}


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting as it is now."""

    name: str
    value: str
    is_set: bool  # by the environment; else it is the default
    purpose: str


def shown(name: str, text: str) -> str:
    """A value without what must stay secret: keys are not shown, addresses without their password."""
    if name in SECRET:
        return _("hidden") if text else ""
    parts = urlsplit(text) if "://" in text else None
    if parts is not None and parts.password is not None:
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:•••@{host}"))
    return text


def in_force() -> list[InForce]:
    return [InForce(s.name, shown(s.name, s.text), s.name in os.environ, s.purpose) for s in settings.ALL]


@with_right(MANAGE_STAFF)
@require_GET
def all_settings(request: HttpRequest) -> HttpResponse:
    return page(request, "settings.html", settings=in_force())
