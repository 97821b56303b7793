"""The cart: what a shopper means to buy, kept in their session by SKU code. Prices are never kept in it."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase

KEY = "cart"
LINE_LIMIT = 200  # an order may have no more
QUANTITY_LIMIT = 999


class Cart:
    """The lines of one session, in the order in which they were added."""

    def __init__(self, session: SessionBase) -> None:
        self.session = session
        self.lines: dict[str, int] = dict(session.get(KEY, {}))

    def add(self, code: str, quantity: int) -> bool:
        """Put units of a SKU in; False when the cart has as many lines as an order may have."""
        if code not in self.lines and len(self.lines) >= LINE_LIMIT:
            return False
        self.put(code, self.lines.get(code, 0) + quantity)
        return True

    def put(self, code: str, quantity: int) -> None:
        """Set the units of a SKU; 0 or less takes it out, more than the limit is the limit."""
        if quantity > 0:
            self.lines[code] = min(quantity, QUANTITY_LIMIT)
        else:
            self.lines.pop(code, None)
        self._keep()

    def clear(self) -> None:
        self.lines = {}
        self._keep()

    @property
    def units(self) -> int:
        return sum(self.lines.values())

    def _keep(self) -> None:
        self.session[KEY] = self.lines
