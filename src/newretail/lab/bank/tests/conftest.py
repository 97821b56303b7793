from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from Cryptodome.PublicKey import RSA

from newretail.kit.ids import uuid7
from newretail.lab.bank.running import RunningBank
from newretail.pay.api import Call, CallKind
from newretail.pay.providers.alipay_pages import Alipay
from newretail.pay.providers.interface import Letter, Provider, Told, WebhookProblem
from newretail.pay.providers.stripe_cards import Stripe

STRIPE_KEY, STRIPE_SECRET, ALIPAY_APP = "sk_test_local", "whsec_local", "2021000000000001"


class Shop:
    """Takes webhooks on a loopback port and keeps every one; those that its provider `checks` refuses get 401."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.checks: Provider | None = None
        self.answered: list[int] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                shop.posts.append((self.path, headers, body))
                shop.answered.append(shop.status(headers, body))
                self.send_response(shop.answered[-1])
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def status(self, headers: dict[str, str], body: bytes) -> int:
        try:
            if self.checks is not None:
                self.checks.read_webhook(headers, body, datetime.now(UTC))
        except WebhookProblem:
            return 401
        return 200

    def told(self, provider: Provider, about: Letter | None = None) -> list[Told]:
        """What the webhooks told (about one payment), in their order; those with a wrong signature told nothing."""
        found = []
        for _, headers, body in list(self.posts):
            try:
                found += provider.read_webhook(headers, body, datetime.now(UTC))
            except WebhookProblem:
                continue
        return [one for one in found if about is None or one.event.payment_id == about.call.payment_id]

    def wait_for(self, provider: Provider, about: Letter, count: int, seconds: float = 60) -> list[Told]:
        deadline = time.monotonic() + seconds
        while len(found := self.told(provider, about)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} events came"
            time.sleep(0.01)
        return found

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def open_bank(
    tmp_path_factory: pytest.TempPathFactory, shop: Shop, rsa_keys: dict[str, str]
) -> Iterator[Callable[..., RunningBank]]:
    """open_bank(faults=…, auto=True): a bank in a process of its own that tells the shop."""
    banks: list[RunningBank] = []

    def opened(**options) -> RunningBank:
        wires = [
            *("--stripe-key", STRIPE_KEY, "--stripe-secret", STRIPE_SECRET, "--alipay-app", ALIPAY_APP),
            *("--alipay-key", rsa_keys["alipay_file"], "--alipay-app-key", rsa_keys["app_public_file"]),
        ]
        state = tmp_path_factory.mktemp("bank") / "bank.sqlite"
        banks.append(RunningBank(state, shop.url, more=wires, **options))
        return banks[-1].start()

    yield opened
    for bank in banks:
        bank.stop()


@pytest.fixture(scope="module")
def bank(open_bank: Callable[..., RunningBank]) -> RunningBank:
    """A bank at which nothing goes wrong."""
    return open_bank()


@pytest.fixture(scope="module")
def adapters(bank: RunningBank, shop: Shop, rsa_keys: dict[str, str]) -> Iterator[dict[str, Provider]]:
    """Every adapter, at that bank."""
    gateway = f"{bank.url}/alipay/gateway.do"
    keys = (rsa_keys["app_private"], rsa_keys["alipay_public"])
    stripe = Stripe(STRIPE_KEY, STRIPE_SECRET, f"{bank.url}/stripe", timeout_seconds=5)
    alipay = Alipay(ALIPAY_APP, *keys, f"{shop.url}alipay", gateway, 5)
    yield {"bank": bank.adapter(), "stripe": stripe, "alipay": alipay}
    stripe.close()


@pytest.fixture
def ask() -> Callable[..., Letter]:
    """ask(CallKind.CREATE, 1230): a call about a payment; `of` continues an earlier one."""

    def made(kind: CallKind, amount: int, *, of: Letter | None = None, currency: str = "USD", ref: str = "") -> Letter:
        before = of.call if of else None
        payment, order = (before.payment_id, before.order_id) if before else (uuid7(), uuid7())
        call = Call(uuid7(), kind, "any", payment, order, amount, before.currency if before else currency, ref)
        return Letter(call, "cell_us", "http://127.0.0.1:9/orders/1/")

    return made
