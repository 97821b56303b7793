"""Short-lived signed tickets between our own processes, and the secret that signs them and the sessions.

A ticket is `<expiry>.<signature>`: HMAC-SHA256 over the purpose and the expiry. It says nothing but "the holder may do
this until then", so there is nothing in it to read or to change.
"""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from hashlib import sha256

from newretail.kit import settings


def secret_key() -> str:
    """The installation's secret: the setting, or one that is made once and kept in VAR/secret_key."""
    if settings.SECRET_KEY.text:
        return settings.SECRET_KEY.text
    file = settings.VAR.path / "secret_key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()


def derived_secret(purpose: str) -> str:
    """A secret for one purpose, made from the installation's: the same in all processes, and no way back."""
    return hmac.digest(secret_key().encode(), b"newretail secret " + purpose.encode(), sha256).hex()


def _signature(secret: str, purpose: str, expires: str) -> str:
    # The purpose goes into the key, so that a ticket for one thing opens no other.
    key = hmac.digest(secret.encode(), b"newretail ticket " + purpose.encode(), sha256)
    return urlsafe_b64encode(hmac.digest(key, expires.encode(), sha256)).decode().rstrip("=")


def ticket(secret: str, purpose: str, seconds: int, now: float | None = None) -> str:
    """Make a ticket that is good for `purpose` during the next `seconds`."""
    expires = str(int((time.time() if now is None else now) + seconds))
    return f"{expires}.{_signature(secret, purpose, expires)}"


def is_good(secret: str, purpose: str, text: str, now: float | None = None) -> bool:
    """Whether it is a ticket of ours for `purpose` that has not run out."""
    expires, _, signature = text.partition(".")
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12 and signature.isascii()):
        return False
    ours = hmac.compare_digest(signature, _signature(secret, purpose, expires))
    return ours and int(expires) >= (time.time() if now is None else now)
