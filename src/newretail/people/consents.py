"""What members allow us to do with their data: every answer is kept with its time and the wording they saw."""

from __future__ import annotations

from django.utils import timezone

from newretail.people.models import Consent, Member

# The number goes up when the wording of the question changes; answers to an older wording do not count as yes.
TEXT_VERSIONS = {Consent.Purpose.REMEMBER: "remember-1", Consent.Purpose.NEWS: "news-1"}


def say(member: Member, purpose: str, given: bool) -> None:
    """Note an answer, unless it is the one that stands already. ValueError on an unknown purpose."""
    kind = Consent.Purpose(purpose)
    newest = _newest(member).get(kind)
    if newest is not None and newest.given == given and newest.text_version == TEXT_VERSIONS[kind]:
        return
    Consent.objects.create(
        member=member, purpose=kind, given=given, text_version=TEXT_VERSIONS[kind], said_at=timezone.now()
    )


def consents(member: Member) -> dict[str, bool]:
    """Every purpose that the member answered, and how."""
    return {
        purpose: answer.given and answer.text_version == TEXT_VERSIONS[Consent.Purpose(purpose)]
        for purpose, answer in _newest(member).items()
    }


def _newest(member: Member) -> dict[str, Consent]:
    return {answer.purpose: answer for answer in Consent.objects.filter(member=member).order_by("said_at", "pk")}
