"""Money that shoppers add to their wallets: asked for at the desk of a cell, and read again over the cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from newretail.cloud.api import CellPlace
from newretail.pay.api import (
    MoneyVerdict,
    OrderMoney,
    PaymentState,
    Stage,
    TopUp,
    TopUpAsk,
    TopUpCancelAsk,
    ledger_of,
    read_top_ups,
)
from newretail.pay.api import top_ups_declined as declined_in
from newretail.pay.api import top_ups_ended_since as ended_in
from newretail.pay.api import top_ups_of as of_buyer_in
from newretail.trade.house import DEFAULT_TENANT, ask, house, place_of_cell


@dataclass(frozen=True, slots=True)
class TopUpView:
    """A top-up as it stands, minor units of its cell's currency."""

    top_up_id: UUID
    buyer_id: int
    cell: str
    market_code: str
    currency: str
    amount_minor: int
    stage: Stage
    made_at: datetime
    money: OrderMoney

    @property
    def came_minor(self) -> int:
        """What is in the wallet by it, whatever was done with it since."""
        return sum(payment.captured_minor - payment.refunded_minor for payment in self.money.payments)

    @property
    def was_cancelled(self) -> bool:
        """Whether its buyer gave it up: what nobody pays in time runs out instead."""
        return self.stage == Stage.CANCELLED and any(p.state == PaymentState.VOIDED for p in self.money.payments)


def places(tenant_id: int = DEFAULT_TENANT) -> list[CellPlace]:
    """The real cells of a tenant: in each of them a shopper may have a wallet."""
    return house().engine.cells_of(tenant_id)


def top_up(cell: str, wish: TopUpAsk) -> MoneyVerdict:
    """Ask for money to be added to a wallet. The same id is the same top-up. Raises Busy and Unavailable."""
    place_of_cell(cell)
    answer = ask(cell, wish)
    assert isinstance(answer, MoneyVerdict)
    return answer


def cancel_top_up(cell: str, wish: TopUpCancelAsk) -> MoneyVerdict:
    """Give up one that waits for its money. Repeatable. Raises Busy and Unavailable."""
    place_of_cell(cell)
    answer = ask(cell, wish)
    assert isinstance(answer, MoneyVerdict)
    return answer


def find(top_up_id: UUID, tenant_id: int = DEFAULT_TENANT) -> TopUpView | None:
    """The top-up as it stands in whichever cell has it. Raises DatabaseAway."""
    here = house()
    for place in here.engine.cells_of(tenant_id):
        with here.links.cell(place) as connection:
            found = _read(connection, place, [top_up_id])
        if found:
            return found[0]
    return None


def top_ups_of(
    buyer_id: int, limit: int = 3, tenant_id: int = DEFAULT_TENANT, *, only_waiting: bool = False
) -> list[TopUpView]:
    """A buyer's top-ups (those that are not at their end), the newest of each cell first. Raises DatabaseAway."""
    here, found = house(), []
    for place in here.engine.cells_of(tenant_id):
        with here.links.cell(place) as connection:
            ids = of_buyer_in(connection, place.name, buyer_id, limit, only_waiting=only_waiting)
            found += _read(connection, place, ids)
    return found


def top_ups_ended_since(since: datetime) -> list[tuple[UUID, int]]:
    """(top-up, buyer) of what came to its end since then in real cells. Raises DatabaseAway."""
    return [one for place, connection in _real() for one in ended_in(connection, place.name, since)]


def top_ups_declined() -> list[tuple[UUID, int, UUID]]:
    """(top-up, buyer, payment) of tries that were declined while their top-up waits. Raises DatabaseAway."""
    return [one for place, connection in _real() for one in declined_in(connection, place.name)]


def _real() -> Iterator[tuple[CellPlace, psycopg.Connection[Any]]]:
    here = house()
    for place in list(here.engine.map.places.values()):
        if not place.is_shadow:
            with here.links.cell(place) as connection:
                yield place, connection


def _read(connection: psycopg.Connection[Any], place: CellPlace, ids: list[UUID]) -> list[TopUpView]:
    with connection.transaction(), connection.cursor() as cursor:
        found = read_top_ups(cursor, place.name, ids, ledger_of(place.currency))
    return [_view(place, found[one]) for one in ids if one in found]


def _view(place: CellPlace, one: TopUp) -> TopUpView:
    return TopUpView(
        *(one.top_up_id, one.buyer_id, place.name, place.market_code, place.currency),
        *(one.amount_minor, one.stage, one.made_at, one.money),
    )
