"""The third process: what the market does by itself, again and again. A list of jobs, each in a thread of its own.

A job that fails is logged and comes again at its next turn, later each time it fails in a row; it stops no other. Two
workers at once do no harm: every job may be done twice.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

LOG = structlog.get_logger(__name__)
JITTER = 0.2
LONGEST_PAUSE_SECONDS = 300.0
STOP_SECONDS = 12.0
LOGGED_SECONDS = 5.0  # what comes more often than that would fill the log


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done every `seconds`; `work` returns how much it did, and comes again at once after a full turn.

    `full`: from which number on there may be more waiting; 0 never.
    """

    name: str
    seconds: float
    work: Callable[[], int]
    full: int = 0


@dataclass(slots=True)
class Turn:
    """What a job has done since the process began, for the log and for tests."""

    done: int = 0
    turns: int = 0
    failures: int = 0
    in_a_row: int = 0
    last_error: str = ""


def pause_after(job: Job, turn: Turn, did: int, chance: float) -> float:
    """Seconds until the next turn: none after a full one, and up to 20 % more or less, so that workers spread out."""
    if not turn.in_a_row and job.full and did >= job.full:
        return 0.0
    seconds = max(job.seconds, min(LONGEST_PAUSE_SECONDS, job.seconds * 2.0 ** min(turn.in_a_row, 16)))
    return seconds * (1 - JITTER + 2 * JITTER * chance)


@dataclass(slots=True)
class Worker:
    """Runs jobs until it is told to stop."""

    jobs: Sequence[Job]
    chance: Callable[[], float] = random.random
    tidy: Callable[[], object] = bool  # after every turn, in its thread
    turns: dict[str, Turn] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for job in self.jobs:
            self.turns[job.name] = Turn()
            thread = threading.Thread(target=self._run, args=(job,), name=f"job-{job.name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> bool:
        """Wait for jobs that are at work, for a while; True when all have ended."""
        self.stopping.set()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, job: Job) -> None:
        turn = self.turns[job.name]
        pause = job.seconds * self.chance()
        while not self.stopping.wait(pause):
            did = self._take(job, turn)
            pause = pause_after(job, turn, did, self.chance())

    def _take(self, job: Job, turn: Turn) -> int:
        started, did = time.perf_counter(), 0
        turn.turns += 1
        try:
            did = job.work()
            turn.done += did
            turn.in_a_row = 0
        except Exception as error:  # whatever a job meets, the others go on
            turn.failures += 1
            turn.in_a_row += 1
            turn.last_error = f"{type(error).__name__}: {error}"
            LOG.warning("job failed", job=job.name, in_a_row=turn.in_a_row, error=turn.last_error)
        finally:
            self.tidy()
        if did and job.seconds >= LOGGED_SECONDS:
            LOG.info("job done", job=job.name, did=did, seconds=round(time.perf_counter() - started, 3))
        return did


def serve() -> None:
    """Work until SIGTERM."""
    from newretail.doors.database import setup_django

    setup_django()
    from django.db import close_old_connections

    from newretail.doors.jobs import jobs
    from newretail.trade import api as trade

    worker = Worker(jobs(), tidy=close_old_connections)
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    worker.start()
    done.wait()
    if worker.stop():
        trade.close()
    else:
        LOG.warning("a job did not end in time; what it was doing is repeated at the next start")
