"""What other rooms may use of the books."""

from newretail.pay.ledger.rules import LIMITS, Chart, Code, Kind, Limit, account_id, limit_of
from newretail.pay.ledger.transfers import Transfer, Transfers, batch_of
from newretail.pay.ledger.work import (
    Account,
    AccountState,
    LedgerMemory,
    Posted,
    balances,
    expire_due,
    find_transfer,
    open_accounts,
    post_batch,
)

__all__ = [
    "LIMITS",
    "Account",
    "AccountState",
    "Chart",
    "Code",
    "Kind",
    "LedgerMemory",
    "Limit",
    "Posted",
    "Transfer",
    "Transfers",
    "account_id",
    "balances",
    "batch_of",
    "expire_due",
    "find_transfer",
    "limit_of",
    "open_accounts",
    "post_batch",
]
