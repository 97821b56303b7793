"""Which providers this installation has: those whose keys the settings hold."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from newretail.kit import settings
from newretail.kit.signing import derived_secret
from newretail.pay.providers.interface import Provider

DEMO_BANK, STRIPE, ALIPAY = "bank", "stripe", "alipay"
HOOKS = "/v1/hooks/"


class UnknownProvider(LookupError):
    """There is no such provider here."""


def configured() -> tuple[str, ...]:
    """The names of the providers that can be used."""
    there = (
        (STRIPE, bool(settings.STRIPE_SECRET_KEY.text)),
        (ALIPAY, bool(settings.ALIPAY_APP_ID.text)),
        (DEMO_BANK, settings.BANK.flag),
    )
    return tuple(name for name, is_there in there if is_there)


def demo_bank_where_there_is_no_other() -> None:
    """A market that anybody may try needs a way to pay; one that has a real provider is never given this one.

    For this process and those that it starts, where the setting says `auto`.
    """
    if settings.BANK.text == "auto" and not configured():
        os.environ[settings.BANK.name] = "yes"


def providers_for(currency: str) -> tuple[str, ...]:
    """Those of them that take a currency."""
    return tuple(name for name in configured() if name != ALIPAY or currency == "CNY")


def pay_origins() -> tuple[str, ...]:
    """Where browsers are sent to pay, other than our own door: the pages of the providers that are set up."""
    found = []
    if STRIPE in configured():
        found.append("https://checkout.stripe.com")
    if ALIPAY in configured():
        gateway = urlsplit(settings.ALIPAY_GATEWAY.text)
        found += [f"{gateway.scheme}://{gateway.netloc}", "https://*.alipay.com", "https://*.alipaydev.com"]
    return tuple(found)


def public_url() -> str:
    """Where shoppers and providers reach the market, without a slash at the end."""
    return settings.PUBLIC_URL.text.rstrip("/") or f"http://127.0.0.1:{settings.PORT.number}"


@cache
def provider(name: str) -> Provider:
    """The adapter, made once a process; the libraries of a provider are loaded only where it is used.

    Raises UnknownProvider, and SystemExit for settings that cannot be right.
    """
    if name not in configured():
        raise UnknownProvider(f"There is no payment provider {name} here.")
    if name == STRIPE:
        from newretail.pay.providers.stripe_cards import Stripe

        return Stripe(settings.STRIPE_SECRET_KEY.text, settings.STRIPE_WEBHOOK_SECRET.text, settings.STRIPE_URL.text)
    if name == ALIPAY:
        from newretail.pay.providers.alipay_pages import Alipay, plain_key

        return Alipay(
            settings.ALIPAY_APP_ID.text,
            plain_key(_file(settings.ALIPAY_PRIVATE_KEY), private=True),
            plain_key(_file(settings.ALIPAY_PUBLIC_KEY), private=False),
            f"{public_url()}{HOOKS}{ALIPAY}",
            settings.ALIPAY_GATEWAY.text,
        )
    from newretail.pay.providers.demo_bank import DemoBank

    return DemoBank(f"http://127.0.0.1:{settings.BANK_PORT.number}", derived_secret(DEMO_BANK))


def _file(setting: settings.Setting) -> str:
    try:
        return Path(setting.text).read_text()
    except OSError as error:
        raise SystemExit(f"{setting.name} must name a file with a key: {error}") from None
