"""Pricing: lines always come to the total, to the last unit, whoever is priced beside whom."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from newretail.catalog.api import OfferKind, Offers, PriceList, PriceSnapshot
from newretail.markets.terms.api import Rate, Tariff, Terms
from newretail.trade.batch import Batch
from newretail.trade.pricing import DISCOUNT, OFFER, SHIPPING, TAX, line_costs, price

SKUS = 8
NOW = 1_000_000
CODES = [f"s{number}" for number in range(SKUS + 1)]
EVERY_SKU = np.arange(SKUS + 1)


def snapshot(prices: list[int], offers: Offers | None = None, lists: tuple[PriceList, ...] = ()) -> PriceSnapshot:
    """Prices of SKU 1, 2, …; odd SKUs are food."""
    minor = np.array([0, *prices], np.int64)
    food = (EVERY_SKU % 2).astype(np.int8)
    codes = {code: number for number, code in enumerate(CODES)}
    return PriceSnapshot(
        *(1, codes, CODES, minor, np.zeros(SKUS + 1, np.int32), food, ("general", "food")),
        *(offers or Offers(start=np.zeros(SKUS + 2, np.int32)), lists),
    )


def offers_of(*rows: tuple[int, int, int, int, int], skus: int = SKUS) -> Offers:
    """Offers for everything: (kind, value, buy, pay, min_quantity)."""
    kind, value, buy, pay, least = np.array(rows, np.int64).reshape(-1, 5).T
    count = len(rows)
    return Offers(
        *(np.arange(1, count + 1) * 10, kind, value, buy, pay, least, np.zeros(count, np.int64)),
        *(np.zeros(count, np.int64), np.full(count, NOW + 1), np.arange(skus + 2, dtype=np.int32) * count),
        np.tile(np.arange(count, dtype=np.int32), skus + 1),
    )


def batch_of_lines(orders: list[list[tuple[int, int]]], ways: list[int] | None = None) -> Batch:
    count = len(orders)
    lines = [(number, sku, quantity) for number, order in enumerate(orders) for sku, quantity in order]
    order, sku, quantity = np.array(lines, np.int64).reshape(-1, 3).T
    zeros = np.zeros(count, np.int64)
    return Batch(
        *(zeros.astype(np.uint64), zeros.astype(np.uint64), zeros + 7, zeros + 1, zeros + 1, zeros - 1),
        *(np.array(ways or [0] * count, np.int64), zeros.astype(np.uint8), order, sku, quantity),
    )


PRICES = st.lists(st.integers(1, 2_000_000_000), min_size=SKUS, max_size=SKUS)
ORDERS = st.lists(
    st.lists(
        st.tuples(st.integers(1, SKUS), st.integers(1, 200)), min_size=1, max_size=6, unique_by=lambda line: line[0]
    ),
    min_size=1,
    max_size=6,
)
OFFERS = st.lists(
    st.one_of(
        st.tuples(st.just(int(OfferKind.PER_CENT)), st.integers(1, 9999), *[st.just(0)] * 2, st.integers(1, 5)),
        st.tuples(st.just(int(OfferKind.AMOUNT_OFF)), st.integers(1, 5000), *[st.just(0)] * 2, st.integers(1, 5)),
        st.tuples(st.just(int(OfferKind.FIXED_PRICE)), st.integers(1, 5000), *[st.just(0)] * 2, st.integers(1, 5)),
        st.tuples(st.just(int(OfferKind.BUY_PAY)), st.just(0), st.integers(2, 6), st.just(1), st.just(1)),
    ),
    max_size=4,
)
TERMS = st.builds(
    lambda included, general, food, fee, free, taxed: Terms(
        included,
        general,
        (Rate("food", 0, food),),
        (Tariff(1, fee, free, taxed),),
    ),
    st.booleans(),
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.integers(0, 20_000_000),
    st.one_of(st.none(), st.integers(1, 100_000)),
    st.booleans(),
)


@given(PRICES, ORDERS, OFFERS, TERMS, st.data())
@settings(max_examples=150, deadline=None)
def test_lines_come_to_the_total_and_nobody_is_priced_by_who_stands_beside(prices, orders, rows, terms, data) -> None:
    ways = data.draw(st.lists(st.integers(0, 1), min_size=len(orders), max_size=len(orders)))
    book = snapshot(prices, offers_of(*rows) if rows else None)
    whole = batch_of_lines(orders, ways)
    priced = price(whole, book, terms, NOW)
    for number, order in enumerate(orders):
        alone = price(batch_of_lines([order], [ways[number]]), book, terms, NOW)
        mine = whole.line_order == number
        assert alone.total[0] == priced.total[number]
        if alone.parts is not None and priced.parts is not None:
            assert alone.parts.tolist() == priced.parts[mine].tolist()
        parts = None if priced.parts is None else priced.parts[mine].tolist()
        rows_ = [[sku, quantity, prices[sku - 1]] for sku, quantity in order]
        costs = line_costs(rows_, parts, int(priced.total[number]))
        assert sum(costs) == priced.total[number]
        assert min(costs) > 0


@given(PRICES, ORDERS, TERMS)
@settings(max_examples=150, deadline=None)
def test_a_tax_is_reckoned_once_for_an_order_and_class_and_shared_to_within_a_unit(prices, orders, terms) -> None:
    batch = batch_of_lines(orders, [1] * len(orders))
    priced = price(batch, snapshot(prices), terms, NOW)
    if priced.parts is None:
        return
    for number, order in enumerate(orders):
        parts = priced.parts[batch.line_order == number]
        is_taxed = terms.tariffs[0].is_taxed
        bases = [
            quantity * prices[sku - 1] + (int(part[SHIPPING]) if is_taxed else 0)
            for (sku, quantity), part in zip(order, parts, strict=True)
        ]
        for food in (0, 1):
            points = terms.rate("food" if food else "general", NOW)
            below = 10_000 + points if terms.includes_tax else 10_000
            exact = [
                Fraction(base * points, below) for (sku, _), base in zip(order, bases, strict=True) if sku % 2 == food
            ]
            taxes = [int(part[TAX]) for (sku, _), part in zip(order, parts, strict=True) if sku % 2 == food]
            assert sum(taxes) == int(sum(exact) + Fraction(1, 2))
            assert all(abs(tax - share) < 1 for tax, share in zip(taxes, exact, strict=True))


@given(PRICES, ORDERS, OFFERS)
@settings(max_examples=100, deadline=None)
def test_the_best_offer_counts_alone_and_leaves_something_to_pay(prices, orders, rows) -> None:
    book = snapshot(prices, offers_of(*rows) if rows else None)
    batch = batch_of_lines(orders)
    parts = price(batch, book, Terms(), NOW).parts
    for place, (sku, quantity) in enumerate(line for order in orders for line in order):
        unit = prices[sku - 1]
        savings = [_saving(row, unit, quantity) for row in rows]
        best = max(savings, default=0)
        got = [0, 0, 0, 0] if parts is None else parts[place].tolist()
        assert got[DISCOUNT] == best < unit * quantity
        assert got[OFFER] == ((savings.index(best) + 1) * 10 if best else 0)


def _saving(row: tuple[int, ...], unit: int, quantity: int) -> int:
    """The naive reading of an offer, one line at a time."""
    kind, value, buy, pay, least = row
    if quantity < least:
        return 0
    if kind == OfferKind.BUY_PAY:
        return quantity // buy * (buy - pay) * unit
    exact = {
        OfferKind.PER_CENT: int(Fraction(unit * value, 10_000) + Fraction(1, 2)),
        OfferKind.AMOUNT_OFF: value,
        OfferKind.FIXED_PRICE: max(unit - value, 0),
    }[OfferKind(kind)]
    return min(exact, unit - 1) * quantity


def test_a_won_has_no_cents() -> None:
    """10 % off 3,665 won is 366.5 won: the half goes to the buyer, and the tax inside is whole won too."""
    terms = Terms(True, 1000, (), (Tariff(1, 3000, 40_000, True),))
    book = snapshot([3665, 1000, 1000, 1, 1, 1, 1, 1], offers_of((OfferKind.PER_CENT, 1000, 0, 0, 1)))
    priced = price(batch_of_lines([[(1, 3), (2, 1), (3, 1)]], [1]), book, terms, NOW)
    assert priced.parts is not None
    assert priced.parts[:, DISCOUNT].tolist() == [367 * 3, 100, 100]
    assert priced.parts[:, SHIPPING].tolist() == [2538, 231, 231]
    assert priced.total[0] == 3298 * 3 + 900 + 900 + 3000
    assert priced.parts[:, TAX].sum() == 1336  # of 14,694: 1335.8


def test_an_offer_begins_and_ends_by_the_clock_alone() -> None:
    offers = offers_of((OfferKind.PER_CENT, 5000, 0, 0, 1))
    offers.from_ms[:], offers.until_ms[:] = NOW, NOW + 10
    book, batch = snapshot([100] * SKUS, offers), batch_of_lines([[(1, 1)]])
    totals = [int(price(batch, book, Terms(), at).total[0]) for at in (NOW - 1, NOW, NOW + 9, NOW + 10)]
    assert totals == [100, 50, 50, 100]


def test_a_rate_begins_with_its_day() -> None:
    terms = Terms(False, 700, (Rate("food", 0, 400), Rate("food", NOW, 0)))
    totals = [
        int(price(batch_of_lines([[(1, 1), (2, 1)]]), snapshot([1000] * SKUS), terms, at).total[0])
        for at in (NOW - 1, NOW)
    ]
    assert totals == [2000 + 40 + 70, 2000 + 70]


def test_the_list_of_the_highest_priority_that_fits_sets_the_price() -> None:
    everywhere, nobody = np.empty(0, np.int32), np.array([99], np.int32)
    here = np.array([1], np.int32)

    def listed(number: int, price_minor: int, channel: int = 0, nodes=everywhere, until: int = NOW + 1) -> PriceList:
        return PriceList(
            number, channel, nodes, 0, until, np.array([1, 3], np.int32), np.full(2, price_minor, np.int32)
        )

    lists = (listed(1, 90), listed(2, 80, channel=1), listed(3, 70, channel=3), listed(4, 60, nodes=nobody))
    batch = batch_of_lines([[(1, 2), (2, 1), (3, 1)]])
    priced = price(batch, snapshot([100] * SKUS, lists=lists), Terms(), NOW)
    assert priced.unit_price.tolist() == [80, 100, 80]
    assert priced.total.tolist() == [340]
    over = (*lists, listed(5, 50, nodes=here), listed(6, 40, until=NOW))
    assert price(batch, snapshot([100] * SKUS, lists=over), Terms(), NOW).unit_price.tolist() == [50, 100, 50]


def test_a_list_puts_nothing_on_sale() -> None:
    one = PriceList(1, 0, np.empty(0, np.int32), 0, NOW + 1, np.array([1], np.int32), np.array([90], np.int32))
    priced = price(batch_of_lines([[(1, 1)]]), snapshot([0] * SKUS, lists=(one,)), Terms(), NOW)
    assert priced.unit_price.tolist() == [0]
