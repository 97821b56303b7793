"""Pure words and rules of payments: ways of paying, where a payment stands, and how ids and accounts are made."""

from __future__ import annotations

from enum import IntEnum
from uuid import UUID

from newretail.pay.ledger.rules import Chart, account_id

MAX_TENDERS = 8  # of one order, in all tries
LAST_STEP = 255  # of an order's transfers
LAST_REFUND_STEP = 200  # what is left is for what providers say, which cannot be refused
_LAST_BYTE = 0xFF
_VERSION_AT = 76  # bits of a UUID below its version


class Tender(IntEnum):
    """A way of paying. The number is what the database keeps."""

    WALLET = 1
    GIFT_CARD = 2
    POINTS = 3  # one point is one minor unit of the cell's currency
    CARD = 4
    BANK = 5  # transfer to a virtual account
    CASH = 6
    TILL_CARD = 7  # a terminal that has its own contract; what it says is a fact
    ON_DELIVERY = 8


HOUSE = frozenset({Tender.WALLET, Tender.GIFT_CARD, Tender.POINTS})  # money that is with us: its balance decides
AT_THE_TILL = frozenset({Tender.CASH, Tender.TILL_CARD})  # facts: paid when they are said
BY_PROVIDER = frozenset({Tender.CARD, Tender.BANK})
AT_ONCE = HOUSE | AT_THE_TILL

# Who moves the money of PROVIDER_CLEARING; 0 is no provider's number.
PROVIDERS = {"stripe": 1, "alipay": 2, "bank": 3, "terminal": 4}

TAKING_PROVIDERS = {name: number for name, number in PROVIDERS.items() if name != "terminal"}


class Settlement(IntEnum):
    """How an order is paid. Outside the books: on account, as channels that settle elsewhere and imports do."""

    OUTSIDE = 0
    WITH_ORDER = 1
    BY_PROVIDER = 2
    ON_DELIVERY = 3


class PaymentState(IntEnum):
    """Where a payment stands; its sums say how far."""

    CREATED = 1
    AUTHORISED = 2
    CAPTURED = 3
    REFUNDED = 4  # all that was captured went back
    DECLINED = 5
    VOIDED = 6
    EXPIRED = 7
    CHARGED_BACK = 8


LIVE = frozenset({PaymentState.CREATED, PaymentState.AUTHORISED, PaymentState.CAPTURED})


class Stage(IntEnum):
    """What an order's goods allow its money: payments do not know trade's states."""

    WAITING = 1  # goods are held until the money is there
    STANDING = 2  # placed: may still be cancelled
    GONE = 3  # left the node
    CANCELLED = 4


class CallState(IntEnum):
    """What became of something that a provider was asked."""

    OPEN = 0
    ASKED = 1  # the provider took it; its answer comes as an event
    CONFIRMED = 2
    FAILED = 3


class Outcome(IntEnum):
    """What was made of a provider's event."""

    APPLIED = 1
    DUPLICATE = 2  # said before, under this id or another
    LATE = 3  # money for an order that is gone: it goes back
    UNKNOWN_PAYMENT = 4
    CONTRADICTION = 5  # cannot be, as far as the books know; kept for the reconciliation, nothing was moved
    WRONG_CURRENCY = 6


class Why(IntEnum):
    """The code of a transfer: why the money moved. 1-99 are payments'."""

    TOP_UP = 10
    ISSUE = 11  # of a gift card, or of points
    VOIDED = 12  # a gift card's money back to the bank: held while the card is blocked
    BREAKAGE = 13  # what was left on a gift card at its end: income
    SALE = 20  # a tender to SALES: at once, or held and then posted
    REFUND = 30  # SALES to the tender it came from
    LATE = 40  # money that has no order (any more): provider to SUSPENSE
    MATCHED = 41  # it found its order after all: SUSPENSE to SALES
    SENT_BACK = 42  # SUSPENSE to the provider, who was asked to give it back
    REFUND_FAILED = 43  # what could not be given back: provider to SUSPENSE
    UNCOLLECTED = 44  # goods left and the money never came: SUSPENSE to SALES
    GIVEN_BACK = 45  # a provider gave back more than it was asked and we had: SUSPENSE to the provider
    CREDITED = 46  # somebody sent it on: SUSPENSE to a wallet
    CHARGEBACK = 50
    RECOVERED = 51  # of a top-up that was charged back: what the wallet still held, against our loss


def payment_id(order_id: UUID, place: int) -> UUID:
    """The id of the payment at a place (0-7) of an order: the order's, with the place as its last byte."""
    return UUID(int=order_id.int & ~_LAST_BYTE | place)


def transfer_id(order_id: UUID, step: int) -> UUID:
    """The id of a step (0-255) of an order's money: the order's, with the step as its last byte."""
    if not 0 <= step <= LAST_STEP:
        raise ValueError(f"An order's money moves in at most {LAST_STEP + 1} steps.")
    return UUID(int=order_id.int & ~_LAST_BYTE | step)


def top_up_id(made: UUID) -> UUID:
    """The id of a top-up, made of a UUIDv7: version 8, which no order can have, and its last byte free for steps."""
    return UUID(int=made.int & ~(0xF << _VERSION_AT) & ~_LAST_BYTE | 0x8 << _VERSION_AT)


def is_top_up(some_id: UUID) -> bool:
    """Whether an id is a top-up's, or one of its payments' or transfers'."""
    return some_id.int >> _VERSION_AT & 0xF == 0x8


def id_range(order_id: UUID) -> tuple[UUID, UUID]:
    """The first and last id that payments and transfers of an order can have."""
    return transfer_id(order_id, 0), transfer_id(order_id, LAST_STEP)


def place_of(some_id: UUID) -> int:
    """The place of a payment, or the step of a transfer, in its order."""
    return some_id.int & _LAST_BYTE


_CHARTS = {
    Tender.WALLET: Chart.WALLET,
    Tender.GIFT_CARD: Chart.GIFT_CARD,
    Tender.POINTS: Chart.POINTS,
    Tender.CARD: Chart.PROVIDER_CLEARING,
    Tender.BANK: Chart.PROVIDER_CLEARING,
    Tender.CASH: Chart.TILL_CASH,
    Tender.TILL_CARD: Chart.PROVIDER_CLEARING,
    Tender.ON_DELIVERY: Chart.TILL_CASH,
}


def chart_of(tender: Tender) -> Chart:
    """Where in the chart of accounts a tender's money comes from (and goes back to)."""
    return _CHARTS[tender]


def tender_account(ledger: int, tender: Tender, owner: int) -> int:
    """The account a tender is paid from. Its owner: the buyer (wallet, points), the number of a gift card, the node
    (cash, pay on delivery), the provider's number (card, bank, terminal)."""
    return account_id(ledger, chart_of(tender), owner)


def sales_account(ledger: int, channel: int) -> int:
    return account_id(ledger, Chart.SALES, channel)


def suspense_account(ledger: int) -> int:
    return account_id(ledger, Chart.SUSPENSE, 0)
