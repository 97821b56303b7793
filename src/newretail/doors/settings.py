"""Django's settings for the pages process and for management commands; values come from `kit.settings`."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, unquote, urlsplit

from newretail.kit import settings as env


def _secret_key() -> str:
    if env.SECRET_KEY.text:
        return env.SECRET_KEY.text
    file = env.VAR.path / "secret_key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()


def _database(url: str) -> dict[str, object]:
    """Django's form of a PostgreSQL URL; empty host and port stay empty, `?host=` names a socket folder."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "newretail",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": query.pop("port", None) or str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


SECRET_KEY = _secret_key()
DEBUG = env.DEBUG.flag
ALLOWED_HOSTS = [host.strip() for host in env.ALLOWED_HOSTS.text.split(",") if host.strip()]
ROOT_URLCONF = "newretail.doors.urls"
WSGI_APPLICATION = "newretail.doors.pages.application"
AUTH_USER_MODEL = "people.Member"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "newretail.cloud",
    "newretail.markets",
    "newretail.people",
    "newretail.catalog",
    "newretail.stock",
    "newretail.trade",
    "newretail.shopfront",
    "newretail.office",
]

# The URL comes from the command line tool, which starts the embedded server where none is named.
DATABASES = {"default": _database(env.DATABASE_URL.text or "postgresql:///newretail")}
