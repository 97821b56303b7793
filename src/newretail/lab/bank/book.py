"""What the local bank keeps: payments, what happened to them, what it was asked, and what it has yet to tell. SQLite.

One connection, used by one thread; a request is one transaction. An amount is minor units, a time Unix seconds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from newretail.lab.bank.faults import NONE, Faults, Manners

_SPACE = UUID("6f1d2a52-2c0f-4b8e-9a55-0d9e6f3f3b11")
_PAYMENT = (
    "ref, wire, payment, order_id, cell, amount, currency, state, captured, refunded, charged_back, notify_url,"
    " return_url, created_at"
)
_EVENT = "seq, id, ref, wire, kind, amount, at, call, detail, is_lie"
MAX_DELIVERY_TRIES = 12


def _joined(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{name.strip()}" for name in columns.split(","))


class Refused(ValueError):
    """The bank says no, and will say no again."""


@dataclass(frozen=True, slots=True)
class Payment:
    ref: str
    wire: str
    payment: str
    order_id: str
    cell: str
    amount: int
    currency: str
    state: str  # open, authorised, captured, voided
    captured: int
    refunded: int
    charged_back: int
    notify_url: str
    return_url: str
    created_at: float


def new_payment(
    *, ref: str, wire: str, payment: str, order_id: str, cell: str, amount: int, currency: str, notify_url: str,
    return_url: str, now: float,
) -> Payment:  # fmt: skip
    """A payment that nobody has paid yet."""
    paid = (0, 0, 0)
    return Payment(ref, wire, payment, order_id, cell, amount, currency, "open", *paid, notify_url, return_url, now)


@dataclass(frozen=True, slots=True)
class Event:
    seq: int
    id: str
    ref: str
    wire: str
    kind: str
    amount: int
    at: float
    call: str | None
    detail: str
    is_lie: int


@dataclass(slots=True)
class Book:
    """The bank's memory in the file `path`. `faults` befall what it tells; `seed` says which.

    Payments of rehearsals' cells have manners of their own: see `rehearse`.
    """

    path: Path
    faults: Faults = NONE
    seed: int = 1
    auto: bool = False  # shoppers pay by themselves
    _db: sqlite3.Connection = field(init=False)
    _usual: Manners = field(init=False)
    _of_cell: dict[str, Manners] = field(init=False)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(resources.files("newretail.lab.bank").joinpath("tables.sql").read_text())
        self._usual = Manners(self.faults, self.seed, self.auto)
        rows = self._db.execute("SELECT cell, faults, seed FROM rehearsal").fetchall()
        self._of_cell = {cell: Manners(Faults(**json.loads(faults)), seed, True) for cell, faults, seed in rows}

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # How it behaves.

    def manners(self, cell: str) -> Manners:
        """How payments of a cell fare."""
        return self._of_cell.get(cell, self._usual)

    def rehearse(self, cells: list[str], faults: Faults, seed: int) -> None:
        """From now on payments of these cells pay themselves and fail as `faults` say; others go on as ever."""
        manners = Manners(faults, seed, auto=True)  # one for all of them, so that what was dealt is counted together
        text = json.dumps(asdict(faults))
        with self.transaction():
            for cell in cells:
                self._db.execute("INSERT OR REPLACE INTO rehearsal VALUES (?, ?, ?)", (cell, text, seed))
        self._of_cell |= dict.fromkeys(cells, manners)

    # What was asked before.

    def answer_of(self, wire: str, key: str) -> Any:
        """The answer that a key was given, or None."""
        row = self._db.execute("SELECT answer FROM call WHERE wire = ? AND key = ?", (wire, key)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep_answer(self, wire: str, key: str, answer: Any) -> None:
        self._db.execute("INSERT INTO call (wire, key, answer) VALUES (?, ?, ?)", (wire, key, json.dumps(answer)))

    # Payments.

    def payment(self, ref: str) -> Payment | None:
        row = self._db.execute(f"SELECT {_PAYMENT} FROM payment WHERE ref = ?", (ref,)).fetchone()
        return None if row is None else Payment(*row)

    def payment_of(self, wire: str, payment: str) -> Payment | None:
        query = f"SELECT {_PAYMENT} FROM payment WHERE wire = ? AND payment = ?"
        row = self._db.execute(query, (wire, payment)).fetchone()
        return None if row is None else Payment(*row)

    def open(self, made: Payment) -> Payment:
        """Open a payment; the same one again is the one that stands."""
        if made.amount <= 0:
            raise Refused("An amount is more than zero.")
        standing = self.payment_of(made.wire, made.payment)
        if standing is not None:
            if (standing.amount, standing.currency) != (made.amount, made.currency):
                raise Refused("This payment was opened before, about another amount.")
            return standing
        values = [getattr(made, name.strip()) for name in _PAYMENT.split(",")]
        self._db.execute(f"INSERT INTO payment ({_PAYMENT}) VALUES ({', '.join('?' * len(values))})", values)
        if self.manners(made.cell).auto:
            self._shop(made)
        return made

    def _shop(self, made: Payment) -> None:
        manners = self.manners(made.cell)
        if manners.strikes("leave", made.ref):
            return
        if manners.strikes("decline", made.ref):
            self.decline(made.ref, made.created_at)
        else:
            self.approve(made.ref, made.created_at)

    def approve(self, ref: str, at: float, *, capture: bool = False) -> None:
        """The shopper pays. Raises Refused when there is nothing to pay any more."""
        one = self._standing(ref)
        if one.state in ("authorised", "captured"):
            return
        if one.state != "open":
            raise Refused("This payment is closed.")
        self._move(ref, "authorised")
        self._happened(one, "authorised", one.amount, at)
        if capture:
            self.capture(ref, one.amount, None, at)

    def decline(self, ref: str, at: float, why: str = "card_declined") -> None:
        """The shopper's card is declined, in the bank's word for why; another try is allowed."""
        one = self._standing(ref)
        if one.state != "open":
            raise Refused("This payment is decided already.")
        self._happened(one, "declined", one.amount, at, detail=why)

    def capture(self, ref: str, amount: int, key: str | None, at: float) -> None:
        one = self._standing(ref)
        if one.state != "authorised":
            raise Refused(f"A payment that is {one.state} cannot be captured.")
        if not 0 < amount <= one.amount:
            raise Refused("No more can be captured than was authorised.")
        self._db.execute("UPDATE payment SET state = 'captured', captured = ? WHERE ref = ?", (amount, ref))
        self._happened(one, "captured", amount, at, key)
        manners = self.manners(one.cell)
        if manners.auto and manners.strikes("charge_back", ref):
            self.charge_back(ref, at)

    def void(self, ref: str, key: str | None, at: float, kind: str = "voided") -> None:
        one = self._standing(ref)
        if one.state == "voided":
            return
        if one.state not in ("open", "authorised"):
            raise Refused(f"A payment that is {one.state} cannot be voided.")
        self._move(ref, "voided")
        self._happened(one, kind, one.amount, at, key)

    def refund(self, ref: str, amount: int, key: str, at: float) -> str:
        """Give back a part of what was captured; return the refund's id."""
        one = self._standing(ref)
        if not 0 < amount <= one.captured - one.refunded - one.charged_back:
            raise Refused("No more can be given back than was captured.")
        made = "re_" + uuid5(_SPACE, f"{ref} {key}").hex
        insert = "INSERT INTO refund (id, ref, call, amount, at) VALUES (?, ?, ?, ?, ?)"
        self._db.execute(insert, (made, ref, key, amount, at))
        self._db.execute("UPDATE payment SET refunded = refunded + ? WHERE ref = ?", (amount, ref))
        self._happened(one, "refunded", amount, at, key, detail=made)
        return made

    def charge_back(self, ref: str, at: float) -> None:
        """The shopper's own bank takes everything back that is left."""
        one = self._standing(ref)
        left = one.captured - one.refunded - one.charged_back
        if left > 0:
            self._db.execute("UPDATE payment SET charged_back = charged_back + ? WHERE ref = ?", (left, ref))
            self._happened(one, "charged_back", left, at)

    def _standing(self, ref: str) -> Payment:
        one = self.payment(ref)
        if one is None:
            raise Refused("There is no such payment.")
        return one

    def _move(self, ref: str, state: str) -> None:
        self._db.execute("UPDATE payment SET state = ? WHERE ref = ?", (state, ref))

    # What happened, and what is to be told.

    def _happened(
        self, one: Payment, kind: str, amount: int, at: float, key: str | None = None, detail: str = ""
    ) -> None:
        count = self._db.execute("SELECT count(*) FROM event WHERE ref = ?", (one.ref,)).fetchone()[0]
        event_id = "evt_" + uuid5(_SPACE, f"{one.ref} {count} {kind}").hex
        self._tell(event_id, one, kind, amount, at, key, detail)
        manners = self.manners(one.cell)
        if kind == "captured" and manners.strikes("contradict", one.ref):
            lie = "declined" if manners.draw("lie", one.ref) < 0.5 else "expired"
            self._tell(f"{event_id}_lie", one, lie, one.amount, at, None, "", is_lie=True)
        if kind == "authorised" and manners.strikes("unknown", one.ref):
            self._tell(f"{event_id}_unknown", one, "unknown", one.amount, at, None, "", is_lie=True)

    def _tell(
        self, event_id: str, one: Payment, kind: str, amount: int, at: float, key: str | None, detail: str,
        *, is_lie: bool = False,
    ) -> None:  # fmt: skip
        insert = f"INSERT INTO event ({_EVENT}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        cursor = self._db.execute(insert, (event_id, one.ref, one.wire, kind, amount, at, key, detail, int(is_lie)))
        manners = self.manners(one.cell)
        seconds = manners.faults.delay_seconds
        if manners.strikes("drop", event_id):
            return
        for copy in range(2 if manners.strikes("duplicate", event_id) else 1):
            later = 0.0
            if manners.strikes("delay", event_id, copy):
                later += seconds * manners.draw("late", event_id, copy)
            if manners.strikes("reorder", event_id, copy):
                later += seconds / 4 * manners.draw("after others", event_id, copy)
            self._db.execute("INSERT INTO delivery (seq, due) VALUES (?, ?)", (cursor.lastrowid, at + later))

    def due(self, now: float, limit: int) -> list[tuple[int, int, Event, Payment]]:
        """Deliveries that are due: (number, tries so far, event, its payment), oldest first."""
        query = (
            f"SELECT d.number, d.tries, {_joined('e', _EVENT)}, {_joined('p', _PAYMENT)} FROM delivery d"
            " JOIN event e ON e.seq = d.seq"
            " JOIN payment p ON p.ref = e.ref WHERE d.due <= ? ORDER BY d.due, d.number LIMIT ?"
        )
        rows = self._db.execute(query, (now, limit)).fetchall()
        return [(row[0], row[1], Event(*row[2:12]), Payment(*row[12:])) for row in rows]

    def delivered(self, numbers: list[int]) -> None:
        self._db.executemany("DELETE FROM delivery WHERE number = ?", [(number,) for number in numbers])

    def not_delivered(self, numbers: list[int], now: float) -> None:
        """Try again later, doubling the pause; after the last try nobody is told, except who asks."""
        again = "UPDATE delivery SET tries = tries + 1, due = ? + min(30.0, 0.1 * (1 << tries)) WHERE number = ?"
        self._db.executemany(again, [(now, number) for number in numbers])
        self._db.execute("DELETE FROM delivery WHERE tries >= ?", (MAX_DELIVERY_TRIES,))

    def undelivered(self, cells: list[str] | None = None) -> int:
        """Events that wait to be told, of all cells or of some."""
        if cells is None:
            return int(self._db.execute("SELECT count(*) FROM delivery").fetchone()[0])
        query = (
            "SELECT count(*) FROM delivery d JOIN event e ON e.seq = d.seq JOIN payment p ON p.ref = e.ref"
            f" WHERE p.cell IN ({', '.join('?' * len(cells))})"
        )
        return int(self._db.execute(query, cells).fetchone()[0])

    # Lists, for whoever asks. A lie is told and stands in no list.

    def events(self, wire: str, since: float, after: int, limit: int, *, newest: bool = False) -> list[Event]:
        """True events from `since` on, beyond `after` (a `seq`); `newest`: newest first, before `after`."""
        order, beyond = ("DESC", "<") if newest else ("ASC", ">")
        query = f"SELECT {_EVENT} FROM event WHERE wire = ? AND at >= ? AND NOT is_lie AND seq {beyond} ?"
        rows = self._db.execute(f"{query} ORDER BY seq {order} LIMIT ?", (wire, since, after, limit)).fetchall()
        return [Event(*row) for row in rows]

    def told(self, wire: str, since: float, after: int, limit: int) -> list[tuple[Event, Payment]]:
        """True events from `since` on, beyond `after`, each with its payment."""
        query = (
            f"SELECT {_joined('e', _EVENT)}, {_joined('p', _PAYMENT)} FROM event e JOIN payment p ON p.ref = e.ref"
            " WHERE e.wire = ? AND e.at >= ? AND NOT e.is_lie AND e.seq > ? ORDER BY e.seq LIMIT ?"
        )
        rows = self._db.execute(query, (wire, since, after, limit)).fetchall()
        return [(Event(*row[:10]), Payment(*row[10:])) for row in rows]

    def event(self, event_id: str) -> Event | None:
        row = self._db.execute(f"SELECT {_EVENT} FROM event WHERE id = ?", (event_id,)).fetchone()
        return None if row is None else Event(*row)

    def payments(self, wire: str, since: float, after: int, limit: int) -> list[tuple[int, Payment]]:
        """Payments made since then with their numbers, beyond the number `after`."""
        query = f"SELECT number, {_PAYMENT} FROM payment WHERE number > ? AND wire = ? AND created_at >= ?"
        rows = self._db.execute(f"{query} ORDER BY number LIMIT ?", (after, wire, since, limit))
        return [(row[0], Payment(*row[1:])) for row in rows]

    def number_of(self, ref: str) -> int:
        row = self._db.execute("SELECT number FROM payment WHERE ref = ?", (ref,)).fetchone()
        return 0 if row is None else int(row[0])

    def refund_of(self, ref: str, key: str) -> tuple[str, int, float] | None:
        """(id, amount, time) of the refund that a call asked for."""
        query = "SELECT id, amount, at FROM refund WHERE ref = ? AND call = ?"
        row = self._db.execute(query, (ref, key)).fetchone()
        return None if row is None else (row[0], row[1], row[2])
