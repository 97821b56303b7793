"""Gates before what can be guessed or misused: who tries too often is made to wait, whichever process they meet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from newretail.kit.sql import statements
from newretail.people.models import Attempt

WINDOW_SECONDS = 600
LIMIT_OF_ACCOUNT = 10
LIMIT_OF_ADDRESS = 100


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Gate:
    """Counts tries in the database, by hashed key, each against its limit in a window that begins with the first."""

    def __init__(self, limits: Mapping[str, int], window_seconds: int) -> None:
        self.limits, self.window = dict(limits), timedelta(seconds=window_seconds)

    def is_open(self) -> bool:
        tried = Attempt.objects.filter(key__in=self.limits, window_ends_at__gt=timezone.now())
        return all(attempt.count < self.limits[attempt.key] for attempt in tried)

    def note(self) -> None:
        """Count one try; in key order, so that two processes never wait for each other in a ring."""
        now = timezone.now()
        with connection.cursor() as cursor:
            for key in sorted(self.limits):
                ends = now + self.window
                values = (key, ends, now, now, ends)
                cursor.execute(statements("newretail.people", "gate.sql")["note"], values)

    def passes(self) -> bool:
        """Count a try and say whether it is within the limits."""
        if not self.is_open():
            return False
        self.note()
        return True


class SignInGate(Gate):
    """The failures of the last ten minutes: for one account from one address, and from that address at all."""

    def __init__(self, email: str, address: str) -> None:
        self.account = _key("sign-in", email, address)
        origin = _key("sign-in-from", address)
        super().__init__({self.account: LIMIT_OF_ACCOUNT, origin: LIMIT_OF_ADDRESS}, WINDOW_SECONDS)

    def note_failure(self) -> None:
        self.note()

    def forget(self) -> None:
        Attempt.objects.filter(pk=self.account).delete()


def mail_gate(email: str, address: str) -> Gate:
    """Mails that somebody can make us send: three an hour to one mailbox, twenty an hour from one address."""
    return Gate({_key("mail-to", email): 3, _key("mail-from", address): 20}, 3600)


def card_gate(who: str, address: str) -> Gate:
    """Codes of gift cards that were wrong: ten in ten minutes for one visitor, a hundred from one address."""
    return Gate({_key("card", who): 10, _key("card-from", address): LIMIT_OF_ADDRESS}, WINDOW_SECONDS)
