"""Webhooks at a real door: answered with 200 only when they are on disk, and safe whatever comes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import psycopg
import pytest

from newretail.kit.ids import uuid7
from newretail.kit.signing import derived_secret
from newretail.pay.api import DEMO_BANK, Outcome
from newretail.pay.providers.demo_bank import SIGNATURE, sign
from tests.door.market_process import Caller

SECRET = derived_secret(DEMO_BANK)


class Hooks:
    """A door with an order that waits for its card, and a bank that can say anything about it."""

    def __init__(self, caller: Caller, url: str) -> None:
        self.caller, self.url = caller, url
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT cell_id FROM stock_node WHERE code = %s", [caller.node]).fetchone()
        assert row is not None
        self.cell = str(row[0])

    def order(self) -> UUID:
        order_id = uuid7()
        pay = [{"tender": "card", "provider": "bank"}]
        answer = self.caller.put(self.caller.order(("sku-1", 2), pay=pay), order_id)
        assert answer.status_code == 201, answer.text
        return order_id

    def event(self, order_id: UUID, kind: str = "authorised", **change) -> dict[str, object]:
        payment = UUID(int=order_id.int & ~0xFF)
        return {
            "id": f"e-{order_id.hex}-{kind}",
            "kind": kind,
            "payment": str(payment),
            "amount_minor": 1000,
            "currency": "USD",
            "reference": "bp_1",
            "at": datetime.now(UTC).isoformat(),
            "cell": self.cell,
            **change,
        }

    def tell(self, *events: dict[str, object], secret: str = SECRET, at: datetime | None = None) -> httpx.Response:
        body = json.dumps({"events": events}).encode()
        return self.post(body, sign(secret, body, int((at or datetime.now(UTC)).timestamp())))

    def post(self, body: bytes, signature: str, name: str = "bank") -> httpx.Response:
        return self.caller.call("POST", f"/v1/hooks/{name}", content=body, headers={SIGNATURE: signature})

    def state(self, order_id: UUID) -> str:
        state = self.caller.call("GET", f"/v1/orders/{order_id}").json()["state"]
        return str(state)

    def outcomes(self, order_id: UUID) -> list[Outcome]:
        payment = UUID(int=order_id.int & ~0xFF)
        query = f"SELECT outcome FROM {self.cell}.pay_event WHERE payment_id = %s ORDER BY batch_number, event_id"
        with psycopg.connect(self.url) as connection:
            return [Outcome(row[0]) for row in connection.execute(query, [payment])]


@pytest.fixture
def hooks(open_door, engine_url: str) -> Hooks:
    environment = {"NEWRETAIL_BANK": "yes", "NEWRETAIL_BANK_PORT": "9"}
    return Hooks(open_door(environment=environment), engine_url)


def test_a_webhook_is_on_disk_when_it_is_answered(hooks: Hooks):
    order_id = hooks.order()
    assert hooks.state(order_id) == "unpaid"
    assert hooks.tell(hooks.event(order_id)).status_code == 200
    assert hooks.state(order_id) == "placed"
    assert hooks.tell(hooks.event(order_id)).status_code == 200  # the same again changes nothing
    assert hooks.outcomes(order_id) == [Outcome.APPLIED]
    # Out of order and contradicting: kept, answered, and the order stands.
    assert hooks.tell(hooks.event(order_id, "refunded")).status_code == 200
    assert hooks.state(order_id) == "placed"
    assert 'newretail_webhooks_total{outcome="taken",provider="bank"} 3.0' in hooks.caller.call("GET", "/metrics").text


def test_what_is_no_webhook_changes_nothing_and_says_why(hooks: Hooks):
    order_id = hooks.order()
    event = hooks.event(order_id)
    old = datetime.now(UTC) - timedelta(hours=1)
    for answer, status, reason in (
        (hooks.tell(event, secret="wrong"), 401, "bad_signature"),
        (hooks.tell(event, at=old), 400, "too_old"),
        (hooks.tell({**event, "amount_minor": -1}), 400, "unreadable"),
        (hooks.tell({**event, "cell": "cell_of_nobody"}), 422, "unknown_cell"),
        (hooks.post(b"{}", "", "paypal"), 404, "not_found"),
        (hooks.post(b"{}", "", "../orders"), 404, "not_found"),
        (hooks.post(b"x" * (1 << 20 | 1), ""), 413, "too_large"),
        (hooks.caller.call("GET", "/v1/hooks/bank"), 405, "method_not_allowed"),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert hooks.tell({**event, "kind": "birthday"}).status_code == 200  # it has no meaning, and never will
    assert hooks.outcomes(order_id) == []
    assert hooks.state(order_id) == "unpaid"


def test_what_belongs_to_nobody_is_kept_and_stands_in_nobodys_way(hooks: Hooks):
    stranger, order_id = uuid7(), hooks.order()
    assert hooks.tell(hooks.event(stranger, "captured")).status_code == 200
    assert hooks.outcomes(stranger) == [Outcome.UNKNOWN_PAYMENT]
    elsewhere = hooks.event(uuid7(), cell="cell_of_nobody")
    assert hooks.tell(elsewhere, hooks.event(order_id)).status_code == 422
    assert hooks.state(order_id) == "placed"
    assert hooks.caller.call("GET", "/bank/pay/x").status_code == 503  # the bank's page is behind this door; it is shut
