"""A map of a market's cities, drawn from the places of its own nodes; nothing is fetched from anybody."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from newretail.stock.api import NodeView

WIDTH, HEIGHT, EDGE = 480, 400, 52
NEAREST = 16  # cities on the map
LETTER, WIDE_LETTER, LINE, GAP = 9, 16, 20, 5  # about what a letter of a name takes; Korean and Chinese ones are wide


class City(NamedTuple):
    """A dot on the map, in units of the drawing; `left` says that its name stands left of it."""

    name: str
    x: float
    y: float
    radius: float
    stores: int
    is_mine: bool
    label: bool
    left: bool


def city_map(
    nodes: Sequence[NodeView], points: Mapping[int, tuple[float, float]], mine: str, around: str
) -> list[City]:
    """The cities nearest to one, west to the left; a degree of longitude is as long as it is at their latitude."""
    places: dict[str, list[tuple[float, float]]] = {}
    for node in nodes:
        if node.node_id in points:
            places.setdefault(node.city, []).append(points[node.node_id])
    if not places:
        return []
    middles = {
        city: (sum(lat for lat, _ in at) / len(at), sum(lon for _, lon in at) / len(at)) for city, at in places.items()
    }
    if around in middles:  # what is near is what matters: the rest of a wide country would press it into one dot
        here = middles[around]
        turn = math.cos(math.radians(here[0]))

        def away(city: str) -> float:
            return math.hypot(middles[city][0] - here[0], (middles[city][1] - here[1]) * turn)

        middles = {city: middles[city] for city in sorted(middles, key=away)[:NEAREST]}
    latitudes, longitudes = [lat for lat, _ in middles.values()], [lon for _, lon in middles.values()]
    squeeze = math.cos(math.radians(sum(latitudes) / len(latitudes)))
    wide = max((max(longitudes) - min(longitudes)) * squeeze, 0.01)
    high = max(max(latitudes) - min(latitudes), 0.01)
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    centre_x, centre_y = (max(longitudes) + min(longitudes)) / 2, (max(latitudes) + min(latitudes)) / 2
    drawn = []
    for city, (lat, lon) in middles.items():
        x = round(WIDTH / 2 + (lon - centre_x) * squeeze * scale, 1)
        y = round(HEIGHT / 2 - (lat - centre_y) * scale, 1)
        stores = len(places[city])
        drawn.append(
            City(city, x, y, round(4 + 2 * math.sqrt(stores), 1), stores, city == mine, False, x > WIDTH * 0.7)
        )
    return _labelled(sorted(drawn, key=lambda city: (-city.is_mine, -city.stores)))


def _labelled(cities: list[City]) -> list[City]:
    """Give a name to each city whose name has room, on one side of its dot or the other, over no other name or dot.

    The first ones choose first. The first is drawn last, on top.
    """
    taken = [(city.x - city.radius, city.x + city.radius, city.y, city.radius) for city in cities]
    named = []
    for own, city in enumerate(cities):
        long = sum(LETTER if letter.isascii() else WIDE_LETTER for letter in city.name)
        for left in (city.left, not city.left):
            start = city.x - city.radius - GAP - long if left else city.x + city.radius + GAP
            if start < 0 or start + long > WIDTH:
                continue
            others = (box for number, box in enumerate(taken) if number != own)
            if all(
                abs(city.y - y) > LINE / 2 + high or start > end or start + long < begin
                for begin, end, y, high in others
            ):
                taken.append((start, start + long, city.y, LINE / 2))
                named.append(city._replace(label=True, left=left))
                break
        else:
            named.append(city)
    return named[::-1]
