"""Orders, top-ups, providers that say anything in any order, refunds, cancels, money sent on out of suspense: whatever
happens, the laws hold at every step.

The model is the plain truth beside the market: what each shopper was given, what the bank really moved, and which
orders took what. The laws come from the audit; the model adds what no table can know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from newretail.kit.sql import in_cell, statements
from newretail.lab.audit.laws import CELL_CHECKS, rule_values
from newretail.pay.api import (
    EventKind,
    Outcome,
    ProviderEvent,
    RefundAsk,
    Stage,
    SuspenseAsk,
    Way,
    id_range,
    is_top_up,
    payment_id,
)
from newretail.pay.ledger.book import free_of
from newretail.trade.money import EventVerdict
from newretail.trade.rules import State
from newretail.trade.tests.paying_work import AT_THE_DOOR, CARD, PRICE, WALLET, Cashier, part, said

UNITS, FUNDS = 14, 4000
# Not "waiting": here time goes an hour ahead and back.
CHECKED = [(law, name) for law, name, _ in CELL_CHECKS if law in (2, 3, 4) and name != "waiting"]
TENDERS: dict[str, Callable[[int], list[Any]]] = {
    "account": lambda total: [],
    "wallet": lambda total: [WALLET],
    "card": lambda total: [CARD],
    "both": lambda total: [part("wallet", total // 2), CARD],
    "door": lambda total: [AT_THE_DOOR],
    "wallet and door": lambda total: [part("wallet", total // 2), AT_THE_DOOR],
}


@dataclass
class Model:
    """What happened outside the books."""

    orders: list[UUID] = field(default_factory=list)
    wallet_part: dict[UUID, int] = field(default_factory=dict)
    place: dict[UUID, int] = field(default_factory=dict)  # of the card's payment
    asked: dict[UUID, int] = field(default_factory=dict)
    heard: list[ProviderEvent] = field(default_factory=list)
    refunds: list[tuple[RefundAsk, bool]] = field(default_factory=list)
    sent_on: list[SuspenseAsk] = field(default_factory=list)
    received: dict[UUID, int] = field(default_factory=dict)  # by order: what the bank took for us, by our own answers


class Market(RuleBasedStateMachine):
    open_cashier: Any

    @initialize()
    def open(self) -> None:
        first = type(self).open_cashier(on_hand=UNITS)
        self.cashiers: list[Cashier] = [first, type(self).open_cashier(beside=first)]
        first.fund(7, FUNDS)
        self.model = Model()
        self.begin_with_money_in_suspense(first)

    def begin_with_money_in_suspense(self, cashier: Cashier) -> None:
        """An order and a top-up whose money came, a part of it went back, and came again: chance seldom leads there."""
        for order_id in (cashier.buy(2, CARD), cashier.top_up(1500).order_id):
            asked = 2 * PRICE if not is_top_up(order_id) else 1500
            self.model.orders.append(order_id)
            self.model.wallet_part[order_id] = self.model.place[order_id] = 0
            self.model.asked[order_id] = self.model.received[order_id] = asked
            for kind in (EventKind.AUTHORISED, EventKind.CAPTURED):
                self.said_to(cashier, said(order_id, kind, asked))
            assert cashier.refund(order_id, amount=400).done
            call = cashier.call_id(order_id, 4)
            self.said_to(cashier, said(order_id, EventKind.REFUND_FAILED, 400, call_id=call))
        assert cashier.suspense == 800

    def said_to(self, cashier: Cashier, event: ProviderEvent) -> None:
        assert cashier.ask(event)[0].outcome == Outcome.APPLIED
        self.model.heard.append(event)

    def pick(self, which: int) -> UUID | None:
        orders = self.model.orders
        return orders[-1 - which % min(len(orders), 6)] if which < 6 else orders[which % 2]

    @rule(who=st.integers(0, 1), units=st.integers(1, 4), how=st.sampled_from(sorted(TENDERS)))
    def place(self, who: int, units: int, how: str) -> None:
        """An order is accepted when there are goods and money for it, and for no other reason refused."""
        cashier, total = self.cashiers[who], units * PRICE
        pay = TENDERS[how](total)
        takes = total if how == "wallet" else total // 2 if how in ("both", "wallet and door") else 0
        fits = units <= UNITS - self.gone() - cashier.reserved()
        enough = takes <= self.free_in_wallet()
        request = cashier.order(units, *pay)
        expected = "out_of_stock" if not fits else "accepted" if enough else "payment_declined"
        assert cashier.reasons(request) == [expected]
        assert cashier.reasons(request) == ["replayed" if expected == "accepted" else expected]
        if expected == "accepted":
            self.model.orders.append(request.order_id)
            self.model.wallet_part[request.order_id] = takes
            self.model.place[request.order_id] = 1 if how == "both" else 0
            self.model.asked[request.order_id] = total - takes if how in ("card", "both") else 0

    @precondition(lambda self: sum(map(is_top_up, self.model.orders)) < 3)
    @rule(who=st.integers(0, 1), amount=st.sampled_from([500, 1500, 2000]))
    def top_up(self, who: int, amount: int) -> None:
        """Money is asked for; what comes of it is heard like that of any order."""
        verdict = self.cashiers[who].top_up(amount)
        assert verdict.done, verdict.detail
        self.model.orders.append(verdict.order_id)
        self.model.place[verdict.order_id], self.model.asked[verdict.order_id] = 0, amount

    @rule(who=st.integers(0, 1), which=st.integers(0, 2), by=st.sampled_from(["stripe", "stripe", "bank"]))
    def top_up_again(self, who: int, which: int, by: str) -> None:
        """The same top-up, perhaps another way: no second one, and nothing more comes into the wallet by asking."""
        its_id = [one for one in self.model.orders if is_top_up(one)][which % 2 - 1]
        if self.cashiers[0].stage(its_id) == Stage.WAITING:
            before = self.free_in_wallet()
            self.cashiers[who].top_up(self.model.asked[its_id], its_id=its_id, by=by)
            assert self.free_in_wallet() == before
            assert not self.cashiers[who].top_up(self.model.asked[its_id] + 1, its_id=its_id).done

    def gone(self) -> int:
        return UNITS - int(self.cashiers[0].one("SELECT on_hand FROM {c}.stock_pool WHERE sku_id = 1")[0])

    def free_in_wallet(self) -> int:
        row = self.cashiers[0].one(
            "SELECT credits_posted - debits_posted - debits_pending FROM {c}.pay_account WHERE chart = 2010"
        )
        return int(row[0])

    @rule(
        who=st.integers(0, 1),
        which=st.integers(0, 7),
        kind=st.sampled_from([*EventKind, EventKind.AUTHORISED, EventKind.CAPTURED]),
        size=st.sampled_from(["all", "all", "all", "half", "more"]),
        ref=st.sampled_from(["pi_1", "pi_1", "pi_1", "pi_2"]),
        answers=st.sampled_from([0, 0, 1, 2, 4]),
    )
    def hear(self, who: int, which: int, kind: EventKind, size: str, ref: str, answers: int) -> None:
        """A provider says something; sometimes it answers a call of ours, sometimes it makes no sense."""
        order_id = self.pick(which)
        if order_id is None:
            return
        asked = self.model.asked[order_id] or PRICE
        amount = {"all": asked, "half": asked // 2, "more": asked + 300}[size]
        cashier = self.cashiers[who]
        call = cashier.one(
            "SELECT call_id FROM {c}.pay_call WHERE order_id = %s AND kind = %s ORDER BY call_id LIMIT 1",
            [order_id, answers],
        )
        call_id = UUID(str(call[0])) if call else None
        event = said(order_id, kind, amount, self.model.place[order_id], ref=ref, call_id=call_id)
        verdict = cashier.ask(event)[0]
        assert isinstance(verdict, EventVerdict)
        assert verdict.outcome is not None, verdict.detail
        if kind == EventKind.CAPTURED and verdict.outcome in (Outcome.APPLIED, Outcome.LATE):
            self.model.received[order_id] = self.model.received.get(order_id, 0) + amount
        self.model.heard.append(event)

    @rule(who=st.integers(0, 1), which=st.integers(0, 9))
    def hear_again(self, who: int, which: int) -> None:
        """What was heard before changes nothing, whoever hears it."""
        if self.model.heard:
            event = self.model.heard[-1 - which % len(self.model.heard)]
            before = self.snapshot()
            assert self.cashiers[who].ask(event, event)[1].outcome == Outcome.DUPLICATE
            assert self.snapshot() == before

    def snapshot(self) -> Any:
        return self.cashiers[0].one(
            "SELECT (SELECT batch_number FROM {c}.cell_head), (SELECT count(*) FROM {c}.pay_transfer),"
            " (SELECT count(*) FROM {c}.pay_event), (SELECT count(*) FROM {c}.pay_call)"
        )

    @rule(who=st.integers(0, 1), which=st.integers(0, 7), units=st.integers(0, 2), amount=st.integers(0, 900))
    def refund(self, who: int, which: int, units: int, amount: int) -> None:
        order_id = self.pick(which)
        if order_id is not None:
            lines = ((1, units, None),) if units else ()
            ask = RefundAsk(uuid4(), order_id, "test", "ann", lines, None if units else amount)
            self.model.refunds.append((ask, self.cashiers[who].money(ask).done))

    @rule(who=st.integers(0, 1), which=st.integers(0, 5))
    def refund_again(self, who: int, which: int) -> None:
        """The same refund is made once."""
        if self.model.refunds:
            ask, done = self.model.refunds[-1 - which % len(self.model.refunds)]
            if done:
                before = self.snapshot()
                assert self.cashiers[who].money(ask).done
                assert self.snapshot() == before

    @rule(who=st.integers(0, 1), which=st.integers(0, 7))
    def refund_comes_back(self, who: int, which: int) -> None:
        """A provider could not give back what it was asked to: it is with us again, and somebody's."""
        order_id = self.pick(which)
        call = self.cashiers[0].one(
            "SELECT call_id, amount_minor FROM {c}.pay_call WHERE order_id = %s AND kind = 4 AND state < 2 LIMIT 1",
            [order_id],
        )
        if order_id is not None and call is not None:
            place, call_id = self.model.place[order_id], UUID(str(call[0]))
            event = said(order_id, EventKind.REFUND_FAILED, int(call[1]), place, call_id=call_id)
            assert self.cashiers[who].ask(event)[0].outcome is not None
            self.model.heard.append(event)

    def in_suspense(self, order_id: UUID) -> int:
        about = payment_id(order_id, self.model.place[order_id])
        row = self.cashiers[0].one("SELECT suspense_minor FROM {c}.pay_payment WHERE payment_id = %s", [about])
        return int(row[0]) if row else 0

    @rule(who=st.integers(0, 1), which=st.integers(0, 9), way=st.sampled_from(list(Way)), part=st.integers(1, 2))
    def send_on(self, who: int, which: int, way: Way, part: int) -> None:
        """Somebody sends money on that is in suspense: all of it, or a half; to the wallet it is there at once."""
        order_id = self.pick(which)
        if order_id is None:
            return
        there, funds = self.in_suspense(order_id), self.free_in_wallet()
        about, amount = payment_id(order_id, self.model.place[order_id]), max(there // part, 1)
        buyer = 7 if way == Way.WALLET else 0
        wish = SuspenseAsk(uuid4(), order_id, about, way, amount, "test", "ann", buyer)
        done = self.cashiers[who].money(wish).done
        assert done == (0 < amount <= there), (amount, there)
        assert self.in_suspense(order_id) == there - (amount if done else 0)
        assert self.free_in_wallet() == funds + (amount if done and way == Way.WALLET else 0)
        if done:
            self.model.sent_on.append(wish)

    @rule(who=st.integers(0, 1), which=st.integers(0, 5))
    def send_on_again(self, who: int, which: int) -> None:
        """The same ask sends the same money once."""
        if self.model.sent_on:
            wish = self.model.sent_on[-1 - which % len(self.model.sent_on)]
            before = self.snapshot()
            assert self.cashiers[who].money(wish).done
            assert self.snapshot() == before

    @rule(
        who=st.integers(0, 1),
        which=st.integers(0, 7),
        to_state=st.sampled_from([State.CANCELLED, State.PICKING, State.SHIPPED, State.DELIVERED, State.PLACED]),
    )
    def move(self, who: int, which: int, to_state: State) -> None:
        order_id = self.pick(which)
        if order_id is not None:
            self.cashiers[who].move(order_id, to_state)

    @rule(who=st.integers(0, 1), which=st.integers(0, 5), wallet=st.booleans())
    def try_again(self, who: int, which: int, wallet: bool) -> None:
        order_id = self.pick(which)
        if order_id is not None:
            self.cashiers[who].open(order_id, WALLET if wallet else CARD)

    @rule(who=st.integers(0, 1), which=st.integers(0, 5), amount=st.sampled_from([None, 1, 250]))
    def capture(self, who: int, which: int, amount: int | None) -> None:
        order_id = self.pick(which)
        if order_id is not None:
            self.cashiers[who].capture(order_id, amount)

    @rule(who=st.integers(0, 1))
    def give_up(self, who: int) -> None:
        self.cashiers[who].give_up(timedelta(hours=1))
        assert self.cashiers[0].one("SELECT count(*) FROM {c}.trade_order WHERE state = 6") == (0,)
        assert self.cashiers[0].one("SELECT count(*) FROM {c}.pay_top_up WHERE stage = 1") == (0,)

    @invariant()
    def the_laws_hold(self) -> None:
        if not hasattr(self, "cashiers"):
            return
        cashier, values = self.cashiers[0], rule_values()
        for law, name in CHECKED:
            text = statements("newretail.lab.audit", f"law_{law}.sql")[name]
            named = {key: value for key, value in (values | {"cell": cashier.cell}).items() if f"%({key})s" in text}
            statement = in_cell("newretail.lab.audit", f"law_{law}.sql", name, cashier.cell)
            row = cashier.connection.execute(statement, named).fetchone()
            assert row is not None
            assert row[1] == 0, (law, name, row[2])

    @invariant()
    def no_money_of_the_bank_is_lost(self) -> None:
        """What the bank took for an order is in its payments to the last unit, wherever it went from there."""
        for order_id, received in getattr(self, "model", Model()).received.items():
            row = self.cashiers[0].one(
                "SELECT sum(received_minor) FROM {c}.pay_payment WHERE payment_id BETWEEN %s AND %s", id_range(order_id)
            )
            assert row == (received + self.at_the_door_and_house(order_id),)

    def at_the_door_and_house(self, order_id: UUID) -> int:
        row = self.cashiers[0].one(
            "SELECT coalesce(sum(received_minor), 0) FROM {c}.pay_payment WHERE order_id = %s AND provider = ''",
            [order_id],
        )
        return int(row[0])

    @invariant()
    def memories_are_exact(self) -> None:
        """What a writer trusts of its memory is what the tables say."""
        for cashier in getattr(self, "cashiers", ()):
            book = cashier.memory.accounts
            head = cashier.one("SELECT batch_number FROM {c}.cell_head")[0]
            if book.batch_number != head:
                continue
            rows = cashier.connection.execute(
                "SELECT account_id, debits_posted, credits_posted, debits_pending, credits_pending, limits"
                f" FROM {cashier.cell}.pay_account"
            ).fetchall()
            columns = np.array(rows, np.int64).T
            free = dict(zip(columns[0].tolist(), free_of(*columns[1:]).tolist(), strict=True))
            remembered = book.remembered()
            assert remembered == {account: free[account] for account in remembered}

    def teardown(self) -> None:
        for cashier in getattr(self, "cashiers", ()):
            cashier.close()


@pytest.mark.slow
def test_whatever_providers_and_people_do_the_laws_hold(open_cells) -> None:
    def open_cashier(*, on_hand: int = 0, beside: Cashier | None = None) -> Cashier:
        if beside is not None:
            return Cashier(beside.url, beside.cell, beside.nodes)
        scratch = open_cells(on_hand=on_hand)
        return Cashier(scratch.url, scratch.cells[0].name, {scratch.node(): scratch.node_ids[0]})

    machine = type("Machine", (Market,), {"open_cashier": staticmethod(open_cashier)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
