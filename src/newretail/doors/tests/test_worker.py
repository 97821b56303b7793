"""The worker: a job that fails stops no other, comes later each time, and everything ends when it is told to."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.doors.jobs import jobs
from newretail.doors.worker import JITTER, LONGEST_PAUSE_SECONDS, Job, Turn, Worker, pause_after

chances = st.floats(0, 1, exclude_max=True)


def job(work=lambda: 0, seconds=1.0, full=0) -> Job:
    return Job("job", seconds, work, full)


@given(st.floats(0.1, 100), st.integers(0, 50), chances)
def test_a_job_that_fails_comes_later_but_always_again(seconds, in_a_row, chance):
    pause = pause_after(job(seconds=seconds), Turn(in_a_row=in_a_row), 0, chance)
    assert seconds * (1 - JITTER) <= pause <= max(seconds, LONGEST_PAUSE_SECONDS) * (1 + JITTER)


@given(st.integers(0, 20), chances)
def test_only_a_full_turn_that_went_well_is_followed_at_once(did, chance):
    assert (pause_after(job(full=10), Turn(), did, chance) == 0) == (did >= 10)
    assert pause_after(job(full=10), Turn(in_a_row=1), did, chance) > 0
    assert pause_after(job(full=0), Turn(), did, chance) > 0


def test_one_failing_job_never_stops_the_others():
    enough, fails = threading.Event(), threading.Event()
    count = []

    def works() -> int:
        count.append(1)
        if len(count) >= 5 and fails.is_set():
            enough.set()
        return 1

    def breaks() -> int:
        fails.set()
        raise RuntimeError("no luck")

    worker = Worker([Job("works", 0.001, works), Job("breaks", 0.001, breaks)])
    worker.start()
    assert enough.wait(20)
    assert worker.stop()
    assert worker.turns["works"].failures == 0
    assert worker.turns["breaks"].last_error == "RuntimeError: no luck"
    assert worker.turns["works"].done == len(count)


def test_it_ends_when_told_although_jobs_are_long_asleep():
    worker = Worker([Job("asleep", 3600.0, lambda: 0)])
    worker.start()
    assert worker.stop()
    assert worker.turns["asleep"].turns == 0


@pytest.mark.parametrize("name", ["calls", "unpaid orders", "expired transfers", "reconciliation"])
def test_the_list_has_everything_that_payments_need(name):
    assert name in {job.name for job in jobs()}
