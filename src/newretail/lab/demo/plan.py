"""The whole demo market worked out in memory from the source: deterministic, no database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from newretail.kit.distinct import distinct
from newretail.lab.demo import prices
from newretail.lab.demo.names import category_name, department_name, other_names, type_name
from newretail.lab.demo.places import Site, sites
from newretail.lab.demo.sizes import is_a_crate, package_size, poured
from newretail.lab.demo.source import FUEL_TYPE, Ints, Source
from newretail.lab.demo.world import DEAL, MARKETS

# What a shop does not sell over the counter of a web shop: fuel, coupons, deposits, gift cards, services, supplies.
NOT_SOLD_TYPES = {FUEL_TYPE, "MISC SALES TRANS", "DONATIONS", "TICKETS", "COUPON", "PHONE CARDS", "FTD SERVICE CHARGES"}
NOT_SOLD_CATEGORIES = {
    *("COUPON", "COUPON/MISC ITEMS", "COUPONS/STORE & MFG", "BOTTLE DEPOSITS", "TICKETS", "PROD SUPPLIES", "FUEL"),
    *("MEAT SUPPLIES", "DELI SUPPLIES", "LONG DISTANCE CALLING CARDS", "IN-STORE PHOTOFINISHING"),
    *("OVERNIGHT PHOTOFINISHING", "PREPAID WIRELESS&ACCESSORIES"),
}
# An assortment has at least so many SKUs, the most popular ones; enough stock for weeks of a store's own sales.
ASSORTMENT = 2000
WEEKS_OF_STOCK = 4
LEAST_ON_HAND = 12
WEEKS_IN_SOURCE = 53


@dataclass(frozen=True, slots=True)
class Product:
    """`category` is a place in `Plan.categories`."""

    id: int
    name: str
    brand: str
    manufacturer: str
    category: int
    size: str
    source_name: str
    is_sold: bool
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    id: int
    code: str
    market: int  # place in MARKETS
    site: Site


def _is_sold(category: str | None, type_: str | None) -> bool:
    return category not in NOT_SOLD_CATEGORIES and type_ not in NOT_SOLD_TYPES and not (type_ or "").startswith("CRV ")


class Plan:
    """Everything to be imported. Products lie in order of their SKU ids (1, 2, …), nodes in order of their ids."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.lines

    @cached_property
    def _kinds(self) -> list[tuple[str, str | None, str | None]]:
        columns = self.source.products
        return list(zip(columns["department"], columns["product_category"], columns["product_type"], strict=True))

    @cached_property
    def categories(self) -> list[tuple[str, str, str]]:
        """(department, category, name in the source) of each category; the department is its parent."""
        found: dict[tuple[str, str], str] = {}
        for department, category, _ in self._kinds:
            key = department_name(department), category_name(department, category)
            found.setdefault(key, f"{department} / {category or '-'}")
        return sorted((*key, source_name) for key, source_name in found.items())

    @cached_property
    def products(self) -> list[Product]:
        columns = self.source.products
        place = {(row[0], row[1]): number for number, row in enumerate(self.categories)}
        found = []
        for number, (department, category, type_) in enumerate(self._kinds):
            size = package_size(columns["package_size"][number])
            size = "" if is_a_crate(department, type_, size) else poured(category, type_, size)
            phrase = type_name(department, category, type_)
            maker = columns["manufacturer_id"][number]
            found.append(
                Product(
                    id=columns["product_id"][number],
                    name=f"{phrase}, {size}" if size else phrase,
                    brand="Own Brand" if columns["brand"][number] == "Private" else f"Maker {maker}",
                    manufacturer=str(maker),
                    category=place[department_name(department), category_name(department, category)],
                    size=size,
                    source_name=" / ".join(part or "-" for part in (department, category, type_)),
                    is_sold=_is_sold(category, type_),
                    names=other_names(phrase, size),
                )
            )
        return found

    @cached_property
    def is_sold(self) -> npt.NDArray[np.bool_]:
        return np.array([product.is_sold for product in self.products])

    @cached_property
    def units_sold(self) -> Ints:
        return np.bincount(self.lines.product, self.lines.quantity, len(self.products)).astype(np.int64)

    @cached_property
    def cents(self) -> Ints:
        """The shelf price of every product in US cents."""
        kinds = [(type_, category, department) for department, category, type_ in self._kinds]
        lines = self.lines
        return prices.price_in_cents(lines.product, lines.quantity, lines.shelf_value, kinds, len(kinds))

    @cached_property
    def nodes(self) -> list[Node]:
        """Stores in order of their number in the source; by sales they are dealt out to markets and cities."""
        stores, place = np.unique(self.lines.store, return_inverse=True)
        by_sales = np.argsort(-np.bincount(place, self.lines.value), kind="stable")
        codes = [plan.code for plan in MARKETS]
        market_of = {int(store): codes.index(DEAL[rank % len(DEAL)]) for rank, store in enumerate(by_sales)}
        site_of: dict[int, Site] = {}
        for number, code in enumerate(codes):
            mine = [int(store) for store in by_sales if market_of[int(store)] == number]
            site_of.update(zip(mine, sites(code, len(mine)), strict=True))
        return [
            Node(number + 1, f"store-{store}", market_of[number], site_of[number])
            for number, store in enumerate(stores.tolist())
        ]

    @cached_property
    def line_node(self) -> Ints:
        """The node id of every line."""
        stores = distinct(self.lines.store)
        return np.searchsorted(stores, self.lines.store) + 1

    @cached_property
    def market_of_node(self) -> Ints:
        """The market of a node id; place 0 is never used."""
        return np.array([-1, *(node.market for node in self.nodes)])

    @cached_property
    def households(self) -> Ints:
        return distinct(self.lines.household)

    @cached_property
    def home_node(self) -> Ints:
        """The node at which a household shopped most often (baskets; the lower id of equals), by household id."""
        baskets, first = np.unique(self.lines.basket, return_index=True)
        assert len(baskets) == len(first)
        width = len(self.nodes) + 1
        visits = np.bincount(
            self.lines.household[first] * width + self.line_node[first],
            minlength=(int(self.lines.household.max()) + 1) * width,
        )
        home: Ints = visits.reshape(-1, width).argmax(axis=1)
        return home

    def pools(self, market: int) -> tuple[Ints, Ints, Ints]:
        """(node id, SKU id, on hand) of every pool of a market, in order of the key.

        A node sells what was ever bought there and at least the ASSORTMENT most popular SKUs. On hand is what the node
        sold in WEEKS_OF_STOCK average weeks, rounded up, and at least LEAST_ON_HAND.
        """
        width = len(self.products) + 1
        nodes = np.array([node.id for node in self.nodes if node.market == market])
        popularity = np.where(self.is_sold, self.units_sold, -1)
        common = np.argsort(-popularity, kind="stable")[:ASSORTMENT] + 1
        mine = (self.market_of_node[self.line_node] == market) & self.is_sold[self.lines.product]
        key = self.line_node[mine] * width + self.lines.product[mine] + 1
        sold_keys, inverse = np.unique(key, return_inverse=True)
        units = np.bincount(inverse, self.lines.quantity[mine])
        keys = distinct(np.concatenate([sold_keys, (nodes[:, None] * width + common).ravel()]))
        on_hand = np.full(len(keys), LEAST_ON_HAND)
        stock = np.ceil(units * WEEKS_OF_STOCK / WEEKS_IN_SOURCE).astype(np.int64)
        on_hand[np.searchsorted(keys, sold_keys)] = np.maximum(LEAST_ON_HAND, stock)
        return keys // width, keys % width, on_hand
