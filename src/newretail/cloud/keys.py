"""API keys: made once, shown once, kept as a hash; each with scopes and a rate."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg.types.json import Jsonb

SCOPES = ("orders:write", "orders:read", "stock:read")


@dataclass(frozen=True, slots=True)
class Key:
    """A caller as the door knows it."""

    prefix: str
    secret_sha256: bytes
    tenant_id: int
    name: str
    scopes: frozenset[str]
    orders_per_second: int
    rehearsal_id: int | None

    def matches(self, secret: str) -> bool:
        return hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), self.secret_sha256)


def create_key(
    home_url: str,
    name: str,
    *,
    tenant_id: int = 1,
    scopes: Sequence[str] = SCOPES,
    orders_per_second: int = 1000,
    rehearsal_id: int | None = None,
) -> str:
    """Make a key and return its secret, `nr_<prefix>_<random>`, which is not kept and cannot be shown again."""
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise ValueError(f"Unknown scopes: {', '.join(sorted(unknown))}. There are: {', '.join(SCOPES)}.")
    prefix = secrets.token_hex(6)
    secret = f"nr_{prefix}_{secrets.token_hex(24)}"
    with psycopg.connect(home_url) as connection:
        connection.execute(
            "INSERT INTO cloud_apikey (prefix, secret_sha256, tenant_id, name, scopes, orders_per_second,"
            " rehearsal_id, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                prefix,
                hashlib.sha256(secret.encode()).digest(),
                tenant_id,
                name,
                Jsonb(list(scopes)),
                orders_per_second,
                rehearsal_id,
                datetime.now(UTC),
            ],
        )
    return secret


def prefix_of(secret: str) -> str | None:
    parts = secret.split("_")
    return parts[1] if len(parts) == 3 and parts[0] == "nr" else None


def live_keys(connection: psycopg.Connection) -> dict[str, Key]:
    """Every key that is not revoked, by prefix."""
    rows = connection.execute(
        "SELECT prefix, secret_sha256, tenant_id, name, scopes, orders_per_second, rehearsal_id"
        " FROM cloud_apikey WHERE revoked_at IS NULL"
    )
    return {
        prefix: Key(prefix, bytes(digest), tenant_id, name, frozenset(scopes), rate, rehearsal_id)
        for prefix, digest, tenant_id, name, scopes, rate, rehearsal_id in rows
    }


def revoke_key(home_url: str, prefix: str) -> bool:
    """Revoke a key; doors notice within a second. False where there is none with that prefix."""
    with psycopg.connect(home_url) as connection:
        cursor = connection.execute(
            "UPDATE cloud_apikey SET revoked_at = %s WHERE prefix = %s AND revoked_at IS NULL",
            [datetime.now(UTC), prefix],
        )
        return cursor.rowcount == 1
