"""Brings calls to their providers: groups them, leaves alone who does not answer, and says when to come again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newretail.pay.providers.interface import End, Letter, Reply, Sender
from newretail.pay.providers.patience import CLOSED, Breaker, ask_leave, failed, pause_seconds, succeeded
from newretail.pay.providers.registry import UnknownProvider, provider

MAX_AT_ONCE = 500


@dataclass(slots=True)
class Postman:
    """One a process, for all its threads; the breakers are this process's own experience."""

    find: Callable[[str], Sender] = provider
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    breakers: dict[str, Breaker] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, letters: Sequence[Letter]) -> list[Reply]:
        """Letter each provider for what is to be asked of it; an answer for every call, in order of `asks`."""
        answers: dict[int, Reply] = {}
        for name in sorted({letter.call.provider for letter in letters}):
            which = [index for index, letter in enumerate(letters) if letter.call.provider == name]
            for start in range(0, len(which), MAX_AT_ONCE):
                part = which[start : start + MAX_AT_ONCE]
                answers.update(zip(part, self._send(name, [letters[index] for index in part]), strict=True))
        return [answers[index] for index in range(len(letters))]

    def _send(self, name: str, letters: Sequence[Letter]) -> list[Reply]:
        try:
            adapter = self.find(name)
        except UnknownProvider as error:
            return [Reply(letter.call.call_id, End.NO_EFFECT, detail=str(error)) for letter in letters]
        with self._lock:
            may, self.breakers[name] = ask_leave(self.breakers.get(name, CLOSED), self.clock())
        if not may:
            return [
                Reply(letter.call.call_id, End.NO_EFFECT, detail=f"{name} is left alone for a while")
                for letter in letters
            ]
        answers = adapter.send(letters)
        answered = any(answer.end in (End.DONE, End.REFUSED) for answer in answers)
        with self._lock:
            before = self.breakers[name]
            self.breakers[name] = succeeded(before) if answered else failed(before, self.clock(), self.chance())
        return answers

    def next_try(self, tries: int, now: datetime) -> datetime:
        """When to ask again for a call that was asked for `tries` times (at least 1)."""
        return now + timedelta(seconds=pause_seconds(tries, self.chance()))
