"""The page of the trail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from newretail.office.audit.listing import CHANGES
from newretail.office.desk import SEE_CHANGES, with_right
from newretail.office.lists.views import show


@with_right(SEE_CHANGES)
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    return show(request, CHANGES)
