"""`newretail audit`: are all laws kept on the live database?"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newretail.kit import settings
from newretail.kit.home import ensure_database

if TYPE_CHECKING:
    from newretail.lab.audit.laws import LawResult


def line(law: LawResult) -> str:
    """A law on one line: number, verdict, statement, what was counted."""
    counted = ", ".join(f"{count:,} {unit}" for unit, count in law.counted.items())
    return f"law {law.number}  {'OK    ' if law.holds else 'BROKEN'}  {law.statement}  ({counted})"


def _keep(laws: list[LawResult]) -> None:
    """Leave the verdicts under VAR/reports, where the office tells when the house was last looked over."""
    folder = settings.VAR.path / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    verdicts = [{"number": law.number, "holds": law.holds, "statement": law.statement} for law in laws]
    (folder / "audit.json").write_text(json.dumps(verdicts, indent=1))


@click.command("audit")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of one line a law.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Check the laws on the live database; exit with 1 when one is broken."""
    from newretail.lab.audit.laws import audit

    started = time.perf_counter()
    laws = audit(ensure_database())
    _keep(laws)
    if as_json:
        click.echo(json.dumps([{**asdict(law), "holds": law.holds, "counted": law.counted} for law in laws], indent=1))
    else:
        for law in laws:
            click.secho(line(law), fg=None if law.holds else "red")
            for offender in law.offenders[:10]:
                click.echo(f"         {offender}")
        click.echo(f"{sum(law.holds for law in laws)} of {len(laws)} laws hold; {time.perf_counter() - started:.1f} s")
    if not all(law.holds for law in laws):
        context.exit(1)
