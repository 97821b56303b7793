"""The deliveries of a cart: lines that go together, from one store, one way. Each becomes an order of its own."""

from __future__ import annotations

from dataclasses import dataclass

from newretail.catalog import api as catalog
from newretail.shopfront.visit import NODE_KEY, Visit
from newretail.stock import api as stock

STORES_KEY = "delivery_stores"  # store code by number of the delivery, for those after the first


@dataclass(frozen=True, slots=True)
class CartLine:
    """A line as it is shown: the ware as the catalogue has it now, and how many."""

    ware: catalog.Ware
    quantity: int
    number: int = 1

    @property
    def total_minor(self) -> int:
        return self.ware.price_minor * self.quantity


@dataclass(frozen=True, slots=True)
class Delivery:
    """`number` stays the same while the cart changes; the first is 1, and forms of the others have a prefix."""

    number: int
    lines: list[CartLine]
    node: stock.NodeView | None

    @property
    def prefix(self) -> str:
        return "" if self.number == 1 else f"d{self.number}"

    @property
    def wanted(self) -> dict[str, int]:
        return {line.ware.sku_code: line.quantity for line in self.lines}

    @property
    def total_minor(self) -> int:
        return total_of(self.lines)


def priced(shop: Visit) -> list[CartLine]:
    """The cart at today's prices; what is not sold in the market (any more) is left out."""
    wares = catalog.wares(shop.market.code, list(shop.cart.lines))
    numbers = shop.cart.numbers
    return [
        CartLine(wares[code], quantity, numbers.get(code, 1))
        for code, quantity in shop.cart.lines.items()
        if code in wares
    ]


def total_of(lines: list[CartLine]) -> int:
    return sum(line.total_minor for line in lines)


def store_of(shop: Visit, number: int) -> stock.NodeView | None:
    """The store that was chosen for a delivery, else the visitor's own."""
    code = shop.request.session.get(STORES_KEY, {}).get(str(number)) if number != 1 else None
    return (stock.near_node(shop.market.code, code=code) if code else None) or shop.node


def choose_store(shop: Visit, number: int, node: stock.NodeView) -> None:
    """Keep the choice; the store of the first delivery is the visitor's store everywhere."""
    session = shop.request.session
    if number == 1:
        session[NODE_KEY] = node.node_code
        shop.__dict__["node"] = node
    else:
        session[STORES_KEY] = {**session.get(STORES_KEY, {}), str(number): node.node_code}


def deliveries(shop: Visit) -> list[Delivery]:
    """What the cart comes to, by number."""
    lines = priced(shop)
    numbers = sorted({line.number for line in lines})
    return [Delivery(n, [line for line in lines if line.number == n], store_of(shop, n)) for n in numbers]


def shortages(shop: Visit, parts: list[Delivery], held: dict[int, dict[str, int]]) -> dict[str, int]:
    """Units that are left of each line whose store has not enough, by SKU code. `held`: our own, by delivery."""
    short: dict[str, int] = {}
    for part in parts:
        if part.node is None:
            continue
        try:
            there = stock.available_at(part.node, [line.ware.sku_id for line in part.lines])
        except stock.DatabaseAway:
            continue  # nobody can tell just now; the checkout asks again
        for line in part.lines:
            code = line.ware.sku_code
            left = there.get(line.ware.sku_id, 0) + held.get(part.number, {}).get(code, 0)
            if left < line.quantity:
                short[code] = left
    return short
