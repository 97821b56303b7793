"""What the front window shows: of all that is sold, what most people buy, and nothing that not everybody may have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from newretail.catalog import api as catalog

SHELF_OF_A_ROW = 6  # products in one row of a desk
POPULAR, DEPARTMENTS, SHELF = 10, 3, 8  # products at the top, then departments with so many products each
SCENE, LOOKED_AT = 6, 40  # pictures at the top, and among how many products they are looked for
# Tobacco and alcohol are sold where people look for them, and are not put before everybody. These are words of the
# English names of categories; what stands in such a category is one of them, however deep. "Stop Smoking" is none.
_KEPT_BACK = re.compile(
    r"\b(tobacco|cigarettes?|cigars?|vap(e|es|ing)|alcohol|beers?|ales?|lagers?|wines?|liquors?|spirits?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Front:
    """Products by id: `popular`; of the busiest departments, what is not among these; for the `scene`, of six kinds.

    `may_be_shown`: by place of the index, whether a product may be put before everybody.
    """

    popular: tuple[int, ...]
    shelves: tuple[tuple[catalog.Place, tuple[int, ...]], ...]
    categories: tuple[catalog.Place, ...]
    scene: tuple[int, ...]
    may_be_shown: npt.NDArray[np.bool_]

    @property
    def product_ids(self) -> list[int]:
        return [*self.popular, *(product_id for _, wanted in self.shelves for product_id in wanted)]


def front_of(index: catalog.Index) -> Front:
    """The window of a market, worked out once an index."""
    return index.kept("front", "", lambda index, _: _front(index))


def is_kept_back(index: catalog.Index, place: catalog.Place) -> bool:
    """Whether a category, or one that it stands in, is of goods that are not put before everybody."""
    return any(_KEPT_BACK.search(one.name) for one in [place, *index.above(place.category_id)])


def _front(index: catalog.Index) -> Front:
    back = [place.category_id for place in index.tree.values() if is_kept_back(index, place)]
    may_be_shown = ~np.isin(index.category_id, back)
    places = np.flatnonzero(may_be_shown)
    shown = _Shown(set(), set())
    popular = _unlike(index, places, shown, POPULAR)
    return Front(
        popular,
        _shelves(index, may_be_shown, shown),
        tuple(index.children_of(None)),
        _scene(index, places[:LOOKED_AT]),
        may_be_shown,
    )


class _Shown(NamedTuple):
    """What the page shows already: products by id, and what they are called."""

    products: set[int]
    phrases: set[int]


def _unlike(index: catalog.Index, places: npt.NDArray[Any], shown: _Shown, limit: int) -> tuple[int, ...]:
    """The first products that are called as none that is shown; where these are too few, the first others.

    A window with white milk in it five times, of as many makers and sizes, says less than one with five things.
    """
    first = places[: LOOKED_AT * limit]
    products, phrases = index.product_id[first].tolist(), index.phrase[first].tolist()
    found: list[int] = []
    for may_be_alike in (False, True):
        for product_id, phrase in zip(products, phrases, strict=True):
            if len(found) == limit:
                break
            if product_id not in shown.products and (may_be_alike or phrase not in shown.phrases):
                shown.products.add(product_id)
                shown.phrases.add(phrase)
                found.append(product_id)
    return tuple(found)


def _shelves(
    index: catalog.Index, may_be_shown: npt.NDArray[np.bool_], shown: _Shown
) -> tuple[tuple[catalog.Place, tuple[int, ...]], ...]:
    """The busiest departments with their most bought products, none of which the page shows already."""
    found: list[tuple[catalog.Place, tuple[int, ...]]] = []
    for place in [place for place in index.busiest if not is_kept_back(index, place)][:DEPARTMENTS]:
        places = index.within(place.category_id)
        left = _unlike(index, places[may_be_shown[places]], shown, SHELF)
        if len(left) >= SHELF_OF_A_ROW:
            found.append((place, left))
    return tuple(found)


def _scene(index: catalog.Index, places: npt.NDArray[np.intp]) -> tuple[int, ...]:
    """Products for the picture at the top: the most bought ones of six categories."""
    of_category: dict[int, int] = {}
    for category_id, product_id in zip(
        index.category_id[places].tolist(), index.product_id[places].tolist(), strict=True
    ):
        of_category.setdefault(category_id, product_id)
    return tuple(of_category.values())[:SCENE]
