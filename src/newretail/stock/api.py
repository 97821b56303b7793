"""What other rooms may use of stock: memory of pools, statements for their transactions, and reads."""

from newretail.stock.book import PoolBook, pool_key
from newretail.stock.reserve import (
    add_cap_use,
    add_reserved,
    consume,
    give_back,
    read_cap_use,
    return_cap_use,
    take_holds,
)

__all__ = [
    "PoolBook",
    "add_cap_use",
    "add_reserved",
    "consume",
    "give_back",
    "pool_key",
    "read_cap_use",
    "return_cap_use",
    "take_holds",
]
