"""The one transaction of what happens to orders after they were placed (moves, money), and of money added to wallets.

    lock the head ──► read the orders and their money ──► answer each ask in turn ──► give stock back, write states and
                      (all of them, once)                 (pure: moves, pay's rules)  payments, step down, post, commit

An ask that was done before is answered as done; one that changes nothing leaves no batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg

from newretail.cloud.api import Head, advance_step, lock_head
from newretail.kit.distinct import distinct
from newretail.kit.ids import uuid7
from newretail.kit.journey import travel
from newretail.kit.sentences import sentence
from newretail.pay.api import (
    BooksRefused,
    CallStanding,
    CallState,
    Chart,
    Effects,
    MoneyVerdict,
    OrderMoney,
    Outcome,
    ProviderEvent,
    RefundAsk,
    Sheet,
    SuspenseAsk,
    TopUp,
    TopUpAsk,
    TopUpCancelAsk,
    add_events,
    ask_top_up,
    call_standings,
    cancel_top_up,
    end_calls,
    is_top_up,
    known_events,
    ledger_of,
    orders_of_payments,
    parts_of,
    read_top_ups,
    refund,
    send_on,
    settle_bookings,
    suspense_moved,
    unpaid_orders,
    write_books,
    write_rows,
    write_top_ups,
)
from newretail.trade.memory import CellMemory
from newretail.trade.money import CaptureAsk, EventVerdict, GiveUpAsk, OpenAsk, apply, give_up_all, open_again, take
from newretail.trade.moves import (
    Moved,
    MoveRequest,
    MoveVerdict,
    Standing,
    move_order,
    move_stock,
    read_standing,
    record,
)
from newretail.trade.rules import State

Cursor = psycopg.Cursor[Any]
MoneyAsk = RefundAsk | SuspenseAsk | CaptureAsk | OpenAsk | TopUpCancelAsk
Ask = MoveRequest | ProviderEvent | MoneyAsk | TopUpAsk | GiveUpAsk
Answer = MoveVerdict | EventVerdict | MoneyVerdict | int
NO_KEYS: npt.NDArray[np.int64] = np.empty(0, np.int64)


@dataclass(slots=True)
class Change:
    """What a batch of asks knows and has come to so far."""

    head: Head
    effects: Effects
    orders: dict[UUID, Standing]
    top_ups: dict[UUID, TopUp]
    order_of: dict[UUID, UUID]  # by payment
    heard: dict[tuple[str, str], tuple[Outcome, str]]
    calls: dict[UUID, CallStanding]
    balances: dict[int, int]  # of the buyers' own accounts that payments are to be opened from
    due: list[UUID]
    suspense_moved: dict[UUID, tuple[UUID, int, int]]
    moved: list[Moved] = field(default_factory=list)
    events: list[tuple[ProviderEvent, Outcome, str]] = field(default_factory=list)
    ended: dict[UUID, CallState] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        effects = self.effects
        written = (effects.bookings, effects.opened, effects.changed, effects.calls, effects.refunds)
        return not any((self.moved, self.events, self.ended, *written))

    def money(self, order_id: UUID) -> OrderMoney | None:
        """The money of an order that is paid here, or of a top-up."""
        order, top_up = self.orders.get(order_id), self.top_ups.get(order_id)
        return order.money if order is not None else top_up.money if top_up is not None else None


def change_orders(
    connection: psycopg.Connection[Any], memory: CellMemory, asks: Sequence[Ask], at: datetime
) -> list[Answer]:
    """Answer asks about orders of one cell, in their order, in one transaction; on disk when this returns.

    What the database or the books refuse (a fault of ours) is tried again one by one, so that one ask cannot stand
    in the way of the others; alone it raises.
    """
    try:
        return _change(connection, memory, asks, at)
    except (BooksRefused, psycopg.IntegrityError, psycopg.InternalError):
        if len(asks) == 1:
            raise
    return [answer for ask in asks for answer in _alone(connection, memory, ask, at)]


def _alone(connection: psycopg.Connection[Any], memory: CellMemory, ask: Ask, at: datetime) -> list[Answer]:
    try:
        return _change(connection, memory, [ask], at)
    except (BooksRefused, psycopg.IntegrityError, psycopg.InternalError) as error:
        return [_failed(ask, f"It failed on our side: {error}")]


def _failed(ask: Ask, detail: str) -> Answer:
    if isinstance(ask, MoveRequest):
        return MoveVerdict(ask.order_id, False, "", detail)
    if isinstance(ask, ProviderEvent):
        return EventVerdict(ask.provider, ask.event_id, None, detail, None)
    if isinstance(ask, GiveUpAsk):
        return 0
    return MoneyVerdict(ask.top_up_id if isinstance(ask, TopUpAsk) else ask.order_id, False, 0, detail)


def _change(connection: psycopg.Connection[Any], memory: CellMemory, asks: Sequence[Ask], at: datetime) -> list[Answer]:
    cell, sheet, keys = memory.cell, None, NO_KEYS
    try:
        with connection.transaction(), connection.cursor() as cursor:
            head = lock_head(cursor, cell)
            change = _read(cursor, memory, head, asks, at)
            answers = [_answer(change, ask) for ask in asks]
            if change.is_nothing:
                return answers
            sheet = settle_bookings(cursor, cell, memory.accounts, head.batch_number, change.effects)
            keys = _write(connection, cursor, memory, change, sheet)
    except BaseException:
        memory.forget()
        raise
    number = head.batch_number + 1
    memory.pools.pass_on(number)
    memory.pools.doubt(keys)
    if sheet is None:
        memory.accounts.pass_on(number)
    else:
        memory.accounts.keep(number, sheet.touched, sheet.free)
    return answers


def _read(cursor: Cursor, memory: CellMemory, head: Head, asks: Sequence[Ask], at: datetime) -> Change:
    cell = memory.cell
    events = [ask for ask in asks if isinstance(ask, ProviderEvent)]
    order_of = orders_of_payments(cursor, cell, [event.payment_id for event in events]) if events else {}
    due = [found for ask in asks if isinstance(ask, GiveUpAsk) for found in unpaid_orders(cursor, cell, at, ask.limit)]
    named = [ask.order_id for ask in asks if not isinstance(ask, ProviderEvent | GiveUpAsk | TopUpAsk)]
    named += [ask.top_up_id for ask in asks if isinstance(ask, TopUpAsk)]
    of_top_ups, of_orders = _parted({*named, *order_of.values(), *due})
    effects = Effects(ledger_of(head.currency), at, uuid7, unpaid_seconds=memory.terms.unpaid_minutes * 60)
    orders = read_standing(cursor, cell, of_orders)
    top_ups = read_top_ups(cursor, cell, of_top_ups, effects.ledger)
    effects.cash_free = _free(cursor, memory, head, _tills(orders), at)
    effects.wallet_free = _free(cursor, memory, head, [top_up.money.wallet_id for top_up in top_ups.values()], at)
    opened = [account for ask in asks if isinstance(ask, OpenAsk) for account in ask.own_accounts(effects, orders)]
    return Change(
        head=head,
        effects=effects,
        orders=orders,
        top_ups=top_ups,
        order_of=order_of,
        heard=known_events(cursor, cell, events) if events else {},
        calls=call_standings(cursor, cell, [event.call_id for event in events if event.call_id is not None]),
        balances=_free(cursor, memory, head, opened, at),
        due=due,
        suspense_moved=suspense_moved(cursor, cell, [ask.ask_id for ask in asks if isinstance(ask, SuspenseAsk)]),
    )


def _parted(ids: set[UUID]) -> tuple[list[UUID], list[UUID]]:
    """The ids of top-ups and those of orders."""
    return [one for one in ids if is_top_up(one)], [one for one in ids if not is_top_up(one)]


def _tills(orders: dict[UUID, Standing]) -> list[int]:
    payments = [payment for order in orders.values() if order.money is not None for payment in order.money.payments]
    return [p.account_id for p in payments if parts_of(p.account_id)[1] == Chart.TILL_CASH]


def _free(cursor: Cursor, memory: CellMemory, head: Head, accounts: list[int], at: datetime) -> dict[int, int]:
    """What may be taken from accounts; nothing from one that is not there, or is closed."""
    if not accounts:
        return {}
    ids = distinct(np.array(accounts, np.int64))
    touched = memory.accounts.touch(cursor, head.batch_number, ids)
    return dict(zip(ids.tolist(), np.where(touched.closed(at), 0, touched.free).tolist(), strict=True))


def _answer(change: Change, ask: Ask) -> Answer:
    """Answer one ask; its effects are noted, and what they mean for orders is carried out."""
    answer: Answer
    if isinstance(ask, MoveRequest):
        answer = _move(change, ask)
    elif isinstance(ask, ProviderEvent):
        money = change.money(change.order_of.get(ask.payment_id, ask.payment_id))
        answer = apply(change.effects, money, ask, change.heard, change.calls, change.events, change.ended)
    elif isinstance(ask, GiveUpAsk):
        due = [money for order_id in change.due if (money := change.money(order_id)) is not None]
        answer = give_up_all(change.effects, due)
    elif isinstance(ask, TopUpAsk):
        answer = _top_up(change, ask)
    else:
        answer = _about_money(change, ask)
    _follow(change)
    return answer


def _top_up(change: Change, ask: TopUpAsk) -> MoneyVerdict:
    there = change.top_ups.get(ask.top_up_id)
    verdict, top_up = ask_top_up(change.effects, there, ask, change.head.batch_number + 1)
    if top_up is not None:
        change.top_ups[ask.top_up_id] = top_up
    return verdict


def _about_money(change: Change, ask: MoneyAsk) -> MoneyVerdict:
    money = change.money(ask.order_id)
    if money is None:
        return MoneyVerdict(
            *(ask.order_id, False, 0),
            sentence("There is no order with this id that is paid in this market’s books."),
        )
    if isinstance(ask, RefundAsk):
        return refund(change.effects, money, ask)
    if isinstance(ask, SuspenseAsk):
        return send_on(change.effects, money, ask, change.suspense_moved)
    if isinstance(ask, CaptureAsk):
        return take(change.effects, money, ask)
    if isinstance(ask, TopUpCancelAsk):
        return cancel_top_up(change.effects, money, ask)
    order = change.orders.get(ask.order_id)
    if order is None:
        return MoneyVerdict(ask.order_id, False, 0, "A top-up is tried again by asking for it once more.")
    return open_again(change.effects, order, ask, change.balances, change.head.batch_number + 1)


def _move(change: Change, request: MoveRequest) -> MoveVerdict:
    order = change.orders.get(request.order_id)
    if order is None:
        return MoveVerdict(request.order_id, False, "", "There is no order with this id in this market.")
    verdict, moved = move_order(order, request, change.effects)
    if moved is not None:
        change.moved.append(moved)
    return verdict


def _follow(change: Change) -> None:
    """Orders whose money came are placed, those whose money will not come are cancelled."""
    effects = change.effects
    ends = [(money, State.PLACED, "paid") for money in effects.placed if not money.is_top_up]
    ends += [(money, State.CANCELLED, why) for money, why in effects.cancelled if not money.is_top_up]
    for money, to_state, why in ends:
        order = change.orders[money.order_id]
        change.moved.append((MoveRequest(order.order_id, to_state, "payments", why), order.state, order))
        order.state = to_state
    effects.placed.clear()
    effects.cancelled.clear()


def _write(
    connection: psycopg.Connection[Any], cursor: Cursor, memory: CellMemory, change: Change, sheet: Sheet | None
) -> npt.NDArray[np.int64]:
    """Write everything but the commit; return the keys of the pools that changed."""
    cell, head, effects = memory.cell, change.head, change.effects
    number = head.batch_number + 1
    keys = NO_KEYS
    if change.moved:
        keys = move_stock(cursor, memory, change.moved)
        record(cursor, cell, head, change.moved, effects.at)
    write_top_ups(cursor, cell, number, effects.at, change.top_ups.values())
    write_rows(cursor, cell, head.currency, number, effects, _with_rows(change))
    end_calls(cursor, cell, change.ended)
    steps = write_books(connection, cursor, cell, number, effects, sheet)
    add_events(cursor, cell, number, effects.at, change.events)
    travel(connection, *steps, advance_step(cell, number))
    return keys


def _with_rows(change: Change) -> set[UUID]:
    """The orders whose payments have rows of their own."""
    return {order.order_id for order in change.orders.values() if order.has_payment_rows} | change.top_ups.keys()
