"""Figures and charts of the report, on small numbers that can be checked by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.lab.rehearsal.progress import sparkline
from newretail.lab.rehearsal.record import FIELDS, REASON_NUMBER, Fate, Kind
from newretail.lab.rehearsal.summary import batch_sizes, by_second, percentiles_ms, summarise
from newretail.lab.report.charts import Series, bars, dots, lines, nice_step, short


def _records():
    """Five orders (accepted, refused, replayed after a 429, given up, accepted late), one cancel, one skipped."""
    records = np.zeros(7, FIELDS)
    records["kind"] = [Kind.PLACE] * 3 + [Kind.RETRY, Kind.PLACE, Kind.CANCEL, Kind.CANCEL]
    records["due"] = [0.1, 0.2, 0.3, 0.4, 1.5, 2.0, 2.0]
    records["sent"] = [0.1, 0.2, 0.3, 0.5, 1.6, 2.0, 2.0]
    records["done"] = [0.2, 0.25, 0.0, 1.4, 2.5, 2.1, 2.0]
    records["status"] = [201, 409, Fate.GIVEN_UP, 200, 201, 200, Fate.SKIPPED]
    records["reason"][1] = REASON_NUMBER[b"out_of_stock"]
    records["tries"][3] = records["busy"][3] = 1
    return records


def test_the_headline_counts_every_order_once():
    headline = summarise(_records())
    assert headline["orders"] == 4
    assert (headline["accepted"], headline["replayed"], headline["refused"], headline["unanswered"]) == (2, 1, 1, 1)
    assert headline["refusals"] == {"out_of_stock": 1}
    assert (headline["cancelled"], headline["cancels_skipped"], headline["told_later"]) == (1, 1, 1)
    assert headline["seconds"] == 2.5
    assert headline["peak_orders_per_s"] == 2
    assert headline["latency_ms"]["max"] == pytest.approx(1000)
    assert headline["late_ms"]["max"] == pytest.approx(100)
    assert headline["latency_straight_ms"]["p50"] == pytest.approx(100), "without the one that was sent away"


def test_seconds_are_those_of_the_press_for_latency_and_of_the_answer_for_throughput():
    series = by_second(_records())
    assert series["arrivals"] == [4, 1, 0]
    assert series["accepted"] == [1, 1, 1]
    assert series["refused"] == [1, 0, 0]
    assert series["max_ms"] == pytest.approx([1000, 1000, 0])


def test_nothing_happened_is_a_report_too():
    empty = np.zeros(0, FIELDS)
    assert summarise(empty)["orders_per_s"] == 0
    assert by_second(empty)["arrivals"] == [0]
    assert percentiles_ms(np.empty(0))["p99"] == 0
    assert batch_sizes([])["largest"] == 0


def test_batches_are_counted_by_powers_of_two():
    sizes = [{"kind": "place", "accepted": n, "refused": 0} for n in (1, 1, 2, 3, 4, 9)]
    found = batch_sizes([*sizes, {"kind": "move", "accepted": 100, "refused": 0}])
    assert [entry["batches"] for entry in found["histogram"]] == [2, 2, 1, 1]
    assert (found["batches"], found["largest"]) == (6, 9)


@given(st.floats(1e-3, 1e9), st.integers(1, 10))
def test_steps_of_an_axis_are_round_and_few(span, parts):
    """1, 2 or 5 times a power of ten, and not more of them than asked for."""
    step = nice_step(span, parts)
    assert span / step <= parts * 1.01
    assert f"{step:e}"[0] in "125"


def test_labels_are_short():
    assert [short(value) for value in (0, 0.25, 20, 1500, 20000)] == ["0", "0.25", "20", "1.5k", "20k"]


POINTS = st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e6)), max_size=30)


@given(POINTS, st.booleans(), st.booleans())
def test_every_mark_lies_inside_its_chart(points, log, filled):
    """Whatever the values, nothing is drawn outside the picture and nothing is not a number."""
    series = Series("<&>", "accepted", sorted(points), filled)
    drawn = lines("t", "u", [series], log=log) + dots("t", "u", series)
    assert "nan" not in drawn
    assert "<&>" not in drawn
    for marks in re.findall(r'points="([^"]*)"', drawn):
        for mark in marks.split():
            x, y = map(float, mark.split(","))
            assert 0 <= x <= 1060
            assert 0 <= y <= 210


def test_bars_stand_beside_each_other():
    drawn = bars("t", "batches", [("1", 3), ("2", 5), ("4", 0)], "accepted")
    assert drawn.count('class="accepted bar"') == 6, "three bars, in two widths"


def test_a_sparkline_is_as_high_as_its_highest():
    assert sparkline([0, 4, 8]) == "▁▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
