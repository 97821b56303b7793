"""Pure rules of an order: its limits, its states and the moves between them, and why it may be refused."""

from __future__ import annotations

from enum import IntEnum

MAX_LINES = 200
MAX_QUANTITY = 10_000
MAX_TOTAL_MINOR = 1 << 50
LARGEST_PART_MINOR = (1 << 31) - 1  # of a line: its discount, tax, shipping; what the row's int[] holds
MAX_CLOCK_AHEAD_MS = 5 * 60_000


class State(IntEnum):
    """Where an order stands. The number is what the database keeps."""

    PLACED = 1
    PICKING = 2
    SHIPPED = 3
    DELIVERED = 4
    CANCELLED = 5
    UNPAID = 6


# An order goes forward along these moves only.
MOVES: dict[State, frozenset[State]] = {
    State.UNPAID: frozenset({State.PLACED, State.CANCELLED}),
    State.PLACED: frozenset({State.PICKING, State.SHIPPED, State.CANCELLED}),
    State.PICKING: frozenset({State.SHIPPED, State.CANCELLED}),
    State.SHIPPED: frozenset({State.DELIVERED}),
    State.DELIVERED: frozenset(),
    State.CANCELLED: frozenset(),
}

# While an order is in one of these, its units are reserved; on leaving them the units are consumed or given back.
HOLDING = frozenset({State.UNPAID, State.PLACED, State.PICKING})


def may_move(from_state: State, to_state: State) -> bool:
    return to_state in MOVES[from_state]


def leaves_stock(from_state: str, to_state: str) -> bool:
    """Whether a move of an order (names of states) consumes its reserved units or gives them back."""
    return State[from_state.upper()] in HOLDING and State[to_state.upper()] not in HOLDING


class Channel(IntEnum):
    """Where an order came from. There is no online and no offline order: only the channel differs."""

    WEB = 1
    APP = 2
    TILL = 3
    PARTNER = 4
    LIVE = 5
    API = 6


class Reason(IntEnum):
    """What became of an order; everything but ACCEPTED and REPLAYED refuses it."""

    ACCEPTED = 0
    REPLAYED = 1
    CONFLICT = 2
    BAD_ID = 3
    ID_AHEAD_OF_TIME = 4
    NO_LINES = 5
    TOO_MANY_LINES = 6
    BAD_QUANTITY = 7
    DUPLICATE_SKU = 8
    UNKNOWN_SKU = 9
    UNKNOWN_NODE = 10
    NOT_FOR_SALE = 11
    NOT_SOLD_HERE = 12
    WRONG_CURRENCY = 13
    TOTAL_DIFFERS = 14
    OUT_OF_STOCK = 15
    BUYER_CAP = 16
    TOTAL_TOO_LARGE = 17
    BAD_BUYER = 18
    UNKNOWN_CHANNEL = 19
    TENDER_UNKNOWN = 20
    TENDER_AMOUNTS = 21
    NO_ACCOUNT = 22
    PAYMENT_DECLINED = 23
    UNKNOWN_WAY = 24
    ACCOUNT_CLOSED = 25

    @property
    def slug(self) -> str:
        return self.name.lower()


# What the caller is told. {sku}: the line's SKU; {number}: see each; {total}: the right total in minor units.
SENTENCES: dict[Reason, str] = {
    Reason.ACCEPTED: "",
    Reason.REPLAYED: "This order was placed before; this is its first answer.",
    Reason.CONFLICT: "An order with this id exists and says something else. Make a new UUIDv7 for a new order.",
    Reason.BAD_ID: "The order id must be a UUID of version 7 (RFC 9562), made by the caller.",
    Reason.ID_AHEAD_OF_TIME: "The id's time lies more than five minutes ahead. Set the clock that makes the ids.",
    Reason.NO_LINES: "An order has 1 to 200 lines; this one has none.",
    Reason.TOO_MANY_LINES: "An order has 1 to 200 lines; this one has {number}. Split it.",
    Reason.BAD_QUANTITY: "The quantity of SKU {sku} must be 1 to 10000.",
    Reason.DUPLICATE_SKU: "SKU {sku} stands on two lines. Add the quantities up into one line.",
    Reason.UNKNOWN_SKU: "There is no SKU {sku}. Search the catalogue for the right code.",
    Reason.UNKNOWN_NODE: "There is no node {sku} in this market. Use the code of a store or warehouse that exists.",
    Reason.NOT_FOR_SALE: "SKU {sku} has no price in this market, so it cannot be ordered here.",
    Reason.NOT_SOLD_HERE: "This node does not carry SKU {sku}. Choose another node or leave the line out.",
    Reason.WRONG_CURRENCY: "This market trades in another currency. Leave `currency` out, or send the market's.",
    Reason.TOTAL_DIFFERS: "The total is {total} in minor units, not what was expected. Show it to the buyer.",
    Reason.OUT_OF_STOCK: "Of SKU {sku} only {number} are left at this node. Order fewer or choose another node.",
    Reason.BUYER_CAP: "This buyer may take {number} more of SKU {sku}: there is a cap per buyer.",
    Reason.TOTAL_TOO_LARGE: "The order's total is beyond what one order may come to. Split it.",
    Reason.BAD_BUYER: "The buyer must be a positive whole number: the id of a member.",
    Reason.UNKNOWN_CHANNEL: "The channel must be one of web, app, till, partner, live, api.",
    Reason.TENDER_UNKNOWN: "There is no such way of paying here: wallet, gift_card, points, card and bank (with a"
    " provider that is known), on_delivery; at a till cash and till_card too.",
    Reason.TENDER_AMOUNTS: "The tenders must come to {total} in minor units: 1 to 8 of them, each account once, and one"
    " may leave its amount out to pay the rest.",
    Reason.NO_ACCOUNT: "There is no such wallet, points account or gift card in this market. Check the code, or top up"
    " first.",
    Reason.ACCOUNT_CLOSED: "This gift card cannot pay any more: it is blocked, or its time is over. Take another way of"
    " paying.",
    Reason.PAYMENT_DECLINED: "There is not enough money: the account has {number} in minor units. Pay less with it and"
    " the rest by another tender.",
    Reason.UNKNOWN_WAY: "The way must be one of pick_up, delivery.",
}
