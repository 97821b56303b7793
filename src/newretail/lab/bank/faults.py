"""What goes wrong at the faulty bank: how often, and drawn from a seed, so that the same run fails the same way. Pure.

A draw depends on the seed, the kind of fault and what it happens to, never on time or on the order of requests.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from hashlib import blake2b

MOST = 0.9  # of a thing that may fail; something must come through in the end


@dataclass(frozen=True, slots=True)
class Faults:
    """The share of events, deliveries or requests that each fault befalls, 0 to 0.9; durations in seconds."""

    # Webhooks: an event told late, twice, after others, never; followed by a lie; or beside one about nobody.
    delay: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    drop: float = 0.0
    contradict: float = 0.0
    unknown: float = 0.0
    wrong_signature: float = 0.0
    # Requests: refused for now, failed before or after the work, answered too late, answered into a broken connection.
    busy: float = 0.0
    error_before: float = 0.0
    error_after: float = 0.0
    time_out: float = 0.0
    lost_answer: float = 0.0
    # Shoppers who pay by themselves (a rehearsal has nobody at the page): those who decline, and who never come.
    decline: float = 0.0
    leave: float = 0.0
    charge_back: float = 0.0
    delay_seconds: float = 2.0
    hang_seconds: float = 3.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            most = 600.0 if each.name.endswith("_seconds") else MOST
            if not 0.0 <= value <= most:
                raise ValueError(f"{each.name} must be between 0 and {most}, not {value}.")


NONE = Faults()
FAULTY = Faults(
    *(0.10, 0.05, 0.10, 0.02, 0.01, 0.002, 0.01),
    *(0.02, 0.02, 0.02, 0.01, 0.02),
    *(0.04, 0.04, 0.002),
    delay_seconds=1.0,
    hang_seconds=2.0,
)


def scaled(level: float) -> Faults:
    """The faulty bank at `level`: 0 has no faults, 1 has all of them at their usual rates."""
    if not 0.0 <= level <= 4.0:
        raise ValueError("The bank can be faulty from 0 (not at all) to 4.")
    rates = {
        each.name: value if each.name.endswith("_seconds") else min(MOST, value * level)
        for each in fields(FAULTY)
        for value in (getattr(FAULTY, each.name),)
    }
    return Faults(**rates)


def draw(seed: int, what: str, subject: str, number: int = 0) -> float:
    """A number of [0, 1) that is always the same for the same arguments."""
    text = f"{seed}\0{what}\0{subject}\0{number}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) / 2**64


def strikes(faults: Faults, seed: int, what: str, subject: str, number: int = 0) -> bool:
    """Whether the fault `what` (a rate's name) befalls the subject, at its `number`-th time."""
    rate: float = getattr(faults, what)
    return rate > 0 and draw(seed, what, subject, number) < rate


@dataclass(frozen=True, slots=True)
class Manners:
    """How the bank behaves towards somebody, and what it has done to them so far (`dealt`, by the rate's name)."""

    faults: Faults = NONE
    seed: int = 1
    auto: bool = False  # shoppers pay by themselves
    dealt: Counter[str] = field(default_factory=Counter, compare=False)

    def strikes(self, what: str, subject: str, number: int = 0) -> bool:
        """Whether the fault befalls the subject; counted when it does."""
        struck = strikes(self.faults, self.seed, what, subject, number)
        if struck:
            self.dealt[what] += 1
        return struck

    def draw(self, what: str, subject: str, number: int = 0) -> float:
        return draw(self.seed, what, subject, number)

    def of_request(self, subject: str, number: int) -> str:
        """The one fault that befalls a request, by its rate's name, or nothing."""
        for what in ("busy", "error_before", "error_after", "time_out", "lost_answer"):
            if self.strikes(what, subject, number):
                return what
        return ""
