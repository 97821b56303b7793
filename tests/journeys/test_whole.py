"""No page of the office is left out: every address that answers with a page was looked at by axe in this run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import Resolver404, URLResolver, get_resolver, resolve

from tests.journeys.test_access import LOOKED_AT
from tests.journeys.test_desk import enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WALK = "tests/journeys/test_office_access.py"
OFFICE = ("/office/", "/screen")
SAMPLES: dict[str, Any] = {
    "uuid": "01890000-0000-7000-8000-000000000000",
    "int": 1,
    "str": "x",
    "slug": "x",
}
BY_ITSELF = {
    "screen": "the wall draws on a canvas for a room; test_wall.py",
    "screen-replay": "figures, as JSON",
    "office-import-progress": "how far it is, as JSON",
    "office-import-faults": "a sheet",
}


def addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """(name, path with made-up parts) of every address but those of the admin's tables."""
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from addresses(pattern, route)
        elif pattern.name:
            for kind, value in SAMPLES.items():
                while f"<{kind}:" in route:
                    start = route.index(f"<{kind}:")
                    route = route[:start] + str(value) + route[route.index(">", start) + 1 :]
            yield pattern.name, f"/{route}"


def name_of(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def test_no_page_is_left_out(market, open_page, request):
    """A page's address answers a GET with HTML, or with 404 because the thing is made up; others are parts or deeds."""
    ran = {item.nodeid.partition("::")[0] for item in request.session.items}
    if WALK not in ran or request.session.testsfailed:
        pytest.skip("Only after the walk that looks at every page.")
    seen = {name_of(path) for path in LOOKED_AT}
    page = enter(market, open_page)
    left_out = []
    for name, path in addresses(get_resolver()):
        if name in seen or name in BY_ITSELF or not path.startswith(OFFICE):
            continue
        answer = page.request.get(path, max_redirects=0)
        is_page = answer.status == 404 or (answer.status == 200 and "text/html" in answer.headers["content-type"])
        if is_page:
            left_out.append(f"{name} ({path}: {answer.status})")
    assert left_out == []
