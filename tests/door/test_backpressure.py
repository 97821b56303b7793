"""A full queue answers 429 at once with when to come back; nobody waits in vain, and what was taken is placed."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import psycopg

from newretail.kit.ids import uuid7
from tests.door.market_process import Caller


async def _flood(caller: Caller, count: int) -> list[httpx.Response]:
    async with caller.client() as client:
        calls = [
            client.put(f"/v1/orders/{uuid7()}", json={**caller.order(("sku-1", 1)), "buyer": buyer})
            for buyer in range(1, count + 1)
        ]
        return await asyncio.gather(*calls)


def test_a_full_queue_says_when_to_come_back(open_door, engine_url: str) -> None:
    caller = open_door(environment={"NEWRETAIL_QUEUE_LIMIT": "20"})
    assert caller.put(caller.order(("sku-1", 1))).status_code == 201
    cell = caller.node.rsplit("-", 1)[0] + "_1"
    with psycopg.connect(engine_url) as connection:
        # Somebody else holds the cell's lock, so the desk is stuck in its batch and the queue fills.
        connection.execute(f"SELECT 1 FROM {cell}.cell_head FOR UPDATE")

        async def flood_then_let_go() -> list[httpx.Response]:
            flood = asyncio.create_task(_flood(caller, 200))
            await asyncio.sleep(1.5)
            connection.rollback()
            return await flood

        answers = asyncio.run(flood_then_let_go())
        statuses = Counter(answer.status_code for answer in answers)
        assert set(statuses) == {201, 429}
        for answer in answers:
            if answer.status_code == 429:
                assert answer.json()["reason"] == "busy"
                assert int(answer.headers["retry-after"]) >= 1
        placed = connection.execute(f"SELECT count(*) FROM {cell}.trade_order").fetchone()
    assert placed == (statuses[201] + 1,)
