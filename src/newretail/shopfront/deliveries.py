"""The deliveries of a cart: lines that go together, from one store, one way. Each becomes an order of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newretail.catalog import api as catalog
from newretail.shopfront.summary import offer_name
from newretail.shopfront.visit import NODE_KEY, Visit
from newretail.stock import api as stock
from newretail.trade import api as trade

WAYS = ("pick_up", "delivery")
STORES_KEY = "delivery_stores"  # store code by number of the delivery, for those after the first


@dataclass(frozen=True, slots=True)
class CartLine:
    """A line as it is shown: the ware as the catalogue has it now, how many, and what the quote says of it."""

    ware: catalog.Ware
    quantity: int
    number: int = 1
    unit_price_minor: int = 0
    discount_minor: int = 0
    offer: str = ""  # the name of the offer that makes it cheaper

    @property
    def full_minor(self) -> int:
        return self.unit_price_minor * self.quantity

    @property
    def total_minor(self) -> int:
        """What it costs without shipping and without taxes on top."""
        return self.full_minor - self.discount_minor


@dataclass(frozen=True, slots=True)
class Delivery:
    """`number` stays the same while the cart changes; the first is 1, and forms of the others have a prefix.

    `quotes`: what it costs by each way; `way`: the one that is chosen so far.
    """

    number: int
    lines: list[CartLine]
    node: stock.NodeView | None
    quotes: dict[str, trade.Quote]
    way: str = "pick_up"

    @property
    def prefix(self) -> str:
        return "" if self.number == 1 else f"d{self.number}"

    @property
    def wanted(self) -> dict[str, int]:
        return {line.ware.sku_code: line.quantity for line in self.lines}

    @property
    def quote(self) -> trade.Quote:
        return self.quotes[self.way]

    @property
    def goods_minor(self) -> int:
        """Its lines, without shipping and without taxes on top."""
        return sum(line.total_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        return self.quote.total_minor

    def by(self, way: str | None) -> Delivery:
        """The same, brought another way; as it is where there is no such way."""
        return replace(self, way=way) if way in self.quotes else self


def sold(shop: Visit) -> list[CartLine]:
    """The cart's lines without prices; what is not sold in the market (any more) is left out."""
    wares = shop.wares_of(shop.cart.lines)
    numbers = shop.cart.numbers
    return [
        CartLine(shop.on_shelf(wares[code]), quantity, numbers.get(code, 1))
        for code, quantity in shop.cart.lines.items()
        if code in wares
    ]


def _quotes(shop: Visit, parts: list[tuple[list[CartLine], stock.NodeView | None]]) -> list[dict[str, trade.Quote]]:
    """What each of the deliveries costs by each way, all asked at once."""
    asked = [
        trade.QuoteRequest(
            lines=[trade.OrderLine(line.ware.sku_code, line.quantity) for line in lines],
            node=node.node_code if node else None,
            channel="web",
            way=way,
        )
        for lines, node in parts
        for way in WAYS
    ]
    try:
        found = iter(trade.quotes(shop.market.code, asked))
    except (trade.Unquotable, trade.UnknownCell):
        # For a second the engine may not know what the catalogue sells since; placing says what is wrong for good.
        found = iter(_by_the_shelf(shop, lines, way) for lines, _ in parts for way in WAYS)
    return [{way: next(found) for way in WAYS} for _ in parts]


def _by_the_shelf(shop: Visit, lines: list[CartLine], way: str) -> trade.Quote:
    """The bare prices of the catalogue, when nobody can quote."""
    goods = sum(line.ware.price_minor * line.quantity for line in lines)
    quoted = [
        trade.PricedLine(
            *(line.ware.sku_code, line.quantity, line.ware.price_minor, 0, 0, 0),
            *(line.ware.price_minor * line.quantity, 0),
        )
        for line in lines
    ]
    market = shop.market
    return trade.Quote(market.code, market.currency, way, goods, 0, 0, 0, False, goods, 0, None, [], quoted)


def _told(line: CartLine, said: trade.PricedLine, names: dict[int, str]) -> CartLine:
    offer = names.get(said.offer_id, "")
    return replace(line, unit_price_minor=said.unit_price_minor, discount_minor=said.discount_minor, offer=offer)


def store_of(shop: Visit, number: int) -> stock.NodeView | None:
    """The store that was chosen for a delivery, else the visitor's own."""
    code = shop.request.session.get(STORES_KEY, {}).get(str(number)) if number != 1 else None
    return (stock.node_of_market(shop.market.code, code) if code else None) or shop.node


def choose_store(shop: Visit, number: int, node: stock.NodeView) -> None:
    """Keep the choice; the store of the first delivery is the visitor's store everywhere."""
    session = shop.request.session
    if number == 1:
        session[NODE_KEY] = node.node_code
        shop.__dict__["node"] = node
    else:
        session[STORES_KEY] = {**session.get(STORES_KEY, {}), str(number): node.node_code}


def deliveries(shop: Visit) -> list[Delivery]:
    """What the cart comes to, by number, as the engine would price it now."""
    lines = sold(shop)
    numbers = sorted({line.number for line in lines})
    groups = [([line for line in lines if line.number == number], store_of(shop, number)) for number in numbers]
    found = []
    for number, (group, node), quotes in zip(numbers, groups, _quotes(shop, groups) if groups else [], strict=True):
        quote = quotes[WAYS[0]]
        names = {one.offer_id: offer_name(one.names, shop.language) for one in quote.discounts}
        told = [_told(line, said, names) for line, said in zip(group, quote.lines, strict=True)]
        found.append(Delivery(number, told, node, quotes))
    return found


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
