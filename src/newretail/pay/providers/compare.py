"""Compares a provider's own list of payments with ours: finds every disagreement and says what would mend it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from newretail.pay.providers.interface import Standing


class Difference(IntEnum):
    """What a provider and our books do not agree about."""

    UNKNOWN_HERE = 1  # the provider has a payment that no order of ours knows
    UNKNOWN_THERE = 2  # we have had money from the provider that it knows nothing of
    CURRENCY = 3
    CAPTURED = 4
    REFUNDED = 5
    AUTHORISED = 6  # open at the provider and dead here, or the other way round


@dataclass(frozen=True, slots=True)
class Ours:
    """How a payment stands in our books, minor units. `is_dead`: given up, so nothing may be held for it any more."""

    payment_id: UUID
    cell: str
    provider_ref: str
    currency: str
    held_minor: int
    received_minor: int
    returned_minor: int
    charged_back_minor: int
    is_dead: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing for a person (or another try) to look at, minor units."""

    payment_id: UUID
    cell: str
    provider_ref: str
    what: Difference
    theirs_minor: int
    ours_minor: int
    currency: str


def compare(theirs: Iterable[Standing], ours: Mapping[UUID, Ours]) -> list[Disagreement]:
    """Every disagreement about payments that either side has; none means that both books say the same.

    What is on its way is no disagreement: a payment held there that we have asked to void is `AUTHORISED` until it is.
    """
    found: list[Disagreement] = []
    seen: set[UUID] = set()
    for standing in theirs:
        seen.add(standing.payment_id)
        mine = ours.get(standing.payment_id)
        if mine is None:
            if standing.authorised_minor or standing.captured_minor:
                found.append(_about(standing, "", Difference.UNKNOWN_HERE, standing.captured_minor, 0))
        else:
            found += _differences(standing, mine)
    for payment_id, mine in ours.items():
        if payment_id not in seen and (mine.received_minor or mine.held_minor):
            missing = Difference.UNKNOWN_THERE
            had = mine.received_minor + mine.held_minor
            found.append(Disagreement(payment_id, mine.cell, mine.provider_ref, missing, 0, had, mine.currency))
    return found


def _differences(standing: Standing, mine: Ours) -> Sequence[Disagreement]:
    if standing.currency != mine.currency:
        return [_about(standing, mine.cell, Difference.CURRENCY, standing.captured_minor, mine.received_minor)]
    found = []
    if standing.captured_minor != mine.received_minor:
        found.append(_about(standing, mine.cell, Difference.CAPTURED, standing.captured_minor, mine.received_minor))
    if standing.refunded_minor != mine.returned_minor:
        found.append(_about(standing, mine.cell, Difference.REFUNDED, standing.refunded_minor, mine.returned_minor))
    held_there = standing.authorised_minor if standing.is_open else 0
    if not standing.captured_minor and (bool(held_there) != bool(mine.held_minor)):
        found.append(_about(standing, mine.cell, Difference.AUTHORISED, held_there, mine.held_minor))
    return found


def _about(standing: Standing, cell: str, what: Difference, theirs: int, ours: int) -> Disagreement:
    return Disagreement(
        *(standing.payment_id, cell or standing.cell, standing.provider_ref, what, theirs, ours, standing.currency)
    )
