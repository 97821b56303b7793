"""The cart: what a shopper means to buy, by SKU code. A member's follows them. No prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from newretail.people.api import Member
from newretail.shopfront.models import MemberCart

KEY, DELIVERIES_KEY, SAVED_KEY = "cart", "cart_deliveries", "cart_saved"
LINE_LIMIT = 200  # an order may have no more
QUANTITY_LIMIT = 999
DELIVERY_LIMIT = 4

Line = tuple[str, int, int]  # SKU code, units, number of the delivery
Contents = tuple[list[Line], list[tuple[str, int]]]


class Shelf(Protocol):
    """Where a cart is kept."""

    def read(self) -> Contents: ...

    def change(self, change: Callable[[Contents], Contents]) -> Contents:
        """Replace what is kept by what `change` makes of it, and nothing in between gets lost."""


class SessionShelf:
    """A guest's: units by code in `cart`, and beside it what is not the plain case."""

    def __init__(self, session: SessionBase) -> None:
        self.session = session

    def read(self) -> Contents:
        numbers = self.session.get(DELIVERIES_KEY, {})
        lines = [(code, units, numbers.get(code, 1)) for code, units in self.session.get(KEY, {}).items()]
        return lines, list(self.session.get(SAVED_KEY, {}).items())

    def change(self, change: Callable[[Contents], Contents]) -> Contents:
        lines, saved = change(self.read())
        self.session[KEY] = {code: units for code, units, _ in lines}
        self.session[DELIVERIES_KEY] = {code: number for code, _, number in lines if number != 1}
        self.session[SAVED_KEY] = dict(saved)
        return lines, saved


class MemberShelf:
    """A member's, in the database, the same on every device; changes of two devices come one after the other."""

    def __init__(self, member: Member) -> None:
        self.member = member

    def read(self) -> Contents:
        return self._contents(MemberCart.objects.filter(pk=self.member.pk).first())

    def change(self, change: Callable[[Contents], Contents]) -> Contents:
        with transaction.atomic():
            MemberCart.objects.get_or_create(pk=self.member.pk)
            row = MemberCart.objects.select_for_update().get(pk=self.member.pk)
            lines, saved = change(self._contents(row))
            row.lines, row.saved, row.changed_at = lines, saved, timezone.now()
            row.save()
        return lines, saved

    @staticmethod
    def _contents(row: MemberCart | None) -> Contents:
        if row is None:
            return [], []
        return [(code, units, number) for code, units, number in row.lines], [
            (code, units) for code, units in row.saved
        ]


class Cart:
    """The lines in the order in which they were added, the delivery of each, and what is saved for later."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._take(shelf.read())

    def _take(self, contents: Contents) -> None:
        lines, saved = contents
        self.lines = {code: units for code, units, _ in lines}
        self.numbers = {code: number for code, _, number in lines}
        self.saved = dict(saved)

    def _contents(self) -> Contents:
        lines = [(code, units, self.numbers.get(code, 1)) for code, units in self.lines.items()]
        return lines, list(self.saved.items())

    def _change(self, change: Callable[[], object]) -> None:
        def changed(contents: Contents) -> Contents:
            self._take(contents)
            change()
            return self._contents()

        self.shelf.change(changed)

    def _put(self, code: str, quantity: int) -> None:
        if quantity > 0 and (code in self.lines or len(self.lines) < LINE_LIMIT):
            self.lines[code] = min(quantity, QUANTITY_LIMIT)
        elif quantity <= 0:
            self.lines.pop(code, None)
            self.numbers.pop(code, None)

    def _put_all(self, quantities: Mapping[str, int]) -> None:
        for code, units in quantities.items():
            self._put(code, units)

    def add(self, code: str, quantity: int, number: int = 1) -> bool:
        """Put units of a SKU in; False when the cart has as many lines as an order may have."""

        def change() -> None:
            if code not in self.lines:
                self.numbers[code] = number
            self._put(code, self.lines.get(code, 0) + quantity)

        self._change(change)
        return code in self.lines

    def put(self, quantities: Mapping[str, int]) -> None:
        """Set the units of SKUs; 0 or less takes a line out, more than the limit is the limit."""
        if any(self.lines.get(code, 0) != units for code, units in quantities.items()):
            self._change(lambda: self._put_all(quantities))

    def take_out(self, codes: Iterable[str]) -> None:
        self.put(dict.fromkeys(codes, 0))

    def assign(self, numbers: Mapping[str, int]) -> None:
        """Say with which delivery lines go; numbers are 1 to the limit."""
        bounded = {code: min(max(number, 1), DELIVERY_LIMIT) for code, number in numbers.items()}
        moved = {code: number for code, number in bounded.items() if self.numbers.get(code, 1) != number}
        if moved:
            self._change(lambda: self.numbers.update({code: moved[code] for code in moved if code in self.lines}))

    def save_for_later(self, code: str) -> None:
        """Out of the cart, but not forgotten."""

        def change() -> None:
            units = self.lines.get(code, 0)
            if units and (code in self.saved or len(self.saved) < LINE_LIMIT):
                self.saved[code] = min(self.saved.get(code, 0) + units, QUANTITY_LIMIT)
                self._put(code, 0)

        self._change(change)

    def move_back(self, code: str) -> None:
        """From what was saved into the cart, units added up."""

        def change() -> None:
            units = self.saved.get(code, 0)
            self._put(code, self.lines.get(code, 0) + units if units else self.lines.get(code, 0))
            if code in self.lines:
                self.saved.pop(code, None)

        self._change(change)

    def drop_saved(self, code: str) -> None:
        self._change(lambda: self.saved.pop(code, None))

    def keep_saved(self, code: str, units: int) -> None:
        self._change(lambda: self.saved.update({code: units}))

    def merge(self, other: Cart) -> int:
        """Take over another cart, units added up to the limit; return how many of its lines came in."""
        taken: list[str] = []

        def change() -> None:
            for code, units in other.lines.items():
                if code not in self.lines:
                    self.numbers[code] = other.numbers.get(code, 1)
                self._put(code, self.lines.get(code, 0) + units)
                if code in self.lines:
                    taken.append(code)
                else:  # the cart is full: it is not lost, only not in this order
                    self.saved[code] = min(self.saved.get(code, 0) + units, QUANTITY_LIMIT)
            for code, units in other.saved.items():
                self.saved[code] = min(self.saved.get(code, 0) + units, QUANTITY_LIMIT)

        if other.lines or other.saved:
            self._change(change)
        return len(taken)

    @property
    def units(self) -> int:
        return sum(self.lines.values())
