"""What a cart or an order comes to, as a column of rows: goods, discounts by name, shipping, tax, total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from newretail.catalog.offers import api as offers
from newretail.trade import api as trade


@dataclass(frozen=True, slots=True)
class Summary:
    """Sums in minor units. `discounts`: (name of the offer, what it takes off). `tax_minor`: None where nobody knows.

    `missing_minor`: what more goods would make the delivery free; 0 where it is, or never becomes so.
    """

    goods_minor: int
    discounts: list[tuple[str, int]]
    shipping_minor: int
    is_delivered: bool
    tax_minor: int | None
    tax_is_on_top: bool
    total_minor: int
    missing_minor: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether the total is all there is to say."""
        return not (
            self.discounts or self.shipping_minor or self.is_delivered or (self.tax_is_on_top and self.tax_minor)
        )


def offer_name(names: Mapping[str, str], language: str) -> str:
    """The name of an offer in the reader's language, or else in English."""
    return names.get(language) or names.get(language.split("-")[0]) or names.get("en", "")


def of_quotes(quotes: Sequence[trade.Quote], language: str) -> Summary:
    """The sums of one or several deliveries; they are of one market."""
    named: dict[str, int] = {}
    for quote in quotes:
        for discount in quote.discounts:
            name = offer_name(discount.names, language)
            named[name] = named.get(name, 0) + discount.discount_minor
    alone = quotes[0] if len(quotes) == 1 else None
    missing = 0
    if alone is not None and alone.shipping_minor and alone.shipping_free_from_minor is not None:
        missing = alone.shipping_free_from_minor - alone.goods_minor + alone.discount_minor
    return Summary(
        goods_minor=sum(quote.goods_minor for quote in quotes),
        discounts=list(named.items()),
        shipping_minor=sum(quote.shipping_minor for quote in quotes),
        is_delivered=any(quote.way == "delivery" for quote in quotes),
        tax_minor=sum(quote.tax_minor for quote in quotes),
        tax_is_on_top=any(quote.tax_is_on_top for quote in quotes),
        total_minor=sum(quote.total_minor for quote in quotes),
        missing_minor=missing,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """An order's summary, and the names of its offers by their id."""

    summary: Summary
    names: dict[int, str] = field(default_factory=dict)


def of_order(order: trade.OrderView, language: str, tax_minor: int | None = None) -> Told:
    """The sums that an order kept. `tax_minor`: what is said of the tax of an order that kept none."""
    names = offer_names((line.offer_id for line in order.lines), language)
    named: dict[str, int] = {}
    for line in order.lines:
        if line.discount_minor:
            name = names.get(line.offer_id, "")
            named[name] = named.get(name, 0) + line.discount_minor
    summary = Summary(
        goods_minor=order.goods_minor,
        discounts=list(named.items()),
        shipping_minor=order.shipping_minor,
        is_delivered=order.way == "delivery",
        tax_minor=tax_minor if order.tax_minor is None else order.tax_minor,
        tax_is_on_top=order.tax_is_on_top,
        total_minor=order.total_minor,
    )
    return Told(summary, names)


def offer_names(offer_ids: Iterable[int], language: str) -> dict[int, str]:
    """Offers as the reader's language names them, whether they still run or not; one question, or none."""
    wanted = sorted({offer_id for offer_id in offer_ids if offer_id})
    return {key: offer_name(names, language) for key, names in offers.offer_names(wanted).items()}
