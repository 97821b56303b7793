"""The comparison of books: silent when both say the same, and never silent when they do not."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from newretail.pay.providers.compare import Difference, Ours, compare
from newretail.pay.providers.interface import Standing

amounts = st.integers(0, 10**6)


@st.composite
def pairs(draw):
    """A payment as both sides see it when they agree: open, captured in part or whole, refunded in part, or dead."""
    payment_id, asked = uuid4(), draw(st.integers(1, 10**6))
    captured = draw(st.sampled_from([0, asked, draw(st.integers(0, asked))]))
    refunded = draw(st.integers(0, captured))
    held = 0 if captured else draw(st.sampled_from([0, asked]))
    authorised = captured or held
    theirs = Standing("cell_us", payment_id, "bp_1", "USD", authorised, captured, refunded, not captured)
    ours = Ours(payment_id, "cell_us", "bp_1", "USD", held, captured, refunded, 0, False)
    return theirs, ours


@given(st.lists(pairs(), max_size=20))
def test_books_that_agree_are_not_found_to_disagree(books):
    assert compare([theirs for theirs, _ in books], {ours.payment_id: ours for _, ours in books}) == []


@given(pairs(), st.integers(1, 1000))
def test_every_difference_is_found_and_named(pair, more):
    theirs, ours = pair
    known = {ours.payment_id: ours}

    def kinds(standing):
        return {one.what for one in compare([standing], known)}

    assert Difference.CAPTURED in kinds(replace(theirs, captured_minor=theirs.captured_minor + more))
    assert Difference.REFUNDED in kinds(replace(theirs, refunded_minor=theirs.refunded_minor + more))
    assert kinds(replace(theirs, currency="KRW")) == {Difference.CURRENCY}


@given(pairs())
def test_what_one_side_has_alone_is_found(pair):
    theirs, ours = pair
    alone = compare([theirs], {})
    assert [one.what for one in alone] == ([Difference.UNKNOWN_HERE] if theirs.authorised_minor else [])
    missing = compare([], {ours.payment_id: ours})
    has_money = ours.received_minor or ours.held_minor
    assert [one.what for one in missing] == ([Difference.UNKNOWN_THERE] if has_money else [])


def test_money_held_for_an_order_that_was_given_up_is_found():
    payment_id = uuid4()
    theirs = Standing("cell_us", payment_id, "bp_1", "USD", 500, 0, 0, True)
    ours = Ours(payment_id, "cell_us", "bp_1", "USD", 0, 0, 0, 0, True)
    [found] = compare([theirs], {payment_id: ours})
    assert (found.what, found.theirs_minor, found.ours_minor) == (Difference.AUTHORISED, 500, 0)
