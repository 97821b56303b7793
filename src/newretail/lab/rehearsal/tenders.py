"""How shoppers of a rehearsal pay: a seeded mix of tenders, and what they hold with us before midnight. Pure.

A *way* is what a shopper chooses: one tender, or several (`mixed`). A share of those who hold a gift card or points
hold too little, and are told so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from newretail.pay.api import DEMO_BANK, NUMBER_BITS, Tender

Ints = npt.NDArray[np.int64]

# Most pay by wallet, as on the real day. Shares are relative; cash and till cards make an order a till's.
USUAL = {
    "wallet": 58.0,
    "card": 15.0,
    "mixed": 7.0,
    "gift_card": 5.0,
    "points": 4.0,
    "bank": 3.0,
    "on_delivery": 3.0,
    "cash": 3.0,
    "till_card": 2.0,
}
AT_A_TILL = ("cash", "till_card")
BY_BANK = ("card", "bank")
UNPAID = "unpaid"
SHORT_SHARE = 0.03  # of gift cards and points are worth half of what is to be paid
BROKE_SHARE = 0.01  # of wallets are not topped up before midnight
FIRST_PART = 0.3  # of an order is paid by the first of two tenders


class BadTenders(ValueError):
    """The mix cannot be read; the message says what is allowed."""


def read_mix(text: str) -> dict[str, float]:
    """`wallet=60,card=20` as shares by way; the usual mix for an empty text. Raises BadTenders."""
    if not text.strip():
        return dict(USUAL)
    mix: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = (piece.strip() for piece in part.partition("="))
        if name not in USUAL:
            raise BadTenders(f"There is no way of paying {name!r} in a rehearsal: {', '.join(USUAL)}.")
        try:
            mix[name] = float(share)
        except ValueError:
            raise BadTenders(f"Say how many pay by {name}, e.g. {name}=20; {share!r} is no number.") from None
        if not 0 <= mix[name] < 1e9:
            raise BadTenders(f"The share of {name} must be 0 or more.")
    if not sum(mix.values()):
        raise BadTenders("At least one way of paying must have a share above 0.")
    return mix


def without_bank(mix: dict[str, float]) -> dict[str, float]:
    """The mix where there is nobody to ask for money: cards and bank transfers are paid by wallet."""
    moved = {name: share for name, share in mix.items() if name not in BY_BANK}
    moved["wallet"] = moved.get("wallet", 0.0) + sum(mix.get(name, 0.0) for name in BY_BANK)
    return moved


@dataclass(slots=True)
class Funds:
    """What shoppers are given before midnight: minor units by (node, tender) and owner of the account."""

    by_node: defaultdict[tuple[str, Tender], defaultdict[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def add(self, node: str, tender: Tender, owner: int, minor: int) -> None:
        self.by_node[node, tender][owner] += max(minor, 1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """By order: the way, the channel, and `pay` as JSON (empty: on account). `funds`: what that takes."""

    ways: tuple[str, ...]
    way: Ints
    channel: list[str]
    pay: list[str]
    funds: Funds


@dataclass(frozen=True, slots=True)
class Bills:
    """What is to be paid, by order: who, at which node, how much (minor units); `at_till`: may be a till's order."""

    buyer: Ints
    node: Sequence[str]
    worth_minor: Ints
    at_till: npt.NDArray[np.bool_]


def choose(
    bills: Bills, mix: dict[str, float], random: np.random.Generator, code_of: Callable[[int], str], *, with_bank: bool
) -> Chosen:
    """Choose how each order is paid. `code_of`: the code of a gift card's number; `with_bank`: cards can be asked for.

    An empty mix leaves every order on account.
    """
    count = len(bills.buyer)
    if not mix:
        return Chosen((UNPAID,), np.zeros(count, np.int64), ["app"] * count, [""] * count, Funds())
    ways = tuple(name for name, share in mix.items() if share > 0)
    shares = np.array([mix[name] for name in ways])
    way = random.choice(len(ways), count, p=shares / shares.sum())
    if not bills.at_till.all() and "wallet" in ways:  # a crowd on its phones has no cash
        tills = np.isin(way, [ways.index(name) for name in AT_A_TILL if name in ways])
        way[tills & ~bills.at_till] = ways.index("wallet")
    draws = _Draws(
        random.random(count), random.integers(1, 1 << NUMBER_BITS, count), _broke(bills.buyer, random), with_bank
    )
    funds = Funds()
    channel, pay = ["app"] * count, [""] * count
    rows = zip(way.tolist(), bills.buyer.tolist(), bills.node, bills.worth_minor.tolist(), strict=True)
    for index, (chosen, buyer, node, worth) in enumerate(rows):
        name = ways[chosen]
        channel[index] = "till" if name in AT_A_TILL else "app"
        pay[index] = _pay(name, buyer, node, worth, index, draws, funds, code_of)
    return Chosen(ways, way, channel, pay, funds)


@dataclass(frozen=True, slots=True)
class _Draws:
    luck: npt.NDArray[np.float64]
    card: Ints
    broke: frozenset[int]
    with_bank: bool


def _broke(buyers: Ints, random: np.random.Generator) -> frozenset[int]:
    unique = np.unique(buyers)
    return frozenset(unique[random.random(len(unique)) < BROKE_SHARE].tolist())


def _pay(
    name: str, buyer: int, node: str, worth: int, index: int, draws: _Draws, funds: Funds, code_of: Callable[[int], str]
) -> str:
    """The JSON of an order's tenders; what they take is added to the funds."""
    luck = float(draws.luck[index])
    held = worth // 2 if luck < SHORT_SHARE else worth
    first = max(1, int(worth * FIRST_PART))
    if name in BY_BANK:
        return f'[{{"tender":"{name}","provider":"{DEMO_BANK}"}}]'
    if name == "wallet":
        _top_up(buyer, node, worth, draws, funds)
        return '[{"tender":"wallet"}]'
    if name == "points":
        funds.add(node, Tender.POINTS, buyer, held)
        return '[{"tender":"points"}]'
    if name == "gift_card":
        number = int(draws.card[index])
        funds.add(node, Tender.GIFT_CARD, number, held)
        return f'[{{"tender":"gift_card","account":"{code_of(number)}"}}]'
    if name == "mixed":
        return _mixed(buyer, node, worth, first, index, draws, funds, code_of)
    return f'[{{"tender":"{name}"}}]'


def _mixed(
    buyer: int,
    node: str,
    worth: int,
    first: int,
    index: int,
    draws: _Draws,
    funds: Funds,
    code_of: Callable[[int], str],
) -> str:
    """Two tenders: points, a gift card or the wallet, and the wallet or a card for the rest."""
    kind = index % 3
    if kind == 0 and draws.with_bank:
        _top_up(buyer, node, first, draws, funds)
        return f'[{{"tender":"wallet","amount_minor":{first}}},{{"tender":"card","provider":"{DEMO_BANK}"}}]'
    _top_up(buyer, node, worth, draws, funds)
    if kind == 1:
        funds.add(node, Tender.POINTS, buyer, first)
        return f'[{{"tender":"points","amount_minor":{first}}},{{"tender":"wallet"}}]'
    number = int(draws.card[index])
    funds.add(node, Tender.GIFT_CARD, number, first)
    return f'[{{"tender":"gift_card","account":"{code_of(number)}","amount_minor":{first}}},{{"tender":"wallet"}}]'


def _top_up(buyer: int, node: str, minor: int, draws: _Draws, funds: Funds) -> None:
    if buyer not in draws.broke:
        funds.add(node, Tender.WALLET, buyer, minor)
