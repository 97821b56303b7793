"""The outbox: one mail a topic, sent once the post takes it, given up in the end; and what is tidied away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from newretail.kit.ids import uuid7
from newretail.people import api
from newretail.people.consents import TEXT_VERSIONS
from newretail.people.models import Attempt, Consent, Member, OrderContact, OutgoingMail
from newretail.people.outbox import TRIES

pytestmark = pytest.mark.usefixtures("in_rollback")
LETTER = api.Letter("ko", "주문\nBcc: everybody@example.com", "글", "<p>글</p>")


class AwayPost(EmailBackend):
    """A post office that is closed."""

    def send_messages(self, messages):
        raise ConnectionRefusedError("nobody answers")


@pytest.fixture(autouse=True)
def post(settings_of_mail):
    mail.outbox = []


@pytest.fixture
def settings_of_mail(monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
    return settings


def test_a_topic_is_mailed_once():
    assert api.queue_mail("placed:1", "ann@example.com", LETTER)
    assert not api.queue_mail("placed:1", "ann@example.com", LETTER)
    assert api.send_due_mails() == 1
    assert api.send_due_mails() == 0
    (sent,) = mail.outbox
    assert isinstance(sent, mail.EmailMultiAlternatives)
    assert sent.to == ["ann@example.com"]
    assert sent.subject == "주문 Bcc: everybody@example.com"  # a line break would begin a header
    assert sent.alternatives[0][:2] == ("<p>글</p>", "text/html")
    assert sent.extra_headers["Message-ID"].startswith("<")


def test_nothing_is_mailed_to_those_who_cannot_be_reached():
    """Guests and imported members live under .invalid."""
    assert not api.queue_mail("placed:2", "1@members.INVALID", LETTER)
    assert not api.queue_mail("placed:3", "", LETTER)


def test_a_mail_waits_while_the_post_is_away(settings_of_mail, monkeypatch):
    """Ever longer pauses, given up after the last try; what waits is not asked again before its time."""
    monkeypatch.setattr(settings_of_mail, "EMAIL_BACKEND", f"{__name__}.AwayPost")
    api.queue_mail("placed:4", "ann@example.com", LETTER)
    at, pauses = timezone.now(), []
    for _ in range(TRIES):
        assert api.send_due_mails(at=at) == 0
        row = OutgoingMail.objects.get()
        pauses.append(row.due_at - at)
        at = row.due_at
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=8)]
    assert pauses[-1] == timedelta(hours=6)
    assert (row.state, row.tries) == ("failed", TRIES)
    assert "nobody answers" in row.last_error


def test_a_mail_goes_when_the_post_is_back(settings_of_mail, monkeypatch):
    monkeypatch.setattr(settings_of_mail, "EMAIL_BACKEND", f"{__name__}.AwayPost")
    api.queue_mail("placed:5", "ann@example.com", LETTER)
    api.send_due_mails()
    monkeypatch.setattr(settings_of_mail, "EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
    assert api.send_due_mails() == 0  # not yet
    assert api.send_due_mails(at=timezone.now() + timedelta(minutes=1)) == 1
    assert OutgoingMail.objects.get().state == "sent"


def test_consent_counts_for_the_wording_that_was_seen(monkeypatch):
    ann = Member.objects.create_user("ann@example.com")
    assert api.consents(ann) == {}
    api.say(ann, "remember", True)
    api.say(ann, "remember", True)
    api.say(ann, "news", False)
    assert api.consents(ann) == {"remember": True, "news": False}
    assert Consent.objects.filter(member=ann).count() == 2  # saying it again is no new answer
    monkeypatch.setitem(TEXT_VERSIONS, Consent.Purpose.REMEMBER, "remember-2")
    assert api.consents(ann)["remember"] is False
    with pytest.raises(ValueError):
        api.say(ann, "everything", True)


def test_a_closed_account_is_nobodys():
    ann = Member.objects.create_user("ann@example.com", "four words for you", name="Ann")
    order_id = uuid7()
    api.keep_contact(order_id, ann, {"way": "pick_up", "name": "Ann", "phone": "1"})
    api.keep_address(ann, "US", {"name": "Ann", "address": "1 Elm St"})
    api.say(ann, "news", True)
    api.queue_mail("placed:6", ann.email, LETTER, ann)
    data = api.data_of(ann)
    assert data["profile"]["email"] == "ann@example.com"
    assert [len(data[what]) for what in ("addresses", "consents", "contacts_of_orders", "mails")] == [1, 1, 1, 1]
    api.close_account(ann)
    ann.refresh_from_db()
    assert not ann.is_active
    assert ann.name == ""
    assert not ann.check_password("four words for you")
    assert api.find_member("ann@example.com") is None
    data = api.data_of(ann)
    assert [data[what] for what in ("addresses", "consents", "contacts_of_orders", "mails")] == [[], [], [], []]


def test_tidying_takes_what_nobody_needs():
    """Old guests without an order go; who bought something, and members, stay."""
    now = timezone.now()
    long_ago = now - timedelta(days=100)
    Attempt.objects.all().delete()
    idle, buyer, new = (api.open_guest("US", "en", None) for _ in range(3))
    member = Member.objects.create_user("ann@example.com")
    Member.objects.filter(pk__in=[idle.pk, buyer.pk, member.pk]).update(joined_at=long_ago)
    api.keep_contact(uuid7(), buyer, {"way": "pick_up", "name": "Ann", "phone": "1"})
    api.SignInGate("ann@example.com", "203.0.113.9").note_failure()
    Attempt.objects.update(window_ends_at=long_ago)
    api.queue_mail("placed:7", "ann@example.com", LETTER)
    api.queue_mail("placed:8", "ann@example.com", LETTER)
    OutgoingMail.objects.update(queued_at=long_ago)
    OutgoingMail.objects.filter(topic="placed:7").update(state="sent")
    assert api.clean_up(now) == {"tries": 2, "mails": 1, "guests": 1}
    assert set(Member.objects.values_list("pk", flat=True)) >= {buyer.pk, new.pk, member.pk}
    assert not Member.objects.filter(pk=idle.pk).exists()
    assert OutgoingMail.objects.get().topic == "placed:8"  # what waits is not thrown away
    assert OrderContact.objects.count() == 1
