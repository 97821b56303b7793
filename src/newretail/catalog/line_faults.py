"""What is wrong with lines that shall be saved, in the words of whoever reads. Needs Django, unlike `editing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from newretail.catalog.editing import HIGHEST_PRICE_MINOR, LONGEST_NAME, Line, Unsound, category_labels
from newretail.catalog.names import LANGUAGES


def _check_names(line: Line) -> None:
    if not line.name.strip():
        raise Unsound(_("SKU %(sku)s: a product has a name.") % {"sku": line.sku_code})
    if any(len(name) > LONGEST_NAME for name in line.names.values()):
        raise Unsound(
            _("SKU %(sku)s: a name has at most %(most)d letters.") % {"sku": line.sku_code, "most": LONGEST_NAME}
        )
    if unknown := line.names.keys() - set(LANGUAGES):
        raise Unsound(
            _("SKU %(sku)s: the shop does not speak %(language)s.") % {"sku": line.sku_code, "language": min(unknown)}
        )


def price_fault(sku_code: str) -> str:
    """What is said of a price of nothing or of more than the engine can reckon with."""
    return _("SKU %(sku)s: a price is more than 0 and at most %(most)s, in the smallest unit of the currency.") % {
        "sku": sku_code,
        "most": HIGHEST_PRICE_MINOR,
    }


def check(wanted: Sequence[Line], current: Mapping[str, Line], currencies: Mapping[str, str]) -> None:
    known = category_labels()
    for line in wanted:
        there = current.get(line.sku_code)
        _check_names(line)
        if line.category not in known:
            raise Unsound(
                _("SKU %(sku)s: there is no category %(category)s.") % {"sku": line.sku_code, "category": line.category}
            )
        if there is not None and there.product_id != line.product_id:
            raise Unsound(
                _("SKU %(sku)s belongs to product %(product)d and stays there.")
                % {"sku": line.sku_code, "product": there.product_id}
            )
        if line.cap_per_buyer is not None and line.cap_per_buyer < 1:
            raise Unsound(_("SKU %(sku)s: a cap is 1 or more.") % {"sku": line.sku_code})
        for market, amount in line.prices.items():
            if market not in currencies:
                raise Unsound(
                    _("SKU %(sku)s: there is no market %(market)s.") % {"sku": line.sku_code, "market": market}
                )
            if amount is not None and not 0 < amount <= HIGHEST_PRICE_MINOR:
                raise Unsound(price_fault(line.sku_code))
