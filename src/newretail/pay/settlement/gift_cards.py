"""Gift cards by hand: issued, blocked, let go again, made void; above the terms' limit by two people.

    ask ──► (a second person) ──► kept as allowed ──► posted by ids that the request always makes ──► done

What is on a card is its account's and stands nowhere else. Blocking closes that account, so that the engine, which
knows nothing of cards, takes nothing from it by whatever door, not even what comes back onto it; letting go opens it,
making void leaves it closed and takes what is on it to the bank. A code is made of the card's number and the
installation's secret: it is told once and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

import psycopg

from newretail.kit.sentences import kept, read, sentence
from newretail.kit.sql import in_cell
from newretail.pay.ledger.rules import MAX_AMOUNT_MINOR, Chart, Code, Kind
from newretail.pay.ledger.transfers import Transfer, batch_of
from newretail.pay.ledger.work import account_of, balances, close_accounts, open_accounts, post_batch
from newretail.pay.payments.cards import NUMBER_BITS, card_code, new_number
from newretail.pay.payments.rules import Why
from newretail.pay.settlement.days import terms_on
from newretail.pay.settlement.desk import CellBooks, NotPosted, Refused, post
from newretail.pay.settlement.refunds import RefundState
from newretail.pay.settlement.rules import chained, made_id

MAX_CARDS = 5_000  # of one request
_NUMBER = (1 << NUMBER_BITS) - 1


class CardDeed(IntEnum):
    ISSUE = 1
    BLOCK = 2
    LET_GO = 3
    VOID = 4


class CardState(IntEnum):
    GOOD = 1
    BLOCKED = 2
    VOID = 3


# From which state a deed leads to which. A void card may be made void again: a refund can bring money back onto it.
_LEADS = {
    CardDeed.BLOCK: ((CardState.GOOD,), CardState.BLOCKED),
    CardDeed.LET_GO: ((CardState.BLOCKED,), CardState.GOOD),
    CardDeed.VOID: ((CardState.GOOD, CardState.BLOCKED, CardState.VOID), CardState.VOID),
}


_NOT_SO = {
    CardState.GOOD: sentence("The card is good: that cannot be done with it."),
    CardState.BLOCKED: sentence("The card is blocked: that cannot be done with it."),
    CardState.VOID: sentence("The card is void: that cannot be done with it."),
}


@dataclass(frozen=True, slots=True)
class CardWish:
    """What is asked for, by an id that makes it repeatable: `cards` of `value_minor` each, or a deed on one card.

    `expires_at`: from when on cards that are issued cannot pay any more; None: they have no end.
    """

    request_id: UUID
    deed: CardDeed
    cards: int = 0
    value_minor: int = 0
    account_id: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CardRequest:
    """`amount_minor`: what all of it comes to, or what was on the card when it was asked for. States: `RefundState`."""

    request_id: UUID
    deed: int
    account_id: int | None
    cards: int
    value_minor: int
    amount_minor: int
    reason: str
    state: int
    needs_approval: bool
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str
    codes_taken_by: str | None
    codes_taken_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A card as it is written down; what is on it says `on_card`."""

    account_id: int
    ending: str
    value_minor: int
    issued_at: datetime
    state: int
    changed_by_id: UUID | None
    hold_id: UUID | None
    request_id: UUID | None
    expires_at: datetime | None


