"""What other rooms may use of stock: memory of pools, statements for their transactions, and shelves by code."""

from newretail.cloud.api import DatabaseAway
from newretail.stock.book import PoolBook, pool_key
from newretail.stock.near import Nearby, Whereabouts, near_node_lately, stocked_at, whereabouts
from newretail.stock.nodes import (
    NodeView,
    all_nodes,
    available_at,
    near_node,
    node,
    node_by_code,
    node_points,
    nodes,
    nodes_by_id,
    place_nodes,
)
from newretail.stock.reserve import (
    cap_use_step,
    consume,
    give_back,
    read_cap_use,
    reserve_step,
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
    "DatabaseAway",
    "HoldVerdict",
    "Nearby",
    "NodeStock",
    "NodeView",
    "PoolBook",
    "PoolState",
    "UnknownStock",
    "Whereabouts",
    "all_nodes",
    "available_at",
    "cap_use_step",
    "consume",
    "count",
    "expire_holds",
    "give_back",
    "near_node",
    "near_node_lately",
    "node",
    "node_by_code",
    "node_names",
    "node_points",
    "nodes",
    "nodes_by_id",
    "place_hold",
    "place_nodes",
    "pool_key",
    "read_cap_use",
    "receive",
    "release_hold",
    "reserve_step",
    "return_cap_use",
    "stock_in_cell",
    "stock_of",
    "stocked_at",
    "take_holds",
    "whereabouts",
]
