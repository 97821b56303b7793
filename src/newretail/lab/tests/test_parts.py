"""Orders that were made cheaper, taxed and brought: what the row keeps, what comes back, what the laws say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newretail.catalog.api import OfferKind
from newretail.cloud.api import CellPlace
from newretail.kit.ids import uuid7
from newretail.lab.audit.laws import audit
from newretail.markets.terms.api import Rate, Tariff, Terms
from newretail.pay.api import ledger_of
from newretail.pay.settlement.api import CellBooks, DayRules, close_days
from newretail.trade.orders import OrderLine, OrderRequest
from newretail.trade.quotes import QuoteRequest, Unquotable, quotes_of
from newretail.trade.reads import find_order
from newretail.trade.rules import State
from newretail.trade.shelves import shelf_of
from newretail.trade.taxes import taxes_of_sales
from newretail.trade.tests.desk_work import order
from newretail.trade.tests.paying_work import WALLET, Cashier
from newretail.trade.tests.test_pricing import offers_of
from newretail.trade.work import INSERT_AT_MOST as FEW

TENNESSEE = Terms(False, 700, (Rate("food", 0, 400),), (Tariff(1, 499, 5000, True),))
KOREA = Terms(True, 1000)
THREE_FOR_TWO = (OfferKind.BUY_PAY, 0, 3, 2, 1)


@pytest.fixture
def open_cashier(open_cells) -> Iterator[Callable[[], Cashier]]:
    cashiers: list[Cashier] = []

    def opened() -> Cashier:
        scratch = open_cells(on_hand=1000)
        cashiers.append(Cashier(scratch.url, scratch.cells[0].name, {scratch.node(): scratch.node_ids[0]}))
        return cashiers[-1]

    yield opened
    for cashier in cashiers:
        cashier.close()


@pytest.fixture
def cashier(open_cashier: Callable[[], Cashier]) -> Cashier:
    """In Tennessee; of three units two are paid; SKU 1 is food, the others are not."""
    cashier = open_cashier()
    _sell(cashier, TENNESSEE, THREE_FOR_TWO)
    return cashier


def _sell(cashier: Cashier, terms: Terms, *rows: tuple[int, int, int, int, int]) -> None:
    prices = cashier.memory.prices
    offers = offers_of(*rows, skus=len(prices.price_minor) - 1)
    offers.until_ms[:] = 1 << 62
    offers = replace(offers, names=tuple({"en": name} for name in ("Three for two", "Number 2")[: len(rows)]))
    food = prices.tax_class.copy()
    food[1] = 1
    cashier.memory.prices = replace(prices, offers=offers, tax_class=food, tax_classes=("general", "food"))
    cashier.memory.terms = terms


def _row(cashier: Cashier, order_id: UUID) -> Any:
    return cashier.one("SELECT total_minor, way, parts FROM {c}.trade_order WHERE order_id = %s", [order_id])


def _broken(cashier: Cashier) -> list[str]:
    checks = [(law.number, check) for law in audit(cashier.url) for check in law.checks if check.where == cashier.cell]
    return [f"{number} {check.name}" for number, check in checks if check.broken]


def test_the_row_keeps_what_its_price_was_made_of(cashier) -> None:
    placed = order(cashier.node, ("sku-1", 3), ("sku-2", 1), way="delivery")
    verdict = cashier.place(placed)[0]
    # Goods 2000, one unit less: 1500; brought for 499: 333 and 166. Food 4 % of 1333 = 53, the rest 7 % of 666 = 47.
    assert verdict.total_minor == 1500 + 499 + 53 + 47
    assert _row(cashier, placed.order_id) == (2099, 1, [[500, 53, 333, 10], [0, 47, 166, 0]])
    found = find_order(cashier.connection, _place(cashier), placed.order_id, cashier.memory.prices.code_of)
    assert found is not None
    assert [line.total_minor for line in found.lines] == [1000 + 333 + 53, 500 + 166 + 47]
    assert (found.goods_minor, found.discount_minor, found.shipping_minor, found.tax_minor) == (2000, 500, 499, 100)
    assert (found.tax_is_on_top, found.way) == (True, "delivery")


def _place(cashier: Cashier) -> CellPlace:
    return CellPlace(cashier.cell, 1, "US", "USD", "", None, None)


@pytest.mark.parametrize("count", [FEW, FEW + 5])
def test_rows_with_and_without_parts_lie_beside_each_other_however_they_are_written(open_cashier, count) -> None:
    cashier = open_cashier()
    _sell(cashier, Terms(), THREE_FOR_TWO)
    plain = [order(cashier.node, ("sku-1", 1), ("sku-2", 2)) for _ in range(count // 2)]
    cheaper = [order(cashier.node, ("sku-1", 3), *[("sku-2", 1)] * (n % 2)) for n in range(count - count // 2)]
    turns = [each for pair in zip(plain, cheaper, strict=False) for each in pair]
    verdicts = cashier.place(*turns, *cheaper[len(plain) :])
    assert all(verdict.accepted for verdict in verdicts)
    assert {_row(cashier, each.order_id) for each in plain} == {(1500, 0, None)}
    for number, each in enumerate(cheaper):
        total, way, parts = _row(cashier, each.order_id)
        assert (total, way) == (1000 + 500 * (number % 2), 0)
        assert parts == [[500, 0, 0, 10], *[[0, 0, 0, 0]] * (number % 2)]
    assert _broken(cashier) == []


def test_where_taxes_are_in_the_price_every_order_says_how_much(cashier) -> None:
    _sell(cashier, KOREA)
    placed = order(cashier.node, ("sku-2", 1))
    cashier.place(placed)
    assert _row(cashier, placed.order_id) == (500, 0, [[0, 45, 0, 0]])
    found = find_order(cashier.connection, _place(cashier), placed.order_id, cashier.memory.prices.code_of)
    assert found is not None
    assert (found.tax_minor, found.tax_is_on_top, found.lines[0].total_minor) == (45, False, 500)


def test_what_the_buyer_was_shown_is_what_it_costs_or_nothing_happens(cashier) -> None:
    node = cashier.node
    wrong = order(node, ("sku-2", 1), way="delivery", expected_total_minor=535)
    answer = cashier.place(wrong)[0]
    assert (answer.reason, answer.total_minor) == ("total_differs", 500 + 499 + 70)
    right = order(node, ("sku-2", 1), way="delivery", expected_total_minor=answer.total_minor)
    assert cashier.reasons(right, order(node, ("sku-2", 1), way="by pigeon")) == ["accepted", "unknown_way"]


def test_another_way_under_the_same_id_is_another_order(cashier) -> None:
    placed = order(cashier.node, ("sku-2", 1), way="delivery")
    assert cashier.reasons(placed) == ["accepted"]
    fetched = order(cashier.node, ("sku-2", 1), order_id=placed.order_id)
    assert cashier.reasons(placed, fetched) == ["replayed", "conflict"]


def test_a_part_that_the_row_cannot_hold_is_refused_and_hurts_nobody(cashier) -> None:
    prices = cashier.memory.prices.price_minor.copy()
    prices[1] = 2_000_000_000
    cashier.memory.prices = replace(cashier.memory.prices, price_minor=prices)
    node = cashier.node
    big = order(node, ("sku-1", 1000))
    assert cashier.reasons(big, order(node, ("sku-2", 1))) == ["total_too_large", "accepted"]


def test_units_come_back_for_what_they_cost_in_any_portions(cashier) -> None:
    cashier.fund(7, 10_000)
    placed = cashier.order(7, WALLET, way="delivery")
    assert cashier.reasons(placed) == ["accepted"]
    total = 10_000 - cashier.wallet()
    assert total == 7 * 500 - 1000 + 499 + 120  # two of seven for nothing; 4 % of 2999 is 119.96
    back = [cashier.refund(placed.order_id, (1, units, None)).amount_minor for units in (2, 1, 3, 1)]
    assert sum(back) == total
    assert cashier.wallet() == 10_000
    assert not cashier.refund(placed.order_id, (1, 1, None)).done
    assert _broken(cashier) == []


def test_a_line_gives_back_no_more_than_it_cost_whatever_is_said(cashier) -> None:
    cashier.fund(7, 10_000)
    request = order(cashier.node, ("sku-1", 3), ("sku-2", 1), way="delivery", pay=[WALLET])
    assert cashier.reasons(request) == ["accepted"]
    assert not cashier.refund(request.order_id, (1, 0, 1387)).done
    assert cashier.refund(request.order_id, (1, 0, 386)).done
    assert cashier.refund(request.order_id, (1, 3, None)).amount_minor == 1000
    assert cashier.refund(request.order_id, (2, 1, None)).amount_minor == 713
    assert (cashier.wallet(), _broken(cashier)) == (10_000, [])


def test_a_days_tax_is_what_its_orders_kept_and_a_line_given_back_takes_its_own(cashier) -> None:
    """Food and what is not food, of which only the food comes back: what is left is taxed at 7 %."""
    cashier.fund(7, 10_000)
    request = order(cashier.node, ("sku-1", 2), ("sku-2", 2), pay=[WALLET])
    assert cashier.reasons(request) == ["accepted"]
    books = CellBooks(cashier.connection, cashier.cell, 1, ledger_of("USD"))
    number = cashier.one("SELECT batch_number FROM {c}.cell_head")[0]
    assert taxes_of_sales(books, 0, number, 0) == {6: 40 + 70}
    cashier.refund(request.order_id, (1, 2, None))
    later = cashier.one("SELECT batch_number FROM {c}.cell_head")[0]
    assert round(taxes_of_sales(books, 0, later, 0)[6], 9) == 70
    assert round(taxes_of_sales(books, number, later, 0)[6], 9) == -40
    assert close_days(books, DayRules("America/New_York", 0, taxes_of_sales), cashier.now + timedelta(days=2))
    assert cashier.one("SELECT sum(tax_minor), sum(captured_minor - refunded_minor) FROM {c}.pay_day_closing") == (
        70,
        1070,
    )
    assert _broken(cashier) == []


# Orders and what happens to them: (order, line) gives a unit back, an order alone is cancelled, None closes a day.
HAPPENINGS = st.lists(
    st.one_of(st.none(), st.integers(0, 1), st.tuples(st.integers(0, 1), st.integers(1, 2))), min_size=2, max_size=10
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HAPPENINGS, st.lists(st.integers(1, 5), min_size=4, max_size=4))
def test_however_days_fall_between_sales_and_what_goes_back_no_tax_is_left_over(cashier, happenings, units) -> None:
    """A line given back on one closed day and its order cancelled on a later one leave nothing; the days add up to what
    orders kept, in whole units, and to the tax of all days taken as one."""
    cashier.fund(7, 100_000)
    books = CellBooks(cashier.connection, cashier.cell, 1, ledger_of("USD"))

    def now() -> int:
        return int(cashier.one("SELECT batch_number FROM {c}.cell_head")[0])

    first = now()
    amounts = [(("sku-1", units[n]), ("sku-2", units[n + 1])) for n in (0, 2)]
    orders = [order(cashier.node, *lines, way="delivery", pay=[WALLET]) for lines in amounts]
    assert cashier.reasons(*orders) == ["accepted"] * 2
    ends = [first]
    for what in happenings:
        if what is None:
            ends.append(now())
        elif isinstance(what, tuple):
            cashier.refund(orders[what[0]].order_id, (what[1], 1, None))
        else:
            cashier.move(orders[what].order_id, State.CANCELLED)
    before_end = taxes_of_sales(books, first, now(), 0)[6]
    assert before_end >= 0
    for each in orders:
        cashier.move(each.order_id, State.CANCELLED)
    ends.append(now())
    days = [taxes_of_sales(books, *span, 0).get(6, Fraction()) for span in pairwise(ends)]
    assert all(tax.denominator == 1 for tax in days)
    assert sum(days) == taxes_of_sales(books, first, now(), 0)[6] == 0


def test_a_quote_is_what_the_order_will_cost(cashier) -> None:
    lines = [OrderLine("sku-1", 4), OrderLine("sku-2", 1)]
    (asked, fetched) = (QuoteRequest(lines, cashier.node, "web", way) for way in ("delivery", "pick_up"))
    values = (cashier.memory.prices, cashier.memory.terms, cashier.nodes, ("US", "USD"))
    brought, free = quotes_of([asked, fetched], *values, cashier.now)
    assert [(one.names["en"], one.discount_minor) for one in brought.discounts] == [("Three for two", 500)]
    assert (brought.shipping_full_minor, brought.shipping_free_from_minor, free.shipping_minor) == (499, 5000, 0)
    for quote, way in ((brought, "delivery"), (free, "pick_up")):
        placed = OrderRequest(7, cashier.node, lines, "web", "USD", quote.total_minor, order_id=uuid7(), way=way)
        assert cashier.reasons(placed) == ["accepted"]
        found = find_order(cashier.connection, _place(cashier), placed.order_id, cashier.memory.prices.code_of)
        assert found is not None
        for name in ("goods_minor", "discount_minor", "shipping_minor", "tax_minor", "tax_is_on_top", "total_minor"):
            assert getattr(found, name) == getattr(quote, name)
        for line, said in zip(found.lines, quote.lines, strict=True):
            assert {name: getattr(line, name) for name in said.__struct_fields__} == msgspec.to_builtins(said)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lines": []}, "no_lines"),
        ({"lines": [OrderLine("no-such", 1)]}, "unknown_sku"),
        ({"lines": [OrderLine("sku-1", 0)]}, "bad_quantity"),
        ({"node": "nowhere"}, "unknown_node"),
        ({"way": "by pigeon"}, "unknown_way"),
        ({"channel": "pigeon"}, "unknown_channel"),
        ({"currency": "KRW"}, "wrong_currency"),
    ],
    ids=str,
)
def test_what_could_not_be_ordered_is_not_quoted(cashier, change, reason) -> None:
    asked = msgspec.structs.replace(QuoteRequest([OrderLine("sku-1", 1)], cashier.node), **change)
    with pytest.raises(Unquotable) as refused:
        quotes_of([asked], cashier.memory.prices, cashier.memory.terms, cashier.nodes, ("US", "USD"), cashier.now)
    assert refused.value.reason == reason


def test_the_shelf_says_what_one_unit_costs_and_names_what_makes_several_cheaper(cashier) -> None:
    _sell(cashier, TENNESSEE, THREE_FOR_TWO)
    now = int(cashier.now.timestamp() * 1000)
    shelf = shelf_of(cashier.memory.prices, "web", 0, now)
    assert shelf is not None
    tag = shelf.tag(1)
    assert tag is not None
    assert (tag.price_minor, tag.former_minor, tag.names["en"]) == (500, None, "Three for two")
    _sell(cashier, TENNESSEE, THREE_FOR_TWO, (OfferKind.PER_CENT, 2000, 0, 0, 1))
    shelf = shelf_of(cashier.memory.prices, "web", 0, now)
    assert shelf is not None
    tag = shelf.tag(1)
    assert tag is not None
    assert (tag.price_minor, tag.former_minor, tag.names["en"]) == (400, 500, "Number 2")
    assert shelf.tag(10**6) is None
