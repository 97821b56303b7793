"""Django's settings for the pages process and for management commands; values come from `kit.settings`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from newretail.doors import logs
from newretail.kit import settings as env
from newretail.kit.signing import secret_key


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


SECRET_KEY = secret_key()
DEBUG = env.DEBUG.flag
ALLOWED_HOSTS = [host.strip() for host in env.ALLOWED_HOSTS.text.split(",") if host.strip()]
ROOT_URLCONF = "newretail.doors.urls"
WSGI_APPLICATION = "newretail.doors.pages.application"
AUTH_USER_MODEL = "people.Member"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "newretail.office",  # before the admin: its templates come first
    "newretail.office.apps.OfficeAdminConfig",  # django.contrib.admin with our own site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "newretail.doors",  # for its templates and static files
    "newretail.cloud",
    "newretail.markets",
    "newretail.people",
    "newretail.catalog",
    "newretail.stock",
    "newretail.trade",
    "newretail.shopfront",
]

# The URL comes from the command line tool, which starts the embedded server where none is named.
DATABASES = {"default": _database(env.DATABASE_URL.text or "postgresql:///newretail")}

MIDDLEWARE = [
    "newretail.doors.security.FrontDoor",
    "django.middleware.security.SecurityMiddleware",
    "newretail.doors.security.Headers",
    "newretail.doors.security.Compress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "newretail.doors.trouble.Trouble",
    "newretail.doors.security.Log",
]

# Pages are Jinja2, in the folder `jinja2/` of a room (Django's name for it). Django's own templates are for the admin
# only, in `templates/`.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "newretail.doors.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# Languages. Messages of the whole package are in one catalogue; `python -m newretail.doors.translations` keeps it.
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = "UTC"

# Accounts.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 24 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Guards. The policy of scripts and styles is in `security.py`.
HTTPS = env.HTTPS.flag
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "newretail.shopfront.errors.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# The pages process listens on loopback behind our front door, which always overwrites this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: our own middleware sends it together with frame-ancestors
    "security.W005",  # HSTS for subdomains: they may belong to somebody else; the owner of the domain decides
    "security.W021",  # HSTS preload: likewise, and hard to take back
    # Without TLS (a first try on one's own machine) these would lock everybody out; NEWRETAIL_HTTPS turns them on.
    *([] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]),
]

# Static files are served from the package itself: no collecting step. URLs carry a hash of the content.
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 24 * 3600


def _modules_are_asked_for(headers: dict[str, str], path: str, url: str) -> None:
    """A module names another by its plain path, without a hash: browsers ask each time whether it changed (304)."""
    if url.endswith(".js") and "/vendor/" not in url:
        headers["Cache-Control"] = "no-cache"


WHITENOISE_ADD_HEADERS_FUNCTION = _modules_are_asked_for

_mail = urlsplit(env.EMAIL_URL.text)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail.hostname else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(env.VAR.path / "mail")
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"

LOGGING_CONFIG = None
logs.configure(env.LOG_FORMAT.text)
