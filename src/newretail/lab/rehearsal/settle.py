"""After the day: what providers have yet to say is heard, what nobody paid is given up, and three books are compared.

Providers are asked by the market's own worker, and tell by their webhooks. What was lost on the way is found by the
reconciliation, and the quarter of an hour that a shopper has for paying is let pass at once, in shadow cells only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import psycopg

from newretail.cloud.api import CellPlace, DatabaseAway, Links
from newretail.kit.signing import derived_secret
from newretail.kit.sql import in_cell
from newretail.lab.bank.by_bank import Rehearsal
from newretail.lab.bank.faults import Faults
from newretail.pay.api import DEMO_BANK, PROVIDERS, ProviderAway, Standing, account_id, ledger_of
from newretail.pay.ledger.rules import Chart
from newretail.pay.providers.demo_bank import SIGNATURE, DemoBank, sign
from newretail.trade.clearing import Reconciled, ask_all, reconcile
from newretail.trade.desk import Busy, Ticket, Unavailable
from newretail.trade.engine import Engine
from newretail.trade.money import GiveUpAsk

ROOM, FILE = "newretail.lab.rehearsal", "settle.sql"
LOOK_SECONDS = 0.3
STILL_SECONDS = 2.0  # nothing moved for so long: what is not there by now was lost on the way
LIMIT_SECONDS = 60.0  # and one more for every CALLS_A_SECOND calls
CALLS_A_SECOND = 50
ROUNDS = 12
GIVEN_UP_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still on its way: calls to the bank, orders without their money, and events that it has yet to tell."""

    calls: int
    unpaid: int
    untold: int

    @property
    def any(self) -> bool:
        return bool(self.calls or self.unpaid or self.untold)


@dataclass(slots=True)
class Settled:
    """What the settling came to. `lost_minor`: what the books do not agree about, by which; all must be 0."""

    complete: bool = False
    trouble: str = ""  # why it is not complete
    seconds: float = 0.0
    repaired: int = 0  # events that no webhook had brought
    given_up: int = 0
    disagreements: int = 0
    lost_minor: dict[str, int] = field(default_factory=dict)
    dealt: dict[str, int] = field(default_factory=dict)
    left: Waiting = Waiting(0, 0, 0)

    @property
    def lost(self) -> int:
        return sum(self.lost_minor.values())

    @property
    def holds(self) -> bool:
        return self.complete and not (self.lost or self.disagreements or self.left.any)


class DayBank:
    """The demo bank as a rehearsal knows it: told how to behave towards shadow cells, and asked what it did."""

    def __init__(self, url: str, cells: Sequence[str]) -> None:
        self.cells = list(cells)
        self.adapter = DemoBank(url, derived_secret(DEMO_BANK), 5.0)
        self._url = f"{url}/v1/rehearsals"

    def open(self, faults: Faults, seed: int) -> None:
        """Payments of the cells pay themselves from now on, and fail as `faults` say."""
        self._ask(Rehearsal(self.cells, faults, seed))

    def done(self) -> tuple[dict[str, int], int]:
        """(faults dealt so far by name, events that it has yet to tell)."""
        said = self._ask(Rehearsal(self.cells))
        return said["dealt"], said["undelivered"]

    def close(self) -> None:
        self.adapter.close()

    def _ask(self, rehearsal: Rehearsal) -> Any:
        body = msgspec.json.encode(rehearsal)
        headers = {SIGNATURE: sign(derived_secret(DEMO_BANK), body, int(time.time()))}
        try:
            answer = httpx.post(self._url, content=body, headers=headers, timeout=10, trust_env=False)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise ProviderAway(f"The demo bank at {self._url} does not answer: {error}") from None
        return msgspec.json.decode(answer.content)


def settle(
    home_url: str,
    shadows: Sequence[CellPlace],
    bank: DayBank | None,
    since: datetime,
    watch: Callable[[Waiting], None],
) -> Settled:
    """Wait, compare and give up until nothing is on its way any more; Ctrl-C ends it, and then it is not complete."""
    engine, links, started, result = Engine(home_url, _wake), Links(home_url), time.monotonic(), Settled()
    try:
        if bank is not None:
            _until_quiet(engine, links, shadows, bank, since, watch, result)
            result.dealt = bank.done()[0]
        result.left = waiting(links, shadows, bank)
        result.lost_minor = compare_books(links, shadows, bank, since)
        result.complete = True
    except (KeyboardInterrupt, ProviderAway, DatabaseAway, Busy, Unavailable) as error:
        result.trouble = str(error) or "broken off by Ctrl-C"
    finally:
        result.seconds = round(time.monotonic() - started, 1)
        engine.close()
        links.close()
    return result


