"""Bad input at the door: each its own clear error, as problem+json, and nothing is placed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pyarrow as pa
import pytest

from newretail.cloud.api import create_key, revoke_key
from newretail.kit.ids import uuid7
from tests.door.market_process import Caller


@pytest.fixture(scope="module")
def caller(engine_url: str):
    from newretail.lab.scratch import close_scratch, open_scratch
    from tests.door.market_process import RunningDoor

    scratch = open_scratch(engine_url, "bad_input", sku_count=100, on_hand=1000)
    limits = {"NEWRETAIL_BODY_LIMIT": "20000", "NEWRETAIL_BATCH_BODY_LIMIT": "40000"}
    key = create_key(engine_url, "bad input")
    door = RunningDoor(engine_url, limits).start()
    yield Caller(door, key, scratch.node())
    door.stop()
    close_scratch(engine_url, "bad_input")


def placed(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM bad_input_1.trade_order").fetchone()
    assert row is not None
    return int(row[0])


def check(answer: httpx.Response, status: int, reason: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["reason"], problem["status"]) == (reason, status)
    assert problem["title"]
    assert len(problem["detail"]) > 20  # says what to do, in a sentence
    assert problem["type"] == f"urn:newretail:problem:{reason}"


ORDERS: dict[str, tuple[dict[str, Any], int, str]] = {
    "an unknown SKU": ({"lines": [{"sku": "nope", "quantity": 1}]}, 422, "unknown_sku"),
    "zero units": ({"lines": [{"sku": "sku-1", "quantity": 0}]}, 422, "bad_quantity"),
    "negative units": ({"lines": [{"sku": "sku-1", "quantity": -1}]}, 422, "bad_quantity"),
    "huge units": ({"lines": [{"sku": "sku-1", "quantity": 10**30}]}, 422, "bad_quantity"),
    "too many units": ({"lines": [{"sku": "sku-1", "quantity": 10**9}]}, 422, "bad_quantity"),
    "half a unit": ({"lines": [{"sku": "sku-1", "quantity": 0.5}]}, 422, "invalid"),
    "a SKU twice": ({"lines": [{"sku": "sku-1", "quantity": 1}] * 2}, 422, "duplicate_sku"),
    "no lines": ({"lines": []}, 422, "no_lines"),
    "too many lines": ({"lines": [{"sku": "sku-1", "quantity": 1}] * 201}, 422, "too_many_lines"),
    "a wrong currency": ({"currency": "KRW"}, 422, "wrong_currency"),
    "another total": ({"expected_total_minor": 1}, 409, "total_differs"),
    "an unknown node": ({"node": "nowhere"}, 422, "unknown_node"),
    "an unknown channel": ({"channel": "pigeon"}, 422, "unknown_channel"),
    "a buyer of no number": ({"buyer": "bob"}, 422, "invalid"),
    "a buyer below one": ({"buyer": -7}, 422, "bad_buyer"),
    "a field that does not exist": ({"discount": 99}, 422, "invalid"),
    "a price of the caller": ({"lines": [{"sku": "sku-1", "quantity": 1, "price": 1}]}, 422, "invalid"),
    "an id that is not the path's": ({"order_id": "01936f5e-7c00-7abc-8def-0123456789ab"}, 422, "invalid"),
    "more than is there": ({"lines": [{"sku": "sku-1", "quantity": 1001}]}, 409, "out_of_stock"),
}


@pytest.mark.parametrize("case", ORDERS)
def test_an_order_that_is_wrong_is_refused_for_its_own_reason(caller: Caller, engine_url: str, case: str) -> None:
    change, status, reason = ORDERS[case]
    before = placed(engine_url)
    check(caller.put({**caller.order(("sku-1", 1)), **change}), status, reason)
    assert placed(engine_url) == before


BAD_IDS = {
    "another version": str(uuid4()),
    "a number": "7",
    "no id": "no-uuid",
    "zeros": "0" * 36,
    "without dashes": str(uuid7()).replace("-", ""),
}


@pytest.mark.parametrize("order_id", BAD_IDS.values(), ids=BAD_IDS)
def test_an_id_that_is_no_uuid7_is_refused(caller: Caller, order_id: str) -> None:
    check(caller.put(caller.order(("sku-1", 1)), order_id), 422, "bad_id")


@pytest.mark.parametrize("body", [b"", b"{", b'{"buyer": 1', b"\xff\xfe", b'{"buyer": 1,}'])
def test_a_body_that_is_no_json_is_malformed(caller: Caller, body: bytes) -> None:
    check(caller.call("PUT", f"/v1/orders/{uuid7()}", content=body), 400, "malformed")


def test_a_body_beyond_the_limit_is_refused_whether_or_not_it_says_its_length(caller: Caller) -> None:
    path = f"/v1/orders/{uuid7()}"
    check(caller.call("PUT", path, content=b"x" * 20_001), 413, "too_large")
    check(caller.call("PUT", path, content=iter([b"x" * 15_000, b"x" * 15_000])), 413, "too_large")
    check(caller.call("POST", "/v1/orders:batch", content=b"x" * 40_001), 413, "too_large")


def test_the_same_id_with_another_body_is_a_conflict(caller: Caller) -> None:
    order_id = uuid7()
    assert caller.put(caller.order(("sku-2", 1)), order_id).status_code == 201
    assert caller.put(caller.order(("sku-2", 1)), order_id).status_code == 200
    check(caller.put(caller.order(("sku-2", 2)), order_id), 409, "conflict")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nr_x_y", "Basic abc", "Bearer nr_000000000000_00"])
def test_who_has_no_valid_key_is_not_let_in(caller: Caller, header: str) -> None:
    answer = caller.call("PUT", f"/v1/orders/{uuid7()}", json={}, headers={"Authorization": header})
    check(answer, 401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_may_do_what_its_scopes_say_and_no_more(caller: Caller, engine_url: str) -> None:
    reader = Caller(caller.door, create_key(engine_url, "reader", scopes=["stock:read"]), caller.node)
    _wait_until_known(reader)
    assert reader.call("GET", "/v1/stock/sku-1").status_code == 200
    check(reader.put(reader.order(("sku-1", 1))), 403, "forbidden")
    check(reader.call("GET", f"/v1/orders/{uuid7()}"), 403, "forbidden")


def _wait_until_known(caller: Caller) -> None:
    for _ in range(100):
        if caller.call("GET", "/v1/stock/sku-1").status_code != 401:
            return
    raise AssertionError("the door never learnt of the key")


def test_a_revoked_key_is_shut_out(caller: Caller, engine_url: str) -> None:
    leaver = Caller(caller.door, create_key(engine_url, "leaver"), caller.node)
    _wait_until_known(leaver)
    revoke_key(engine_url, leaver.key.split("_")[1])
    for _ in range(200):
        answer = leaver.call("GET", "/v1/stock/sku-1")
        if answer.status_code == 401:
            return
    raise AssertionError("the door never noticed that the key was revoked")


def test_a_key_beyond_its_rate_is_told_when_to_come_back(caller: Caller, engine_url: str) -> None:
    slow = Caller(caller.door, create_key(engine_url, "slow", orders_per_second=2), caller.node)
    _wait_until_known(slow)
    answers = [slow.put(slow.order(("sku-3", 1))) for _ in range(6)]
    late = next(answer for answer in answers if answer.status_code == 429)
    check(late, 429, "too_many_requests")
    assert int(late.headers["retry-after"]) >= 1


def test_a_host_that_is_not_ours_is_not_served(caller: Caller) -> None:
    assert caller.call("GET", "/healthz", headers={"Host": "evil.example"}).status_code == 200  # probes come by address
    check(caller.call("GET", "/v1/stock/sku-1", headers={"Host": "evil.example"}), 421, "wrong_host")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/orders/x"), ("DELETE", "/v1/orders/x"), ("GET", "/v1/orders:batch"), ("PUT", "/v1/stock/sku-1")],
)
def test_a_method_that_a_path_does_not_know_is_refused_with_those_it_knows(
    caller: Caller, method: str, path: str
) -> None:
    answer = caller.call(method, path)
    check(answer, 405, "method_not_allowed")
    assert answer.headers["allow"]


def test_paths_orders_and_skus_that_are_not_there_are_not_found(caller: Caller) -> None:
    for path in ("/v1/nothing", f"/v1/orders/{uuid7()}", "/v1/stock/nope"):
        check(caller.call("GET", path), 404, "not_found")


def arrow(**columns: object) -> bytes:
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


LINES = pa.array([[{"sku": "sku-1", "quantity": 1}]])
GOOD = {"order_id": [str(uuid7())], "buyer": [7], "node": ["x"], "lines": LINES}
TABLES = {
    "no Arrow at all": b"not arrow",
    "cut short": arrow(**GOOD)[:-40],
    "a missing column": arrow(**{name: GOOD[name] for name in ("order_id", "buyer", "node")}),
    "an unknown column": arrow(**GOOD, discount=[1]),
    "nulls": arrow(**{**GOOD, "buyer": pa.array([None], pa.int64())}),
    "text for a number": arrow(**{**GOOD, "buyer": ["bob"]}),
    "numbers for text": arrow(**{**GOOD, "node": [5]}),
    "lines of numbers": arrow(**{**GOOD, "lines": [[1, 2]]}),
    "lines that are no list": arrow(**{**GOOD, "lines": [3]}),
    "ids of another width": arrow(**{**GOOD, "order_id": pa.array([b"12345678"], pa.binary(8))}),
    "no orders": arrow(**{name: pa.array(GOOD[name])[:0] for name in GOOD}),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_is_not_one_of_orders_places_nothing(caller: Caller, engine_url: str, case: str) -> None:
    before = placed(engine_url)
    headers = {"Content-Type": "application/vnd.apache.arrow.stream"}
    answer = caller.call("POST", "/v1/orders:batch", content=TABLES[case], headers=headers)
    check(answer, 422, "invalid")
    assert placed(engine_url) == before


def test_one_bad_line_of_many_places_nothing_and_is_named(caller: Caller, engine_url: str) -> None:
    import json

    before = placed(engine_url)
    good = json.dumps({**caller.order(("sku-1", 1)), "order_id": str(uuid7())})
    headers = {"Content-Type": "application/x-ndjson"}
    for bad, status, reason in (
        ("{", 400, "malformed"),
        ('{"buyer": 1}', 422, "invalid"),
        (good[:-1], 400, "malformed"),
    ):
        answer = caller.call("POST", "/v1/orders:batch", content=f"{good}\n{bad}\n", headers=headers)
        check(answer, status, reason)
        assert answer.json()["detail"].startswith("Line 2")
    assert placed(engine_url) == before


def test_bulk_needs_a_media_type_that_it_knows(caller: Caller) -> None:
    answer = caller.call("POST", "/v1/orders:batch", content=b"x", headers={"Content-Type": "text/csv"})
    check(answer, 415, "unsupported_media_type")


def test_bulk_answers_each_order_in_its_place(caller: Caller) -> None:
    ids = [uuid7() for _ in range(4)]
    body = arrow(
        order_id=pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(16), 4, [None, pa.py_buffer(b"".join(order_id.bytes for order_id in ids))]
        ),
        buyer=[7, 7, 7, 0],
        node=[caller.node, "nowhere", caller.node, caller.node],
        lines=pa.array([[{"sku": "sku-4", "quantity": 2}], [], [{"sku": "nope", "quantity": 1}], []]),
        expected_total_minor=pa.array([1000, None, None, None], pa.int64()),
    )
    headers = {"Content-Type": "application/vnd.apache.arrow.stream"}
    answer = caller.call("POST", "/v1/orders:batch", content=body, headers=headers)
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column("order_id").to_pylist() == [order_id.bytes for order_id in ids]
    assert table.column("reason").to_pylist() == ["accepted", "unknown_node", "unknown_sku", "bad_buyer"]
    again = caller.call("POST", "/v1/orders:batch", content=body, headers=headers)
    assert pa.ipc.open_stream(again.content).read_all().column("reason").to_pylist()[0] == "replayed"
