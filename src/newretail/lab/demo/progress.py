"""What a load says while it runs: one line a step, with a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

# (what is done now, how much of it is done, of how much)
Report = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """Say nothing."""


@contextmanager
def on_console(console: Console | None = None) -> Iterator[Report]:
    """Bars on a terminal; where there is none (a log file) one line a finished step."""
    shown = console or Console()
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TimeElapsedColumn(),
        console=shown,
        disable=not shown.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)
        if done == total and not shown.is_terminal:
            shown.print(f"{what}: {total:,}")

    with bars:
        yield report
