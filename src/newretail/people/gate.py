"""A gate before the sign-in: who guesses passwords is made to wait. Counted in each pages process by itself."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

WINDOW_SECONDS = 600
LIMIT_OF_ACCOUNT = 10
LIMIT_OF_ADDRESS = 100


class SignInGate:
    """The failures of the last ten minutes: for one account from one address, and from that address at all."""

    def __init__(self, email: str, address: str) -> None:
        account = hashlib.sha256(f"{email}\n{address}".encode()).hexdigest()
        origin = hashlib.sha256(address.encode()).hexdigest()
        self.limits = {f"sign-in-{account}": LIMIT_OF_ACCOUNT, f"sign-in-from-{origin}": LIMIT_OF_ADDRESS}
        self.account = f"sign-in-{account}"

    def is_open(self) -> bool:
        counts = cache.get_many(self.limits)
        return all(counts.get(key, 0) < limit for key, limit in self.limits.items())

    def note_failure(self) -> None:
        for key in self.limits:
            cache.add(key, 0, WINDOW_SECONDS)
            cache.incr(key)

    def forget(self) -> None:
        cache.delete(self.account)
