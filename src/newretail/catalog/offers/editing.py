"""Editing offers and price lists in sets: as they stand, as they should be, and what changed between the two.

The office and the demo write through `change_offers`, `change_lists` and `change_list_prices`: one transaction, one new
revision for the trade engine, and a list of what changed for the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from newretail.catalog.editing import DEFAULT_TENANT, HIGHEST_PRICE_MINOR, Unsound
from newretail.catalog.line_faults import price_fault
from newretail.catalog.models import Category, ListPrice, Offer, PriceList, Product, Sku
from newretail.catalog.work import catalog_change

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class OfferSheet:
    """An offer as a form has it. `kind`: an OfferKind. One of `sku_code`, `product_id`, `category` (its slug) or none.

    `names`: in other languages than English. `offer_id`: None for one that is not there yet.
    """

    market_code: str
    name: str
    kind: int
    value: int = 0
    buy: int = 0
    pay: int = 0
    min_quantity: int = 1
    sku_code: str | None = None
    product_id: int | None = None
    category: str | None = None
    channel: int = 0
    starts_at: datetime | None = None
    until: datetime | None = None
    is_on: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    offer_id: int | None = None


@dataclass(frozen=True, slots=True)
class ListSheet:
    """A price list without its prices. `list_id`: None for one that is not there yet."""

    market_code: str
    name: str
    priority: int = 0
    channel: int = 0
    node_ids: tuple[int, ...] = ()
    starts_at: datetime | None = None
    until: datetime | None = None
    is_on: bool = True
    list_id: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed of one thing: `subject` is offer, price_list or list_price. `before`: None where it is new.

    `after`: None where it is gone; else only the fields that differ.
    """

    subject: str
    key: str
    label: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def offers(market_code: str | None = None, tenant_id: int = DEFAULT_TENANT) -> list[OfferSheet]:
    """Every offer that is or was, by market and name."""
    rows = Offer.objects.filter(tenant_id=tenant_id).select_related("sku", "category")
    return [_sheet(row) for row in (rows.filter(market_code=market_code) if market_code else rows)]


def offer(offer_id: int, tenant_id: int = DEFAULT_TENANT) -> OfferSheet | None:
    row = Offer.objects.filter(pk=offer_id, tenant_id=tenant_id).select_related("sku", "category").first()
    return None if row is None else _sheet(row)


def _sheet(row: Offer) -> OfferSheet:
    return OfferSheet(
        market_code=row.market_code,
        name=row.name,
        kind=row.kind,
        value=row.value,
        buy=row.buy,
        pay=row.pay,
        min_quantity=row.min_quantity,
        sku_code=row.sku.code if row.sku else None,
        product_id=row.product_id,
        category=row.category.slug if row.category else None,
        channel=row.channel,
        starts_at=row.starts_at,
        until=row.until,
        is_on=row.is_on,
        names=dict(row.names),
        offer_id=row.pk,
    )


