from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from Cryptodome.PublicKey import RSA

from newretail.kit.ids import uuid7
from newretail.lab.bank.running import RunningBank, free_port
from newretail.pay.api import Call, CallKind
from newretail.pay.providers.interface import Ask, Provider, Told, WebhookProblem

STRIPE_KEY, STRIPE_SECRET, ALIPAY_APP = "sk_test_local", "whsec_local", "2021000000000001"


class Shop:
    """Takes webhooks on a loopback port and keeps every one; `answers` says with what status, 200 in the end."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                shop.posts.append((self.path, headers, body))
                status = shop.answers.pop(0) if shop.answers else 200
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def wait(self, count: int, seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while len(self.posts) < count:
            assert time.monotonic() < deadline, f"{len(self.posts)} of {count} webhooks came"
            time.sleep(0.01)

    def told(self, provider: Provider) -> list[Told]:
        """What the webhooks told, in their order; those with a wrong signature told nothing."""
        found = []
        for _, headers, body in list(self.posts):
            try:
                found += provider.read_webhook(headers, body, datetime.now(UTC))
            except WebhookProblem:
                continue
        return found

    def wait_for(self, provider: Provider, count: int, seconds: float = 10) -> list[Told]:
        deadline = time.monotonic() + seconds
        while len(found := self.told(provider)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} events came"
            time.sleep(0.01)
        return found

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture(scope="session")
def rsa_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two pairs as PEM, Alipay's and the app's; and the paths of those that the server reads."""
    folder = tmp_path_factory.mktemp("keys")
    alipay, app = RSA.generate(2048), RSA.generate(2048)
    (folder / "alipay.pem").write_bytes(alipay.export_key())
    (folder / "app.pub").write_bytes(app.public_key().export_key())
    return {
        "alipay_public": alipay.public_key().export_key().decode(),
        "app_private": app.export_key().decode(),
        "alipay_file": str(folder / "alipay.pem"),
        "app_public_file": str(folder / "app.pub"),
    }


@pytest.fixture
def open_bank(tmp_path, shop: Shop, rsa_keys: dict[str, str]) -> Iterator[Callable[..., RunningBank]]:
    banks: list[RunningBank] = []

    def opened(**options) -> RunningBank:
        wires = [
            *("--stripe-key", STRIPE_KEY, "--stripe-secret", STRIPE_SECRET, "--alipay-app", ALIPAY_APP),
            *("--alipay-key", rsa_keys["alipay_file"], "--alipay-app-key", rsa_keys["app_public_file"]),
        ]
        banks.append(RunningBank(tmp_path / f"{free_port()}.sqlite", shop.url, more=wires, **options))
        return banks[-1].start()

    yield opened
    for bank in banks:
        bank.stop()


@pytest.fixture
def ask() -> Callable[..., Ask]:
    """ask(CallKind.CREATE, 1230): a call about a payment; `of` continues an earlier one."""

    def made(kind: CallKind, amount: int, *, of: Ask | None = None, currency: str = "USD", ref: str = "") -> Ask:
        before = of.call if of else None
        payment, order = (before.payment_id, before.order_id) if before else (uuid7(), uuid7())
        call = Call(uuid7(), kind, "any", payment, order, amount, before.currency if before else currency, ref)
        return Ask(call, "cell_us", "http://127.0.0.1:9/orders/1/")

    return made
