"""Settings from the environment, each read in one place; the table in docs/settings.md is made from this file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """A variable of the environment: its name, its default as text, and what it does."""

    name: str
    default: str
    purpose: str

    @property
    def text(self) -> str:
        return os.environ.get(self.name, self.default)

    @property
    def number(self) -> int:
        try:
            return int(self.text)
        except ValueError:
            raise SystemExit(f"{self.name} must be a whole number, not {self.text!r}.") from None

    @property
    def flag(self) -> bool:
        return self.text.lower() in ("1", "true", "yes", "on")

    @property
    def path(self) -> Path:
        return Path(self.text).expanduser().resolve()


DATABASE_URL = Setting("NEWRETAIL_DATABASE_URL", "", "PostgreSQL 18 server to use; empty: the embedded one.")
VAR = Setting("NEWRETAIL_VAR", "var", "Folder for everything that a run writes: database, secret key, reports.")
HOST = Setting("NEWRETAIL_HOST", "127.0.0.1", "Address to listen on.")
PORT = Setting("NEWRETAIL_PORT", "8000", "Port of the market: pages and the public API.")
PAGES_PORT = Setting("NEWRETAIL_PAGES_PORT", "8001", "Loopback port of the pages process behind the front door.")
ALLOWED_HOSTS = Setting(
    "NEWRETAIL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "Host names that are served, by commas."
)
SECRET_KEY = Setting("NEWRETAIL_SECRET_KEY", "", "Signs sessions; empty: made once and kept in VAR/secret_key.")
HTTPS = Setting("NEWRETAIL_HTTPS", "no", "yes behind a TLS proxy: secure cookies, HSTS, https redirects.")
DEBUG = Setting("NEWRETAIL_DEBUG", "no", "Django's debug pages; never on a machine that others reach.")
LOG_FORMAT = Setting("NEWRETAIL_LOG_FORMAT", "text", "text for people, json for machines.")
QUEUE_LIMIT = Setting(
    "NEWRETAIL_QUEUE_LIMIT", "20000", "Orders that may wait in a cell's queue before callers get 429."
)
BODY_LIMIT = Setting("NEWRETAIL_BODY_LIMIT", "65536", "Bytes of a single order; more is refused with 413.")
BATCH_BODY_LIMIT = Setting(
    "NEWRETAIL_BATCH_BODY_LIMIT", "33554432", "Bytes of a bulk request; more is refused with 413."
)
EMAIL_URL = Setting(
    "NEWRETAIL_EMAIL_URL", "", "smtp://user:password@host:port for mail; empty: mail is written to VAR/mail."
)
EMAIL_FROM = Setting("NEWRETAIL_EMAIL_FROM", "newretail <shop@newretail.invalid>", "Sender of the market's mails.")
PUBLIC_URL = Setting(
    "NEWRETAIL_PUBLIC_URL", "", "Address by which shoppers and payment providers reach the market; empty: its own port."
)
BANK = Setting(
    "NEWRETAIL_BANK",
    "auto",
    "The demo bank, which takes no real money: yes, no, or auto: with `newretail run`, where no other provider is set.",
)
BANK_PORT = Setting("NEWRETAIL_BANK_PORT", "8002", "Loopback port of the demo bank behind the front door.")
BANK_FAULTS = Setting("NEWRETAIL_BANK_FAULTS", "0", "How faulty the demo bank is, from 0 (not at all) to 4.")
STRIPE_SECRET_KEY = Setting("NEWRETAIL_STRIPE_SECRET_KEY", "", "Stripe's secret API key; empty: no Stripe.")
STRIPE_WEBHOOK_SECRET = Setting(
    "NEWRETAIL_STRIPE_WEBHOOK_SECRET", "", "Signs what Stripe tells /v1/hooks/stripe (whsec_…)."
)
STRIPE_URL = Setting("NEWRETAIL_STRIPE_URL", "", "Another address than Stripe's own, for tests.")
ALIPAY_APP_ID = Setting("NEWRETAIL_ALIPAY_APP_ID", "", "The app's id at Alipay; empty: no Alipay.")
ALIPAY_PRIVATE_KEY = Setting("NEWRETAIL_ALIPAY_PRIVATE_KEY", "", "File with the app's private RSA key.")
ALIPAY_PUBLIC_KEY = Setting("NEWRETAIL_ALIPAY_PUBLIC_KEY", "", "File with Alipay's public RSA key.")
ALIPAY_GATEWAY = Setting("NEWRETAIL_ALIPAY_GATEWAY", "", "Another gateway than Alipay's own, for its sandbox or tests.")

ALL = [value for value in list(globals().values()) if isinstance(value, Setting)]
