"""The wall's pages: staff only, tickets that the door takes, replays of reports that exist."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from newretail.kit import settings
from newretail.kit.ids import uuid7
from newretail.kit.signing import is_good, secret_key
from newretail.office.wall.words import next_midnight
from newretail.people.models import Member

PAGES = ["/screen", "/screen/ticket", "/screen/replays/1", "/office/wall"]


def signed_in(**rights: bool) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Member.objects.create_user(f"{uuid7()}@example.com", None, **rights))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_only_staff_come_in(small_market, page):
    assert Client().get(page).status_code == 302
    assert signed_in().get(page).status_code == 403


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_the_wall_opens_and_names_its_words(small_market, language):
    answer = signed_in(is_staff=True).get("/screen?currency=krw", headers={"accept-language": language})
    assert answer.status_code == 200
    assert b'data-currency="KRW"' in answer.content
    assert b"<script>" not in answer.content
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_wall_names_aisles_in_the_language_of_the_room(small_market):
    staff = signed_in(is_staff=True)
    assert b"data-aisles='{}'" in staff.get("/screen").content
    korean = html.unescape(staff.get("/screen", headers={"accept-language": "ko"}).content.decode())
    names = json.loads(korean.partition("data-aisles='")[2].partition("'")[0])
    assert names["Cheese"] == "치즈"


def test_a_ticket_is_one_that_the_door_takes(small_market):
    text = signed_in(is_staff=True).get("/screen/ticket").json()["ticket"]
    assert is_good(secret_key(), "wall", text)


def test_replays_are_what_reports_say(small_market, tmp_path, monkeypatch):
    monkeypatch.setenv(settings.VAR.name, str(tmp_path))
    (tmp_path / "reports").mkdir()
    report = {"rehearsal": {"id": 7}, "seconds": {"accepted": [1]}, "samples": ["not for the wall"]}
    (tmp_path / "reports" / "rehearsal-7.json").write_text(json.dumps(report))
    staff = signed_in(is_staff=True)
    assert b"?replay=7" in staff.get("/office/wall").content
    assert staff.get("/screen/replays/7").json() == {"rehearsal": {"id": 7}, "seconds": {"accepted": [1]}}
    assert staff.get("/screen/replays/8").status_code == 404


@pytest.mark.parametrize(
    ("now", "until", "is_end"),
    [
        (datetime(2026, 11, 10, 14, 59, tzinfo=UTC), datetime(2026, 11, 10, 15, tzinfo=UTC), False),
        (datetime(2026, 11, 10, 15, 0, tzinfo=UTC), datetime(2026, 11, 11, 15, tzinfo=UTC), True),
        (datetime(2026, 11, 11, 15, 0, tzinfo=UTC), datetime(2027, 11, 10, 15, tzinfo=UTC), False),
    ],
)
def test_the_countdown_is_to_midnight_where_the_market_is(now, until, is_end):
    assert next_midnight("Asia/Seoul", now) == (until, is_end)
