"""When to ask again and when to leave a provider alone: pure functions, tested by properties. No clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 900.0
FAILURES_TO_OPEN = 5
FIRST_REST_SECONDS = 2.0
LONGEST_REST_SECONDS = 120.0


def pause_seconds(tries: int, chance: float) -> float:
    """How long to wait before the next try: doubling, and anywhere between a half and the whole ("equal jitter").

    `tries` were made so far, at least 1; `chance` is a random number of [0, 1). Clients that failed together do not
    come back together.
    """
    whole = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(max(tries, 1) - 1, 30))
    return whole * (0.5 + chance / 2)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed while `failures` in a row are few; open until `rests_until`; then one trial decides.

    A provider that does not answer is not asked by everybody: that would keep our threads waiting and it from
    getting up. `trial_until` is when a trial that nobody reported about is given up, so that a breaker whose
    process died in the middle does not stay shut.
    """

    failures: int = 0
    rests_until: float = 0.0
    trial_until: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.failures >= FAILURES_TO_OPEN


def ask_leave(breaker: Breaker, now: float, trial_seconds: float = 60.0) -> tuple[bool, Breaker]:
    """Whether a call may go out now, and the breaker after that: of an open one only a lone trial comes through."""
    if not breaker.is_open:
        return True, breaker
    if now < breaker.rests_until or now < breaker.trial_until:
        return False, breaker
    return True, replace(breaker, trial_until=now + trial_seconds)


def succeeded(breaker: Breaker) -> Breaker:
    """The provider answered, be it with a refusal."""
    return breaker if breaker == CLOSED else CLOSED


def failed(breaker: Breaker, now: float, chance: float) -> Breaker:
    """The provider did not answer, or said itself that it cannot."""
    failures = breaker.failures + 1
    if failures < FAILURES_TO_OPEN:
        return Breaker(failures)
    whole = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** min(failures - FAILURES_TO_OPEN, 30))
    return Breaker(failures, now + whole * (0.5 + chance / 2))


CLOSED = Breaker()
