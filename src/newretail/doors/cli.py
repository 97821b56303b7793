"""The command line: `newretail …`. Each command wires rooms together; what it does lives in them."""

from __future__ import annotations

import secrets
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import psycopg

from newretail.doors.database import migrate, setup_django
from newretail.doors.logs import configure
from newretail.doors.payments_cli import gift_cards, payments
from newretail.kit import settings
from newretail.kit.home import ensure_database
from newretail.lab.audit.command import command as audit_command
from newretail.lab.bench.command import BENCHES
from newretail.lab.rehearsal.command import command as rehearse_command


class _Commands(click.Group):
    """Says in words what a traceback would not: the two things that go wrong with a database."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except psycopg.errors.UndefinedTable:
            message = "The market's tables are missing or old. Bring them up to date with: newretail migrate"
            raise click.ClickException(message) from None
        except psycopg.OperationalError as error:
            raise click.ClickException(f"The database did not answer: {str(error).strip()}") from None


@click.group(cls=_Commands)
@click.version_option(package_name="newretail")
def main() -> None:
    """Open and look after a market. Settings come from the environment: see docs/settings.md."""
    configure(settings.LOG_FORMAT.text)


main.add_command(audit_command)
main.add_command(rehearse_command)
main.add_command(payments)
main.add_command(gift_cards)


@main.command()
@click.option("--demo/--no-demo", default=True, help="Load the demo market where there is none.")
def run(demo: bool) -> None:
    """Open the market: database, tables, demo data, then serve until Ctrl-C."""
    from newretail.doors.supervisor import market_url, serve

    click.echo("Opening the market…")
    _open_demo_bank()
    ensure_database()
    setup_django()
    applied = migrate()
    if applied:
        click.echo(f"Tables brought up to date: {len(applied)} migrations.")
    if demo:
        _load_demo_apart()
    staff = _first_staff_account()
    url = market_url()
    lines = [
        "",
        f"  The market is open:  {url}/",
        f"  Office:              {url}/office/",
        f"  11.11 wall:          {url}/screen",
        f"  Administration:      {url}/admin/",
        f"  Public API:          {url}/v1/openapi.json",
        f"  Health and figures:  {url}/readyz  {url}/metrics",
        "",
        f"  Staff account:       {staff}",
        "  Rehearse an 11.11:   .venv/bin/newretail rehearse",
        "  Check the laws:      .venv/bin/newretail audit",
        "  Ctrl-C closes it.",
        "",
    ]
    sys.exit(serve("\n".join(lines)))


@main.command()
def serve() -> None:
    """Serve a market that is set up already."""
    from newretail.doors.supervisor import market_url
    from newretail.doors.supervisor import serve as supervise

    ensure_database()
    sys.exit(supervise(f"The market is open: {market_url()}/"))


@main.command("migrate")
def migrate_command() -> None:
    """Bring all tables up to date, those of the cells too."""
    ensure_database()
    setup_django()
    done = migrate()
    click.echo("\n".join(done) if done else "All tables are up to date.")


@main.command("demo")
def demo_command() -> None:
    """Load the demo market (idempotent)."""
    ensure_database()
    setup_django()
    migrate()
    _load_demo()


@main.command("bought-together")
def bought_together() -> None:
    """Learn anew, from the newest orders, what is bought together (some seconds; repeatable)."""
    from newretail.trade.api import learn_together

    rows = learn_together(ensure_database())
    click.echo(f"{rows:,} pairs are kept.")


@main.command()
def stop() -> None:
    """Stop the embedded database (it outlives the market on purpose)."""
    from newretail.kit.postgres import stop_embedded

    stop_embedded(settings.VAR.path / "postgres")
    click.echo("The embedded database is stopped.")


@main.group()
def cells() -> None:
    """List, add and place cells: slices of a market with their own orders and stock."""


@cells.command("list")
def cells_list() -> None:
    """Every cell, where it lies and what it holds."""
    from psycopg import sql

    from newretail.cloud.api import places

    home = ensure_database()
    click.echo(f"{'cell':<24}{'market':<8}{'currency':<10}{'orders':>12}{'batch':>10}  where")
    for place in places(home).values():
        with psycopg.connect(place.url(home)) as connection:
            orders = "SELECT coalesce(sum(accepted), 0) FROM {c}.trade_batch WHERE kind <> 'move'"
            query = f"SELECT ({orders}), batch_number FROM {{c}}.cell_head"
            row = connection.execute(sql.SQL(query).format(c=sql.Identifier(place.name))).fetchone()
        assert row is not None
        where = "shadow of " + place.shadow_of if place.shadow_of else ("elsewhere" if place.database_url else "home")
        click.echo(f"{place.name:<24}{place.market_code:<8}{place.currency:<10}{row[0]:>12,}{row[1]:>10,}  {where}")


@cells.command("add")
@click.argument("name")
@click.option("--market", required=True, help="Country code, for example US.")
@click.option("--tenant", default=1, show_default=True)
@click.option("--database-url", default="", help="Place it on another PostgreSQL server; empty: here.")
def cells_add(name: str, market: str, tenant: int, database_url: str) -> None:
    """Open a new cell."""
    home = ensure_database()
    setup_django()
    from newretail.cloud.api import CellError, open_cell
    from newretail.markets.api import market as market_of
    from newretail.pay.api import open_charts

    try:
        currency = market_of(market).currency
        place = open_cell(
            home, name, tenant_id=tenant, market_code=market, currency=currency, database_url=database_url
        )
        open_charts(home)
    except (CellError, LookupError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The cell {place.name} is open for {place.market_code} in {place.currency}.")


@cells.command("place")
@click.argument("name")
@click.argument("nodes", nargs=-1, required=True)
def cells_place(name: str, nodes: tuple[str, ...]) -> None:
    """Let NODES belong to the cell NAME. Only nodes that hold no stock and no orders yet can be placed."""
    from newretail.stock.api import UnknownStock, place_nodes

    ensure_database()
    try:
        placed = place_nodes(name, nodes)
    except (UnknownStock, ValueError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{placed} nodes belong to {name}.")


@main.command("books")
def books_command() -> None:
    """File postings by account and close the business days that are over (serving does it by itself)."""
    home = ensure_database()
    setup_django()
    from newretail.doors.books import keep_books

    for kept in keep_books(home, datetime.now(UTC)):
        days = f"closed {kept.closed[0]} to {kept.closed[-1]}" if kept.closed else "no day to close"
        click.echo(f"{kept.cell:<24}{kept.postings:>10,} postings  {days}")


@main.group()
def mails() -> None:
    """Mails of the shop: they wait in an outbox until somebody sends them."""


@mails.command("send")
def mails_send() -> None:
    """Send what is due; a worker does the same again and again."""
    ensure_database()
    setup_django()
    from newretail.shopfront.api import catch_up, send_due_mails

    catch_up()
    click.echo(f"{send_due_mails()} mails went.")


@main.command("tidy")
def tidy_command() -> None:
    """Take away old sessions, carts and guests, and mails that were sent long ago."""
    ensure_database()
    setup_django()
    from newretail.shopfront.api import clean_up

    for what, rows in clean_up().items():
        click.echo(f"{what:<10}{rows:>8}")


@main.group()
def keys() -> None:
    """API keys of the public door."""


@keys.command("add")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="orders:write, orders:read, stock:read; all by default.")
@click.option("--rate", default=1000, show_default=True, help="Orders a second.")
def keys_add(name: str, scopes: tuple[str, ...], rate: int) -> None:
    """Make a key and print its secret, once."""
    from newretail.cloud.api import SCOPES, create_key

    try:
        secret = create_key(ensure_database(), name, scopes=scopes or SCOPES, orders_per_second=rate)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(secret)
    click.echo("Keep it: it is not stored and cannot be shown again.", err=True)


@keys.command("list")
def keys_list() -> None:
    """The keys that are not revoked."""
    from newretail.cloud.api import live_keys

    with psycopg.connect(ensure_database()) as connection:
        for key in live_keys(connection).values():
            scopes = ",".join(sorted(key.scopes))
            click.echo(f"{key.prefix}  {key.orders_per_second:>7}/s  {scopes:<40}  {key.name}")


@keys.command("revoke")
@click.argument("prefix")
def keys_revoke(prefix: str) -> None:
    """Revoke the key with that prefix."""
    from newretail.cloud.api import revoke_key

    if not revoke_key(ensure_database(), prefix):
        raise click.ClickException(f"There is no live key with the prefix {prefix}.")
    click.echo(f"The key {prefix} is revoked; doors notice within two seconds.")


@main.command()
@click.argument("name", type=click.Choice([*BENCHES, "all"]))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option("--results", default="bench/results", show_default=True, help="Where `all` keeps its JSON.")
def bench(name: str, as_json: bool, results: str) -> None:
    """Measure one figure (under a minute), or all of them, in a database of the benches' own."""
    from newretail.lab.bench.command import prepare, run_all, run_bench

    def bring_up_to_date() -> None:
        setup_django()
        migrate()

    url = prepare(ensure_database(), bring_up_to_date)
    if name != "all":
        figures = run_bench(name, url, as_json)
        if not as_json:
            click.echo("\n".join(f"{key:<28}{value}" for key, value in figures.items()))
    elif not run_all(url, Path(results)):
        raise click.ClickException("A floor was missed, or something was lost, doubled, oversold or out of balance.")


def _open_demo_bank() -> None:
    from newretail.pay.providers.registry import demo_bank_where_there_is_no_other

    demo_bank_where_there_is_no_other()


def _load_demo() -> None:
    from newretail.lab.demo.command import load_once

    load_once(settings.DATABASE_URL.text)


def _load_demo_apart() -> None:
    """Load it in a process of its own: the 700 MB that reading a year of baskets takes go with it."""
    from newretail.lab.demo.load import is_loaded

    if not is_loaded(settings.DATABASE_URL.text):
        code = subprocess.run([sys.executable, "-m", "newretail.doors.cli", "demo"], check=False).returncode
        if code:
            sys.exit(code)


def _first_staff_account() -> str:
    """Make the staff account of a new market; its password is kept in VAR, readable by its owner only."""
    from newretail.people.api import ensure_staff

    file: Path = settings.VAR.path / "staff_password"
    email = "staff@newretail.invalid"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12) + "\n")
    ensure_staff(email, file.read_text().strip())
    return f"{email} with the password in {file}"


if __name__ == "__main__":
    main()