def _wake(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        ticket.waiter.set()


def _until_quiet(
    engine: Engine,
    links: Links,
    shadows: Sequence[CellPlace],
    bank: DayBank,
    since: datetime,
    watch: Callable[[Waiting], None],
    result: Settled,
) -> None:
    names = [place.name for place in shadows]
    for _ in range(ROUNDS):
        _until_still(links, shadows, bank, watch)
        found = _reconciled(engine, links, bank, since, names)
        result.repaired += found.repaired
        result.disagreements = len(found.open)
        if found.repaired:
            continue
        now = waiting(links, shadows, bank)
        watch(now)
        if not now.any:
            return
        if now.unpaid:
            result.given_up += _give_up(engine, links, shadows)


def _until_still(links: Links, shadows: Sequence[CellPlace], bank: DayBank, watch: Callable[[Waiting], None]) -> None:
    """While something moves by itself: calls go out and events come in."""
    last, since = waiting(links, shadows, bank), time.monotonic()
    deadline = since + LIMIT_SECONDS + last.calls / CALLS_A_SECOND
    while time.monotonic() < deadline:
        watch(last)
        if not last.calls and not last.untold:
            return
        time.sleep(LOOK_SECONDS)
        now = waiting(links, shadows, bank)
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > STILL_SECONDS and not now.calls:
            return


def _reconciled(engine: Engine, links: Links, bank: DayBank, since: datetime, names: list[str]) -> Reconciled:
    tries = 0
    while True:
        try:
            return reconcile(engine, links, bank.adapter, since, cells=names)
        except (ProviderAway, Busy, Unavailable):
            tries += 1
            if tries == 5:
                raise
            time.sleep(0.5)


def _give_up(engine: Engine, links: Links, shadows: Sequence[CellPlace]) -> int:
    """The quarter of an hour that a shopper has is over, now; return how many orders were given up."""
    given_up = 0
    for place in shadows:
        assert place.is_shadow
        with links.cell(place) as connection:
            connection.execute(in_cell(ROOM, FILE, "time_passes", place.name), [datetime.now(UTC)])
        while True:
            answers = ask_all(engine, place.name, [GiveUpAsk(GIVEN_UP_AT_ONCE)])
            count = sum(answer for answer in answers if isinstance(answer, int))
            given_up += count
            if count < GIVEN_UP_AT_ONCE:
                break
    return given_up


def waiting(links: Links, shadows: Sequence[CellPlace], bank: DayBank | None) -> Waiting:
    calls = unpaid = 0
    for place in shadows:
        with links.cell(place) as connection:
            row = connection.execute(in_cell(ROOM, FILE, "waiting", place.name)).fetchone()
        assert row is not None
        calls, unpaid = calls + row[0], unpaid + row[1]
    return Waiting(calls, unpaid, bank.done()[1] if bank is not None else 0)


def compare_books(links: Links, shadows: Sequence[CellPlace], bank: DayBank | None, since: datetime) -> dict[str, int]:
    """Minor units about which the provider's book, the ledger and the orders do not agree, summed over the cells."""
    theirs = {one.payment_id: one for one in _standings(bank, since)} if bank is not None else {}
    lost = dict.fromkeys(("provider", "ledger", "orders", "stuck"), 0)
    for place in shadows:
        with links.cell(place) as connection:
            for name, minor in _compare_cell(connection, place, theirs).items():
                lost[name] += minor
    return lost


def _standings(bank: DayBank, since: datetime) -> list[Standing]:
    return list(bank.adapter.standings(since - timedelta(minutes=5), []))


def _compare_cell(
    connection: psycopg.Connection[Any], place: CellPlace, theirs: dict[UUID, Standing]
) -> dict[str, int]:
    """One cell's share of `compare_books`.

    provider: payment by payment, what it holds, took and gave back. ledger: the account of what the bank owes us,
    and all accounts' debits against all credits.
    orders: what sales say against what the orders cost. stuck: money in suspense, and held at the bank for nobody.
    """
    provider = stuck = net = held = 0
    mine = set()
    for payment_id, received, returned, back, holds in connection.execute(
        in_cell(ROOM, FILE, "payments", place.name), [DEMO_BANK]
    ):
        mine.add(payment_id)
        one = theirs.get(payment_id)
        took, gave = (one.captured_minor, one.refunded_minor) if one is not None else (0, 0)
        open_there = one.authorised_minor if one is not None and one.is_open else 0
        provider += abs(took - received) + abs(gave - returned) + abs(open_there - holds)
        net, held = net + received - returned - back, held + holds
    nobodys = [one for one in theirs.values() if one.cell == place.name and one.payment_id not in mine]
    provider += sum(one.captured_minor + one.authorised_minor for one in nobodys)
    ledger = ledger_of(place.currency)
    clearing = account_id(ledger, Chart.PROVIDER_CLEARING, PROVIDERS[DEMO_BANK])
    values = {"clearing": clearing, "suspense": account_id(ledger, Chart.SUSPENSE, 0), "sales": int(Chart.SALES)}
    row = connection.execute(in_cell(ROOM, FILE, "books", place.name), values).fetchone()
    assert row is not None
    owed, owed_held, suspense, sold, promised, worth, unbalanced = map(int, row)
    return {
        "provider": provider,
        "ledger": abs(owed - net) + abs(owed_held - held) + unbalanced,
        "orders": abs(sold + promised - worth),
        "stuck": abs(suspense) + stuck,
    }
