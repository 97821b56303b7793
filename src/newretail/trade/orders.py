"""What callers say and hear: requests, verdicts, and an order as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
import numpy as np

from newretail.kit.signing import secret_key
from newretail.markets.terms.api import Way
from newretail.pay.api import BY_PROVIDER, TAKING_PROVIDERS, Tender, card_number
from newretail.trade.batch import Batch, Verdicts
from newretail.trade.rules import SENTENCES, Channel, Reason, State
from newretail.trade.tenders import THE_REST, Tenders

_CHANNELS = {channel.name.lower(): int(channel) for channel in Channel}
_WAYS = {way.slug: int(way) for way in Way}
_TENDERS = {tender.name.lower(): int(tender) for tender in Tender}
NO_ID = UUID(int=0)  # an order that intake has not given its id yet
_BIG = 1 << 62
_HUGE_QUANTITY = 1 << 31


class OrderLine(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """So many units of a SKU, named by its code."""

    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    quantity: int


class TenderRequest(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """One way of paying: wallet, gift_card, points, card, bank, on_delivery; at a till cash and till_card.

    `amount_minor`: what it pays; left out, it pays the rest. `account`: the code of a gift card. `provider`: who takes
    the card or the bank transfer.
    """

    tender: Annotated[str, msgspec.Meta(max_length=20)]
    amount_minor: int | None = None
    account: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    provider: Annotated[str, msgspec.Meta(max_length=20)] | None = None


class OrderRequest(msgspec.Struct, forbid_unknown_fields=True):
    """An order as a channel sends it. `order_id` stands in the URL of a single order and in the body of bulk.

    `expected_total_minor`: what the buyer was shown; a total that differs is refused with the right one. `pay`: how it
    is paid, in the books of this market; left out, it is on account and settled elsewhere. `way`: pick_up or delivery.
    """

    buyer_id: int = msgspec.field(name="buyer")
    node: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    lines: list[OrderLine]
    channel: str = "api"
    currency: str | None = None
    expected_total_minor: int | None = None
    hold_id: UUID | None = msgspec.field(default=None, name="hold")
    order_id: UUID = NO_ID
    pay: list[TenderRequest] | None = None
    way: str = "pick_up"


class Verdict(msgspec.Struct):
    """The answer to an order. `reason` is empty when it was accepted or replayed; `detail` says what to do."""

    order_id: UUID
    accepted: bool
    replayed: bool
    reason: str
    detail: str
    sku: str | None
    total_minor: int
    currency: str
    state: str


class PricedLine(msgspec.Struct):
    """A line with what it costs. `total_minor` of all lines is the total of the order or the quote.

    `tax_minor` is in the total, whether it was in the price or came on top. `offer_id`: what made it cheaper, or 0.
    """

    sku: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    offer_id: int


class LineView(PricedLine):
    """A line as it was priced when the order was placed."""

    sku_id: int


class MoveView(msgspec.Struct):
    from_state: str
    to_state: str
    moved_at: datetime
    actor: str
    reason: str


class OrderView(msgspec.Struct):
    """An order as it stands. `settlement`: how it is paid (outside, with_order, by_provider, on_delivery).

    `goods_minor` − `discount_minor` + `shipping_minor`, + `tax_minor` where it is on top (`tax_is_on_top`), is
    `total_minor`. `tax_minor`: None where the order is older than what is known of taxes.
    """

    order_id: UUID
    buyer_id: int
    cell: str
    node_id: int
    market_code: str
    currency: str
    state: str
    channel: str
    way: str
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int | None
    tax_is_on_top: bool
    total_minor: int
    settlement: str
    placed_at: datetime
    lines: list[LineView]
    moves: list[MoveView]


def channel_numbers() -> dict[str, int]:
    """The numbers of the channels by the names that callers use."""
    return _CHANNELS


def way_numbers() -> dict[str, int]:
    """The numbers of the ways by the names that callers use."""
    return _WAYS


def state_name(state: int) -> str:
    return State(state).name.lower()


def channel_name(channel: int) -> str:
    return Channel(channel).name.lower()


def batch_of(
    requests: Sequence[OrderRequest], sku_codes: dict[str, int], nodes: dict[str, int], currency: str
) -> Batch:
    """Put requests into columns; what cannot be named in numbers (an unknown SKU, a wrong currency) is a fault."""
    count = len(requests)
    orders = np.empty((count, 6), np.int64)
    fault = np.zeros(count, np.uint8)
    halves: list[int] = []
    line_order: list[int] = []
    skus: list[int] = []
    quantities: list[int] = []
    holds: dict[int, UUID] = {}
    tenders: list[tuple[int, TenderRequest]] = []
    rows = []
    for index, request in enumerate(requests):
        number = request.order_id.int
        halves += (number >> 64, number & 0xFFFFFFFFFFFFFFFF)
        channel = _CHANNELS.get(request.channel, 0)
        expected = request.expected_total_minor
        rows.append(
            (
                request.buyer_id if -_BIG < request.buyer_id < _BIG else 0,
                nodes.get(request.node, -1),
                channel,
                -1 if expected is None else min(max(expected, 0), _BIG) if expected >= 0 else _BIG,
                len(request.lines),
                _WAYS.get(request.way, -1),
            )
        )
        if not channel:
            fault[index] = Reason.UNKNOWN_CHANNEL
        elif request.currency is not None and request.currency != currency:
            fault[index] = Reason.WRONG_CURRENCY
        elif request.way not in _WAYS:
            fault[index] = Reason.UNKNOWN_WAY
        if request.hold_id is not None:
            holds[index] = request.hold_id
        tenders += [(index, tender) for tender in request.pay or ()]
        for line in request.lines:
            line_order.append(index)
            skus.append(sku_codes.get(line.sku, -1))
            quantities.append(line.quantity if -_HUGE_QUANTITY < line.quantity < _HUGE_QUANTITY else 0)
    orders[:] = np.array(rows, np.int64).reshape(count, 6)
    ids = np.array(halves, np.uint64).reshape(count, 2)
    return Batch(
        id_high=ids[:, 0],
        id_low=ids[:, 1],
        buyer_id=orders[:, 0],
        node_id=orders[:, 1],
        channel=orders[:, 2],
        expected_minor=orders[:, 3],
        way=orders[:, 5],
        fault=fault,
        line_order=np.array(line_order, np.int64),
        sku_id=np.array(skus, np.int64),
        quantity=np.array(quantities, np.int64),
        holds=holds,
        tenders=tenders_of(tenders),
    )


def tenders_of(requests: Sequence[tuple[int, TenderRequest]]) -> Tenders:
    """(number of the order, tender), sorted by order, in columns."""
    rows = [(index, *_tender_numbers(request)) for index, request in requests]
    return Tenders(*np.array(rows, np.int64).reshape(-1, 4).T)


def _tender_numbers(request: TenderRequest) -> tuple[int, int, int]:
    """(tender, amount, owner) as the columns of a batch have them."""
    tender = _TENDERS.get(request.tender, 0)
    owner = 0
    if tender == Tender.GIFT_CARD:
        owner = card_number(secret_key(), request.account or "") or -1
    elif tender in BY_PROVIDER:
        owner = TAKING_PROVIDERS.get(request.provider or "", 0)
        tender = tender if owner else 0
    amount = request.amount_minor
    # An amount below zero is one that no order can have: what is wrong is said later, with the right total.
    return tender, THE_REST if amount is None else min(amount, _BIG) if amount > 0 else 0, owner


def verdicts_of(requests: Sequence[OrderRequest], batch: Batch, verdicts: Verdicts, currency: str) -> list[Verdict]:
    """Say each verdict to its caller."""
    first_line = np.searchsorted(batch.line_order, np.arange(len(requests))).tolist()
    columns = (verdicts.reason, verdicts.line, verdicts.number, verdicts.total_minor, verdicts.state)
    answers = []
    for index, (reason, line, number, total, state) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        request = requests[index]
        if reason <= Reason.REPLAYED:
            replayed = reason == Reason.REPLAYED
            detail = SENTENCES[Reason.REPLAYED] if replayed else ""
            name = state_name(state)
            answers.append(Verdict(request.order_id, True, replayed, "", detail, None, total, currency, name))
            continue
        sku = request.lines[line - first_line[index]].sku if line >= 0 else None
        named = request.node if reason == Reason.UNKNOWN_NODE else sku
        sentence = SENTENCES[Reason(reason)].format(sku=named, number=number, total=f"{total} {currency}")
        slug = Reason(reason).slug
        answers.append(Verdict(request.order_id, False, False, slug, sentence, sku, total, currency, ""))
    return answers
