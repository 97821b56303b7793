"""The moderators' queue: who may look, one by one and many at once, and nothing typed is lost."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newretail.catalog.voices import api as voices
from newretail.catalog.voices.models import Question, Review
from newretail.kit.ids import uuid7
from newretail.people.models import Member

MILK, EGGS = 90_002, 90_004


@pytest.fixture
def clerk(small_market):
    """Staff with the right to moderate and no other."""
    yield _staff("moderate_voices")
    Review.objects.all().delete()
    Question.objects.all().delete()


def _staff(*rights: str) -> Client:
    member = Member.objects.create_user(f"{uuid7()}@example.com", None, is_staff=True)
    member.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client(headers={"accept-language": "en"})
    client.force_login(member)
    return client


def _review(member_id: int = 50, text: str = "Good.") -> str:
    writer = voices.Writer(member_id, "Min-ji", "en")
    return f"review-{voices.write_review(MILK, writer, voices.Judgement(4, '', text)).pk}"


def _question() -> str:
    return f"question-{voices.ask(EGGS, voices.Writer(50, 'Min-ji', 'en'), 'How large?').pk}"


def _states() -> list[str]:
    return sorted([*Review.objects.values_list("state", flat=True), *Question.objects.values_list("state", flat=True)])


def test_looking_over_needs_the_right(clerk):
    ref = _review()
    assert _staff().get("/office/voices").status_code == 403
    assert _staff().post("/office/voices/decide", {"publish": ref}).status_code == 403
    assert Client().get("/office/voices").status_code == 302
    assert clerk.get("/office/voices").status_code == 200
    assert _states() == ["waiting"]


def test_one_is_published_by_its_button(clerk):
    one, _other = _review(50), _review(51)
    answer = clerk.post("/office/voices/decide", {"publish": one, "which": "waiting"}, follow=True)
    assert "1 published." in answer.content.decode()
    assert _states() == ["published", "waiting"]


def test_many_are_decided_at_once(clerk):
    refs = [_review(50), _review(51), _question()]
    clerk.post("/office/voices/decide", {"publish": "", "voice": refs})
    assert _states() == ["published"] * 3
    clerk.post("/office/voices/decide", {"reject": "", "voice": refs[:2], "reason": "advertising", "note": "A link."})
    assert set(Review.objects.values_list("state", "reason", "note")) == {("rejected", "advertising", "A link.")}
    assert Question.objects.get().state == "published"


@pytest.mark.parametrize("form", [{"reject": ""}, {"publish": ""}, {"publish": "nonsense"}, {}, {"photo": "x"}])
def test_a_button_that_means_nothing_changes_nothing(clerk, form):
    _review()
    answer = clerk.post("/office/voices/decide", form)
    assert answer.status_code == 422
    assert _states() == ["waiting"]


def test_a_rejection_without_a_reason_comes_back_with_what_was_typed(clerk):
    ref = _review()
    form = {"reject": ref, f"note-{ref}": "No links, please.", f"text-{ref}": "Half a reply"}
    html = clerk.post("/office/voices/decide", form).content.decode()
    assert "Choose why" in html
    assert "No links, please." in html
    assert "Half a reply" in html
    clerk.post("/office/voices/decide", {**form, f"reason-{ref}": "advertising"})
    assert Review.objects.get().note == "No links, please."


def test_a_question_is_answered_in_the_shops_name(clerk):
    """Not in the name of whoever works here."""
    ref = _question()
    clerk.post("/office/voices/decide", {"answer": ref, f"text-{ref}": "63 grams or more."})
    ((shown,), _more) = voices.questions(EGGS)
    assert [(said.text, said.author, said.is_staff) for said in shown.answers] == [
        ("63 grams or more.", "newretail", True)
    ]


def test_a_review_gets_a_reply(clerk):
    ref = _review()
    clerk.post("/office/voices/decide", {"publish": ref})
    clerk.post("/office/voices/decide", {"reply": ref, f"text-{ref}": "Thank you.", "which": "published"})
    assert voices.reviews(MILK)[0][0].reply == "Thank you."


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_the_queue_costs_the_same_however_long_it_is(clerk, language):
    _question()
    for count in (1, 12):
        for number in range(count):
            _review(100 + number, "<script>alert(1)</script>")
        with CaptureQueriesContext(connection) as asked:
            html = clerk.get("/office/voices", headers={"accept-language": language}).content.decode()
        assert len(asked) <= 9
        assert html.count('class="panel entry"') == count + 1
        assert "<script>alert" not in html


@pytest.mark.parametrize(
    "query", ["which=x&kind=y&page=z", "page=0", "page=999", "page=²", "kind=review&which=reported"]
)
def test_no_query_breaks_the_queue(clerk, query):
    assert clerk.get(f"/office/voices?{query}").status_code == 200
