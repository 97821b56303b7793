"""Pure rules of the books: kinds of transfers, limits, the chart of accounts, and what a transfer is told."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MAX_AMOUNT_MINOR = 10**13
MAX_BATCH = 100_000  # with the amount above, a batch's sums stay far below 2^63
MAX_TIMEOUT_SECONDS = 366 * 24 * 3600
_OWNER_BITS, _CHART_BITS = 40, 14


class Kind(IntEnum):
    """Single moves money at once; pending holds it until it is posted (in full or in part), voided or expired."""

    SINGLE = 0
    PENDING = 1
    POST = 2
    VOID = 3
    EXPIRE = 4  # made by the ledger itself when a pending transfer runs out


class Limit(IntEnum):
    """What may never be exceeded; what is pending counts as gone, and not yet as come."""

    NONE = 0
    DEBITS_WITHIN_CREDITS = 1
    CREDITS_WITHIN_DEBITS = 2


class Code(IntEnum):
    """The answer to a transfer (or an account); only OK leaves a trace."""

    OK = 0
    LINKED_EVENT_FAILED = 1
    LINKED_EVENT_CHAIN_OPEN = 2
    ID_MUST_NOT_BE_ZERO = 3
    EXISTS = 4
    EXISTS_WITH_DIFFERENT_FLAGS = 5
    EXISTS_WITH_DIFFERENT_PENDING_ID = 6
    EXISTS_WITH_DIFFERENT_TIMEOUT = 7
    EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID = 8
    EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID = 9
    EXISTS_WITH_DIFFERENT_AMOUNT = 10
    EXISTS_WITH_DIFFERENT_CODE = 11
    UNKNOWN_KIND = 12
    PENDING_ID_MUST_BE_ZERO = 13
    PENDING_ID_MUST_NOT_BE_ZERO = 14
    PENDING_TRANSFER_NOT_FOUND = 15
    PENDING_TRANSFER_NOT_PENDING = 16
    PENDING_TRANSFER_ALREADY_POSTED = 17
    PENDING_TRANSFER_ALREADY_VOIDED = 18
    PENDING_TRANSFER_EXPIRED = 19
    PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID = 20
    PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID = 21
    PENDING_TRANSFER_HAS_DIFFERENT_CODE = 22
    PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT = 23
    EXCEEDS_PENDING_TRANSFER_AMOUNT = 24
    TIMEOUT_RESERVED_FOR_PENDING_TRANSFER = 25
    TIMEOUT_OUT_OF_RANGE = 26
    AMOUNT_OUT_OF_RANGE = 27
    CODE_OUT_OF_RANGE = 28
    ACCOUNTS_MUST_BE_DIFFERENT = 29
    DEBIT_ACCOUNT_NOT_FOUND = 30
    CREDIT_ACCOUNT_NOT_FOUND = 31
    ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER = 32
    EXCEEDS_CREDITS = 33
    EXCEEDS_DEBITS = 34
    DEBIT_ACCOUNT_CLOSED = 35
    # Accounts only.
    EXISTS_WITH_DIFFERENT_LEDGER = 40
    EXISTS_WITH_DIFFERENT_CHART = 41
    EXISTS_WITH_DIFFERENT_LIMIT = 42

    @property
    def slug(self) -> str:
        return self.name.lower()


ENDED = {
    Kind.POST: Code.PENDING_TRANSFER_ALREADY_POSTED,
    Kind.VOID: Code.PENDING_TRANSFER_ALREADY_VOIDED,
    Kind.EXPIRE: Code.PENDING_TRANSFER_EXPIRED,
}


class Chart(IntEnum):
    """The chart of accounts: 1xxx what we have, 2xxx what we owe, 4xxx what we earn, 5xxx what it costs."""

    TILL_CASH = 1010
    BANK = 1020
    PROVIDER_CLEARING = 1100
    WALLET = 2010
    GIFT_CARD = 2020
    POINTS = 2030
    CUSTOMER_DEPOSIT = 2040
    MERCHANT_PAYABLE = 2100
    TAX_PAYABLE = 2200
    SUSPENSE = 2900
    SALES = 4010
    COMMISSION = 4020
    BREAKAGE = 4030  # what was left on gift cards whose time was over
    PROVIDER_FEES = 5010
    CHARGEBACK_LOSSES = 5020
    POINTS_GRANTED = 5030


# What a shopper holds with us is never overdrawn, and a till never pays out cash that it does not have.
LIMITS = {
    Chart.TILL_CASH: Limit.CREDITS_WITHIN_DEBITS,
    Chart.WALLET: Limit.DEBITS_WITHIN_CREDITS,
    Chart.GIFT_CARD: Limit.DEBITS_WITHIN_CREDITS,
    Chart.POINTS: Limit.DEBITS_WITHIN_CREDITS,
    Chart.CUSTOMER_DEPOSIT: Limit.DEBITS_WITHIN_CREDITS,
}


# Who may take from a closed account: the house itself, which gives back or writes off what is on it.
TAKES_FROM_CLOSED = (Chart.BANK, Chart.BREAKAGE)


def limit_of(chart: Chart) -> Limit:
    return LIMITS.get(chart, Limit.NONE)


def account_id(ledger: int, chart: Chart, owner: int) -> int:
    """The id of an owner's account: made, never looked up. `ledger` 1-511; `owner` below 2^40, 0 is the house."""
    if not (1 <= ledger < 1 << 9 and 0 <= owner < 1 << _OWNER_BITS):
        raise ValueError(f"ledger {ledger} or owner {owner} is out of range")
    return ((ledger << _CHART_BITS) | chart) << _OWNER_BITS | owner


def charts_of(accounts: Ints) -> Ints:
    """The place in the chart of each of these ids."""
    charts: Ints = accounts >> _OWNER_BITS & (1 << _CHART_BITS) - 1
    return charts


def parts_of(account: int) -> tuple[int, Chart, int]:
    """(ledger, chart, owner) of an id that `account_id` made."""
    owner_mask, chart_mask = (1 << _OWNER_BITS) - 1, (1 << _CHART_BITS) - 1
    return (
        account >> (_OWNER_BITS + _CHART_BITS),
        Chart(account >> _OWNER_BITS & chart_mask),
        account & owner_mask,
    )
