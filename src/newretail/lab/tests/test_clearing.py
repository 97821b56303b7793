"""Calls on their way out: nothing of a rehearsal reaches a real provider, and every end is noted as what it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from newretail.cloud.api import CellPlace, Links, drop_cell, open_shadow
from newretail.kit.ids import uuid7
from newretail.lab.bench.bank_child import open_engine
from newretail.lab.bench.bank_faults import place_all
from newretail.pay.api import CallKind, End, EventKind, Letter, Outcome, Postman, ProviderEvent, Reply, Told
from newretail.trade.clearing import ask_all, pay_page, send_due, tell
from newretail.trade.engine import Engine
from newretail.trade.moves import MoveRequest
from newretail.trade.orders import OrderLine, OrderRequest, TenderRequest
from newretail.trade.rules import State

REHEARSAL = 7_001


@dataclass
class Scripted:
    """A provider that replies what it is told to, and remembers who asked."""

    ends: dict[CallKind, End] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)

    def send(self, letters: Sequence[Letter]) -> list[Reply]:
        self.letters += letters
        return [Reply(one.call.call_id, self.ends.get(one.call.kind, End.DONE), detail="as told") for one in letters]


@dataclass
class Stage:
    engine: Engine
    links: Links
    place: CellPlace
    shadow: CellPlace
    node: str
    provider: Scripted

    def order(self, cell: str, provider: str) -> UUID:
        order_id = uuid7()
        card = TenderRequest("card", provider=provider)
        place_all(
            self.engine,
            cell,
            [OrderRequest(buyer_id=7, node=self.node, lines=[OrderLine("sku-1", 1)], order_id=order_id, pay=[card])],
        )
        return order_id

    def send(self) -> int:
        return send_due(self.engine, self.links, Postman(find=lambda name: self.provider))

    def state(self, order_id: UUID) -> State:
        return State(self._one("SELECT state FROM {}.trade_order WHERE order_id = %s", order_id))

    def due(self) -> int:
        return self._one("SELECT count(*) FROM {}.pay_call WHERE due_at IS NOT NULL AND tries >= 0")

    def _one(self, query: str, *values: object) -> int:
        with psycopg.connect(self.engine.home_url) as connection:
            row = connection.execute(query.format(self.place.name), values).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def stage(engine_url: str, open_cells) -> Iterator[Stage]:
    scratch = open_cells()
    shadow = open_shadow(engine_url, scratch.cells[0], REHEARSAL)
    engine, links = open_engine(engine_url), Links(engine_url)
    yield Stage(engine, links, scratch.cells[0], shadow, scratch.node(), Scripted())
    engine.close()
    links.close()
    drop_cell(engine_url, shadow.name)


def event(order_id: UUID, kind: EventKind, cell: str) -> Told:
    payment = UUID(int=order_id.int & ~0xFF)
    made = ProviderEvent("stripe", f"{order_id}:{kind}", kind, payment, 500, "USD", "pi_1", datetime.now(UTC))
    return Told(cell, made)


def test_nothing_of_a_rehearsal_goes_to_a_real_provider(stage: Stage):
    """Law 8: a shadow's card payments are the demo bank's or nobody's."""
    for cell in (stage.place.name, stage.shadow.name):
        for provider in ("stripe", "bank"):
            stage.order(cell, provider)
    stage.send()
    asked = {(letter.cell, letter.call.provider) for letter in stage.provider.letters}
    assert asked == {(stage.place.name, "stripe"), (stage.place.name, "bank"), (stage.shadow.name, "bank")}


def test_a_call_stays_due_until_its_end_is_certain(stage: Stage):
    stage.order(stage.place.name, "stripe")
    for end in (End.UNKNOWN, End.NO_EFFECT):
        stage.provider.ends = {CallKind.CREATE: end}
        with psycopg.connect(stage.engine.home_url) as connection:
            connection.execute(f"UPDATE {stage.place.name}.pay_call SET due_at = created_at")
        assert stage.send() == 1
        assert stage.due() == 1
        assert stage.send() == 0  # not before its pause is over
    with psycopg.connect(stage.engine.home_url) as connection:
        connection.execute(f"UPDATE {stage.place.name}.pay_call SET due_at = created_at")
    stage.provider.ends = {}
    assert stage.send() == 1
    assert stage.due() == 0
    keys = {letter.call.call_id for letter in stage.provider.letters}
    assert len(keys) == 1  # the same key each time
    assert len(stage.provider.letters) == 3


def test_a_capture_that_is_refused_after_the_goods_left_is_owed_and_not_forgotten(stage: Stage):
    cell = stage.place.name
    order_id = stage.order(cell, "stripe")
    stage.send()
    assert tell(stage.engine, [event(order_id, EventKind.AUTHORISED, cell)]) == 1
    assert stage.state(order_id) == State.PLACED
    ask_all(stage.engine, cell, [MoveRequest(order_id, State.SHIPPED, "test", "")])
    stage.provider.ends = {CallKind.CAPTURE: End.REFUSED}
    stage.send()
    assert stage.state(order_id) == State.SHIPPED
    query = "SELECT outcome FROM {}.pay_event WHERE event_id LIKE '%%:refused' AND kind = %s"
    assert stage._one(query, int(EventKind.DECLINED)) == Outcome.APPLIED
    assert stage._one("SELECT sum(suspense_minor) FROM {}.pay_payment") == -500


def test_events_of_cells_that_are_not_here_are_left_alone(stage: Stage):
    assert tell(stage.engine, [event(uuid7(), EventKind.CAPTURED, "cell_of_nobody")]) == 0


def test_the_page_to_pay_on_is_asked_for_at_once_and_stays_the_same(stage: Stage):
    order_id = stage.order(stage.place.name, "stripe")
    postman = Postman(find=lambda name: stage.provider)
    for _ in range(2):
        reply = pay_page(stage.engine, stage.links, postman, order_id, 1)
        assert reply is not None
        assert reply.end == End.DONE
    assert stage.send() == 0  # the worker need not ask any more
    assert len({letter.call.call_id for letter in stage.provider.letters}) == 1
    assert stage.provider.letters[0].return_url.endswith(f"/orders/{order_id}/back")
    tell(stage.engine, [event(order_id, EventKind.AUTHORISED, stage.place.name)])
    assert pay_page(stage.engine, stage.links, postman, order_id, 1) is None
    assert pay_page(stage.engine, stage.links, postman, uuid7(), 1) is None
