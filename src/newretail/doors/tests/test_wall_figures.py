"""The wall's figures: sums a second and a minute, records, and bounds that hold."""

from __future__ import annotations

import pytest

from newretail.doors.orders.wall_feed import crossed
from newretail.doors.orders.wall_figures import SECONDS_KEPT, Figures
from newretail.trade.follow import Placed


def test_batches_of_a_second_add_up_in_any_order():
    figures = Figures()
    figures.add_batches([Placed(61.9, 3, 1), Placed(60.1, 5, 0), Placed(61.2, 4, 0)])
    figures.add_batches([Placed(60.5, 1, 2)])  # another cell, read later
    assert figures.last_seconds(10) == [[60, 6, 2, 0], [61, 7, 1, 0]]
    assert (figures.best_second.orders, figures.best_second.at) == (7, 61)
    assert (figures.best_minute.orders, figures.best_minute.at) == (13, 60)


def test_a_record_stands_until_it_is_beaten():
    figures = Figures()
    figures.add_seconds([(0, 10, 0), (1, 2, 0), (60, 3, 0), (61, 4, 0)])
    assert (figures.best_second.orders, figures.best_minute.orders, figures.best_minute.at) == (10, 12, 0)
    figures.add_seconds([(62, 11, 0)])
    assert (figures.best_second.at, figures.best_minute.orders, figures.best_minute.at) == (62, 18, 60)


def test_a_day_keeps_five_minutes():
    figures = Figures()
    figures.add_seconds((second, 1, 0) for second in range(86_400))
    assert len(figures.seconds) == SECONDS_KEPT
    assert figures.best_minute.orders == 60
    figures.add_batches([Placed(10.0, 1, 0)])  # far too late to be drawn
    assert figures.last_seconds(1) == [[86_399, 1, 0, 0]]


def test_payments_stand_beside_the_orders_of_their_second():
    """Also those of a second in which nobody ordered: cards are paid later."""
    figures = Figures()
    figures.add_seconds([(60, 6, 2)])
    figures.add_paid([(60, 5), (61, 3), (60, 2)])
    assert figures.last_seconds(10) == [[60, 6, 2, 7], [61, 0, 0, 3]]
    assert (figures.best_paid.orders, figures.best_paid.at, figures.best_second.orders) == (7, 60, 6)


def test_shares_of_aisles():
    figures = Figures()
    for aisle, units in ((1, 6), (2, 3), (1, 1)):
        figures.count_units(aisle, units)
    assert figures.aisles() == [[1, 0.7], [2, 0.3]]


def test_rates_go_both_ways_and_across():
    rates = crossed([("USD", "KRW", 1000.0), ("USD", "CNY", 7.0)], {"USD", "KRW", "CNY"})
    assert rates["KRW"]["USD"] == pytest.approx(0.001)
    assert rates["CNY"]["KRW"] == pytest.approx(1000 / 7)
    assert rates["KRW"]["KRW"] == 1
    assert crossed([], {"USD", "KRW"})["USD"] == {"USD": 1.0}
