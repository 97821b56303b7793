"""The OpenAPI document is what the door does: schemathesis calls every operation with odd and even input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from newretail.cloud.api import create_key
from newretail.lab.scratch import close_scratch, open_scratch
from tests.door.market_process import Caller, RunningDoor

CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_headers_conformance,
    schemathesis.checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def caller(engine_url: str) -> Iterator[Caller]:
    scratch = open_scratch(engine_url, "openapi", sku_count=100)
    key = create_key(engine_url, "openapi", orders_per_second=1_000_000)
    door = RunningDoor(engine_url).start()
    yield Caller(door, key, scratch.node())
    door.stop()
    close_scratch(engine_url, "openapi")


@schemathesis.serializer("application/vnd.apache.arrow.stream", "application/x-ndjson")
def as_bytes(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Bulk bodies are text or bytes already; anything else is sent as what it reads like."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


OPERATIONS = [
    ("/v1/orders/{order_id}", "put"),
    ("/v1/orders/{order_id}", "get"),
    ("/v1/orders/{order_id}:cancel", "post"),
    ("/v1/orders:batch", "post"),
    ("/v1/quotes", "post"),
    ("/v1/stock/{sku}", "get"),
    ("/v1/wall/events", "get"),  # without a ticket: what the stream says is tested in test_wall.py
]


@pytest.fixture(scope="module")
def described(caller: Caller) -> Any:
    return schemathesis.openapi.from_url(f"{caller.door.url}/v1/openapi.json")


def test_every_operation_of_the_document_is_tried_here(described: Any) -> None:
    found = {(o.ok().path, o.ok().method.lower()) for o in described.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_the_document_says(described: Any, caller: Caller, path: str, method: str) -> None:
    headers = {"Authorization": f"Bearer {caller.key}"}
    mode = schemathesis.GenerationMode

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        described[path][method].as_strategy(generation_mode=mode.POSITIVE)
        | described[path][method].as_strategy(generation_mode=mode.NEGATIVE)
    )
    def call(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    call()


def test_what_orders_really_hold_fits_the_document(caller: Caller, described: Any) -> None:
    """The shapes that orders really have: accepted, read, cancelled, and the stock that they touch."""
    placed = caller.put(caller.order(("sku-1", 1)))
    order_id = placed.json()["order_id"]
    answers = {
        ("/v1/orders/{order_id}", "put"): placed,
        ("/v1/orders/{order_id}", "get"): caller.call("GET", f"/v1/orders/{order_id}"),
        ("/v1/orders/{order_id}:cancel", "post"): caller.call("POST", f"/v1/orders/{order_id}:cancel"),
        ("/v1/stock/{sku}", "get"): caller.call("GET", "/v1/stock/sku-1"),
    }
    for (path, method), answer in answers.items():
        assert answer.status_code in (200, 201)
        described[path][method].validate_response(answer)
