"""Changes of offers and price lists as the trail keeps them: amounts with their market, kinds by name."""

from __future__ import annotations

from typing import Any

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.office.audit.trail import Deed
from newretail.office.offers import words


def deed_of_offer(change: pricing.Changed, before: pricing.OfferSheet | None, after: pricing.OfferSheet) -> Deed:
    """A change of an offer from how it was to how it is."""
    old = None if change.before is None or before is None else _side(change.before, before)
    return _deed(change, old, _side(change.after or {}, after))


def _side(fields: dict[str, Any], sheet: pricing.OfferSheet) -> dict[str, Any]:
    """The fields with the value as what it means: a share, or an amount of the market's currency."""
    found = dict(fields)
    if "value" in found:
        value = found.pop("value")
        if sheet.kind == catalog.OfferKind.PER_CENT:
            found["percent"] = f"{value / 100:g}"
        elif value:
            found[f"amount_{sheet.market_code}"] = value
    return found


def deed_of_list(change: pricing.Changed, stores: dict[int, str]) -> Deed:
    """A change of a price list; `stores`: codes by id."""

    def side(fields: dict[str, Any] | None) -> dict[str, Any] | None:
        if fields is None or "node_ids" not in fields:
            return fields
        named = [stores.get(node_id, str(node_id)) for node_id in fields["node_ids"]]
        return {**{name: value for name, value in fields.items() if name != "node_ids"}, "stores": named}

    return _deed(change, side(change.before), side(change.after))


def deed_of_price(change: pricing.Changed, market_code: str, note: str = "") -> Deed:
    """A price that a list says now, or says no longer."""

    def side(fields: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if fields is None else {f"price_{market_code}": fields["amount_minor"]}

    return _deed(change, side(change.before), side(change.after), note)


def _deed(change: pricing.Changed, before: dict[str, Any] | None, after: dict[str, Any] | None, note: str = "") -> Deed:
    def named(fields: dict[str, Any] | None) -> dict[str, Any] | None:
        found = dict(fields) if fields is not None else None
        if found and "kind" in found:
            found["kind"] = words.kind_slug(found["kind"])
        if found and "channel" in found:
            found["channel"] = words.channel_slug(found["channel"])
        return found

    action = "add" if before is None else "remove" if after is None else "change"
    return Deed(action, change.subject, change.key, change.label, named(before), named(after), note)
