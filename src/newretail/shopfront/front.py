"""What the front window shows: of all that is sold, what most people buy, and nothing that not everybody may have."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    first = np.flatnonzero(may_be_shown)[:LOOKED_AT]
    popular = tuple(index.product_id[first[:POPULAR]].tolist())
    return Front(
        popular,
        _shelves(index, may_be_shown, set(popular)),
        tuple(index.children_of(None)),
        _scene(index, first),
        may_be_shown,
    )


def _shelves(
    index: catalog.Index, may_be_shown: npt.NDArray[np.bool_], shown: set[int]
) -> tuple[tuple[catalog.Place, tuple[int, ...]], ...]:
    """The busiest departments with their most bought products, none of which the page shows already."""
    found: list[tuple[catalog.Place, tuple[int, ...]]] = []
    for place in [place for place in index.busiest if not is_kept_back(index, place)][:DEPARTMENTS]:
        places = index.within(place.category_id)
        first = index.product_id[places[may_be_shown[places]][: len(shown) + SHELF]].tolist()
        left = tuple(product_id for product_id in first if product_id not in shown)[:SHELF]
        if len(left) >= SHELF_OF_A_ROW:
            found.append((place, left))
            shown.update(left)
    return tuple(found)


def _scene(index: catalog.Index, places: npt.NDArray[np.intp]) -> tuple[int, ...]:
    """Products for the picture at the top: the most bought ones of six categories."""
    of_category: dict[int, int] = {}
    for category_id, product_id in zip(
        index.category_id[places].tolist(), index.product_id[places].tolist(), strict=True
    ):
        of_category.setdefault(category_id, product_id)
    return tuple(of_category.values())[:SCENE]
