"""How a buyer pays. What `checkout/payment.html` shows is decided here, and nowhere else in the checkout."""

from __future__ import annotations

from typing import Any

from newretail.shopfront.deliveries import Delivery
from newretail.shopfront.visit import Visit


def tender_choice(shop: Visit, parts: list[Delivery]) -> dict[str, Any]:
    """The context of `checkout/payment.html`: what is to be paid. Today there is one way: on delivery."""
    return {"to_pay_minor": sum(part.total_minor for part in parts), "currency": shop.market.currency}