def ask_cards(
    books: CellBooks,
    wish: CardWish,
    reason: str,
    actor: str,
    today: date,
    now: datetime,
    approved_by: str | None = None,
) -> CardRequest:
    """Keep the request; it is ALLOWED at once where the terms leave it to one person, or a second one is named.

    Blocking is never kept waiting: it takes nothing away. Repeatable by the request's id. Raises Refused.
    """
    if not reason.strip():
        raise Refused(sentence("Write why: the trail and the books will ask."))
    if approved_by == actor:
        raise Refused(sentence("Four eyes: somebody else must approve what you ask for."))
    with books.connection.transaction():
        amount = _amount(books, wish, now)
        needs = wish.deed != CardDeed.BLOCK and amount > terms_on(books, today).refund_limit_minor
        allowed = not needs or approved_by is not None
        values = [
            *(wish.request_id, int(wish.deed), wish.account_id, wish.cards, wish.value_minor, amount, reason.strip()),
            *(int(RefundState.ALLOWED if allowed else RefundState.WAITING), needs, actor, now),
            *(approved_by, now if approved_by else None, wish.expires_at),
        ]
        _run(books, "add_request", values)
        found = _found(books, wish.request_id)
        if (found.deed, found.account_id, found.cards, found.value_minor, found.expires_at) != (
            *(wish.deed, wish.account_id, wish.cards),
            *(wish.value_minor, wish.expires_at),
        ):
            raise Refused(sentence("This id was used for another request. Open the page again."))
        return found


def _amount(books: CellBooks, wish: CardWish, now: datetime) -> int:
    """What a wish comes to. Raises Refused for one that cannot be."""
    if wish.deed == CardDeed.ISSUE:
        if not 1 <= wish.cards <= MAX_CARDS:
            raise Refused(sentence("At most %(most)s cards are issued at once, and at least one.", most=MAX_CARDS))
        if wish.value_minor < 1 or wish.cards * wish.value_minor > MAX_AMOUNT_MINOR:
            raise Refused(
                sentence("A card has more than nothing on it, and all together no more than the books post at once.")
            )
        if wish.expires_at is not None and wish.expires_at <= now:
            raise Refused(sentence("That end is over already. Choose a later day, or none."))
        return wish.cards * wish.value_minor
    assert wish.account_id is not None
    card = _card(books, wish.account_id)
    if _run(books, "request", [wish.request_id]).fetchone() is None:
        _may(books, card, wish.deed)
        waits = (_run(books, "waiting_for_card", [wish.account_id]).fetchone() or (False,))[0]
        if waits and wish.deed != CardDeed.BLOCK:
            raise Refused(sentence("Something about this card waits already: decide on that first."))
    free, held = on_card(books, wish.account_id)
    return free + held


def _may(books: CellBooks, card: GiftCard, deed: CardDeed) -> None:
    """Raises Refused for a deed that a card's state does not allow."""
    if card.state not in _LEADS[deed][0]:
        raise Refused(_NOT_SO[CardState(card.state)])
    if deed == CardDeed.VOID:
        free, held = on_card(books, card.account_id)
        if held > _held(books, card):
            raise Refused(
                sentence("Some of it is held for an order that waits. Block the card, and void it after that order.")
            )
        if free + held == 0 and card.state == CardState.VOID:
            raise Refused(sentence("The card is void and nothing is on it."))


def decide_cards(
    books: CellBooks, request_id: UUID, allow: bool, actor: str, now: datetime, note: str = ""
) -> CardRequest:
    """Allow or decline a waiting request. Raises Refused; nobody decides what they asked for themselves."""
    with books.connection.transaction():
        found = _found(books, request_id)
        if found.state != RefundState.WAITING:
            raise Refused(sentence("The request is decided already."))
        if found.requested_by == actor:
            raise Refused(sentence("Four eyes: somebody else must decide what you asked for."))
        state = RefundState.ALLOWED if allow else RefundState.DECLINED
        _run(books, "decide", [int(state), actor, now, note, request_id])
        return _found(books, request_id)


def withdraw_cards(books: CellBooks, request_id: UUID, actor: str, now: datetime) -> CardRequest:
    """Take back what one asked for oneself and nobody decided on yet. Raises Refused."""
    with books.connection.transaction():
        found = _found(books, request_id)
        if found.state != RefundState.WAITING or found.requested_by != actor:
            raise Refused(sentence("Only who asked can take it back, and only while it waits."))
        _run(books, "decide", [int(RefundState.DECLINED), None, now, kept(sentence("withdrawn")), request_id])
        return _found(books, request_id)


