"""What the wall shows of a stream of batches: seconds, records, aisles. Pure, and bounded in every part."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from newretail.trade.follow import Placed

SECONDS_KEPT = 300
AISLES_SHOWN = 10


@dataclass(slots=True)
class Best:
    """The most orders that came in one stretch of time, and when it began (Unix seconds)."""

    orders: int = 0
    at: int = 0

    def offer(self, orders: int, at: int) -> None:
        if orders > self.orders:
            self.orders, self.at = orders, at


@dataclass(slots=True)
class Figures:
    """The wall's running figures of one view. Orders accepted make records; a second's place is its Unix time."""

    # [second, accepted, refused, paid]
    seconds: deque[list[int]] = field(default_factory=lambda: deque(maxlen=SECONDS_KEPT))
    best_paid: Best = field(default_factory=Best)  # payments of one second
    best_second: Best = field(default_factory=Best)
    best_minute: Best = field(default_factory=Best)
    biggest: dict[str, Any] | None = None
    _biggest_value: float = 0.0
    _minute: Best = field(default_factory=Best)
    _aisles: Counter[int] = field(default_factory=Counter)
    _sampled: int = 0

    def add_seconds(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Take in (second, accepted, refused), in order of time; the last second may come again and grows."""
        for second, accepted, refused in rows:
            self._add(second, accepted, refused)

    def add_batches(self, batches: Iterable[Placed]) -> None:
        for batch in sorted(batches):
            self._add(int(batch.at), batch.accepted, batch.refused)

    def add_paid(self, rows: Iterable[tuple[int, int]]) -> None:
        """Take in (second, payments), in order of time or a little out of it."""
        for second, payments in rows:
            entry = self._entry(second)
            if entry is not None:
                entry[3] += payments
                self.best_paid.offer(entry[3], second)

    def _add(self, second: int, accepted: int, refused: int) -> None:
        entry = self._entry(second)
        if entry is None:  # older than all that is kept: only the sums count it
            return
        entry[1] += accepted
        entry[2] += refused
        self.best_second.offer(entry[1], second)
        minute = second - second % 60
        if minute > self._minute.at:
            self._minute = Best(0, minute)
        if minute == self._minute.at:
            self._minute.orders += accepted
            self.best_minute.offer(self._minute.orders, minute)

    def _entry(self, second: int) -> list[int] | None:
        """The row of a second; cells are read one after the other, so the last few may come out of order."""
        for entry in reversed(self.seconds):
            if entry[0] == second:
                return entry
            if entry[0] < second:
                break
        if self.seconds and second < self.seconds[-1][0]:
            position = sum(entry[0] < second for entry in self.seconds)
            if position == 0 or len(self.seconds) == SECONDS_KEPT:
                return None
            row = [second, 0, 0, 0]
            self.seconds.insert(position, row)
            return row
        self.seconds.append([second, 0, 0, 0])
        return self.seconds[-1]

    def offer_order(self, value: float, order: dict[str, Any]) -> None:
        """The biggest of the orders that were looked at; `value` in one currency, so that markets compare."""
        if value > self._biggest_value:
            self._biggest_value, self.biggest = value, order

    def count_units(self, aisle: int, units: int) -> None:
        self._aisles[aisle] += units
        self._sampled += units

    def aisles(self) -> list[list[float]]:
        """[aisle, share of the sampled units], the largest first."""
        top = self._aisles.most_common(AISLES_SHOWN)
        return [[number, round(units / self._sampled, 4)] for number, units in top]

    def last_seconds(self, count: int) -> list[list[int]]:
        return [list(entry) for entry in list(self.seconds)[-count:]]
