"""What pages may call to edit offers and price lists. Needs Django, so it is not in the room's own `api.py`."""

from newretail.catalog.offers.classes import Example, most_bought, tax_classes
from newretail.catalog.offers.editing import (
    Changed,
    ListSheet,
    OfferSheet,
    change_list_prices,
    change_lists,
    change_offers,
    list_prices,
    offer,
    offer_names,
    offers,
    price_lists,
)
from newretail.catalog.offers.preview import Effect, effects

__all__ = [
    "Changed",
    "Effect",
    "Example",
    "ListSheet",
    "OfferSheet",
    "change_list_prices",
    "change_lists",
    "change_offers",
    "effects",
    "list_prices",
    "most_bought",
    "offer",
    "offer_names",
    "offers",
    "price_lists",
    "tax_classes",
]
