"""What is sold in a market, as columns in memory: for counting and narrowing, which a page could not ask a table for.

Pages read it as it was at the catalogue's newest revision; of a large catalogue that changes all the time it is read
anew no more often than costs a fiftieth of the time. What a card says is read from the tables whatever stands here.
"""

from __future__ import annotations

import gc
import json
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from newretail.catalog.names import LANGUAGES, tell_brands
from newretail.catalog.said import Names, names_of
from newretail.catalog.vocabulary import Vocabulary, vocabulary
from newretail.kit.sql import statements

SHARE = 50  # reading takes at most one part in so many of the time …
CHEAP = 0.1  # … unless it takes less than so many seconds
BURST = 4  # readings may follow one another at once after a quiet time: whoever publishes sees it in the shop
LARGE = 5000  # names
LISTS_KEPT = 64  # of one market: 4 bytes a product of the list each
Ints = npt.NDArray[np.int32]
Kept = TypeVar("Kept")
COLUMNS = ("product_id", "category_id", "brand", "phrase", "sku_id", "price_minor", "popularity")


@dataclass(frozen=True, slots=True)
class Place:
    """A category of the tree."""

    category_id: int
    parent_id: int | None
    slug: str
    name: str


@dataclass(frozen=True)
class Index:
    """Every product that is sold in a market, one place each, the most bought first.

    `brand` and `phrase` are places in `brands` and `phrases`; a phrase is a name without the size at its end.
    `sku_id` is the product's cheapest SKU and `price_minor` what it costs. `names`: in the languages besides English.
    """

    revision: int
    product_id: Ints
    category_id: Ints
    brand: Ints
    phrase: Ints
    sku_id: Ints
    price_minor: Ints
    popularity: Ints
    brands: list[str]
    phrases: list[str]
    tree: dict[int, Place]
    names: dict[str, Names] = field(default_factory=dict)

    @cached_property
    def by_slug(self) -> dict[str, Place]:
        return {place.slug: place for place in self.tree.values()}

    @cached_property
    def brand_codes(self) -> dict[str, int]:
        return {brand: code for code, brand in enumerate(self.brands)}

    @cached_property
    def brand_sizes(self) -> Ints:
        """How many products each brand has."""
        return np.bincount(self.brand, minlength=len(self.brands)).astype(np.int32)

    @cached_property
    def brand_starts(self) -> list[tuple[str, int]]:
        """Brands in lower case, in order, each with its place in `brands`."""
        return sorted((brand.casefold(), code) for code, brand in enumerate(self.brands))

    @cached_property
    def _by_product(self) -> Ints:
        return np.argsort(self.product_id).astype(np.int32)

    @cached_property
    def _by_category(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.category_id, kind="stable").astype(np.int32)
        return order, self.category_id[order]

    def places_of(self, product_ids: Ints) -> Ints:
        """The places of those products that are here, in the order given."""
        if not len(self.product_id):
            return np.zeros(0, np.int32)
        order = self._by_product
        at = np.minimum(np.searchsorted(self.product_id, product_ids, sorter=order), len(order) - 1)
        found: Ints = order[at]
        known: Ints = found[self.product_id[found] == product_ids]
        return known

    def places_in(self, category_ids: list[int]) -> Ints:
        """The places of the products of some categories, the most bought first."""
        order, sorted_ids = self._by_category
        starts = np.searchsorted(sorted_ids, category_ids)
        ends = np.searchsorted(sorted_ids, category_ids, side="right")
        parts = [order[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, np.int32)

    @cached_property
    def _children(self) -> dict[int | None, list[Place]]:
        found: dict[int | None, list[Place]] = {}
        for place in self.tree.values():
            found.setdefault(place.parent_id, []).append(place)
        return found

    def children_of(self, category_id: int | None) -> list[Place]:
        """The categories right below one, by name; of None: the departments."""
        return list(self._children.get(category_id, ()))

    def below(self, category_id: int) -> list[Place]:
        """Everything below a category, however deep."""
        found = self.children_of(category_id)
        for place in found:  # grows while it is walked
            found += [below for below in self.children_of(place.category_id) if below not in found]
        return found

    @cached_property
    def _ids_within(self) -> dict[int, list[int]]:
        return {}

    def ids_within(self, category_id: int) -> list[int]:
        """A category and everything below it."""
        if category_id not in self._ids_within:
            self._ids_within[category_id] = [category_id, *(place.category_id for place in self.below(category_id))]
        return self._ids_within[category_id]

    @cached_property
    def _within(self) -> dict[int, Ints]:
        return {}

    def within(self, category_id: int) -> Ints:
        """The places of the products of a category and of all below it, the most bought first; kept with the index."""
        if category_id not in self._within:
            self._within[category_id] = self.places_in(self.ids_within(category_id))
        return self._within[category_id]

    @cached_property
    def busiest(self) -> list[Place]:
        """The departments, that of which most is bought first."""
        bought = {place: int(self.popularity[self.within(place.category_id)].sum()) for place in self.children_of(None)}
        return sorted((place for place in bought if bought[place]), key=lambda place: -bought[place])

    @cached_property
    def _by_basis(self) -> dict[Hashable, tuple[tuple[object, ...], Any]]:
        return {}

    def kept_while(self, basis: tuple[object, ...], what: Hashable, make: Callable[[], Kept]) -> Kept:
        """What `make` makes of this index and of a basis (stock, prices, offers), made once while that is the same.

        The same are only the very same objects: arrays and shelves are made anew when anything of them changes.
        """
        found = self._by_basis.get(what)
        if found is None or any(now is not then for now, then in zip(basis, found[0], strict=True)):
            if len(self._by_basis) >= LISTS_KEPT:
                self._by_basis.clear()
            found = self._by_basis[what] = basis, make()
        kept: Kept = found[1]
        return kept

    @cached_property
    def alike(self) -> dict[tuple[int, int], list[int]]:
        """What `like` found."""
        return {}

    def above(self, category_id: int) -> list[Place]:
        """What a category stands in, the department first."""
        found: list[Place] = []
        parent = self.tree[category_id].parent_id
        while parent is not None and self.tree[parent] not in found:
            found.insert(0, self.tree[parent])
            parent = self.tree[parent].parent_id
        return found

    @cached_property
    def words(self) -> Vocabulary:
        """The words of names and brands, with how much is bought of what they name."""
        worth = np.bincount(self.phrase, self.popularity, len(self.phrases)) if self.phrases else np.zeros(0)
        return vocabulary(self.phrases, worth.tolist())

    @cached_property
    def _kept_by_language(self) -> dict[tuple[str, str], Any]:
        return {}

    def kept(self, what: str, language: str, make: Callable[[Index, str], Kept]) -> Kept:
        """What `make` makes of this index in a language, made once."""
        if (what, language) not in self._kept_by_language:
            self._kept_by_language[what, language] = make(self, language)
        found: Kept = self._kept_by_language[what, language]
        return found

    @cached_property
    def best_of_phrase(self) -> Ints:
        """The place of the most bought product of each phrase."""
        _, first = np.unique(self.phrase, return_index=True)
        return first.astype(np.int32)


_kept: dict[tuple[str, int], tuple[Index, float, float]] = {}  # with when its time is made up for, and how long it took
_reading = threading.Lock()


def _read(market: str, tenant: int, revision: int) -> Index:
    # Not at the top: the trade engine's process imports this room's api and has no Django.
    from django.db import connection

    sql = statements("newretail.catalog", "index.sql")
    values: dict[str, str | int] = {"market": market, "tenant": tenant}
    with connection.cursor() as cursor:
        cursor.execute(sql["columns"], values)
        *packed, sizes, korean, chinese, brands, phrases = cursor.fetchone()
        cursor.execute(sql["tree"], values)
        tree = {row[0]: Place(*row) for row in cursor.fetchall()}
        cursor.execute(sql["brand_names"], values)
        tell_brands({brand: json.loads(said) for brand, said in cursor.fetchall()})
    numbers = (np.frombuffer(column or b"", ">i4").astype(np.int32) for column in packed)
    columns = dict(zip(COLUMNS, numbers, strict=True))
    brands, phrases = brands or [], phrases or []
    base = [phrases[code] for code in columns["phrase"].tolist()]
    names = {
        language: names_of(language, said.split("\n"), base, sizes.split("\n"), columns["popularity"])
        for language, said in zip(LANGUAGES, (korean, chinese), strict=True)
        if said is not None
    }
    return Index(revision=revision, **columns, brands=brands, phrases=phrases, tree=tree, names=names)


def current_revision() -> int:
    """The number of the newest change of the catalogue, on Django's connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "index.sql")["revision"])
        row: Any = cursor.fetchone()
    return int(row[0])


def index(market: str, tenant: int = 1, *, revision: int | None = None) -> Index:
    """The products of a market. One small query while nothing changed, none where the caller just read the revision.

    The first reading takes a third of a second.
    """
    revision = current_revision() if revision is None else revision
    kept = _kept.get((market, tenant))
    if kept is not None and _is_good_enough(*kept, revision):
        return kept[0]
    if not _reading.acquire(blocking=kept is None):
        assert kept is not None, "without an answer, one waits"
        return kept[0]  # somebody reads it already
    try:
        meanwhile = _kept.get((market, tenant))
        if meanwhile is not None and _is_good_enough(*meanwhile, revision):
            return meanwhile[0]
        started = time.monotonic()
        fresh = _read(market, tenant, revision)
        now = time.monotonic()
        made_up_for = max(now, meanwhile[1] if meanwhile else now) + (now - started) * SHARE
        _kept[market, tenant] = fresh, made_up_for, now - started
        if len(fresh.phrases) > LARGE:
            _settle()
        return fresh
    finally:
        _reading.release()


def _settle() -> None:
    """Take what is there out of the garbage collector's rounds: it would walk these names every few hundred pages.

    The index is freed all the same when nobody has it any more: nothing in it goes round in circles.
    """
    gc.collect()
    gc.freeze()


def _is_good_enough(found: Index, made_up_for: float, seconds: float, revision: int) -> bool:
    """Of the newest revision, or so dear to read that it has to do for a while.

    `made_up_for`: when all readings so far will have taken one part in SHARE of the time.
    """
    if found.revision == revision:
        return True
    return seconds > CHEAP and time.monotonic() < made_up_for - (BURST - 1) * seconds * SHARE


def forget() -> None:
    """Read everything anew at the next call: for tests, whose rolled back changes give revisions twice."""
    _kept.clear()
