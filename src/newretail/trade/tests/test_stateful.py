"""Two writers on one cell, orders, retries, holds, cancels, receipts in any order: the book is always the model's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from newretail.kit.ids import uuid7
from newretail.lab.scratch import close_scratch
from newretail.stock import work
from newretail.trade.changes import change_orders
from newretail.trade.moves import MoveRequest, MoveVerdict
from newretail.trade.orders import OrderRequest
from newretail.trade.rules import State
from newretail.trade.tests.desk_work import Writer, order
from newretail.trade.tests.test_place import node_of

SKUS = (1, 2)
UNITS = 6
LINES = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1, max_size=2)


@dataclass
class Model:
    """What there is, what is promised, and to whom, said as plainly as can be."""

    on_hand: dict[int, int] = field(default_factory=lambda: dict.fromkeys(SKUS, UNITS))
    orders: dict[UUID, tuple[dict[int, int], State]] = field(default_factory=dict)
    holds: dict[UUID, dict[int, int]] = field(default_factory=dict)

    def free(self, sku: int) -> int:
        live = [lines for lines, state in self.orders.values() if state == State.PLACED]
        return self.on_hand[sku] - sum(lines.get(sku, 0) for lines in [*live, *self.holds.values()])

    def fits(self, lines: dict[int, int]) -> bool:
        return all(quantity <= self.free(sku) for sku, quantity in lines.items())

    def place(self, order_id: UUID, lines: dict[int, int]) -> str:
        if order_id in self.orders:
            return "replayed" if self.orders[order_id][0] == lines else "conflict"
        if not self.fits(lines):
            return "out_of_stock"
        self.orders[order_id] = (lines, State.PLACED)
        return "accepted"


class Cell(RuleBasedStateMachine):
    open_writer: Any

    @initialize()
    def open(self) -> None:
        first = type(self).open_writer(on_hand=UNITS)
        self.writers: list[Writer] = [first, type(self).open_writer(beside=first)]
        self.model = Model()
        self.asked: list[tuple[UUID, dict[int, int]]] = []

    def request(self, lines: dict[int, int], order_id: UUID, hold_id: UUID | None = None) -> OrderRequest:
        wanted = [(f"sku-{sku}", quantity) for sku, quantity in lines.items()]
        return order(node_of(self.writers[0]), *wanted, order_id=order_id, hold_id=hold_id)

    @rule(who=st.integers(0, 1), batch=st.lists(LINES, min_size=1, max_size=4), again=st.integers(0, 9))
    def place(self, who: int, batch: list[dict[int, int]], again: int) -> None:
        """New orders, and now and then one that was asked before, accepted or refused, in the same batch."""
        wanted = [(uuid7(), lines) for lines in batch]
        if again < len(self.asked):
            wanted.insert(again % (len(wanted) + 1), self.asked[-1 - again])
        expected = [self.model.place(order_id, lines) for order_id, lines in wanted]
        assert self.writers[who].reasons(*(self.request(lines, order_id) for order_id, lines in wanted)) == expected
        self.asked += wanted

    @rule(who=st.integers(0, 1), lines=LINES, which=st.integers(0, 5))
    def place_with_another_body(self, who: int, lines: dict[int, int], which: int) -> None:
        if which < len(self.asked):
            order_id = self.asked[-1 - which][0]
            expected = self.model.place(order_id, lines)
            assert self.writers[who].reasons(self.request(lines, order_id)) == [expected]

    @rule(who=st.integers(0, 1), lines=LINES)
    def hold(self, who: int, lines: dict[int, int]) -> None:
        hold_id, writer = uuid7(), self.writers[who]
        node_id = next(iter(writer.nodes.values()))
        now = datetime.now(UTC)
        verdict = work.place_hold(writer.connection, writer.cell, hold_id, 7, node_id, list(lines.items()), 10, now)
        assert verdict.held == self.model.fits(lines)
        if verdict.held:
            self.model.holds[hold_id] = lines

    @rule(who=st.integers(0, 1), lines=LINES, again=st.booleans())
    def place_with_a_hold(self, who: int, lines: dict[int, int], again: bool) -> None:
        if not self.model.holds:
            return
        hold_id, held = next(iter(self.model.holds.items()))
        order_id, lines = self.asked[-1] if again and self.asked else (uuid7(), lines)
        before = dict(self.model.holds)
        if order_id not in self.model.orders:
            del self.model.holds[hold_id]  # its units are the order's now, or free
        expected = self.model.place(order_id, lines)
        assert self.writers[who].reasons(self.request(lines, order_id, hold_id)) == [expected]
        if expected in ("replayed", "conflict"):
            self.model.holds = {key: before[key] for key in before if key != hold_id} | self._still_held(hold_id, held)
        self.asked.append((order_id, lines))

    def _still_held(self, hold_id: UUID, held: dict[int, int]) -> dict[UUID, dict[int, int]]:
        """A hold that came with a retry may be given back or stay, but not half: ask which."""
        row = self.writers[0].one("SELECT count(*) FROM {c}.stock_hold WHERE hold_id = %s", [hold_id])
        return {hold_id: held} if row == (1,) else {}

    @rule(who=st.integers(0, 1))
    def let_holds_expire(self, who: int) -> None:
        writer = self.writers[who]
        later = datetime.now(UTC) + timedelta(minutes=11)
        assert work.expire_holds(writer.connection, writer.cell, later) == len(self.model.holds)
        self.model.holds.clear()

    @rule(who=st.integers(0, 1), which=st.integers(0, 5), to_state=st.sampled_from([State.CANCELLED, State.SHIPPED]))
    def move(self, who: int, which: int, to_state: State) -> None:
        if which >= len(self.model.orders):
            return
        order_id = list(self.model.orders)[-1 - which]
        lines, state = self.model.orders[order_id]
        writer = self.writers[who]
        request = MoveRequest(order_id, to_state, "test", "")
        verdict = change_orders(writer.connection, writer.memory, [request], datetime.now(UTC))[0]
        assert isinstance(verdict, MoveVerdict)
        assert verdict.done == (state in (State.PLACED, to_state))
        if state == State.PLACED:
            self.model.orders[order_id] = (lines, to_state)
            if to_state == State.SHIPPED:
                for sku, quantity in lines.items():
                    self.model.on_hand[sku] -= quantity

    @rule(who=st.integers(0, 1), sku=st.sampled_from(SKUS), quantity=st.integers(1, 6))
    def receive(self, who: int, sku: int, quantity: int) -> None:
        writer = self.writers[who]
        node_id = next(iter(writer.nodes.values()))
        now = datetime.now(UTC)
        work.receive(writer.connection, writer.cell, node_id, sku, quantity, actor="t", reason="", at=now)
        self.model.on_hand[sku] += quantity

    def teardown(self) -> None:
        """The cell goes with its example: the more there are, the more each new one costs."""
        for writer in getattr(self, "writers", []):
            writer.close()
        if hasattr(self, "writers"):
            close_scratch(self.writers[0].url, self.writers[0].cell.rpartition("_")[0])

    @invariant()
    def the_book_is_the_models(self) -> None:
        if not hasattr(self, "model"):
            return
        writer = self.writers[0]
        for sku in SKUS:
            row = writer.one("SELECT on_hand, on_hand - reserved FROM {c}.stock_pool WHERE sku_id = %s", [sku])
            assert row == (self.model.on_hand[sku], self.model.free(sku))
        states = writer.one("SELECT count(*), coalesce(sum(state), 0) FROM {c}.trade_order")
        assert states == (len(self.model.orders), sum(state for _, state in self.model.orders.values()))


@pytest.mark.slow
def test_whatever_two_writers_do_the_book_is_the_models(open_writer) -> None:
    machine = type("Machine", (Cell,), {"open_writer": staticmethod(open_writer)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