def carry_out_cards(books: CellBooks, request_id: UUID, secret: str, now: datetime) -> CardRequest:
    """Do what was allowed; anything else is left as it is. Repeatable, also after a run that died in the middle.

    A deed that is no longer possible ends as FAILED, with why as its note. Raises Refused for an unknown id, NotPosted
    when the books did not take it: then it stays allowed.
    """
    with books.connection.transaction():
        asked = _found(books, request_id)
        if asked.state != RefundState.ALLOWED:
            return asked
        why_not = _keep(books, asked, secret, now)
    if not why_not:
        _POSTED[CardDeed(asked.deed)](books, asked, now)
    with books.connection.transaction():
        state = RefundState.FAILED if why_not else RefundState.DONE
        _run(books, "end", [int(state), why_not, why_not, request_id])
        return _found(books, request_id)


def _keep(books: CellBooks, asked: CardRequest, secret: str, now: datetime) -> str:
    """Write down what the deed makes of cards, before anything is posted; or why it cannot be."""
    if asked.deed == CardDeed.ISSUE:
        if not _run(books, "cards_of", [asked.request_id]).fetchone():
            numbers: set[int] = set()
            while len(numbers) < asked.cards:
                numbers.add(new_number())
            rows = [
                (books.account(Chart.GIFT_CARD, number), asked.request_id, card_code(secret, number)[-4:])
                for number in sorted(numbers)
            ]
            with books.connection.cursor() as cursor:
                cursor.executemany(
                    _statement(books, "add_card"), [[*row, asked.value_minor, now, asked.expires_at] for row in rows]
                )
        return ""
    assert asked.account_id is not None
    card, deed = _card(books, asked.account_id), CardDeed(asked.deed)
    if card.changed_by_id == asked.request_id:
        return ""  # a run that died was here
    try:
        _may(books, card, deed)
    except Refused as refused:
        return kept(refused.said)
    _run(books, "change_card", [int(_LEADS[deed][1]), asked.request_id, card.account_id])
    return ""


def _issue(books: CellBooks, asked: CardRequest, now: datetime) -> None:
    """Money comes onto all cards of a request, or onto none; those that end are opened with their end."""
    bank = books.account(Chart.BANK)
    accounts = [row[0] for row in _run(books, "cards_of", [asked.request_id])]
    if asked.expires_at is not None:
        open_accounts(books.connection, books.cell, [account_of(account) for account in accounts])
        close_accounts(books.connection, books.memory, accounts, asked.expires_at)
    transfers = [
        Transfer(
            *(made_id("card", books.cell, account), bank, account, asked.value_minor, int(Why.ISSUE)),
            subject_id=asked.request_id,
        )
        for account in accounts
    ]
    post(books, chained(transfers), now)


def _block(books: CellBooks, asked: CardRequest, now: datetime) -> None:
    close_accounts(books.connection, books.memory, [asked.account_id or 0], now)


def _let_go(books: CellBooks, asked: CardRequest, now: datetime) -> None:
    _end_hold(books, asked, Kind.VOID, now)
    card = _card(books, asked.account_id or 0)
    close_accounts(books.connection, books.memory, [card.account_id], card.expires_at)


def _void(books: CellBooks, asked: CardRequest, now: datetime) -> None:
    """The account is closed first, so what is free then can only grow; it goes to the bank."""
    account, bank = asked.account_id or 0, books.account(Chart.BANK)
    close_accounts(books.connection, books.memory, [account], now)
    _end_hold(books, asked, Kind.POST, now)
    free, _held_minor = on_card(books, account)
    if free == 0:
        return
    open_accounts(books.connection, books.cell, [account_of(bank)])
    its_id = made_id("void", books.cell, asked.request_id)
    taken = Transfer(its_id, account, bank, free, int(Why.VOIDED), subject_id=asked.request_id)
    code = Code(int(post_batch(books.connection, books.memory, batch_of([taken]), now).codes[0]))
    if code not in (Code.OK, Code.EXISTS, Code.EXISTS_WITH_DIFFERENT_AMOUNT):
        raise NotPosted(f"What is on the card could not be taken: {code.slug}. It is tried again.")


