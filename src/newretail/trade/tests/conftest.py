from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from newretail.trade.tests.desk_work import Writer


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
