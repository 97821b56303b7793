"""The plan of a rehearsal: who presses which button when, as bytes ready to be sent.

Orders come in the curve of `arrivals`; a flash sale puts a crowd on one SKU in the first seconds; some shoppers are
impatient and send their order twice; some cancel. The same seed makes the same plan (but for the ids' time).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from newretail.kit.ids import uuid7_many
from newretail.lab.rehearsal.arrivals import arrival_times
from newretail.lab.rehearsal.record import Kind, Records, create
from newretail.lab.rehearsal.tenders import Bills, Chosen, choose

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

RETRY_SHARE = 0.02
CANCEL_SHARE = 0.01
RETRY_AFTER = (0.001, 0.05)  # of the length of the day
CANCEL_AFTER = (0.01, 0.15)
FLASH_CROWD_SECONDS = 2.0  # four fifths of the crowd come within this time of midnight
GREEDY_SHARE = 0.1  # of the crowd come twice although there is a cap


@dataclass(frozen=True, slots=True)
class Baskets:
    """Real baskets: `buyer_id` and `node` one a basket; the lines of basket i lie from `first[i]` to `first[i + 1]`.

    `price_minor`: what a unit of the line costs now.
    """

    buyer_id: Ints
    node: npt.NDArray[np.str_]
    first: Ints
    sku: npt.NDArray[np.str_]
    quantity: Ints
    price_minor: Ints

    def __len__(self) -> int:
        return len(self.buyer_id)

    @property
    def worth_minor(self) -> Ints:
        """What each basket costs in the shop's own prices, minor units."""
        sums = np.r_[0, np.cumsum(self.price_minor * self.quantity)]
        worth: Ints = sums[self.first[1:]] - sums[self.first[:-1]]
        return worth


@dataclass(frozen=True, slots=True)
class FlashSale:
    """One SKU at one node: `units` for `buyers` who want `each`; `cap`: at most so many a buyer, 0 for no cap."""

    node: str
    sku: str
    name: str
    units: int
    buyers: Ints
    each: int
    cap: int
    price_minor: int


@dataclass(frozen=True, slots=True)
class Day:
    """What the rehearsal's day is like."""

    orders: int
    duration_s: float
    peak_factor: float
    seed: int
    begins_ms: int  # Unix time of midnight, for the ids
    mix: dict[str, float]  # how many pay in which way (see tenders.py); empty: all on account
    with_bank: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """The files of the plan and the orders' ids: (n, 2), the high and low 64 bits, by order number.

    `chosen`: how each order is paid, and what shoppers must be given for it.
    """

    folder: Path
    order_ids: npt.NDArray[np.uint64]
    flash_orders: Ints  # numbers of the orders of the flash sale's crowd
    record: Records
    chosen: Chosen


def _body(
    buyer: int, node: str, lines: list[tuple[str, int]], currency: str, channel: str = "app", pay: str = ""
) -> bytes:
    parts = ",".join([f'{{"sku":"{sku}","quantity":{quantity}}}' for sku, quantity in lines])
    text = f'{{"buyer":{buyer},"node":"{node}","channel":"{channel}","lines":[{parts}],"currency":"{currency}"'
    return f'{text},"pay":{pay}}}'.encode() if pay else f"{text}}}".encode()


def greedy_bodies(baskets: Baskets, currency_of: dict[str, str]) -> list[bytes]:
    """An order at one node of each currency that asks for more than any shelf holds."""
    nodes = {currency_of[node]: (node, index) for index, node in enumerate(baskets.node.tolist())}
    return [
        _body(int(baskets.buyer_id[index]), node, [(str(baskets.sku[baskets.first[index]]), 10_000)], currency)
        for currency, (node, index) in nodes.items()
    ]


def _uuid_text(high: int, low: int) -> str:
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _crowd(flash: FlashSale, random: np.random.Generator, duration_s: float) -> tuple[Ints, Floats]:
    """(buyer, moment) of the flash sale's orders; the greedy come twice."""
    greedy = random.random(len(flash.buyers)) < (GREEDY_SHARE if flash.cap else 0)
    buyers = np.r_[flash.buyers, flash.buyers[greedy]]
    within = min(FLASH_CROWD_SECONDS, duration_s / 5)
    moments = random.exponential(within / np.log(5), len(buyers))
    return buyers, np.minimum(moments, duration_s)


