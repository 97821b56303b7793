"""What other taxes or tariffs would do to a basket of real goods, by the trade engine and before anything is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.db import connection

from newretail.catalog.offers import api as pricing
from newretail.markets import api as markets
from newretail.markets.terms import api as terms
from newretail.trade import api as trade

GOODS_SHOWN = 3
GOODS_LOOKED_AT, FEWEST_UNITS = 30, 3


@dataclass(frozen=True, slots=True)
class Compared:
    """One basket before and after; `goods` in the order of the quotes' lines."""

    goods: tuple[pricing.Example, ...]
    before: trade.Quote
    after: trade.Quote


def terms_now(market_code: str) -> terms.Terms:
    """The taxes and tariffs of a market as the database has them."""
    connection.ensure_connection()
    return terms.all_terms(connection.connection)[market_code]


def with_rate(there: terms.Terms, sheet: markets.RateSheet, zone: str) -> tuple[terms.Terms, datetime]:
    """The terms with one rate more, and the moment from which it counts."""
    begins = datetime.combine(sheet.from_day, time(), ZoneInfo(zone)).astimezone(UTC)
    rate = terms.Rate(sheet.tax_class, int(begins.timestamp() * 1000), sheet.basis_points)
    others = [each for each in there.rates if (each.tax_class, each.from_ms) != (rate.tax_class, rate.from_ms)]
    return replace(there, rates=tuple(sorted([*others, rate], key=lambda each: each.from_ms))), begins


def with_tariff(there: terms.Terms, wanted: terms.Tariff) -> terms.Terms:
    """The terms with a way of delivery at another price."""
    others = tuple(each for each in there.tariffs if each.way != wanted.way)
    return replace(there, tariffs=(*others, wanted))


def of_rate(sheet: markets.RateSheet, zone: str) -> Compared | None:
    """A unit each of what is bought most of the class, when the rate begins; None where nothing of it is on sale."""
    there = terms_now(sheet.market_code)
    wanted, begins = with_rate(there, sheet, zone)
    goods = pricing.most_bought(sheet.market_code, sheet.tax_class, GOODS_SHOWN)
    baskets = [(goods, [1] * len(goods))] if goods else []
    found = compared(sheet.market_code, baskets, "pick_up", (there, wanted), max(begins, datetime.now(UTC)))
    return found[0] if found else None


def of_tariff(market_code: str, wanted: terms.Tariff) -> list[Compared]:
    """A small basket, one just below what is free (then or now), and one just above: what they would cost."""
    there, way, now = terms_now(market_code), terms.Way(wanted.way).slug, datetime.now(UTC)
    old = there.tariff(wanted.way)
    limits = {limit for limit in (wanted.free_from_minor, old.free_from_minor if old else None) if limit}
    goods, each = _for_baskets(market_code, min(limits, default=0) // FEWEST_UNITS)
    if not goods:
        return []
    units = {1} | {count for limit in limits for count in (-(-limit // each) - 1, -(-limit // each)) if count > 0}
    baskets = [(goods, [count]) for count in sorted(units) if count <= trade.MAX_QUANTITY]
    return compared(market_code, baskets, way, (there, with_tariff(there, wanted)), now)


def _for_baskets(market_code: str, dearest_minor: int) -> tuple[list[pricing.Example], int]:
    """Something that is bought a lot, and what one costs: the dearest that fits several times into a basket."""
    # What is not of the general class first: food is in every basket, and tobacco in few.
    by_class = (pricing.most_bought(market_code, each, GOODS_LOOKED_AT) for each in reversed(pricing.tax_classes()))
    goods = next((found for found in by_class if found), [])
    asked = [trade.QuoteRequest([trade.OrderLine(each.sku_code, 1)], channel="web") for each in goods]
    try:
        quotes = trade.quotes(market_code, asked) if asked else []
    except (trade.Unquotable, trade.UnknownCell, trade.DatabaseAway):
        return [], 0
    cost = [max(quote.goods_minor - quote.discount_minor, 1) for quote in quotes]
    fitting = [place for place, amount in enumerate(cost) if amount <= dearest_minor] or list(range(len(cost)))
    best = max(fitting, key=lambda place: cost[place] if dearest_minor else -place, default=None)
    return ([], 0) if best is None else ([goods[best]], cost[best])


def compared(
    market_code: str,
    baskets: Sequence[tuple[Sequence[pricing.Example], Sequence[int]]],
    way: str,
    sides: tuple[terms.Terms, terms.Terms],
    at: datetime,
) -> list[Compared]:
    """Baskets by the terms before and after. Nothing where the engine would refuse one, or knows no such market."""
    asked = [
        trade.QuoteRequest(
            lines=[trade.OrderLine(good.sku_code, count) for good, count in zip(goods, units, strict=True)],
            channel="web",
            way=way,
        )
        for goods, units in baskets
    ]
    if not asked:
        return []
    try:
        before, after = (trade.quotes(market_code, asked, at, terms=side) for side in sides)
    except (trade.Unquotable, trade.UnknownCell, trade.DatabaseAway):
        return []
    rows = zip(baskets, before, after, strict=True)
    return [Compared(tuple(goods), old, new) for (goods, _units), old, new in rows]
