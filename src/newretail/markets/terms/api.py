"""What other rooms may ask of a market's taxes and tariffs. Importing it needs no Django."""

from newretail.markets.terms.reads import all_terms
from newretail.markets.terms.rules import (
    GENERAL,
    LONGEST_UNPAID_MINUTES,
    MOST_GIFT_CARD_MONTHS,
    SHORTEST_UNPAID_MINUTES,
    UNPAID_MINUTES,
    Rate,
    Tariff,
    Terms,
    Way,
    fees,
    split,
    taxes,
)

__all__ = [
    "GENERAL",
    "LONGEST_UNPAID_MINUTES",
    "MOST_GIFT_CARD_MONTHS",
    "SHORTEST_UNPAID_MINUTES",
    "UNPAID_MINUTES",
    "Rate",
    "Tariff",
    "Terms",
    "Way",
    "all_terms",
    "fees",
    "split",
    "taxes",
]
