"""Tells the market what happened: takes what is due from the book and posts it, again until it is taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from newretail.lab.bank import by_alipay, by_bank, by_stripe
from newretail.lab.bank.book import Book, Event, Payment

PAUSE_SECONDS = 0.02
AT_ONCE = 400
IN_ONE_WEBHOOK = 200
SIDE_BY_SIDE = 8
Due = tuple[int, int, Event, Payment]


@dataclass(frozen=True, slots=True)
class Secrets:
    """What signs webhooks, by wire; `alipay` is None where Alipay is not spoken."""

    bank: str
    stripe: str = ""
    alipay: by_alipay.Keys | None = None
    alipay_app: str = ""


async def deliver_for_ever(book: Book, secrets: Secrets) -> None:
    """Ends by being cancelled."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        while True:
            due = book.due(time.time(), AT_ONCE)
            if due:
                await _deliver(book, secrets, client, due)
            if len(due) < AT_ONCE:
                await asyncio.sleep(PAUSE_SECONDS)


async def _deliver(book: Book, secrets: Secrets, client: httpx.AsyncClient, due: Sequence[Due]) -> None:
    posts = list(_posts(book, secrets, due))
    for start in range(0, len(posts), SIDE_BY_SIDE):
        taken = await asyncio.gather(*(_post(client, *post) for post in posts[start : start + SIDE_BY_SIDE]))
        done = [number for numbers, is_taken in taken if is_taken for number in numbers]
        again = [number for numbers, is_taken in taken if not is_taken for number in numbers]
        with book.transaction():
            book.delivered(done)
            book.not_delivered(again, time.time())


Post = tuple[list[int], str, dict[str, str], bytes]


def _posts(book: Book, secrets: Secrets, due: Sequence[Due]) -> list[Post]:
    """Webhooks to be sent: the demo bank's tell many events at once, the others one each."""
    now = time.time()
    posts: list[Post] = []
    groups: dict[tuple[str, bool], list[Due]] = {}
    for one in due:
        number, tries, event, payment = one
        wrong = tries == 0 and book.manners(payment.cell).strikes("wrong_signature", event.id, number)
        if not payment.notify_url:
            posts.append(([number], "", {}, b""))
        elif payment.wire == by_bank.WIRE:
            groups.setdefault((payment.notify_url, wrong), []).append(one)
        elif payment.wire == by_stripe.WIRE:
            secret = "of somebody else" if wrong else secrets.stripe
            posts.append(([number], payment.notify_url, *by_stripe.webhook(event, payment, secret, now)))
        elif event.kind not in by_alipay.NOTIFIED or secrets.alipay is None:
            posts.append(([number], "", {}, b""))  # Alipay tells only this much
        else:
            app = "somebody else's" if wrong else secrets.alipay_app
            posts.append(([number], payment.notify_url, *by_alipay.webhook(event, payment, secrets.alipay, app, now)))
    for (url, wrong), group in groups.items():
        for start in range(0, len(group), IN_ONE_WEBHOOK):
            part = group[start : start + IN_ONE_WEBHOOK]
            secret = "of somebody else" if wrong else secrets.bank
            headers, body = by_bank.webhook([(event, payment) for _, _, event, payment in part], secret, now)
            posts.append(([number for number, _, _, _ in part], url, headers, body))
    return posts


async def _post(
    client: httpx.AsyncClient, numbers: list[int], url: str, headers: dict[str, str], body: bytes
) -> tuple[list[int], bool]:
    if not url:
        return numbers, True
    try:
        response = await client.post(url, content=body, headers=headers)
    except httpx.HTTPError:
        return numbers, False
    return numbers, response.is_success
