"""Load the demo market into a database: steps, each one transaction that also records that it is done.

So a load that was interrupted is simply run again, and one that is complete finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from newretail.cloud import api as cloud
from newretail.kit.sql import statements
from newretail.lab.demo import home, pricing, tills, wallets
from newretail.lab.demo.plan import Plan
from newretail.lab.demo.progress import Report, silent
from newretail.lab.demo.source import read_source
from newretail.lab.demo.world import MARKETS, TENANT_ID
from newretail.trade import api as trade

Connection = psycopg.Connection[Any]
Figures = dict[str, int]


@dataclass
class Loader:
    """One run of the load; the plan is worked out when the first step needs it."""

    database_url: str
    report: Report
    figures: dict[str, Figures] = field(default_factory=dict)

    @cached_property
    def plan(self) -> Plan:
        self.report("Read the source", 0, 1)
        plan = Plan(read_source())
        self.report("Read the source", 1, 1)
        return plan

    def steps(self) -> Sequence[tuple[str, Callable[[Connection], Figures]]]:
        cells: Iterable[tuple[str, Callable[[Connection], Figures]]] = (
            (market.cell, lambda connection, number=number: tills.load(connection, self.plan, number, self.report))  # type: ignore[misc]
            for number, market in enumerate(MARKETS)
        )
        return [
            ("markets", home.load_markets),
            ("catalogue", lambda connection: home.load_catalogue(connection, self.plan, self.report)),
            ("nodes", lambda connection: home.load_nodes(connection, self.plan)),
            ("members", lambda connection: home.load_members(connection, self.plan)),
            ("names", lambda connection: home.load_names(connection, lambda: self.plan)),
            *cells,
            ("pricing", pricing.load),
            ("together", lambda connection: {"pairs": trade.learn_together(self.database_url)}),
        ]

    def run(self) -> None:
        sql = statements(__package__, "load.sql")
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(sql["steps_table"].encode())
            self.figures = dict(connection.execute(sql["done"].encode()).fetchall())
            missing = [step for step in self.steps() if step[0] not in self.figures]
            for name, work in missing:
                if name == "nodes":
                    self._open_cells()  # repeatable, so it needs no step of its own
                self._step(connection, name, work)
            if "wallets" not in self.figures:
                wallets.fill(self.database_url)  # repeatable, in transactions of the books' own
                self._step(connection, "wallets", wallets.figures)
            if missing:
                connection.execute(sql["analyze_home"].encode())

    def _step(self, connection: Connection, name: str, work: Callable[[Connection], Figures]) -> None:
        sql = statements(__package__, "load.sql")
        with connection.transaction():
            connection.execute(sql["lock"].encode())
            done = dict(connection.execute(sql["done"].encode()).fetchall())
            if name not in done:
                done[name] = work(connection)
                connection.execute(sql["add_step"].encode(), [name, Jsonb(done[name]), datetime.now(UTC)])
            self.figures[name] = done[name]

    def _open_cells(self) -> None:
        for market in MARKETS:
            cloud.open_cell(
                self.database_url,
                market.cell,
                tenant_id=TENANT_ID,
                market_code=market.code,
                currency=market.currency,
            )


def load_demo(database_url: str, progress: Report = silent) -> dict[str, Figures]:
    """Load what is missing of the demo market into a migrated database; return the figures of every step.

    Raises `home.CatalogueNotEmpty` where products are that are not the demo's, `source.SourceMissing` where the
    package with the data is not installed.
    """
    loader = Loader(database_url, progress)
    loader.run()
    return loader.figures


def is_loaded(database_url: str) -> bool:
    """Whether every step of the load is done."""
    sql = statements(__package__, "load.sql")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql["steps_table"].encode())
        done = {name for name, _ in connection.execute(sql["done"].encode())}
    cells = (market.cell for market in MARKETS)
    return done >= {"markets", "catalogue", "nodes", "members", "names", "pricing", "wallets", *cells, "together"}
