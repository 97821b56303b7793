"""The faulty bank fails as its seed says: each fault by itself in its book, all of them together over sockets."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.lab.bank.book import MAX_DELIVERY_TRIES, Book, Event, Refused, new_payment
from newretail.lab.bank.faults import FAULTY, NONE, Faults, Manners, draw, scaled, strikes
from newretail.pay.api import CallKind, EventKind
from newretail.pay.providers.interface import End, ProviderAway

LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


@given(st.integers(0, 1 << 40), st.text(max_size=20), st.integers(0, 99))
def test_the_same_seed_draws_the_same(seed, subject, number):
    assert draw(seed, "drop", subject, number) == draw(seed, "drop", subject, number)
    assert 0 <= draw(seed, "drop", subject, number) < 1
    assert not strikes(NONE, seed, "drop", subject, number)
    assert Manners(NONE, seed).of_request(subject, number) == ""


def test_a_rate_is_kept_and_faults_are_strangers_to_each_other():
    faults = Faults(drop=0.3, duplicate=0.3)
    drops = [strikes(faults, 1, "drop", str(number)) for number in range(10_000)]
    doubles = [strikes(faults, 1, "duplicate", str(number)) for number in range(10_000)]
    both = sum(map(lambda a, b: a and b, drops, doubles))
    assert 2_800 < sum(drops) < 3_200
    assert 800 < both < 1_000


@pytest.mark.parametrize("rates", [{"drop": 1.0}, {"drop": -0.1}, {"delay_seconds": 1e6}])
def test_a_fault_without_an_end_is_not_allowed(rates):
    """Something must come through in the end, or nobody could ever say that nothing was lost."""
    with pytest.raises(ValueError, match="must be between"):
        Faults(**rates)


def test_faulty_is_scaled():
    assert scaled(0).drop == 0
    assert scaled(1) == FAULTY
    assert scaled(2).delay == FAULTY.delay * 2
    with pytest.raises(ValueError, match="from 0"):
        scaled(-1)


@pytest.fixture
def open_book(tmp_path):
    books = []

    def opened(faults=NONE, **more) -> Book:
        books.append(Book(tmp_path / f"{uuid4().hex}.sqlite", faults, **more))
        return books[-1]

    yield opened
    for book in books:
        book.close()


def open_many(book: Book, count: int, now: float = 1000.0) -> list[str]:
    refs = [f"bp_{number}" for number in range(count)]
    for ref in refs:
        book.open(
            new_payment(
                ref=ref,
                wire="bank",
                payment=str(uuid4()),
                order_id=str(uuid4()),
                cell="cell_us",
                amount=100,
                currency="USD",
                notify_url="http://127.0.0.1:9/",
                return_url="/",
                now=now,
            )
        )
    return refs


def told(book: Book, now: float = 1e9) -> list[Event]:
    return [event for _, _, event, _ in book.due(now, 100_000)]


def test_everything_is_told_once_and_in_order_where_nothing_goes_wrong(open_book):
    book = open_book(auto=True)
    for ref in open_many(book, 50):
        book.capture(ref, 100, str(uuid4()), 1001)
    assert [event.seq for event in told(book)] == list(range(1, 101))


def test_a_dropped_event_stands_in_the_list_all_the_same(open_book):
    book = open_book(Faults(drop=0.5), auto=True)
    open_many(book, 200)
    heard = {event.id for event in told(book)}
    listed = {event.id for event in book.events("bank", 0, 0, 1000)}
    assert heard < listed
    assert len(listed) == 200
    assert 60 < len(heard) < 140


def test_a_duplicate_is_the_same_event_twice(open_book):
    book = open_book(Faults(duplicate=0.5), auto=True)
    open_many(book, 200)
    times = Counter(event.id for event in told(book))
    assert set(times.values()) == {1, 2}
    assert len(times) == 200


@pytest.mark.parametrize("name", ["delay", "reorder"])
def test_late_events_come_after_later_ones_and_all_come(open_book, name):
    book = open_book(Faults(**{name: 0.5}, delay_seconds=5.0), auto=True)
    open_many(book, 200)
    order = [event.seq for event in told(book)]
    assert sorted(order) == list(range(1, 201))
    assert order != sorted(order)
    assert len(told(book, now=1000.0)) < 200  # not all of them are due at once


def test_a_lie_is_told_and_stands_in_no_list(open_book):
    book = open_book(Faults(contradict=0.5, unknown=0.5), auto=True)
    for ref in open_many(book, 100):
        book.capture(ref, 100, None, 1001)
    lies = [event for event in told(book) if event.is_lie]
    assert {event.kind for event in lies} == {"declined", "expired", "unknown"}
    assert not {event.id for event in lies} & {event.id for event in book.events("bank", 0, 0, 1000)}
    assert all(one.captured == 100 for _, one in book.payments("bank", 0, 0, 1000))


def test_shoppers_decline_leave_and_charge_back(open_book):
    book = open_book(Faults(decline=0.3, leave=0.3, charge_back=0.5), auto=True)
    kinds: Counter[str] = Counter()
    for ref in open_many(book, 200):
        try:
            book.capture(ref, 100, None, 1001)
        except Refused:
            kinds["open"] += 1
    kinds.update(event.kind for event in told(book))
    assert all(kinds[kind] > 20 for kind in ("open", "declined", "authorised", "captured", "charged_back"))


def test_what_nobody_takes_is_told_again_and_given_up_in_the_end(open_book):
    book = open_book(auto=True)
    open_many(book, 3)
    for tries in range(MAX_DELIVERY_TRIES):
        due = book.due(1e9, 10)
        assert [one[1] for one in due] == [tries] * 3
        book.not_delivered([one[0] for one in due], 1000.0)
    assert book.undelivered() == 0


def test_a_book_is_as_it_was_after_a_crash_in_the_middle(open_book):
    book = open_book()
    [ref] = open_many(book, 1)

    def crash() -> None:
        with book.transaction():
            book.approve(ref, 1001)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    assert book.payment(ref).state == "open"
    assert told(book) == []


def test_every_call_is_done_once_through_all_faults(open_bank, shop, ask):
    """Ends say only what is certain; asking again with the same key ends well, and nothing was done twice."""
    requests = dict.fromkeys(("busy", "error_before", "error_after", "time_out", "lost_answer"), 0.12)
    bank = open_bank(faults=Faults(**requests, wrong_signature=0.5, hang_seconds=1.0), auto=True, seed=5)
    provider = shop.checks = bank.adapter(timeout_seconds=0.5)
    ends: Counter[End] = Counter()
    creates = [ask(CallKind.CREATE, 100) for _ in range(8)]
    for create in creates:
        maybe_done = False
        for _ in range(60):
            [answer] = provider.send([create])
            ends[answer.end] += 1
            maybe_done = maybe_done or answer.end != End.NO_EFFECT
            if not maybe_done:
                standing = _patiently(lambda: list(provider.standings(LONG_AGO, [])))
                assert create.call.payment_id not in {one.payment_id for one in standing}
            if answer.end == End.DONE:
                break
        assert answer.end == End.DONE
    for create in creates:
        capture = ask(CallKind.CAPTURE, 100, of=create)
        for _ in range(60):
            [answer] = provider.send([capture])
            ends[answer.end] += 1
            if answer.end == End.DONE:
                break
    assert ends[End.DONE] == 16
    assert ends[End.NO_EFFECT] + ends[End.UNKNOWN] > 0
    assert ends[End.REFUSED] == 0
    standings = _patiently(lambda: list(provider.standings(LONG_AGO, [])))
    assert sorted((one.payment_id, one.captured_minor) for one in standings) == sorted(
        (create.call.payment_id, 100) for create in creates
    )
    listed = _patiently(lambda: list(provider.events(LONG_AGO, [])))
    assert Counter(one.event.kind for one in listed) == {EventKind.AUTHORISED: 8, EventKind.CAPTURED: 8}
    for create in creates:
        shop.wait_for(provider, create, 2)  # also what was signed wrongly at first
    assert 401 in shop.answered


def _patiently(read):
    for _ in range(60):
        try:
            return read()
        except ProviderAway:
            time.sleep(0.01)
    raise AssertionError("the list could never be read")
