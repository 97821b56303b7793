"""The case that breaks others: five hundred buyers at once, a hundred units."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import psycopg

from newretail.kit.ids import uuid7
from tests.door.market_process import Caller

BUYERS = 500
UNITS = 100


async def _rush(caller: Caller) -> list[httpx.Response]:
    async with caller.client() as client:
        calls = [
            client.put(f"/v1/orders/{uuid7()}", json={**caller.order(("sku-1", 1)), "buyer": buyer})
            for buyer in range(1, BUYERS + 1)
        ]
        return await asyncio.gather(*calls)


def test_five_hundred_buyers_at_once_get_exactly_a_hundred_units(open_door, engine_url: str) -> None:
    caller = open_door(on_hand=UNITS)
    answers = asyncio.run(_rush(caller))
    assert Counter(answer.status_code for answer in answers) == {201: UNITS, 409: BUYERS - UNITS}
    for answer in answers:
        if answer.status_code == 409:
            assert answer.headers["content-type"] == "application/problem+json"
            problem = answer.json()
            assert problem["reason"] == "out_of_stock"
            assert "sku-1" in problem["detail"]
    cell = caller.node.rsplit("-", 1)[0] + "_1"
    with psycopg.connect(engine_url) as connection:
        stock = connection.execute(f"SELECT on_hand, reserved FROM {cell}.stock_pool WHERE sku_id = 1").fetchone()
        orders = connection.execute(f"SELECT count(*) FROM {cell}.trade_order").fetchone()
    assert stock == (UNITS, UNITS)
    assert orders == (UNITS,)
