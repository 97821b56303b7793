"""How a category may be narrowed: prices and our own brand, all in the address of the page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from newretail.catalog.api import Only

# Where one price band ends and the next begins, in minor units; a currency that is not here has no bands.
BANDS = {"USD": (200, 500, 1000), "KRW": (3_000, 6_000, 12_000), "CNY": (1_500, 3_500, 7_000)}


@dataclass(frozen=True, slots=True)
class Band:
    """A range of prices in minor units: from `low` up to, but without, `high`; None is open."""

    low: int | None
    high: int | None

    @property
    def key(self) -> str:
        return f"{self.low or ''}-{self.high or ''}"


@dataclass(frozen=True, slots=True)
class Facets:
    """What is chosen, and what could be."""

    bands: list[Band]
    band: Band | None
    own_brand: bool

    def query(self, *, band: str | None = None, own: bool | None = None) -> str:
        """The query that keeps what is chosen but for what is given; "" as a band takes the choice back."""
        key = (self.band.key if self.band else "") if band is None else band
        chosen = {"price": key, "brand": "own" if (self.own_brand if own is None else own) else ""}
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def any(self) -> bool:
        return self.band is not None or self.own_brand

    def only(self) -> Only:
        low, high = (self.band.low, self.band.high) if self.band else (None, None)
        whole = Only()
        return Only(self.own_brand, low or whole.from_minor, high or whole.below_minor)


def facets(asked: QueryDict, currency: str) -> Facets:
    """From the address of a page; what makes no sense there counts as not chosen."""
    ends = BANDS.get(currency, ())
    bands = [Band(low, high) for low, high in zip((None, *ends), (*ends, None), strict=True)] if ends else []
    band = next((band for band in bands if band.key == asked.get("price")), None)
    return Facets(bands, band, asked.get("brand") == "own")
