"""The circuit breaker and the pauses: properties that hold for every history."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from newretail.pay.providers.patience import (
    CLOSED,
    FAILURES_TO_OPEN,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LONGEST_REST_SECONDS,
    Breaker,
    ask_leave,
    failed,
    pause_seconds,
    succeeded,
)

chances = st.floats(0, 1, exclude_max=True)
histories = st.lists(st.tuples(st.booleans(), st.floats(0, 500), chances), max_size=60)


@given(st.integers(-5, 10_000), chances)
def test_a_pause_is_never_nothing_and_never_beyond_the_longest(tries, chance):
    assert FIRST_PAUSE_SECONDS / 2 <= pause_seconds(tries, chance) <= LONGEST_PAUSE_SECONDS


@given(st.integers(1, 60), chances)
def test_whoever_failed_more_often_waits_at_least_as_long_at_the_same_chance(tries, chance):
    assert pause_seconds(tries, chance) <= pause_seconds(tries + 1, chance)


@given(histories)
def test_an_open_breaker_lets_one_trial_through_and_only_after_its_rest(history):
    """Walk any history of calls; whoever is let through while it is open comes after the rest, alone."""
    breaker, now = CLOSED, 0.0
    for is_fine, seconds, chance in history:
        now += seconds
        was = breaker
        may, breaker = ask_leave(was, now)
        if was.is_open:
            assert may == (now >= was.rests_until and now >= was.trial_until)
        else:
            assert may
        if may and was.is_open:
            assert ask_leave(breaker, now)[0] is False  # nobody else while the trial is out
        if may:
            breaker = succeeded(breaker) if is_fine else failed(breaker, now, chance)
            assert breaker == CLOSED or not is_fine
            assert breaker.rests_until <= now + LONGEST_REST_SECONDS


@given(st.lists(chances, min_size=FAILURES_TO_OPEN, max_size=40))
def test_it_opens_after_that_many_failures_in_a_row_and_one_success_closes_it(draws):
    breaker = Breaker()
    for number, chance in enumerate(draws, 1):
        breaker = failed(breaker, 100.0, chance)
        assert breaker.is_open == (number >= FAILURES_TO_OPEN)
    assert not ask_leave(breaker, 100.0)[0]
    assert succeeded(breaker) == CLOSED


@given(histories)
def test_it_never_stays_shut_for_ever(history):
    """Whatever happened, also a trial that nobody reported about: after long enough the next call goes out."""
    breaker, now = CLOSED, 0.0
    for is_fine, seconds, chance in history:
        now += seconds
        _, breaker = ask_leave(breaker, now)
        breaker = succeeded(breaker) if is_fine else failed(breaker, now, chance)
    assert ask_leave(breaker, now + LONGEST_REST_SECONDS + 61)[0]
