"""The outbox of mails: written beside what they tell of, sent afterwards, tried again while the post is away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from newretail.kit.ids import uuid7
from newretail.people.models import Member, OutgoingMail

TRIES = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
KEPT = timedelta(days=30)
NOBODY = ".invalid"  # RFC 2606: guests and imported members; no mail can reach them
LOG = structlog.get_logger("newretail.mail")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it was written: plain text and HTML that say the same, in one language."""

    language: str
    subject: str
    text: str
    html: str


def queue_mail(topic: str, to: str, letter: Letter, member: Member | None = None) -> bool:
    """Put a mail into the outbox; False where it cannot reach anybody or its topic is in there already."""
    if not to or to.lower().endswith(NOBODY):
        return False
    now = timezone.now()
    values = {"id": uuid7(), "member": member, "to": to, "language": letter.language, "queued_at": now, "due_at": now}
    values |= {"subject": " ".join(letter.subject.split())[:200], "text": letter.text, "html": letter.html}
    return OutgoingMail.objects.get_or_create(topic=topic, defaults=values)[1]


def was_mailed(topic: str) -> bool:
    """Whether a mail of this topic is in the outbox, sent or not."""
    return OutgoingMail.objects.filter(topic=topic).exists()


def send_due_mails(limit: int = 100, at: datetime | None = None) -> int:
    """Send what is due, oldest first, and return how many went. Several processes may do it at once.

    A mail goes at least once: when a process dies between the post's yes and our commit, it goes again, with the same
    Message-ID, by which mail programs know it.
    """
    connection = get_connection()
    sent = 0
    for _ in range(limit):
        went = _send_one(connection, at or timezone.now())
        if went is None:
            break
        sent += went
    return sent


def _send_one(post: BaseEmailBackend, now: datetime) -> bool | None:
    """Whether the oldest due mail went; None: nothing is due."""
    with transaction.atomic():
        due = OutgoingMail.objects.select_for_update(skip_locked=True)
        mail = due.filter(state=OutgoingMail.State.WAITING, due_at__lte=now).order_by("due_at").first()
        if mail is None:
            return None
        mail.tries += 1
        try:
            _as_message(mail, post).send()
        except OSError as error:  # the post is away or refuses: smtplib's errors are OSErrors too
            mail.last_error = f"{type(error).__name__}: {error}"[:240]
            mail.due_at = now + min(FIRST_PAUSE * 4 ** (mail.tries - 1), LONGEST_PAUSE)
            if mail.tries >= TRIES:
                mail.state = OutgoingMail.State.FAILED
            LOG.warning("mail did not go", topic=mail.topic, tries=mail.tries, error=type(error).__name__)
        else:
            mail.state, mail.last_error = OutgoingMail.State.SENT, ""
        mail.save(update_fields=["tries", "last_error", "due_at", "state"])
    return mail.state == OutgoingMail.State.SENT


def _as_message(mail: OutgoingMail, post: BaseEmailBackend) -> EmailMultiAlternatives:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<{mail.id}@{host}>", "Content-Language": mail.language}
    headers["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers, connection=post)
    message.attach_alternative(mail.html, "text/html")
    return message


def topics_there(topics: list[str]) -> set[str]:
    """Which of these are in the outbox, sent or not."""
    return set(OutgoingMail.objects.filter(topic__in=topics).values_list("topic", flat=True))


def mails_of(member: Member) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(member=member).order_by("-queued_at"))
