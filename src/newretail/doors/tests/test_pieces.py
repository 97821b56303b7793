"""Kept pieces of pages: the same values give the same piece, others another, and memory has a bound."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from newretail.doors.pieces import Pieces


@pytest.fixture
def pieces() -> Pieces:
    return Pieces()


class Made:
    """A macro that counts how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, *values) -> Markup:
        self.calls += 1
        return Markup(" ").join(escape(value) for value in values)


def test_a_piece_is_made_once_for_the_same_values(pieces):
    made = Made()
    assert [pieces(made, "milk", 269) for _ in range(3)] == [Markup("milk 269")] * 3
    assert made.calls == 1
    assert pieces(made, "milk", 270) == Markup("milk 270")


def test_each_language_has_its_own(pieces):
    made = Made()
    for language in ("en", "ko", "en"):
        with override(language):
            pieces(made, "milk")
    assert made.calls == 2


@settings(deadline=None)
@given(st.sampled_from([("<b>", Markup("<b>")), (1, True), (1, 1.0), (0, Decimal(0)), ("", Markup(""))]), st.booleans())
def test_equal_values_of_other_types_are_others(pair, turned):
    """Text and markup compare equal, and one of the two must be escaped."""
    pieces, made = Pieces(), Made()
    first, second = reversed(pair) if turned else pair
    assert pieces(made, first) == made(first)
    assert pieces(made, second) == made(second)


def test_what_is_no_value_is_refused(pieces):
    """A visit is of one request: a piece made of it would never be asked for again."""
    from newretail.shopfront.visit import visit_of

    for value in ([1], {"a": 1}, visit_of(RequestFactory().get("/"))):
        with pytest.raises(TypeError):
            pieces(Made(), value)


@settings(deadline=None)
@given(st.lists(st.integers(0, 300), max_size=400))
def test_memory_has_a_bound_and_what_is_asked_for_stays_right(asked):
    limit = 40_000
    pieces, made = Pieces(limit), Made()
    for number in asked:
        assert str(pieces(made, number)) == str(number)
        assert len(pieces) * 600 <= limit


def test_what_is_of_one_request_is_filled_in_and_not_kept(pieces):
    made = Made()
    for token, here in [("one", "/a"), ("two", '/b?x="<b>'), ("three", Markup("<i>"))]:
        assert pieces.filled(made, (token, here), "milk", 3) == Markup("{} {} milk 3").format(token, here)
    assert made.calls == 1
    assert len(pieces) == 1


@settings(deadline=None)
@given(st.lists(st.text(), min_size=4, max_size=4))
def test_fillings_are_escaped_and_cannot_fill_each_other(fillings):
    """Nobody knows what a hole looks like, so nobody can write one."""
    assert Pieces().filled(Made(), tuple(fillings)) == Markup(" ").join(fillings)


def test_an_imported_macro_is_the_same_for_every_page():
    """Else nothing would ever be found again: a piece is kept under its macro."""
    environment = engines.all()[0].env  # type: ignore[attr-defined]  # Django's Jinja2 engine has one
    page = environment.from_string('{% import "shopfront/frame.html" as frame %}{{ kept(frame.icon, "pin") }}')
    kept = environment.globals["kept"]
    before = len(kept)
    assert page.render() == page.render()
    assert len(kept) == before + 1
