"""Between our books and the providers: calls that are due go out, what providers say comes in, and both are compared.

Everything here may be done twice, by two processes at once, or break off in the middle: calls have idempotency keys,
events have ids, and a call stays due until its end is noted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from newretail.cloud.api import CellPlace, Links
from newretail.pay.api import (
    DEMO_BANK,
    CallDone,
    CallKind,
    Difference,
    Disagreement,
    End,
    EventKind,
    Letter,
    Ours,
    Postman,
    Provider,
    ProviderEvent,
    Reply,
    Standing,
    Told,
    compare,
    due_calls,
    is_top_up,
    not_heard,
    note_calls,
    note_disagreements,
    payments_since,
    public_url,
    sound_ones,
    to_pay,
)
from newretail.trade.changes import Ask
from newretail.trade.desk import Busy, Ticket, Unavailable
from newretail.trade.engine import Engine
from newretail.trade.money import EventVerdict, GiveUpAsk
from newretail.trade.waiting import cells_with_unpaid

AT_ONCE = 500
MARGIN = timedelta(hours=1)  # orders' ids carry their makers' clocks
# What a refusal means for the books. A void that is refused means nothing: the money, if it came, comes as an event.
_REFUSAL = {
    CallKind.CREATE: EventKind.DECLINED,
    CallKind.CAPTURE: EventKind.DECLINED,
    CallKind.REFUND: EventKind.REFUND_FAILED,
}


class _Latch:
    """Wakes whoever waits when everything was answered; tickets `set` it, each once."""

    def __init__(self, count: int) -> None:
        self._left, self._lock, self._done = count, threading.Lock(), threading.Event()

    def set(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                self._done.set()

    def wait(self) -> None:
        self._done.wait()


def ask_all(engine: Engine, cell: str, asks: Sequence[Ask]) -> list[object]:
    """Give many asks to the desk of a cell and wait for all answers. Raises Busy and Unavailable."""
    answers: list[object] = []
    desk = engine.desk(cell)
    for start in range(0, len(asks), AT_ONCE):
        part = asks[start : start + AT_ONCE]
        latch = _Latch(len(part))
        tickets = [Ticket(ask, waiter=latch) for ask in part]
        for number, ticket in enumerate(tickets):
            try:
                desk.submit(ticket)
            except Busy:
                for _ in tickets[number:]:
                    latch.set()
                latch.wait()
                raise
        latch.wait()
        for ticket in tickets:
            if isinstance(ticket.answer, Unavailable):
                raise ticket.answer
            answers.append(ticket.answer)
    return answers


def tell(engine: Engine, told: Iterable[Told]) -> int:
    """Give events to the cells they belong to; on disk when this returns. Returns how many had a cell.

    Raises Unavailable when one of them could not be kept.
    """
    cells: dict[str, list[ProviderEvent]] = {}
    for one in told:
        if one.cell in engine.map.places:
            cells.setdefault(one.cell, []).append(one.event)
    for cell, events in cells.items():
        for verdict in ask_all(engine, cell, events):
            assert isinstance(verdict, EventVerdict)
            if verdict.outcome is None:
                raise Unavailable(verdict.detail)
    return sum(map(len, cells.values()))


def give_up_unpaid(engine: Engine, links: Links, limit: int = 1000) -> int:
    """Cancel orders, in all cells, whose time to be paid is over; return how many. Their goods are free again.

    A cell in which nothing waits costs a look at an index, and its desk is not opened. Raises DatabaseAway, Busy and
    Unavailable.
    """
    return sum(
        answer
        for cell in cells_with_unpaid(links, list(engine.map.places.values()))
        for answer in ask_all(engine, cell, [GiveUpAsk(limit)])
        if isinstance(answer, int)
    )


def send_due(
    engine: Engine, links: Links, postman: Postman, limit: int = AT_ONCE, *, rehearsals: bool | None = None
) -> int:
    """Ask providers for what is due, in every cell; return how many calls went out.

    `rehearsals`: only in their shadow cells, or only in real ones, so that a rehearsal with a bank that hangs keeps
    nobody waiting who really pays. Nothing of a rehearsal goes to a real provider: a shadow cell's calls are the demo
    bank's, or nobody's.
    """
    sent = 0
    for place in list(engine.map.places.values()):
        if rehearsals is not None and place.is_shadow != rehearsals:
            continue
        now = datetime.now(UTC)
        with links.cell(place) as connection:
            due = due_calls(connection, place.name, now, limit)
        letters = [
            Letter(call, place.name, return_url(call.provider, call.order_id))
            for call in due
            if not place.is_shadow or call.provider == DEMO_BANK
        ]
        if letters:
            take_in(engine, links, place, letters, postman.send(letters), postman)
            sent += len(letters)
    return sent


def pay_page(engine: Engine, links: Links, postman: Postman, order_id: UUID, tenant_id: int) -> Reply | None:
    """Where the shopper of an order pays, asked of the provider now; None when nothing is to be paid by one.

    It is the same call, with the same key, that the worker brings: whoever comes first opens the payment, and asking
    again gives the same page. Raises DatabaseAway, Busy and Unavailable.
    """
    for place in engine.cells_of(tenant_id):
        with links.cell(place) as connection:
            found = to_pay(connection, place.name, order_id)
        if found is not None:
            call, is_due = found
            letter = Letter(call, place.name, return_url(call.provider, order_id))
            reply = postman.send([letter])[0]
            if is_due:
                take_in(engine, links, place, [letter], [reply], postman)
            return reply
    return None


def return_url(provider: str, order_id: UUID) -> str:
    """Where the shopper's browser goes when it has paid; the demo bank's page is behind our own door."""
    page = f"/account/money/top-ups/{order_id}/back" if is_top_up(order_id) else f"/orders/{order_id}/back"
    return ("" if provider == DEMO_BANK else public_url()) + page


def take_in(
    engine: Engine,
    links: Links,
    place: CellPlace,
    letters: Sequence[Letter],
    replies: Sequence[Reply],
    postman: Postman,
) -> None:
    """Note what came of calls: events first, so that a crash between leaves the call due and nothing lost."""
    now = datetime.now(UTC)
    told: list[Told] = []
    done: list[CallDone] = []
    for letter, reply in zip(letters, replies, strict=True):
        call = letter.call
        told += reply.told
        if reply.end == End.DONE:
            done.append(CallDone(call.call_id, None, "", reply.provider_ref))
        elif reply.end == End.REFUSED:
            told += _refusal(letter, reply, now)
            done.append(CallDone(call.call_id, None, reply.detail))
        else:
            done.append(CallDone(call.call_id, postman.next_try(call.tries + 1, now), reply.detail))
    tell(engine, told)
    with links.cell(place) as connection:
        note_calls(connection, place.name, done)


def _refusal(letter: Letter, reply: Reply, now: datetime) -> list[Told]:
    call = letter.call
    kind = _REFUSAL.get(call.kind)
    if kind is None:
        return []
    event = ProviderEvent(
        provider=call.provider,
        event_id=f"{call.call_id}:refused",
        kind=kind,
        payment_id=call.payment_id,
        amount_minor=call.amount_minor,
        currency=call.currency,
        provider_ref=call.provider_ref or reply.provider_ref,
        occurred_at=now,
        call_id=call.call_id,
        detail=reply.detail[:200],
    )
    return [Told(letter.cell, event)]


@dataclass(slots=True)
class Reconciled:
    """What a comparison came to. `repaired`: events that we had not heard; `open`: what nobody could mend."""

    provider: str
    since: datetime
    payments: int = 0
    events: int = 0
    repaired: int = 0
    open: list[Disagreement] = field(default_factory=list)


def reconcile(
    engine: Engine, links: Links, adapter: Provider, since: datetime, *, cells: Sequence[str] | None = None
) -> Reconciled:
    """Hear every event that we missed, compare what both sides have, and keep what they disagree about.

    `cells`: only those, all real ones otherwise. Raises ProviderAway; what was repaired until then stays repaired.
    """
    places = [place for place in engine.map.places.values() if (place.name in cells if cells else not place.is_shadow)]
    done = Reconciled(adapter.name, since)
    ours = _ours(links, places, adapter.name, since)
    done.repaired = _hear(engine, links, adapter, since, ours, done)
    theirs = _within(adapter.standings(since, list(ours)), places, ours)
    found = compare(theirs, ours := _ours(links, places, adapter.name, since))
    held = [one for one in found if one.what == Difference.AUTHORISED and one.theirs_minor]
    if held:
        done.repaired += tell(engine, [_held_for_nobody(adapter.name, one) for one in held])
    done.payments = len(ours)
    done.open = [one for one in found if one not in held]
    at = datetime.now(UTC)
    for place in places:
        with links.cell(place) as connection:
            mine = [one for one in done.open if one.cell == place.name]
            note_disagreements(connection, place.name, adapter.name, since, mine, at)
    return done


def _ours(links: Links, places: Sequence[CellPlace], name: str, since: datetime) -> dict[UUID, Ours]:
    ours: dict[UUID, Ours] = {}
    for place in places:
        with links.cell(place) as connection:
            ours |= payments_since(connection, place.name, place.currency, name, since - MARGIN)
    return ours


def _within(standings: Iterable[Standing], places: Sequence[CellPlace], ours: dict[UUID, Ours]) -> Iterable[Standing]:
    """Those of our cells, and those that no cell would own; not what other cells of this provider have."""
    names = {place.name for place in places}
    return [one for one in standings if one.cell in names or one.payment_id in ours or not one.cell]


def _hear(
    engine: Engine, links: Links, adapter: Provider, since: datetime, ours: dict[UUID, Ours], done: Reconciled
) -> int:
    """Tell the books what the provider lists and they never heard."""
    waiting: dict[str, list[Told]] = {}
    for one in sound_ones(adapter.events(since, list(ours))):
        mine = ours.get(one.event.payment_id)
        cell = mine.cell if mine is not None else one.cell
        done.events += 1
        waiting.setdefault(cell, []).append(Told(cell, one.event))
    heard = 0
    for cell, told in waiting.items():
        place = engine.map.places.get(cell)
        for start in range(0, len(told) if place is not None else 0, AT_ONCE * 4):
            assert place is not None
            part = told[start : start + AT_ONCE * 4]
            with links.cell(place) as connection:
                missing = not_heard(connection, cell, adapter.name, [one.event.event_id for one in part])
            heard += tell(engine, [one for one in part if one.event.event_id in missing])
    return heard


def _held_for_nobody(name: str, one: Disagreement) -> Told:
    """The provider holds money that we do not count on: said once more, so that the books ask for it to be voided."""
    event = ProviderEvent(
        provider=name,
        event_id=f"{one.provider_ref}:still authorised",
        kind=EventKind.AUTHORISED,
        payment_id=one.payment_id,
        amount_minor=one.theirs_minor,
        currency=one.currency,
        provider_ref=one.provider_ref,
        occurred_at=datetime.now(UTC),
    )
    return Told(one.cell, event)
