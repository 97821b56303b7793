"""How a change reads: fields, actions and kinds of things in the reader's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newretail.office.desk import Desk
from newretail.office.offers.words import KINDS
from newretail.office.orders.listing import CHANNELS

FIELDS = {
    "name": gettext_lazy("Named"),
    "name_ko": gettext_lazy("Named in Korean"),
    "name_zh_hans": gettext_lazy("Named in Chinese"),
    "brand": gettext_lazy("Brand"),
    "package_size": gettext_lazy("Package size"),
    "category": gettext_lazy("Category"),
    "is_sold": gettext_lazy("On sale"),
    "cap_per_buyer": gettext_lazy("Cap per buyer"),
    "city": gettext_lazy("City"),
    "kind": gettext_lazy("Kind"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "is_active": gettext_lazy("Account open"),
    "is_staff": gettext_lazy("Works here"),
    "is_superuser": gettext_lazy("Administrator"),
    "roles": gettext_lazy("Roles"),
    "on_hand": gettext_lazy("On hand"),
    "state": gettext_lazy("State"),
    "email": gettext_lazy("E-mail"),
    "added": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "note": gettext_lazy("Note"),
    "skus": gettext_lazy("SKUs"),
    "languages": gettext_lazy("Languages"),
    "names": gettext_lazy("Names in other languages"),
    "city_names": gettext_lazy("City in other languages"),
    "market_code": gettext_lazy("Market"),
    "percent": gettext_lazy("Per cent off"),
    "buy": gettext_lazy("Of every … units"),
    "pay": gettext_lazy("… are paid"),
    "min_quantity": gettext_lazy("From units of a line on"),
    "sku_code": gettext_lazy("SKU"),
    "product_id": gettext_lazy("Product number"),
    "channel": gettext_lazy("Channel"),
    "starts_at": gettext_lazy("Begins"),
    "until": gettext_lazy("Ends"),
    "expires_at": gettext_lazy("Can be used until"),
    "is_on": gettext_lazy("Switched on"),
    "priority": gettext_lazy("Priority"),
    "stores": gettext_lazy("Stores"),
    "cards": gettext_lazy("Cards"),
    "unpaid_minutes": gettext_lazy("Minutes an unpaid order is held"),
    "gift_card_months": gettext_lazy("Months a gift card can be used"),
    "reviews_wait": gettext_lazy("Reviews wait"),
    "questions_wait": gettext_lazy("Questions wait"),
    "answers_wait": gettext_lazy("Buyers’ answers wait"),
    "first_day": gettext_lazy("First day"),
    "is_taxed": gettext_lazy("Taxed as the goods are"),
}
ACTIONS = {
    "add": gettext_lazy("Added"),
    "change": gettext_lazy("Changed"),
    "publish": gettext_lazy("Published"),
    "cancel": gettext_lazy("Cancelled"),
    "receive": gettext_lazy("Goods came in"),
    "count": gettext_lazy("Counted"),
    "note": gettext_lazy("Noted"),
    "invite": gettext_lazy("Invited"),
    "remove": gettext_lazy("Removed"),
    "start_selling": gettext_lazy("Sold from now on"),
    "stop_selling": gettext_lazy("No longer sold"),
    "issue": gettext_lazy("Asked to issue"),
    "block": gettext_lazy("Blocked"),
    "let_go": gettext_lazy("Asked to let go"),
    "void": gettext_lazy("Asked to void"),
    "approve": gettext_lazy("Approved"),
    "decline": gettext_lazy("Declined"),
    "withdraw": gettext_lazy("Took back"),
    "take_codes": gettext_lazy("Took the codes"),
}
SUBJECTS = {
    "sku": gettext_lazy("Product"),
    "import": gettext_lazy("Import"),
    "order": gettext_lazy("Order"),
    "pool": gettext_lazy("Stock"),
    "member": gettext_lazy("Member"),
    "staff": gettext_lazy("Staff"),
    "node": gettext_lazy("Store"),
    "gift_card": gettext_lazy("Gift card"),
    "gift_cards": gettext_lazy("Gift cards"),
    "market": gettext_lazy("Market"),
    "offer": gettext_lazy("Offer"),
    "price_list": gettext_lazy("Price list"),
    "list_price": gettext_lazy("Price of a list"),
    "voices": gettext_lazy("Reviews"),
    "brand": gettext_lazy("Brand"),
    "tax_rate": gettext_lazy("Tax rate"),
    "tariff": gettext_lazy("Delivery price"),
}

NAMED = {"kind": KINDS, "channel": CHANNELS}  # values that are told by their name


def field_name(key: str) -> str:
    """A field's name; prices are named by their market."""
    if key.startswith("price_"):
        return _("Price %(market)s") % {"market": key.removeprefix("price_")}
    if key.startswith("amount_"):
        return _("Amount %(market)s") % {"market": key.removeprefix("amount_")}
    if key.startswith("fee_"):
        return _("Costs")
    if key.startswith("free_from_"):
        return _("Free from")
    return str(FIELDS.get(key, key))


def value_text(key: str, value: Any, desk: Desk) -> str:
    """A field's value as the reader says it."""
    if key == "channel" and value == "":
        return _("Every channel")
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(map(str, value.values())) or "–"
    if value in NAMED.get(key, {}):
        return str(NAMED[key][value])
    if key in ("starts_at", "until"):
        return desk.moment(datetime.fromisoformat(value))
    if key.startswith(("price_", "amount_", "fee_", "free_from_")):
        currency = {market.code: market.currency for market in desk.markets}.get(key.rpartition("_")[2])
        return desk.money(int(value), currency) if currency else str(value)
    return str(value)


def differences(before: dict[str, Any] | None, after: dict[str, Any] | None, desk: Desk) -> list[tuple[str, str, str]]:
    """(field, before, after) of a change; before is empty for what is new."""
    old, new = before or {}, after or {}
    return [
        (field_name(key), value_text(key, old[key], desk) if key in old else "", value_text(key, new.get(key), desk))
        for key in (*new, *(key for key in old if key not in new))
    ]