def offer_names(offer_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The names of offers by language, whether they still run or not."""
    ids = list(offer_ids)
    if not ids:
        return {}
    rows = Offer.objects.filter(pk__in=ids).values_list("id", "name", "names")
    return {key: {"en": name, **names} for key, name, names in rows}


def price_lists(market_code: str | None = None, tenant_id: int = DEFAULT_TENANT) -> list[ListSheet]:
    """Every price list, by market, the highest priority first."""
    rows = PriceList.objects.filter(tenant_id=tenant_id)
    return [_list_sheet(row) for row in (rows.filter(market_code=market_code) if market_code else rows)]


def _list_sheet(row: PriceList) -> ListSheet:
    return ListSheet(
        *(row.market_code, row.name, row.priority, row.channel, tuple(row.node_ids)),
        *(row.starts_at, row.until, row.is_on, row.pk),
    )


def list_prices(list_id: int, tenant_id: int = DEFAULT_TENANT) -> dict[str, int]:
    """What a list says, by SKU code, minor units."""
    rows = ListPrice.objects.filter(price_list_id=list_id, price_list__tenant_id=tenant_id)
    return dict(rows.order_by("sku_id").values_list("sku__code", "amount_minor"))


def change_offers(wanted: Sequence[OfferSheet], tenant_id: int = DEFAULT_TENANT) -> list[Changed]:
    """Make the offers be as wanted, new ones included; return what changed. Raises Unsound.

    An offer stays in its market; one that is over is ended (`until`) or switched off, never deleted.
    """
    with catalog_change():
        found = []
        for sheet in wanted:
            there = _locked(Offer, sheet.offer_id, tenant_id)
            before = None if there is None else _sheet(there)
            if before is not None and before.market_code != sheet.market_code:
                raise Unsound(_("The offer %(name)s stays in its market.") % {"name": before.name})
            row = there or Offer(tenant_id=tenant_id)
            row.sku = _one(Sku, "code", sheet.sku_code, tenant_id)
            row.product = _one(Product, "pk", sheet.product_id, tenant_id)
            row.category = _one(Category, "slug", sheet.category, tenant_id)
            for name in ("market_code", "name", "kind", "value", "buy", "pay", "min_quantity", "channel"):
                setattr(row, name, getattr(sheet, name))
            row.starts_at, row.until, row.is_on = sheet.starts_at, sheet.until, sheet.is_on
            row.names = dict(sheet.names)
            _save(row)
            found += _difference("offer", row.pk, row.name, before, replace(sheet, offer_id=row.pk))
        return found


def change_lists(wanted: Sequence[ListSheet], tenant_id: int = DEFAULT_TENANT) -> list[Changed]:
    """Make the price lists be as wanted, new ones included; return what changed. Raises Unsound."""
    with catalog_change():
        found = []
        for sheet in wanted:
            there = _locked(PriceList, sheet.list_id, tenant_id)
            before = None if there is None else _list_sheet(there)
            if before is not None and before.market_code != sheet.market_code:
                raise Unsound(
                    _("The list %(name)s stays in its market: its prices are in that currency.") % {"name": before.name}
                )
            row = there or PriceList(tenant_id=tenant_id)
            for name in ("market_code", "name", "priority", "channel", "starts_at", "until", "is_on"):
                setattr(row, name, getattr(sheet, name))
            nodes = sorted(set(sheet.node_ids))
            row.node_ids = list(nodes)
            _save(row)
            after = replace(sheet, list_id=row.pk, node_ids=tuple(nodes))
            found += _difference("price_list", row.pk, row.name, before, after)
        return found


def change_list_prices(
    list_id: int, wanted: Mapping[str, int | None], tenant_id: int = DEFAULT_TENANT
) -> list[Changed]:
    """Set prices of a list by SKU code, None takes one off; what is not named stays. Raises Unsound."""
    with catalog_change():
        of_list = _locked(PriceList, list_id, tenant_id)
        if of_list is None:
            raise Unsound(_("There is no price list %(number)d.") % {"number": list_id})
        skus = dict(Sku.objects.filter(tenant_id=tenant_id, code__in=list(wanted)).values_list("code", "id"))
        for code, amount in wanted.items():
            if code not in skus:
                raise Unsound(_("There is no SKU %(sku)s.") % {"sku": code})
            if amount is not None and not 0 < amount <= HIGHEST_PRICE_MINOR:
                raise Unsound(price_fault(code))
        there = dict(of_list.prices.filter(sku_id__in=skus.values()).values_list("sku__code", "amount_minor"))
        changed = {code: amount for code, amount in wanted.items() if amount != there.get(code)}
        _put_prices(of_list, changed, skus)
    return [
        Changed(
            *("list_price", f"{list_id}/{code}", f"{of_list.name}: {code}"),
            {"amount_minor": there[code]} if code in there else None,
            None if amount is None else {"amount_minor": amount},
        )
        for code, amount in changed.items()
    ]


def _put_prices(of_list: PriceList, changed: Mapping[str, int | None], skus: Mapping[str, int]) -> None:
    gone = [skus[code] for code, amount in changed.items() if amount is None]
    if gone:
        of_list.prices.filter(sku_id__in=gone).delete()
    rows = [
        ListPrice(price_list=of_list, sku_id=skus[code], amount_minor=amount)
        for code, amount in changed.items()
        if amount is not None
    ]
    ListPrice.objects.bulk_create(
        rows,
        batch_size=CHUNK,
        update_conflicts=True,
        update_fields=["amount_minor"],
        unique_fields=["price_list", "sku"],
    )


def _locked(model: Any, key: int | None, tenant_id: int) -> Any:
    """The row under a lock, None for a new one. Raises Unsound when it is not there."""
    if key is None:
        return None
    row = model.objects.select_for_update().filter(pk=key, tenant_id=tenant_id).first()
    if row is None:
        raise Unsound(_("Number %(number)d is not there any more. Look at the list again.") % {"number": key})
    return row


def _one(model: Any, name: str, value: Any, tenant_id: int) -> Any:
    if value is None:
        return None
    row = model.objects.filter(tenant_id=tenant_id, **{name: value}).first()
    if row is None:
        raise Unsound(_("There is no “%(value)s” in the catalogue.") % {"value": value})
    return row


def _save(row: Offer | PriceList) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise Unsound("; ".join(_sentences(error))) from None
    row.save()


def _sentences(error: ValidationError) -> Iterable[str]:
    for name, texts in error.message_dict.items():
        yield from texts if name == "__all__" else (f"{name}: {text}" for text in texts)


def _difference(
    subject: str, key: int, label: str, before: OfferSheet | ListSheet | None, after: OfferSheet | ListSheet
) -> list[Changed]:
    old = {} if before is None else _plain(before)
    new = {name: value for name, value in _plain(after).items() if name not in old or old[name] != value}
    if not new:
        return []
    return [Changed(subject, str(key), label, {name: old[name] for name in new} if before else None, new)]


def _plain(sheet: OfferSheet | ListSheet) -> dict[str, Any]:
    """The fields as JSON has them."""
    found = asdict(sheet)
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if name not in ("offer_id", "list_id")
    }
