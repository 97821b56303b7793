"""What staff ask for with gift cards: kept, written down, and carried out where one person is enough."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from django.db import transaction

from newretail.kit.signing import secret_key
from newretail.markets import api as markets
from newretail.office.audit.trail import write_down
from newretail.office.desk import Desk
from newretail.office.finance.reads import places
from newretail.office.gift_cards.trail import deed_of_request
from newretail.pay.settlement import api as settlement

Books = settlement.CellBooks


def market_of(books: Books) -> str:
    return next(place.market_code for place in places() if place.name == books.cell)


def end_of_cards(market: markets.Market, last_day: date | None, now: datetime) -> datetime | None:
    """When cards that are issued now end: after the day that was said, or as the market has it; None: never."""
    if last_day is None and market.gift_card_months:
        last_day = settlement.months_after(settlement.day_of(now, market.time_zone), market.gift_card_months)
    return settlement.end_of(last_day, market.time_zone) if last_day else None


def ask(desk: Desk, books: Books, wish: settlement.CardWish, reason: str, ending: str = "") -> settlement.CardRequest:
    """Keep a request and do it where one person is enough. Raises Refused.

    The trail is written first and committed last: nothing is kept that nobody wrote down. Asking again by the same id
    is asking once.
    """
    now, market_code = datetime.now(UTC), market_of(books)
    today = settlement.day_of(now, markets.market(market_code).time_zone)
    with transaction.atomic(), books.connection.transaction():
        asked = settlement.ask_cards(books, wish, reason, desk.actor, today, now)
        if asked.requested_at == now:
            write_down(desk.staff, [deed_of_request(asked, market_code, ending)])
    return carry_out(books, asked)


def decide(desk: Desk, books: Books, request_id: UUID, answer: str, note: str) -> settlement.CardRequest:
    """Approve, decline, or take back; what was approved is done. Raises Refused."""
    now = datetime.now(UTC)
    with transaction.atomic(), books.connection.transaction():
        if answer == "withdraw":
            found = settlement.withdraw_cards(books, request_id, desk.actor, now)
        else:
            found = settlement.decide_cards(books, request_id, answer == "approve", desk.actor, now, note)
        card = settlement.find_card(books, found.account_id) if found.account_id is not None else None
        ending = card.ending if card else ""
        write_down(desk.staff, [deed_of_request(found, market_of(books), ending, answer, note)])
    return carry_out(books, found)


def carry_out(books: Books, asked: settlement.CardRequest) -> settlement.CardRequest:
    """Do what is allowed. When the books do not take it now, it stays allowed, and the worker does it."""
    try:
        return settlement.carry_out_cards(books, asked.request_id, secret_key(), datetime.now(UTC))
    except settlement.NotPosted:
        return settlement.find_card_request(books, asked.request_id)
