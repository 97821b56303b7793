"""A change of assortments: what is wished becomes SKUs, a plan to look at, and the deed with its trail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from newretail.catalog import api as catalog
from newretail.kit.ids import uuid7
from newretail.office.assortments import plan
from newretail.office.assortments.plan import Fault, Plan
from newretail.office.audit.trail import Deed, write_down
from newretail.people import api as people
from newretail.stock import api as stock

Nodes = Sequence[stock.NodeView]


def wanted(told: Mapping[str, Any], others: Nodes) -> tuple[dict[int, catalog.Line], list[Fault]]:
    """The SKUs that a filled-in form names, by id, and every fault of its codes.

    What a category or another store has beyond what is on sale is passed over, where stores shall begin to sell.
    """
    deed, said = plan.Deed(told["deed"]), told["said"]
    known = catalog.lines({each.code for each in said}) if said else {}
    faults = plan.faults_of(said, known, deed)
    together = catalog.lines_of_categories([told["category"]]) if told["category"] else []
    like = next((node for node in others if node.node_code == told["like"]), None)
    if like is not None:
        together += catalog.lines_of_skus({pool.sku_id for pool in stock.pools_at([like])})
    lines = [*known.values(), *(line for line in together if line.is_sold or deed is plan.Deed.STOP)]
    return {line.sku_id: line for line in lines if line.sku_id is not None}, faults


def look(deed: plan.Deed, nodes: Nodes, skus: Mapping[int, catalog.Line]) -> Plan:
    """What it would come to now; nothing is changed. Raises DatabaseAway."""
    return plan.planned(deed, [node.node_id for node in nodes], skus.keys(), stock.pools_at(nodes, skus.keys()))


def do(staff: people.Member, seen: Plan, nodes: Nodes, skus: Mapping[int, catalog.Line]) -> tuple[int, int]:
    """Do what was looked at and write it down, pool by pool; how many changed, and how many had to stay.

    Raises DatabaseAway: what was done by then stays done and asking again does the rest.
    """
    if seen.deed is plan.Deed.START:
        changed, staying = stock.start_selling(nodes, seen.sku_ids), 0
    else:
        dropped = stock.stop_selling(nodes, seen.sku_ids | {pool.sku_id for pool in seen.staying})
        changed, staying = dropped.gone, len(dropped.staying)
    _write_down(staff, seen.deed, changed, nodes, skus)
    return len(changed), staying


def _write_down(
    staff: people.Member,
    deed: plan.Deed,
    changed: Sequence[tuple[int, int]],
    nodes: Nodes,
    skus: Mapping[int, catalog.Line],
) -> None:
    """One line a store with its count, and one a pool, so that each SKU's own history tells it."""
    by_id, together = {node.node_id: node for node in nodes}, uuid7()
    counts = {node_id: sum(1 for each, _sku in changed if each == node_id) for node_id in {key[0] for key in changed}}
    action = f"{deed}_selling"
    of_nodes = [
        Deed(action, "node", by_id[node_id].node_code, by_id[node_id].node_name, None, {"skus": count})
        for node_id, count in sorted(counts.items())
    ]
    of_pools = [
        Deed(action, "pool", f"{by_id[node_id].node_code}/{skus[sku_id].sku_code}", skus[sku_id].name, None, None)
        for node_id, sku_id in changed
    ]
    write_down(staff, [*of_pools, *of_nodes], together)
