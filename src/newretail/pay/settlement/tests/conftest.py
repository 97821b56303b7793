from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from newretail.pay.settlement.tests.settlement_work import Shop


@pytest.fixture
def open_shop(open_cells) -> Iterator[Callable[..., Shop]]:
    """Open the books of a fresh cell for a currency."""
    shops: list[Shop] = []

    def opened(currency: str = "USD") -> Shop:
        scratch = open_cells()
        shops.append(Shop(scratch.url, scratch.cells[0].name, currency))
        return shops[-1]

    yield opened
    for shop in shops:
        shop.close()
