"""`newretail payments …`: compare our books with the providers', and soak the money."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import click

from newretail.kit import settings
from newretail.kit.home import ensure_database


@click.group()
def payments() -> None:
    """What providers say about our payments, against what our books say."""


@payments.command("reconcile")
@click.option("--hours", default=48.0, show_default=True, help="How far to look back.")
@click.option("--provider", "only", default="", help="One provider; all that are set up otherwise.")
def reconcile_command(hours: float, only: str) -> None:
    """Hear what we missed, compare every payment, and list what nobody could mend. Exit code 1 when there is some."""
    from newretail.pay.api import ProviderAway
    from newretail.pay.providers.registry import (
        UnknownProvider,
        configured,
        demo_bank_where_there_is_no_other,
        provider,
    )
    from newretail.trade import api as trade
    from newretail.trade.clearing import Reconciled, reconcile

    ensure_database()
    demo_bank_where_there_is_no_other()
    names = (only,) if only else configured()
    if not names:
        raise click.ClickException("No payment provider is set up here: see docs/settings.md.")
    since, house = datetime.now(UTC) - timedelta(hours=hours), trade.house()
    results: list[Reconciled] = []
    try:
        results += [reconcile(house.engine, house.links, provider(name), since) for name in names]
    except (UnknownProvider, ProviderAway) as error:
        raise click.ClickException(str(error)) from None
    finally:
        trade.close()
    for done in results:
        click.echo(
            f"{done.provider}: {done.payments:,} payments and {done.events:,} events compared,"
            f" {done.repaired:,} repaired, {len(done.open):,} open"
        )
        for one in done.open:
            click.echo(
                f"  {one.payment_id}  {one.what.name.lower():<14} theirs {one.theirs_minor:>12,}"
                f"  ours {one.ours_minor:>12,}  {one.currency}  {one.provider_ref}"
            )
    if any(done.open for done in results):
        raise SystemExit(1)


@payments.command("soak")
@click.option("--payments", "count", default=100_000, show_default=True)
@click.option("--kills", default=200, show_default=True, help="How often the paying process is killed -9.")
@click.option("--seed", default=11, show_default=True)
def soak(count: int, kills: int, seed: int) -> None:
    """Pay through the faulty bank while the paying process is killed, then compare the three books (some minutes)."""
    from newretail.doors.database import migrate, setup_django
    from newretail.lab.bench.bank_faults import run
    from newretail.lab.bench.command import prepare

    def bring_up_to_date() -> None:
        setup_django()
        migrate()

    url = prepare(ensure_database(), bring_up_to_date)
    figures = run(url, settings.VAR.path, payments=count, kills=kills, seed=seed)
    click.echo(json.dumps(figures, indent=2))
    if figures["lost_minor"]:
        raise click.ClickException("Money was lost, created or stuck.")


@click.group("gift-cards")
def gift_cards() -> None:
    """Gift cards: a code that holds money of one market."""


@gift_cards.command("issue")
@click.option("--market", "market_code", required=True, help="Code of the market, e.g. US: the card is good there.")
@click.option("--amount", "amount_minor", required=True, type=click.IntRange(1, 1 << 40), help="In minor units.")
@click.option("--by", "staff_email", required=True, help="E-mail of the colleague who issues it, for the trail.")
@click.option("--note", default="", help="Why, for the trail.")
@click.option("--approved-by", default="", help="E-mail of a second colleague, above the limit of the market's terms.")
@click.option(
    "--last-day", type=click.DateTime(["%Y-%m-%d"]), help="It can be used until then; else as the market has it."
)
def issue_card(
    market_code: str, amount_minor: int, staff_email: str, note: str, approved_by: str, last_day: datetime | None
) -> None:
    """Issue a gift card and print its code, once: it is not stored, and whoever has it can spend it."""
    from newretail.doors.database import setup_django

    url = ensure_database()
    setup_django()
    from newretail.doors.gift_cards import NotIssued, issue

    try:
        code = issue(
            url,
            market_code.upper(),
            amount_minor,
            staff_email,
            note,
            approved_by,
            last_day.date() if last_day else None,
        )
    except NotIssued as error:
        raise click.ClickException(str(error)) from None
    click.echo(code)
    click.echo("Keep it: it is not stored and cannot be shown again.", err=True)
