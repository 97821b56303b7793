"""`newretail rehearse`: an 11.11 on this machine, with real baskets, through the public door."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click

from newretail.kit import settings
from newretail.kit.home import ensure_database


@click.command("rehearse")
@click.option("--orders", default=50_000, show_default=True, type=click.IntRange(1, 5_000_000), help="How many.")
@click.option("--duration", default=60.0, show_default=True, type=click.FloatRange(1, 3600), help="Seconds of the day.")
@click.option(
    "--peak-factor", default=8.0, show_default=True, type=click.FloatRange(1, 1000), help="Midnight against noon."
)
@click.option("--markets", default="", help="Country codes by commas; all markets by default.")
@click.option("--seed", default=1111, show_default=True, help="The same seed makes the same day.")
@click.option("--connections", default=256, show_default=True, type=click.IntRange(1, 4000), help="Open at once.")
@click.option(
    "--url", default=None, help="A market on this machine; by default the one that is open, or one of its own."
)
@click.option(
    "--stock-factor",
    default=1,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Stock up by this before midnight.",
)
@click.option(
    "--tenders",
    default="",
    help='How many pay by what, e.g. "wallet=60,card=20"; as on the real day by default.',
)
@click.option("--unpaid", is_flag=True, help="Leave every order on account: nothing is paid.")
@click.option(
    "--faulty", default=1.0, show_default=True, type=click.FloatRange(0, 4), help="How faulty the demo bank is."
)
@click.option("--sweep", is_flag=True, help="Only remove what rehearsals wrote: their shadow cells and keys.")
@click.pass_context
def command(
    context: click.Context,
    orders: int,
    duration: float,
    peak_factor: float,
    markets: str,
    seed: int,
    connections: int,
    url: str | None,
    stock_factor: int,
    tenders: str,
    unpaid: bool,
    faulty: float,
    sweep: bool,
) -> None:
    """Rehearse an 11.11: real baskets as shoppers who pay, a flash sale at midnight, then the audit and a report.

    Cards and bank transfers are asked of the demo bank, which fails as real ones do.

    Everything it writes lies in shadow cells, apart from the real market; --sweep removes them.
    """
    home_url = ensure_database()
    if sweep:
        _sweep(home_url)
        return
    from newretail.lab.rehearsal.rehearse import Options
    from newretail.lab.rehearsal.tenders import BadTenders, read_mix
    from newretail.pay.providers.registry import demo_bank_where_there_is_no_other

    demo_bank_where_there_is_no_other()
    chosen = tuple(sorted(code.strip().upper() for code in markets.split(",") if code.strip()))
    if unpaid and tenders:
        raise click.UsageError("Say --unpaid or --tenders, not both.")
    try:
        mix = {} if unpaid else read_mix(tenders)
    except BadTenders as error:
        raise click.BadParameter(str(error), param_hint="--tenders") from None
    options = Options(orders, duration, peak_factor, chosen, seed, connections, url, stock_factor, mix, faulty)
    results = _perform(home_url, options)
    page = _keep(results)
    _tell(results, page)
    money_holds = not results["payments"] or results["payments"]["settling"]["holds"]
    if not (results["proof"]["holds"] and all(law["holds"] for law in results["laws"]) and money_holds):
        context.exit(1)


def _sweep(home_url: str) -> None:
    from newretail.cloud.api import sweep

    swept = sweep(home_url)
    click.echo(f"Swept away: {', '.join(swept)}." if swept else "There is nothing to sweep away.")


def _perform(home_url: str, options: Any) -> dict[str, Any]:
    import psycopg
    from rich.console import Console
    from rich.live import Live

    from newretail.lab.rehearsal.client import NotLoopback, loopback_address
    from newretail.lab.rehearsal.progress import panel
    from newretail.lab.rehearsal.rehearse import View, rehearse
    from newretail.lab.rehearsal.server import NoMarket
    from newretail.lab.rehearsal.stage import NothingToReplay, Stage

    console = Console()
    with Live(console=console, auto_refresh=False, transient=False) as live:

        def watch(scene: Stage, view: View) -> None:
            flash = (scene.flash.units, view.flash_taken)
            shown = panel(
                view.records, view.now, options.duration_s, view.sample, flash, scene.flash.name, view.waiting
            )
            live.update(shown, refresh=True)

        try:
            if options.url:
                loopback_address(options.url)
            return rehearse(home_url, settings.VAR.path, options, console.print, watch)
        except (NotLoopback, NoMarket, NothingToReplay) as error:
            raise click.ClickException(str(error)) from None
        except psycopg.errors.UndefinedTable:
            raise click.ClickException("There is no market in this database yet. Open one with: make run.") from None


def _keep(results: dict[str, Any]) -> Path:
    """Write the report and its figures under VAR/reports; return the page."""
    from newretail.lab.report.page import render

    folder = settings.VAR.path / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"rehearsal-{results['rehearsal']['id']}.html"
    page.with_suffix(".json").write_text(json.dumps(results, indent=1))
    page.write_text(render(results))
    shutil.copyfile(page, folder / "latest.html")
    return page


def _tell(results: dict[str, Any], page: Path) -> None:
    figures, proof = results["headline"], results["proof"]
    latency = figures["latency_ms"]
    click.echo(
        f"\n{figures['orders']:,} orders in {figures['seconds']:.1f} s: {figures['accepted']:,} accepted,"
        f" {figures['refused']:,} refused, {figures['replayed']:,} replays answered;"
        f" peak {figures['peak_orders_per_s']:,}/s; p50 {latency['p50']:,.0f} ms, p99 {latency['p99']:,.0f} ms."
    )
    click.echo(
        f"{proof['acknowledged']:,} acknowledged, {proof['in_the_book']:,} in the book:"
        f" {proof['lost']} lost, {proof['doubled'] + proof['placed_again']} doubled,"
        f" {proof['flash_oversold']} oversold."
    )
    _tell_money(results["payments"])
    for law in results["laws"]:
        click.secho(f"law {law['number']}  {'OK' if law['holds'] else 'BROKEN'}", fg=None if law["holds"] else "red")
        for offender in law["offenders"][:5]:
            click.echo(f"         {offender}")
    click.echo(f"\nReport: {page}\nTo remove what it wrote: newretail rehearse --sweep")


def _tell_money(money: dict[str, Any]) -> None:
    """What was paid, declined and settled, in a few lines."""
    if not money:
        return
    settle, settling = money["time_to_settle_ms"], money["settling"]
    shares = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in money["tenders"].items())
    click.echo(f"{money['payments']:,} payments, {money['peak_per_s']:,}/s at the peak: {shares}.")
    declines = ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in money["declines"].items())
    click.echo(f"Declines: {declines or 'none'}; {settling['given_up']:,} orders never paid and given up.")
    if money["waited"]:
        click.echo(
            f"Through the bank {money['waited']:,} orders, paid after p50 {settle['p50'] / 1000:,.2f} s,"
            f" p99 {settle['p99'] / 1000:,.2f} s; {money['outcomes'].get('late', 0):,} came late and went back;"
            f" {sum(money['faults'].values()):,} faults of the bank survived,"
            f" {settling['repaired']:,} lost webhooks made good."
        )
    lost = ", ".join(f"{book} {minor:,}" for book, minor in settling["lost_minor"].items() if minor)
    state = f"lost {settling['lost']:,}" + (f" ({lost})" if lost else "")
    if not settling["complete"]:
        state = f"not compared: {settling['trouble']}"
    click.secho(
        f"Three books (bank, ledger, orders): {state}; settled in {settling['seconds']:.0f} s.",
        fg=None if settling["holds"] else "red",
    )
