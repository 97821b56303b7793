"""Offers in the reader's words: kinds, channels, states, what one takes off and what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.office.orders.listing import CHANNELS
from newretail.trade import api as trade

KINDS = {
    "per_cent": gettext_lazy("Per cent off"),
    "amount_off": gettext_lazy("Amount off a unit"),
    "fixed_price": gettext_lazy("Fixed price of a unit"),
    "buy_pay": gettext_lazy("Buy some, pay fewer"),
}
STATES = {
    "running": gettext_lazy("Running"),
    "coming": gettext_lazy("Coming"),
    "over": gettext_lazy("Over"),
    "off": gettext_lazy("Switched off"),
}
LOOKS = {"running": "on", "coming": "", "over": "off", "off": "off"}
EVERY_CHANNEL = gettext_lazy("Every channel")


def kind_slug(kind: int) -> str:
    return catalog.OfferKind(kind).name.lower()


def channel_slug(channel: int) -> str:
    """web, app …; empty for every channel."""
    return trade.Channel(channel).name.lower() if channel else ""


def channel_name(channel: int) -> Any:
    return CHANNELS[channel_slug(channel)] if channel else EVERY_CHANNEL


def channel_choices() -> list[tuple[str, Any]]:
    return [("0", EVERY_CHANNEL), *((str(int(trade.Channel[slug.upper()])), name) for slug, name in CHANNELS.items())]


def market_choices() -> list[tuple[str, str]]:
    return [(market.code, f"{market.code} · {market.currency}") for market in markets.markets_lately()]


def does_text(offer: Mapping[str, Any], currency: str) -> str:
    """What an offer takes off, in few words."""
    kind, value = offer["kind"], offer["value"]
    if kind == catalog.OfferKind.BUY_PAY:
        text = _("Buy %(buy)d, pay %(pay)d") % {"buy": offer["buy"], "pay": offer["pay"]}
    elif kind == catalog.OfferKind.PER_CENT:
        text = f"−{value / 100:g} %"
    else:
        amount = markets.format_money(value, currency, get_language() or "en")
        text = f"−{amount}" if kind == catalog.OfferKind.AMOUNT_OFF else f"= {amount}"
    if offer["min_quantity"] > 1:
        return _("%(does)s from %(num)d units") % {"does": text, "num": offer["min_quantity"]}
    return text


def in_language(names: Mapping[str, str]) -> str:
    return names.get(get_language() or "en") or names["en"]
