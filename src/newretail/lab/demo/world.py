"""The three markets of the demo, and the rates that make one price list into three."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

TENANT_ID = 1
TENANT_NAME = "Demo Market"
SOURCE_TIME_ZONE = "America/New_York"
RATE_DIGITS = 8
SCALE = RATE_DIGITS + 2  # a rate for cents has two digits more


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A market, its currency and its cell; tax in 1/100 per cent, `price_step_minor` as in `markets.Currency`."""

    code: str
    name: str
    cell: str
    currency: str
    symbol: str
    minor_digits: int
    price_step_minor: int
    languages: tuple[str, ...]
    time_zone: str
    tax_basis_points: int
    prices_include_tax: bool
    usd_rate: Decimal

    @property
    def minor_per_cent(self) -> int:
        """Minor units for one US cent, times 10**SCALE: money is converted in whole numbers, never in floats."""
        return int(self.usd_rate.scaleb(self.minor_digits - 2 + SCALE))


# The European Central Bank's euro reference rates of 30 June 2017: 1 EUR = 1.1412 USD = 1304.56 KRW = 7.7385 CNY.
RATE_DAY = date(2017, 6, 30)
RATE_SOURCE = "ECB euro reference rates, 30 June 2017: EUR 1 = USD 1.1412 = KRW 1304.56 = CNY 7.7385; crossed"
_EURO = {"USD": Decimal("1.1412"), "KRW": Decimal("1304.56"), "CNY": Decimal("7.7385")}


def _crossed(currency: str) -> Decimal:
    return (_EURO[currency] / _EURO["USD"]).quantize(Decimal(1).scaleb(-RATE_DIGITS))


MARKETS = (
    MarketPlan(
        *("US", "United States", "cell_us", "USD", "$", 2, 1, ("en",), "America/New_York"),
        tax_basis_points=0,  # no country-wide rate: sales tax belongs to the states and comes on top of the price
        prices_include_tax=False,
        usd_rate=Decimal(1),
    ),
    MarketPlan(
        *("KR", "South Korea", "cell_kr", "KRW", "₩", 0, 10, ("ko", "en"), "Asia/Seoul"),
        tax_basis_points=1000,
        prices_include_tax=True,
        usd_rate=_crossed("KRW"),
    ),
    MarketPlan(
        *("CN", "China", "cell_cn", "CNY", "¥", 2, 10, ("zh-hans", "en"), "Asia/Shanghai"),
        tax_basis_points=1300,
        prices_include_tax=True,
        usd_rate=_crossed("CNY"),
    ),
)
# Stores in order of their sales are dealt out by this pattern: 60 % US, 20 % KR, 20 % CN, big and small in each.
DEAL = ("US", "KR", "US", "CN", "US")
