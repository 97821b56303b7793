"""The roles of staff: bundles of rights that a person can name, each a group of Django's.

A right that a room adds later goes into the role whose work it is, here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from newretail.people import api as people


@dataclass(frozen=True, slots=True)
class Role:
    """`name` is the group's; `label` and `about` are what people read."""

    name: str
    label: Any
    about: Any
    rights: tuple[str, ...]


ROLES: list[Role] = [
    Role(
        "Goods",
        _("Goods"),
        _("Changes products and prices, imports sheets, looks after stores."),
        ("office.edit_products", "office.edit_nodes"),
    ),
    Role(
        "Pricing", _("Pricing"), _("Changes offers, price lists, taxes and delivery prices."), ("office.edit_pricing",)
    ),
    Role("Warehouse", _("Warehouse"), _("Receives and counts goods."), ("office.move_stock",)),
    Role(
        "Customer service",
        _("Customer service"),
        _("Sees members and gift cards, cancels orders, closes and opens accounts."),
        ("office.see_members", "office.edit_members", "office.cancel_order", "finance.see_gift_cards"),
    ),
    Role(
        "Finance",
        _("Finance"),
        _("Sees the books, gives money back, looks after suspense and gift cards, proposes payouts."),
        (
            *("finance.see_books", "finance.refund", "finance.pay_out"),
            *("finance.see_gift_cards", "finance.handle_gift_cards"),
        ),
    ),
    Role(
        "Finance lead",
        _("Finance lead"),
        _("Approves refunds, payouts and gift cards of others, closes months, sets terms."),
        (
            "finance.see_books",
            "finance.approve_refund",
            "finance.approve_payout",
            "finance.close_month",
            "finance.set_terms",
            "finance.see_gift_cards",
            "finance.approve_gift_cards",
        ),
    ),
    Role("Moderation", _("Moderation"), _("Decides on reviews and questions."), ("catalog.moderate_voices",)),
    Role("Supervision", _("Supervision"), _("Sees who changed what."), ("office.see_changes",)),
]
BY_NAME = {role.name: role for role in ROLES}


def groups(names: list[str]) -> list[Group]:
    """The groups of roles by name, with the rights that are written here; unknown names are left out."""
    return [people.ensure_role(role.name, role.rights) for name in names if (role := BY_NAME.get(name)) is not None]
