"""The accounts of a cell: those of the house, opened with the cell, and money that comes onto those of shoppers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from newretail.cloud.api import CellPlace, places
from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.pay.ledger.currencies import ledger_of
from newretail.pay.ledger.rules import Chart, Code, Limit, account_id, limit_of
from newretail.pay.ledger.transfers import Transfer, batch_of
from newretail.pay.ledger.work import LedgerMemory, account_of, open_accounts, post_batch
from newretail.pay.payments.rules import PROVIDERS, Tender, Why, tender_account

CHANNELS = range(1, 10)  # trade's numbers of channels, and room for more
# Where the money of a shopper's account with us comes from when somebody puts it there.
_SOURCES = {
    Tender.WALLET: (Chart.BANK, Why.TOP_UP),
    Tender.GIFT_CARD: (Chart.BANK, Why.ISSUE),
    Tender.POINTS: (Chart.POINTS_GRANTED, Why.ISSUE),
}


class NotCredited(RuntimeError):
    """The books refused to put money on an account; the message says why."""


def open_chart(connection: psycopg.Connection[Any], cell: str, currency: str) -> int:
    """Open the accounts of the house in a cell; return how many were new. Repeatable.

    Accounts that depend on who uses them (a till, a wallet) open when they are first needed.
    """
    ledger = ledger_of(currency)
    owners: dict[Chart, Sequence[int]] = {chart: (0,) for chart in Chart if limit_of(chart) == Limit.NONE}
    owners |= {Chart.SALES: CHANNELS, Chart.PROVIDER_CLEARING: list(PROVIDERS.values())}
    ids = [account_id(ledger, chart, owner) for chart, those in owners.items() for owner in those]
    return open_accounts(connection, cell, [account_of(number) for number in ids]).count(Code.OK)


def open_charts(home_url: str) -> int:
    """Open the accounts of the house in every cell; return how many were new."""
    opened = 0
    for place in places(home_url).values():
        with psycopg.connect(place.url(home_url), autocommit=True) as connection:
            register(connection)
            opened += open_chart(connection, place.name, place.currency)
    return opened


def credit(
    connection: psycopg.Connection[Any],
    place: CellPlace,
    tender: Tender,
    amounts: dict[int, int],
    at: datetime,
    ids: dict[int, UUID] | None = None,
) -> None:
    """Put money on shoppers' accounts (wallet: from the bank; gift card: sold; points: granted), opening them.

    `amounts`: by owner, minor units. `ids`: of the transfers, by owner, so that asking again is harmless; made here
    where there are none. Raises NotCredited, and then nothing was posted.
    """
    source, why = _SOURCES[tender]
    ledger = ledger_of(place.currency)
    from_account = account_id(ledger, source, 0)
    owners = list(amounts)
    accounts = [tender_account(ledger, tender, owner) for owner in owners]
    open_accounts(connection, place.name, [account_of(number) for number in (from_account, *accounts)])
    transfers = [
        Transfer(
            (ids or {}).get(owner) or uuid7(),
            *(from_account, number, amounts[owner], int(why)),
            linked=index + 1 < len(owners),
        )
        for index, (owner, number) in enumerate(zip(owners, accounts, strict=True))
    ]
    if transfers:
        posted = post_batch(connection, LedgerMemory(place.name), batch_of(transfers), at)
        fine = np.isin(posted.codes, (Code.OK, Code.EXISTS))
        known = posted.codes[0] == Code.EXISTS  # a chain that is sent again is answered at its first transfer
        if not (fine.all() or known):
            raise NotCredited(f"Nothing was credited: {', '.join(sorted(set(posted.names())))}.")
