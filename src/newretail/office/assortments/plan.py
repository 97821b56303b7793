"""What a change of assortments comes to: pure, so that the look before it and the deed itself cannot differ."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from newretail.catalog import api as catalog
from newretail.stock import api as stock

LONGEST_CODE = 40
_BETWEEN_CODES = re.compile(r"[\s,;]+")


class Deed(StrEnum):
    """What shall become of the SKUs at the stores."""

    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Said:
    """A SKU code as somebody wrote it, with the row where it stands."""

    row: int
    code: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and what to do."""

    row: int
    said: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`pairs`: (node id, SKU id) that would change; `staying`: pools that are not empty; `already`: pairs as wished."""

    deed: Deed
    pairs: list[tuple[int, int]]
    staying: list[stock.Pool]
    already: int

    @property
    def sku_ids(self) -> set[int]:
        return {sku_id for _node, sku_id in self.pairs}

    @property
    def digest(self) -> str:
        """Changes when what would be done does: only what was looked at is done."""
        told = repr((self.deed, self.pairs, [(pool.node_id, pool.sku_id) for pool in self.staying]))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def codes_of(text: str) -> list[Said]:
    """The codes of a text, with spaces, commas, semicolons or new lines between them; each line is a row."""
    lines = enumerate(text.replace("\0", " ").splitlines(), 1)
    return [Said(row, code) for row, line in lines for code in _BETWEEN_CODES.split(line) if code]


def faults_of(said: Iterable[Said], known: Mapping[str, catalog.Line], deed: Deed) -> list[Fault]:
    """Every fault of the codes, in their order; a code that is said twice is no fault, it is meant once."""
    found = []
    for each in said:
        line = known.get(each.code)
        if line is None:
            text = _("Nobody has this SKU code. Correct it, or import the product first.")
            found.append(Fault(each.row, each.code[:LONGEST_CODE], text))
        elif deed is Deed.START and not line.is_sold:
            text = _("This SKU is not on sale. Put it on sale at its product first, or leave it out.")
            found.append(Fault(each.row, each.code, text))
    return found


def unpriced(
    pairs: Iterable[tuple[int, int]], market_of: Mapping[int, str], lines: Mapping[int, catalog.Line]
) -> list[tuple[str, catalog.Line]]:
    """(market, SKU) of what would be sold without a base price there: each once, by market and code. Such a SKU is
    ordered by nobody until it has one, or a price list has one for it."""
    found = {(market_of[node_id], sku_id) for node_id, sku_id in pairs}
    missing = [(market, lines[sku_id]) for market, sku_id in found if market not in lines[sku_id].prices]
    return sorted(missing, key=lambda each: (each[0], each[1].sku_code))


def planned(deed: Deed, node_ids: Sequence[int], sku_ids: Collection[int], pools: Iterable[stock.Pool]) -> Plan:
    """What the deed comes to at these nodes, where `pools` are those of the nodes and SKUs that there are."""
    there = {(pool.node_id, pool.sku_id): pool for pool in pools}
    wanted = sorted((node_id, sku_id) for node_id in set(node_ids) for sku_id in set(sku_ids))
    if deed is Deed.START:
        pairs = [key for key in wanted if key not in there]
        return Plan(deed, pairs, [], len(wanted) - len(pairs))
    here = [there[key] for key in wanted if key in there]
    pairs = [(pool.node_id, pool.sku_id) for pool in here if pool.stays is None]
    return Plan(deed, pairs, [pool for pool in here if pool.stays is not None], len(wanted) - len(here))
