"""Quotes: what an order would cost now, by the very code that prices it when it is placed.

Nothing is kept or held. Whoever places the order sends the quote's total as `expected_total_minor`, and pays that or
is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
import numpy as np

from newretail.catalog.api import Offers, PriceSnapshot
from newretail.kit.ids import uuid7
from newretail.markets.terms.api import Terms
from newretail.trade.engine import Map, UnknownCell
from newretail.trade.orders import OrderLine, OrderRequest, PricedLine, batch_of, verdicts_of, way_numbers
from newretail.trade.pricing import DISCOUNT, OFFER, PARTS, SHIPPING, TAX, Priced, line_costs
from newretail.trade.rules import State
from newretail.trade.screen import screen

NO_NODE = "any node"
_NOBODY = 1


class QuoteRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody might order. `node`: where the goods would come from, for price lists of some nodes; or None."""

    lines: list[OrderLine]
    node: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | None = None
    channel: str = "api"
    way: str = "pick_up"
    currency: str | None = None


class QuotedDiscount(msgspec.Struct):
    """What one offer takes off the whole; `names` by language, English always there."""

    offer_id: int
    names: Mapping[str, str]
    discount_minor: int


class Quote(msgspec.Struct):
    """`goods_minor` − `discount_minor` + `shipping_minor`, + `tax_minor` where it is on top, is `total_minor`.

    `shipping_full_minor`: what the way costs below `shipping_free_from_minor` (None: never free).
    """

    market: str
    currency: str
    way: str
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    tax_is_on_top: bool
    total_minor: int
    shipping_full_minor: int
    shipping_free_from_minor: int | None
    discounts: list[QuotedDiscount]
    lines: list[PricedLine]


class Unquotable(ValueError):
    """An order like this would be refused; `reason` and the message say why, `sku` which line."""

    def __init__(self, reason: str, detail: str, sku: str | None) -> None:
        super().__init__(detail)
        self.reason, self.sku = reason, sku


def quotes_of(
    requests: Sequence[QuoteRequest],
    prices: PriceSnapshot,
    terms: Terms,
    nodes: Mapping[str, int],
    market: tuple[str, str],
    at: datetime,
) -> list[Quote]:
    """Quote several orders as of a moment. `nodes`: ids by code; `market`: code and currency. Raises Unquotable."""
    currency = market[1]
    at_ms = int(at.timestamp() * 1000)
    orders = [
        OrderRequest(
            buyer_id=_NOBODY,
            node=request.node or NO_NODE,
            lines=request.lines,
            channel=request.channel,
            currency=request.currency,
            way=request.way,
            order_id=uuid7(milliseconds=at_ms),
        )
        for request in requests
    ]
    batch = batch_of(orders, prices.sku_codes, {**nodes, NO_NODE: 0}, currency)
    verdicts, priced = screen(batch, prices, terms, at_ms)
    verdicts.state[:] = State.PLACED
    for verdict in verdicts_of(orders, batch, verdicts, currency):
        if not verdict.accepted:
            raise Unquotable(verdict.reason, verdict.detail, verdict.sku)
    ends = np.cumsum(batch.line_counts).tolist()
    spans = zip([0, *ends[:-1]], ends, strict=True)
    return [
        _quote(request, (priced, number, slice(*span)), prices, terms, market)
        for number, (request, span) in enumerate(zip(requests, spans, strict=True))
    ]


def _quote(
    request: QuoteRequest,
    where: tuple[Priced, int, slice],
    prices: PriceSnapshot,
    terms: Terms,
    market: tuple[str, str],
) -> Quote:
    """The quote of one order of a priced batch. `where`: the batch, the order's number, its lines."""
    priced, number, span = where
    units = priced.unit_price[span].tolist()
    rows = [[0, line.quantity, unit] for line, unit in zip(request.lines, units, strict=True)]
    parts = [[0] * PARTS for _ in rows] if priced.parts is None else priced.parts[span].tolist()
    total = int(priced.total[number])
    costs = line_costs(rows, parts, total)
    goods, discount, shipping, tax = (
        sum(quantity * unit for _, quantity, unit in rows),
        *(sum(part[place] for part in parts) for place in (DISCOUNT, SHIPPING, TAX)),
    )
    tariff = terms.tariff(way_numbers()[request.way])
    return Quote(
        market=market[0],
        currency=market[1],
        way=request.way,
        goods_minor=goods,
        discount_minor=discount,
        shipping_minor=shipping,
        tax_minor=tax,
        tax_is_on_top=not terms.includes_tax,
        total_minor=total,
        shipping_full_minor=tariff.fee_minor if tariff else 0,
        shipping_free_from_minor=tariff.free_from_minor if tariff else None,
        discounts=_discounts(parts, prices.offers),
        lines=[
            PricedLine(
                *(line.sku, line.quantity, unit, part[DISCOUNT], part[SHIPPING], part[TAX], cost, part[OFFER]),
            )
            for line, unit, part, cost in zip(request.lines, units, parts, costs, strict=True)
        ],
    )


def _discounts(parts: list[list[int]], offers: Offers) -> list[QuotedDiscount]:
    """What each offer takes off, in the order of the lines."""
    sums: dict[int, int] = {}
    for part in parts:
        if part[OFFER]:
            sums[part[OFFER]] = sums.get(part[OFFER], 0) + part[DISCOUNT]
    names = dict(zip(offers.offer_id.tolist(), offers.names, strict=False))
    return [QuotedDiscount(offer_id, names.get(offer_id, {}), saved) for offer_id, saved in sums.items()]


def quotes_by(
    world: Map, market_code: str, requests: Sequence[QuoteRequest], at: datetime, tenant_id: int
) -> list[Quote]:
    """Quote several orders by what an engine knows. Raises Unquotable; UnknownCell for a market without a cell."""
    prices = world.prices.get((tenant_id, market_code))
    place = next((p for p in world.places.values() if (p.tenant_id, p.market_code) == (tenant_id, market_code)), None)
    if prices is None or place is None:
        raise UnknownCell(f"There is no cell in {market_code}.")
    named = {request.node for request in requests if request.node is not None}
    entries = {code: world.nodes[tenant_id, code] for code in named if (tenant_id, code) in world.nodes}
    nodes = {code: entry.node_id for code, entry in entries.items()}
    return quotes_of(requests, prices, world.terms_of(market_code), nodes, (market_code, place.currency), at)