def build(
    folder: Path,
    day: Day,
    baskets: Baskets,
    currency_of: dict[str, str],
    flash: FlashSale | None,
    head: dict[str, str],
    code_of: Callable[[int], str] = str,
) -> Plan:
    """Write the plan's requests, their offsets and the empty record into `folder`.

    `currency_of`: by node code. `head`: the HTTP headers that every request carries. `code_of`: the code of a gift
    card with this number.
    """
    random = np.random.default_rng(day.seed)
    buyers, moments = _crowd(flash, random, day.duration_s) if flash else (np.empty(0, np.int64), np.empty(0))
    ordinary = max(day.orders - len(buyers), 0)
    which = _choose(len(baskets), ordinary, random)
    due = np.r_[arrival_times(ordinary, day.duration_s, day.peak_factor, random), moments]
    ids = uuid7_many((day.begins_ms + due * 1000).astype(np.int64), random)
    chosen = choose(_bills(baskets, which, flash, buyers), day.mix, random, code_of, with_bank=day.with_bank)
    bodies = _bodies(baskets, which, currency_of, chosen)
    if flash:
        bodies += [
            _body(buyer, flash.node, [(flash.sku, flash.each)], currency_of[flash.node], "app", pay)
            for buyer, pay in zip(buyers.tolist(), chosen.pay[ordinary:], strict=True)
        ]
    kind, order, needs, when = _requests(due, day.duration_s, random)
    by_time = np.argsort(when, kind="stable")
    place = np.empty(len(by_time), np.int64)
    place[by_time] = np.arange(len(by_time))
    record = create(folder / "record", len(by_time))
    record["kind"], record["order"], record["due"] = kind[by_time], order[by_time], when[by_time]
    # An order's first request has the order's number before sorting.
    record["needs"] = np.where(needs[by_time] >= 0, place[needs[by_time]], -1)
    _write(folder, record, ids, bodies, head)
    return Plan(folder, ids, np.arange(ordinary, len(due)), record, chosen)


def _choose(there: int, wanted: int, random: np.random.Generator) -> Ints:
    """Numbers of the baskets to replay: each once before any comes again."""
    rounds = [random.permutation(there) for _ in range(-(-wanted // max(there, 1)))]
    return np.concatenate(rounds)[:wanted] if rounds else np.empty(0, np.int64)


def _bills(baskets: Baskets, which: Ints, flash: FlashSale | None, crowd: Ints) -> Bills:
    """What the ordinary orders come to, and then those of the crowd, who are at no till."""
    node, worth = baskets.node[which].tolist(), baskets.worth_minor[which]
    if flash:
        node += [flash.node] * len(crowd)
        worth = np.r_[worth, np.full(len(crowd), flash.each * flash.price_minor)]
    at_till = np.arange(len(node)) < len(which)
    return Bills(np.r_[baskets.buyer_id[which], crowd], node, worth, at_till)


def _bodies(baskets: Baskets, which: Ints, currency_of: dict[str, str], chosen: Chosen) -> list[bytes]:
    buyer, node = baskets.buyer_id.tolist(), baskets.node.tolist()
    lines = list(zip(baskets.sku.tolist(), baskets.quantity.tolist(), strict=True))
    first = baskets.first.tolist()
    return [
        _body(
            *(buyer[i], node[i], lines[first[i] : first[i + 1]], currency_of[node[i]]),
            *(chosen.channel[order], chosen.pay[order]),
        )
        for order, i in enumerate(which.tolist())
    ]


def _requests(due: Floats, duration_s: float, random: np.random.Generator) -> tuple[Ints, Ints, Ints, Floats]:
    """(kind, order, needed request, moment) of all requests: each order's own, the retries, the cancels."""
    count = len(due)
    orders = np.arange(count)
    retried = orders[random.random(count) < RETRY_SHARE]
    cancelled = orders[random.random(count) < CANCEL_SHARE]
    kind = np.repeat([Kind.PLACE, Kind.RETRY, Kind.CANCEL], [count, len(retried), len(cancelled)])
    order = np.r_[orders, retried, cancelled]
    needs = np.r_[np.full(count + len(retried), -1), cancelled]
    moment = np.r_[
        due,
        due[retried] + duration_s * random.uniform(*RETRY_AFTER, len(retried)),
        due[cancelled] + duration_s * random.uniform(*CANCEL_AFTER, len(cancelled)),
    ]
    return kind, order, needs, moment


def _write(
    folder: Path, record: Records, ids: npt.NDArray[np.uint64], bodies: list[bytes], head: dict[str, str]
) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    texts = [_uuid_text(high, low) for high, low in ids.tolist()]
    place = f" HTTP/1.1\r\n{headers}content-type: application/json\r\ncontent-length: "
    cancel = f":cancel HTTP/1.1\r\n{headers}content-length: 0\r\n\r\n"
    offsets = np.zeros(len(record) + 1, np.int64)
    with (folder / "requests").open("wb") as out:
        for index, (kind, order) in enumerate(zip(record["kind"].tolist(), record["order"].tolist(), strict=True)):
            if kind == Kind.CANCEL:
                request = f"POST /v1/orders/{texts[order]}{cancel}".encode()
            else:
                body = bodies[order]
                request = f"PUT /v1/orders/{texts[order]}{place}{len(body)}\r\n\r\n".encode() + body
            out.write(request)
            offsets[index + 1] = offsets[index] + len(request)
    np.save(folder / "offsets.npy", offsets)
