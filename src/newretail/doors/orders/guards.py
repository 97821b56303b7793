"""The four guards of the fast door: size, host, token with scope and rate. (Idempotency is the order id's.)"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from newretail.cloud.api import Key, prefix_of
from newretail.doors.orders.problems import Problem


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


@dataclass(slots=True)
class Rates:
    """Token buckets, one a key: a second's worth of orders at once, then the key's rate."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def spend(self, key: Key, orders: int) -> None:
        """Take `orders` tokens of the key. Raises a 429 problem that says when to come back."""
        now = time.monotonic()
        rate = float(key.orders_per_second)
        bucket = self._buckets.get(key.prefix)
        if bucket is None:
            bucket = self._buckets[key.prefix] = _Bucket(rate, now)
        bucket.tokens = min(rate, bucket.tokens + (now - bucket.filled_at) * rate)
        bucket.filled_at = now
        # A bulk request may be larger than a second's worth: it then waits for a full bucket and leaves a debt.
        if bucket.tokens < min(orders, rate):
            wait = (min(orders, rate) - bucket.tokens) / rate
            detail = f"This key may place {key.orders_per_second} orders a second. Wait, then send the same again."
            raise Problem(429, "too_many_requests", detail, retry_after=max(1, int(wait + 0.999)))
        bucket.tokens -= orders


class Doorkeeper:
    """Knows the keys; proves a secret once and remembers that it matched."""

    def __init__(self) -> None:
        self.rates = Rates()
        self._proved: dict[bytes, str] = {}

    def key_of(self, authorization: bytes, keys: Mapping[str, Key], scope: str) -> Key:
        """The key of an `Authorization: Bearer …` header. Raises 401 and 403 problems."""
        key = self._remembered(authorization, keys) or self._prove(authorization, keys)
        if scope not in key.scopes:
            have = ", ".join(sorted(key.scopes)) or "none"
            raise Problem(403, "forbidden", f"This needs a key with the scope {scope}; this key has: {have}.")
        return key

    def _remembered(self, authorization: bytes, keys: Mapping[str, Key]) -> Key | None:
        prefix = self._proved.get(authorization)
        return keys.get(prefix) if prefix is not None else None

    def _prove(self, authorization: bytes, keys: Mapping[str, Key]) -> Key:
        scheme, _, secret = authorization.decode("latin-1").partition(" ")
        secret = secret.strip()
        prefix = prefix_of(secret)
        key = keys.get(prefix) if prefix else None
        if scheme.lower() != "bearer" or key is None or not key.matches(secret):
            detail = (
                "Send `Authorization: Bearer nr_…` with a key made by `newretail keys add`; new keys work within 2 s."
            )
            raise Problem(401, "unauthorised", detail)
        if len(self._proved) > 10_000:
            self._proved.clear()
        self._proved[authorization] = key.prefix
        return key
