"""The local provider server: an ASGI application that speaks the demo bank's, Stripe's and Alipay's wire formats.

/v1/…            the demo bank's API (signed)        /bank/pay/REF    its page for shoppers, of all three
/stripe/v1/…     Stripe's                            /alipay/gateway.do
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from newretail.lab.bank import by_alipay, by_bank, by_stripe, page
from newretail.lab.bank.book import Book, Payment, Refused
from newretail.lab.bank.deliver import Secrets, deliver_for_ever
from newretail.pay.providers.demo_bank import check
from newretail.pay.providers.interface import LEFT, WebhookProblem

MAX_BODY = 4 << 20
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Said:
    """An answer on its way out."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Asked:
    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> bytes:
        return self.path.encode() + (b"?" + self.query if self.query else b"")


class BankApp:
    """`notify` is the address of the market's webhooks, to which each wire adds its name."""

    def __init__(self, book: Book, secrets: Secrets, notify: str, stripe_key: str = "") -> None:
        self.book, self.secrets, self.notify, self.stripe_key = book, secrets, notify, stripe_key
        self._times: Counter[str] = Counter()  # how often each thing was asked, so that trying again may come through
        self._teller: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self._teller = asyncio.create_task(deliver_for_ever(self.book, self.secrets))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self._teller.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._teller
            self.book.close()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > MAX_BODY or not message.get("more_body"):
                break
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        asked = Asked(scope["method"], scope["path"], scope["query_string"], headers, body)
        if len(body) > MAX_BODY:
            await _respond(send, Said(413, b"{}"))
        elif asked.path.startswith("/bank/"):
            await _respond(send, self._page(asked))
        elif asked.path == "/healthz":
            await _respond(send, Said(200, b'{"status":"alive"}'))
        elif asked.path == "/v1/rehearsals":  # about the faults, so none of them befalls it
            await _respond(send, self._work(asked))
        else:
            await self._answer(asked, send)

    async def _answer(self, asked: Asked, send: Send) -> None:
        """Answer a call of the API, or fail at it as the faults say."""
        subject, cell = _subject(asked)
        self._times[subject] += 1
        manners = self.book.manners(cell)
        fault = manners.of_request(subject, self._times[subject])
        if fault == "busy":
            await _respond(send, Said(503 if asked.path.startswith("/v1/") else 429, b"{}"))
        elif fault == "error_before":
            await _respond(send, Said(500, b"{}"))
        else:
            said = self._work(asked)
            if fault == "time_out":
                await asyncio.sleep(manners.faults.hang_seconds)
            if fault == "error_after":
                said = Said(500, b"{}")
            await _respond(send, said, broken=fault == "lost_answer")

    def _work(self, asked: Asked) -> Said:
        try:
            if asked.path.startswith("/v1/"):
                return self._bank(asked)
            if asked.path.startswith("/stripe/v1/"):
                return self._stripe(asked)
            if asked.path == "/alipay/gateway.do":
                return self._alipay(asked)
        except WebhookProblem as problem:
            return Said(401, json.dumps({"detail": str(problem)}).encode())
        except (msgspec.MsgspecError, ValueError, KeyError, IndexError) as error:
            return Said(400, json.dumps({"detail": f"{type(error).__name__}: {error}"}).encode())
        return Said(404, b"{}")

    def _bank(self, asked: Asked) -> Said:
        check(self.secrets.bank, asked.headers.get("bank-signature", ""), asked.body or asked.target, datetime.now(UTC))
        if (asked.method, asked.path) == ("POST", "/v1/calls"):
            return Said(200, by_bank.calls(self.book, asked.body, time.time(), f"{self.notify}{by_bank.WIRE}"))
        if asked.path == "/v1/rehearsals":
            return Said(200, by_bank.rehearsal(self.book, asked.body))
        query = dict(parse_qsl(asked.query.decode()))
        since, after = datetime.fromisoformat(query["since"]), query.get("after", "")
        limit = min(1000, int(query.get("limit", "100")))
        if asked.path == "/v1/events":
            return Said(200, by_bank.events(self.book, since, after, limit))
        if asked.path == "/v1/payments":
            return Said(200, by_bank.payments(self.book, since, after, limit))
        if asked.path == "/v1/undelivered":
            return Said(200, json.dumps({"undelivered": self.book.undelivered()}).encode())
        return Said(404, b"{}")

    def _stripe(self, asked: Asked) -> Said:
        if not self.stripe_key or asked.headers.get("authorization") != f"Bearer {self.stripe_key}":
            error = by_stripe.WireError(401, "invalid_request_error", "Invalid API Key provided.")
            return Said(401, error.body())
        form = by_stripe.form_of(asked.body if asked.method == "POST" else asked.query)
        key = asked.headers.get("idempotency-key", "")
        path = asked.path.removeprefix("/stripe")
        try:
            notify = f"{self.notify}{by_stripe.WIRE}"
            return Said(200, by_stripe.handle(self.book, asked.method, path, form, key, time.time(), notify))
        except by_stripe.WireError as error:
            return Said(error.status, error.body())

    def _alipay(self, asked: Asked) -> Said:
        keys, query = self.secrets.alipay, by_alipay.query_of(asked.query)
        if keys is None:
            return Said(404, b"{}")
        if query.get("method") != "alipay.trade.page.pay":
            return Said(200, by_alipay.gateway(self.book, keys, query, time.time()))
        try:
            one = by_alipay.page(self.book, keys, query, time.time())
        except Refused as refusal:
            return Said(400, json.dumps({"detail": str(refusal)}).encode())
        if one is None:
            return Said(400, b'{"detail":"The signature of this page is not right."}')
        return Said(303, b"", headers={"location": f"/bank/pay/{one.ref}"})

    def _page(self, asked: Asked) -> Said:
        """The page where a shopper pays: GET shows it, POST decides."""
        rest = asked.path.removeprefix("/bank/")
        if rest in page.FILES:
            content_type, text = page.file(rest)
            return Said(200, text, content_type, {"cache-control": "public, max-age=3600"})
        one = self.book.payment(rest.removeprefix("pay/")) if rest.startswith("pay/") else None
        language = page.language_of(asked.headers)
        if one is None:
            return Said(404, page.nothing(language), page.HTML, page.GUARDS)
        if asked.method == "POST":
            form = dict(parse_qsl(asked.body.decode("latin-1")))
            why = form.get("why", "")
            return self._decide(
                one, form.get("decision", ""), why if why in page.REASONS else "card_declined", language
            )
        return Said(200, page.pay(one, language), page.HTML, page.GUARDS)

    def _decide(self, one: Payment, decision: str, why: str, language: str) -> Said:
        problem, now = decision not in ("approve", "decline", "back"), time.time()
        try:
            with self.book.transaction():
                if decision == "approve":
                    self.book.approve(one.ref, now, capture=one.wire == by_alipay.WIRE)
                elif decision == "decline":
                    self.book.decline(one.ref, now, why)
        except Refused:
            problem = True
        if problem:
            now_so = self.book.payment(one.ref) or one
            return Said(409, page.pay(now_so, language, problem=True), page.HTML, page.GUARDS)
        left = LEFT if decision == "back" and one.state == "open" and one.return_url else ""
        return Said(303, b"", headers={"location": (one.return_url or "/") + left, **page.GUARDS})


def _subject(asked: Asked) -> tuple[str, str]:
    """What a fault befalls: the same call asked again is the same subject. And the cell of whoever asks, if it says."""
    if asked.path == "/v1/calls":
        try:
            first = msgspec.json.decode(asked.body)[0]
            return str(first["key"]), str(first.get("cell", ""))
        except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
            return "calls", ""
    return asked.headers.get("idempotency-key") or f"{asked.method} {asked.path}", ""


async def _respond(send: Send, said: Said, *, broken: bool = False) -> None:
    headers = {"content-type": said.content_type, "cache-control": "no-store", **said.headers}
    # A broken answer promises more than it brings: the other side's connection ends in the middle.
    length = len(said.body) + (64 if broken else 0)
    raw = [(name.encode(), value.encode()) for name, value in {**headers, "content-length": str(length)}.items()]
    await send({"type": "http.response.start", "status": said.status, "headers": raw})
    await send({"type": "http.response.body", "body": said.body})
