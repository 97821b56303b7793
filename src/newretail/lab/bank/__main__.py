"""`python -m newretail.lab.bank`: the local provider server on a loopback port. `--help` says what can be chosen."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import click

from newretail.kit import settings
from newretail.kit.lifeline import end_with_parent
from newretail.kit.signing import derived_secret
from newretail.lab.bank.app import BankApp
from newretail.lab.bank.book import Book
from newretail.lab.bank.by_alipay import Keys
from newretail.lab.bank.deliver import Secrets
from newretail.lab.bank.faults import Faults, scaled
from newretail.pay.providers.registry import DEMO_BANK


@click.command()
@click.option("--port", default=settings.BANK_PORT.number, show_default=True)
@click.option("--state", type=click.Path(path_type=Path), help="SQLite file; VAR/bank.sqlite otherwise.")
@click.option("--notify", help="Where webhooks go, to which the provider's name is added; the market otherwise.")
@click.option("--seed", default=1, show_default=True, help="Which of the faults happen.")
@click.option("--faulty", default=0.0, show_default=True, help="How faulty, from 0 to 4.")
@click.option("--faults", default="", help='Rates of single faults as JSON, e.g. {"drop": 0.1}.')
@click.option("--auto", is_flag=True, help="Shoppers pay by themselves, as soon as a payment is made.")
@click.option("--stripe-key", default="", help="Secret API key by which Stripe's wire is spoken.")
@click.option("--stripe-secret", default="", help="Signs Stripe's webhooks.")
@click.option("--alipay-key", type=click.Path(exists=True, path_type=Path), help="Alipay's private key, PEM.")
@click.option("--alipay-app-key", type=click.Path(exists=True, path_type=Path), help="The app's public key, PEM.")
@click.option("--alipay-app", default="", help="The app's id at Alipay.")
def main(
    port: int, state: Path | None, notify: str | None, seed: int, faulty: float, faults: str, auto: bool,
    stripe_key: str, stripe_secret: str, alipay_key: Path | None, alipay_app_key: Path | None, alipay_app: str,
) -> None:  # fmt: skip
    """Serve until SIGTERM, or until whoever started it is gone."""
    end_with_parent()
    try:
        chosen = Faults(**json.loads(faults)) if faults else scaled(faulty)
    except (ValueError, TypeError) as error:
        raise click.ClickException(str(error)) from None
    book = Book(state or settings.VAR.path / "bank.sqlite", chosen, seed, auto)
    alipay = None
    if alipay_key and alipay_app_key:
        alipay = Keys(alipay_key.read_text(), alipay_app_key.read_text())
    secrets = Secrets(derived_secret(DEMO_BANK), stripe_secret, alipay, alipay_app)
    hooks = notify or f"http://127.0.0.1:{settings.PORT.number}/v1/hooks/"
    asyncio.run(_serve(BankApp(book, secrets, hooks, stripe_key), port))


async def _serve(app: BankApp, port: int) -> None:
    from granian.constants import Interfaces
    from granian.server.embed import Server

    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


if __name__ == "__main__":
    main()
