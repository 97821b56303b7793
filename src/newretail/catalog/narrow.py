"""Narrowing a list of products, and counting what each choice would leave. Pure NumPy on the columns of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from newretail.catalog.index import Index, Ints

BRANDS_SHOWN = 16
ALIKE_KEPT = 5000  # products, of one market
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a list is wanted: a price band (which gap of `ends`), any of some brands, in stock, and in which order.

    `stocked` are the SKU ids that the visitor's store has, in order; None: nobody can tell. `order` is "" (the order of
    the list), "price" or "-price". `prices`: by SKU id what each costs on the visitor's shelf; None: what the catalogue
    says. Whoever asks again with the very same arrays is answered from what is kept.
    """

    ends: Sequence[int] = ()
    band: int | None = None
    brands: Sequence[str] = ()
    only_stocked: bool = False
    stocked: Ints | None = None
    order: str = ""
    prices: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many products each choice would leave, all other choices kept; `brands` the most common first."""

    total: int
    bands: tuple[int, ...]
    brands: tuple[tuple[str, int], ...]
    stocked: int | None
    categories: dict[int, int]


def narrow(index: Index, places: Ints, wish: Wish) -> tuple[Ints, Counts]:
    """Those of the places that are wanted, in the order wished for, and the counts beside the choices."""
    brand = index.brand[places]
    price = _prices(index, places, wish.prices)
    bands = np.searchsorted(np.array(wish.ends, np.int64), price, side="right")
    codes = [index.brand_codes[name] for name in wish.brands if name in index.brand_codes]
    every = np.ones(len(places), bool)
    in_band = every if wish.band is None else bands == wish.band
    of_brand = every if not wish.brands else np.isin(brand, codes)
    there = None if wish.stocked is None else _has(wish.stocked, index.sku_id[places])
    in_stock = there if wish.only_stocked and there is not None else every
    kept = in_band & of_brand & in_stock
    counts = Counts(
        total=int(np.count_nonzero(kept)),
        bands=tuple(np.bincount(bands[of_brand & in_stock], minlength=len(wish.ends) + 1).tolist()),
        brands=_brand_counts(index, brand[in_band & in_stock], codes),
        stocked=None if there is None else int(np.count_nonzero(in_band & of_brand & there)),
        categories=_category_counts(index, places[kept]),
    )
    found = places[kept]
    if wish.order:
        by_price = price[kept]
        found = found[np.argsort(-by_price if wish.order == "-price" else by_price, kind="stable")]
    return found, counts


def narrow_shelf(index: Index, category_id: int, wish: Wish) -> tuple[Ints, Counts]:
    """`narrow` of all products of a category; the same wish of the same stock and prices is counted once an index."""
    key = (category_id, tuple(wish.ends), wish.band, tuple(wish.brands), wish.only_stocked, wish.order)
    return index.kept_while((wish.stocked, wish.prices), key, lambda: narrow(index, index.within(category_id), wish))


def _prices(index: Index, places: Ints, prices: npt.NDArray[np.int64] | None) -> npt.NDArray[Any]:
    """What the products cost: on a shelf, and by the catalogue where there is none or it does not know one yet."""
    listed = index.price_minor[places]
    if prices is None:
        return listed
    sku = index.sku_id[places]
    shown = prices[np.minimum(sku, len(prices) - 1)]
    return np.where((sku < len(prices)) & (shown > 0), shown, listed)


def _has(ids: Ints, wanted: Ints) -> Mask:
    """Which of the wanted are among the ids (small and dense, as those of SKUs are)."""
    there = np.zeros(max(int(ids.max(initial=0)), int(wanted.max(initial=0))) + 1, bool)
    there[ids] = True
    found: Mask = there[wanted]
    return found


def _brand_counts(index: Index, brand: Ints, chosen: list[int]) -> tuple[tuple[str, int], ...]:
    """The most common brands, and whatever is chosen, even where nothing of it is left."""
    counts = np.bincount(brand, minlength=len(index.brands))
    most = np.argsort(-counts, kind="stable")[:BRANDS_SHOWN].tolist()
    shown = [code for code in most if counts[code]] + [code for code in chosen if code not in most or not counts[code]]
    return tuple((index.brands[code], int(counts[code])) for code in shown if index.brands[code])


def _category_counts(index: Index, places: Ints) -> dict[int, int]:
    if not len(places):
        return {}
    counts = np.bincount(index.category_id[places])
    filled = np.flatnonzero(counts)
    return dict(zip(filled.tolist(), counts[filled].tolist(), strict=True))


def like(index: Index, product_id: int, limit: int) -> list[int]:
    """Products of the same category: first others of the same kind, then other kinds, no kind more than twice."""
    found = index.alike.get((product_id, limit))
    if found is None:
        if len(index.alike) >= ALIKE_KEPT:
            index.alike.clear()
        found = index.alike[product_id, limit] = _like(index, product_id, limit)
    return list(found)


def _like(index: Index, product_id: int, limit: int) -> list[int]:
    (here,) = index.places_of(np.array([product_id], np.int32)).tolist() or [None]
    if here is None:
        return []
    shelf = index.places_in([int(index.category_id[here])])
    kinds = index.phrase[shelf]
    own = shelf[(kinds == index.phrase[here]) & (shelf != here)][:2].tolist()
    _, first = np.unique(kinds, return_index=True)
    others = [place for place in np.sort(shelf[first]).tolist() if index.phrase[place] != index.phrase[here]]
    chosen = (own + others)[:limit]
    chosen += [place for place in shelf.tolist()[: limit * 3] if place not in (here, *chosen)][: limit - len(chosen)]
    return [int(index.product_id[place]) for place in chosen]
