"""What `newretail demo` and the first `newretail run` do: load the demo market, with bars, unless it is there."""

from __future__ import annotations

import click

from newretail.lab.demo.home import CatalogueNotEmpty
from newretail.lab.demo.load import is_loaded, load_demo
from newretail.lab.demo.progress import on_console
from newretail.lab.demo.source import SourceMissing


def load_once(database_url: str) -> bool:
    """Load what is missing into a migrated database; tell whether there was anything to do.

    Raises click.ClickException, in words, where the database or the machine is not as it must be.
    """
    if is_loaded(database_url):
        return False
    click.echo("Loading the demo market: a year of real baskets, once…")
    try:
        with on_console() as report:
            load_demo(database_url, report)
    except (CatalogueNotEmpty, SourceMissing) as error:
        raise click.ClickException(str(error)) from error
    return True
