"""What other rooms may use of stock: memory of pools, statements for their transactions, and shelves by code."""

from newretail.stock.book import PoolBook, pool_key
from newretail.stock.nodes import NodeView, all_nodes, near_node, node, node_by_code, nodes, nodes_by_id, place_nodes
from newretail.stock.reserve import (
    add_cap_use,
    add_reserved,
    consume,
    give_back,
    read_cap_use,
    return_cap_use,
    take_holds,
)
from newretail.stock.shelf import (
    NodeStock,
    UnknownStock,
    count,
    expire_holds,
    node_names,
    place_hold,
    receive,
    release_hold,
    stock_in_cell,
    stock_of,
)
from newretail.stock.work import HoldVerdict, PoolState

__all__ = [
    "HoldVerdict",
    "NodeStock",
    "NodeView",
    "PoolBook",
    "PoolState",
    "UnknownStock",
    "add_cap_use",
    "add_reserved",
    "all_nodes",
    "consume",
    "count",
    "expire_holds",
    "give_back",
    "near_node",
    "node",
    "node_by_code",
    "node_names",
    "nodes",
    "nodes_by_id",
    "place_hold",
    "place_nodes",
    "pool_key",
    "read_cap_use",
    "receive",
    "release_hold",
    "return_cap_use",
    "stock_in_cell",
    "stock_of",
    "take_holds",
]