def _end_hold(books: CellBooks, asked: CardRequest, kind: Kind, now: datetime) -> None:
    """End what holds the money of a card that was blocked by a hold, as was done before accounts could be closed."""
    card = _card(books, asked.account_id or 0)
    if card.hold_id is None or not _held(books, card):
        return
    its_id = made_id("end of hold", books.cell, asked.request_id)
    end = Transfer(its_id, 0, 0, 0, 0, kind, pending_id=card.hold_id, subject_id=asked.request_id)
    code = Code(int(post_batch(books.connection, books.memory, batch_of([end]), now).codes[0]))
    if code not in (Code.OK, Code.EXISTS):
        raise NotPosted(f"What the card holds could not be moved: {code.slug}. It is tried again.")


_POSTED = {CardDeed.ISSUE: _issue, CardDeed.BLOCK: _block, CardDeed.LET_GO: _let_go, CardDeed.VOID: _void}


def take_codes(books: CellBooks, request_id: UUID, secret: str, actor: str, now: datetime) -> list[str]:
    """The codes of the cards that a request issued, by the number of the card: once. Raises Refused."""
    with books.connection.transaction():
        asked = _found(books, request_id)
        if asked.deed != CardDeed.ISSUE or asked.state != RefundState.DONE:
            raise Refused(sentence("These cards are not issued."))
        if asked.codes_taken_at is not None:
            raise Refused(sentence("The codes were taken already, and cannot be shown again."))
        _run(books, "take_codes", [actor, now, request_id])
        return [card_code(secret, row[0] & _NUMBER) for row in _run(books, "cards_of", [request_id])]


def finish_cards(books: CellBooks, secret: str, now: datetime) -> int:
    """Carry out what a run that died left, and write down cards of the books that nobody has; return how many."""
    done = 0
    for (request_id,) in _run(books, "allowed").fetchall():
        carry_out_cards(books, request_id, secret, now)
        done += 1
    first = books.account(Chart.GIFT_CARD)
    unlisted = _run(books, "unlisted", [first, first | _NUMBER]).fetchall()
    for account, value, issued_at in unlisted:
        _run(books, "add_card", [account, None, card_code(secret, account & _NUMBER)[-4:], value, issued_at, None])
    return done + len(unlisted)


def on_card(books: CellBooks, account_id: int) -> tuple[int, int]:
    """What can be spent of a card, and what is held; minor units. A card without an account has neither."""
    state = balances(books.connection, books.cell, [account_id]).get(account_id)
    if state is None:
        return 0, 0
    return state.credits_posted - state.debits_posted - state.debits_pending, state.debits_pending


def find_card(books: CellBooks, account_id: int) -> GiftCard | None:
    with books.connection.transaction():
        row = _run(books, "card", [account_id]).fetchone()
    return GiftCard(*row) if row else None


def find_card_request(books: CellBooks, request_id: UUID) -> CardRequest:
    """Raises Refused when there is none."""
    with books.connection.transaction():
        return _found(books, request_id)


def _held(books: CellBooks, card: GiftCard) -> int:
    """What the hold of a blocked card keeps."""
    row = _run(books, "held", [card.hold_id]).fetchone() if card.hold_id is not None else None
    return int(row[0]) if row else 0


def _card(books: CellBooks, account_id: int) -> GiftCard:
    row = _run(books, "card", [account_id]).fetchone()
    if row is None:
        raise Refused(sentence("There is no such card."))
    return GiftCard(*row)


def _found(books: CellBooks, request_id: UUID) -> CardRequest:
    row = _run(books, "request", [request_id]).fetchone()
    if row is None:
        raise Refused(sentence("There is no such request."))
    asked = CardRequest(*row)
    return replace(asked, note=read(asked.note))


def _statement(books: CellBooks, name: str) -> Any:
    return in_cell("newretail.pay", "gift_cards.sql", name, books.cell)


def _run(books: CellBooks, name: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
    return books.connection.execute(_statement(books, name), values)
