"""What shoppers hold with us, read from the cells that a tenant has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from newretail.cloud.api import CellPlace, Links
from newretail.pay.api import NEWEST, Funds, Holder, Movement, funds, ledger_of, movements, refunded_since


@dataclass(frozen=True, slots=True)
class CellFunds:
    """What shoppers hold in one cell, by way of paying and whose it is."""

    cell: str
    market_code: str
    currency: str
    funds: dict[Holder, Funds]


def funds_at(links: Links, place: CellPlace, holders: Sequence[Holder]) -> dict[Holder, Funds]:
    """Those of the accounts that a cell has. Raises DatabaseAway."""
    with links.cell(place) as connection:
        return funds(connection, place.name, ledger_of(place.currency), holders)


def funds_in(links: Links, places: Iterable[CellPlace], holders: Sequence[Holder]) -> list[CellFunds]:
    """The same of several cells; those that have none of the accounts are left out."""
    found = ((place, funds_at(links, place, holders)) for place in places)
    return [CellFunds(place.name, place.market_code, place.currency, there) for place, there in found if there]


def movements_at(
    links: Links, place: CellPlace, account_id: int, before: tuple[int, UUID] | None, limit: int
) -> list[Movement]:
    with links.cell(place) as connection:
        return movements(connection, place.name, account_id, before or NEWEST, limit)


def refunds_in(links: Links, places: Iterable[CellPlace], since: datetime) -> list[tuple[UUID, UUID, int]]:
    """What was given back since then in the real ones among the cells."""
    found = []
    for place in places:
        if not place.is_shadow:
            with links.cell(place) as connection:
                found += refunded_since(connection, place.name, since)
    return found
