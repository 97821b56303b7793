"""What a batch of transfers took for sales, by what it came from: what screens and rehearsals follow. Pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from newretail.pay.ledger.rules import Chart, Kind, account_id, parts_of
from newretail.pay.ledger.transfers import Transfers

Ints = npt.NDArray[np.int64]
_OWNER_BITS = account_id(1, Chart.BANK, 0).bit_length() - ((1 << 14) | Chart.BANK).bit_length()
_CHART = (1 << 14) - 1


def taken_for_sales(batch: Transfers, which: Ints) -> dict[str, list[int]]:
    """[payments, minor units] that the transfers `which` brought SALES, charged or held, by `source_name`."""
    debit, credit, amount = batch.debit_id[which], batch.credit_id[which], batch.amount_minor[which]
    for_sales = (batch.kind[which] <= Kind.PENDING) & ((credit >> _OWNER_BITS & _CHART) == Chart.SALES)
    if not for_sales.any():
        return {}
    debit, amount = debit[for_sales], amount[for_sales]
    by_owner = (debit >> _OWNER_BITS & _CHART) == Chart.PROVIDER_CLEARING
    source = np.where(by_owner, debit, debit >> _OWNER_BITS << _OWNER_BITS)
    sources, place, counts = np.unique(source, return_inverse=True, return_counts=True)
    sums = np.zeros(len(sources), np.int64)
    np.add.at(sums, place, amount)
    rows = zip(sources.tolist(), counts.tolist(), sums.tolist(), strict=True)
    return {source_name(account): [count, minor] for account, count, minor in rows}


def source_name(account: int) -> str:
    """The place in the chart; of what a provider moves, which provider's too: `2010`, `1100.3`."""
    _, chart, owner = parts_of(account)
    return f"{int(chart)}.{owner}" if chart == Chart.PROVIDER_CLEARING else str(int(chart))
