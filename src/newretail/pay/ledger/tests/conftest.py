from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from newretail.pay.ledger.tests.ledger_work import LIMITS, Clerk


@pytest.fixture
def open_clerk(open_cells) -> Iterator[Callable[..., Clerk]]:
    """Open a clerk at a fresh cell's ledger, or with `beside` at the ledger of another clerk."""
    clerks: list[Clerk] = []

    def opened(*, beside: Clerk | None = None) -> Clerk:
        if beside is not None:
            clerks.append(Clerk(beside.url, beside.cell))
        else:
            scratch = open_cells()
            clerks.append(Clerk(scratch.url, scratch.cells[0].name))
            clerks[-1].open(LIMITS)
        return clerks[-1]

    yield opened
    for clerk in clerks:
        clerk.close()
