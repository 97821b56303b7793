"""What a browser is told with every page, and whom the pages believe to be calling."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from os import environ

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from newretail.doors import settings
from newretail.doors.security import FrontDoor
from newretail.doors.trouble import Trouble
from newretail.trade.api import DatabaseAway


@pytest.mark.parametrize("path", ["/nowhere", "/static/newretail.css", "/admin/nowhere"])
def test_every_answer_carries_the_guards(in_rollback, path):
    """Pages, files and errors alike: no inline code, no foreign origin, no framing, no guessing of types."""
    response = Client().get(path)
    response.close()  # a file is open until then
    headers = response.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/nowhere", "/static/newretail.css", "/static/icon.svg"])
def test_text_is_sent_packed_to_who_can_unpack_it(in_rollback, path):
    plain, packed = Client().get(path), Client().get(path, headers={"accept-encoding": "gzip"})
    whole, sent = plain.getvalue(), packed.getvalue()
    assert packed.headers.get("Content-Encoding") == "gzip" or len(whole) < 200
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(gzip.decompress(sent)) > 2 * len(sent) or len(whole) < 2000
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # what a caller claims comes first; our door adds last
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # nobody but our own door is believed
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_the_address_is_taken_from_our_own_door_only(peer, forwarded, caller):
    seen = []

    def note(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    FrontDoor(note)(RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded))
    assert seen == [caller]


def test_a_strange_host_is_refused(in_rollback):
    """A page that names another host could lead people there."""
    assert Client().get("/nowhere", HTTP_HOST="evil.example").status_code == 400


def test_a_form_without_its_token_is_refused(in_rollback):
    """Another site cannot send our forms in a visitor's name, and the page says what to do."""
    response = Client(enforce_csrf_checks=True).post("/cart/add", {"sku": "1"})
    assert response.status_code == 403
    assert "reload the page" in response.content.decode()


def test_a_database_that_is_away_is_a_page_that_says_so():
    trouble = Trouble(lambda request: HttpResponse())
    answer = trouble.process_exception(RequestFactory().get("/"), DatabaseAway("gone"))
    assert answer is not None
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert trouble.process_exception(RequestFactory().get("/"), ValueError("a mistake of ours")) is None


@pytest.mark.parametrize("https", ["yes", "no"])
def test_django_finds_nothing_to_warn_of(https):
    """`check --deploy` is clean; what is silenced has its reason beside it in the settings."""
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    key = "x" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz"
    environment = {**environ, "NEWRETAIL_HTTPS": https, "NEWRETAIL_SECRET_KEY": key}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_cookies_are_kept_from_scripts_and_from_plain_http():
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    code = (
        "import json; from newretail.doors import settings as s; print(json.dumps("
        "[s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**environ, "NEWRETAIL_HTTPS": "yes"}, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == [True, True, True, 365 * 24 * 3600]


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_logs_hold_no_query_string(in_rollback, caplog):
    """What people search for is their own business."""
    with caplog.at_level("INFO", "newretail.pages"):
        Client().get("/nowhere?q=something+private")
    text = " ".join(str(record.msg) for record in caplog.records if record.name == "newretail.pages")
    assert "/nowhere" in text
    assert "private" not in text
