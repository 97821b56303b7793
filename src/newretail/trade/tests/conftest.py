from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from newretail.trade.tests.desk_work import Writer
from newretail.trade.tests.paying_work import Cashier


@pytest.fixture
def open_writer(open_cells) -> Iterator[Callable[..., Writer]]:
    """Open a writer on a fresh cell, or with `beside` on the cell of another writer."""
    writers: list[Writer] = []

    def opened(*, on_hand: int = 1_000_000, beside: Writer | None = None) -> Writer:
        if beside is not None:
            writers.append(Writer(beside.url, beside.cell, beside.nodes))
        else:
            scratch = open_cells(on_hand=on_hand)
            writers.append(Writer(scratch.url, scratch.cells[0].name, {scratch.node(): scratch.node_ids[0]}))
        return writers[-1]

    yield opened
    for writer in writers:
        writer.close()


@pytest.fixture
def open_cashier(open_cells) -> Iterator[Callable[..., Cashier]]:
    """Open a cashier on a fresh cell, or with `beside` on the cell of another."""
    cashiers: list[Cashier] = []

    def opened(*, on_hand: int = 1000, beside: Cashier | None = None) -> Cashier:
        if beside is not None:
            cashiers.append(Cashier(beside.url, beside.cell, beside.nodes))
        else:
            scratch = open_cells(on_hand=on_hand)
            cashiers.append(Cashier(scratch.url, scratch.cells[0].name, {scratch.node(): scratch.node_ids[0]}))
        return cashiers[-1]

    yield opened
    for cashier in cashiers:
        cashier.close()
