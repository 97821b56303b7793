"""How the orders of a batch are to be paid, in columns: what is asked, and what it comes to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from newretail.kit.sums import sums_at
from newretail.pay.api import (
    AT_THE_TILL,
    BY_PROVIDER,
    HOUSE,
    MAX_AMOUNT_MINOR,
    MAX_TENDERS,
    PROVIDERS,
    Chart,
    Settlement,
    Tender,
    account_id,
    chart_of,
)
from newretail.trade.rules import Channel, Reason

Ints = npt.NDArray[np.int64]
THE_REST = -1
_MAX_OWNER = (1 << 40) - 1
_IS_HOUSE, _IS_PROVIDERS, _AT_THE_TILL = (
    np.array([number in group for number in range(max(Tender) + 1)]) for group in (HOUSE, BY_PROVIDER, AT_THE_TILL)
)
_STAFFED = (Channel.TILL, Channel.PARTNER)  # where somebody sees the cash


def _none() -> Ints:
    return np.empty(0, np.int64)


@dataclass(slots=True)
class Tenders:
    """What orders say about paying, sorted by order. `tender`: 0 unknown. `amount`: THE_REST where nothing is said.

    `owner`: the number of a gift card or of a provider, -1 for one that does not exist; 0 where the order says whose.
    """

    order: Ints = field(default_factory=_none)
    tender: Ints = field(default_factory=_none)
    amount: Ints = field(default_factory=_none)
    owner: Ints = field(default_factory=_none)

    def __len__(self) -> int:
        return len(self.order)


@dataclass(slots=True)
class Bill:
    """The tenders of a batch with their amounts. `place`: a tender's place in its order; `settlement`: by order."""

    order: Ints
    tender: Ints
    amount: Ints
    account: Ints
    place: Ints
    settlement: Ints

    @property
    def is_house(self) -> npt.NDArray[np.bool_]:
        house: npt.NDArray[np.bool_] = _IS_HOUSE[self.tender]
        return house

    @property
    def is_paid_at_once(self) -> npt.NDArray[np.bool_]:
        at_once: npt.NDArray[np.bool_] = _IS_HOUSE[self.tender] | _AT_THE_TILL[self.tender]
        return at_once


def joined(parts: list[tuple[int, Tenders]]) -> Tenders:
    """The tenders of batches that are joined; each with the number of its first order."""
    if not any(len(tenders) for _, tenders in parts):
        return Tenders()
    return Tenders(
        np.concatenate([tenders.order + start for start, tenders in parts]),
        np.concatenate([tenders.tender for _, tenders in parts]),
        np.concatenate([tenders.amount for _, tenders in parts]),
        np.concatenate([tenders.owner for _, tenders in parts]),
    )


def accounts_of(tenders: Tenders, buyer_id: Ints, node_id: Ints, ledger: int) -> Ints:
    """The account that each tender takes from; -1 where there can be none. `buyer_id`, `node_id`: by order."""
    owner = tenders.owner.copy()
    tender = tenders.tender
    for whose, of in ((buyer_id, (Tender.WALLET, Tender.POINTS)), (node_id, (Tender.CASH, Tender.ON_DELIVERY))):
        some = np.isin(tender, of)
        owner[some] = whose[tenders.order[some]]
    owner[tender == Tender.TILL_CARD] = PROVIDERS["terminal"]
    base = np.array([0, *(account_id(ledger, chart_of(way), 0) for way in Tender)], np.int64)
    return np.where((owner > 0) & (owner <= _MAX_OWNER) & (tender > 0), base[tender] + owner, -1)


def sales_accounts(channel: Ints, ledger: int) -> Ints:
    return account_id(ledger, Chart.SALES, 0) + channel


def bill_of(
    tenders: Tenders,
    reason: npt.NDArray[np.uint8],
    total: Ints,
    channel: Ints,
    buyer_id: Ints,
    node_id: Ints,
    ledger: int,
) -> Bill:
    """What the tenders come to; orders of a batch that is fine so far get their `reason` when their tenders are not.

    Everything but `tenders` by order. The rest of an order's total goes to the one tender that names no amount.
    """
    count, order, tender = len(total), tenders.order, tenders.tender
    account = accounts_of(tenders, buyer_id, node_id, ledger)
    rest = tenders.amount == THE_REST
    fixed = np.where(rest, 0, np.clip(tenders.amount, 0, MAX_AMOUNT_MINOR + 1))
    lacking = total - sums_at(order, fixed, count)
    amount = np.where(rest, lacking[order], fixed)
    each = np.bincount(order, minlength=count)
    rests = np.bincount(order[rest], minlength=count)
    paid = each > 0
    wrong = paid & ((lacking != 0) & (rests == 0) | (rests > 1) | (total > MAX_AMOUNT_MINOR) | (each > MAX_TENDERS))
    wrong[order[(amount <= 0) | _twice(order, tender, account)]] = True
    unknown = (tender == 0) | (_AT_THE_TILL[tender] & ~np.isin(channel[order], _STAFFED))
    for faulty, why in ((wrong, Reason.TENDER_AMOUNTS), (order[account < 0], Reason.NO_ACCOUNT)):
        _refuse(reason, faulty, why)
    _refuse(reason, order[unknown], Reason.TENDER_UNKNOWN)
    settlement = np.where(paid, int(Settlement.WITH_ORDER), int(Settlement.OUTSIDE))
    settlement[order[tender == Tender.ON_DELIVERY]] = Settlement.ON_DELIVERY
    settlement[order[_IS_PROVIDERS[tender]]] = Settlement.BY_PROVIDER
    place = np.arange(len(order)) - (np.cumsum(each) - each)[order]
    return Bill(order, tender, amount, account, place, settlement)


def _twice(order: Ints, tender: Ints, account: Ints) -> npt.NDArray[np.bool_]:
    """Tenders that name the same account of the same order again."""
    by = np.lexsort((tender, account, order))
    again = np.zeros(len(order), np.bool_)
    columns = [column[by] for column in (order, tender, account)]
    again[by[1:]] = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
    return again


def _refuse(reason: npt.NDArray[np.uint8], which: npt.NDArray[np.generic], why: Reason) -> None:
    """Give a reason to those that are fine so far, or are refused for how they pay."""
    ours = np.isin(reason, (Reason.ACCEPTED, Reason.TENDER_AMOUNTS, Reason.NO_ACCOUNT))
    picked = np.zeros(len(reason), np.bool_)
    picked[which] = True
    reason[picked & ours] = why
