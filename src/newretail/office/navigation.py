"""The way through the office: sections with their pages. A room's new page is one line here, for menu and palette."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from newretail.office.desk import Desk


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the menu: its address by name, and the right that is needed to see it ("": every staff member's)."""

    address: str
    label: Any
    right: str = ""


SECTIONS: list[tuple[Any, list[Place]]] = [
    (_("Now"), [Place("office", _("Today")), Place("office-worklist", _("Worklist")), Place("office-wall", _("Wall"))]),
    (
        _("Sales"),
        [
            Place("office-orders", _("Orders")),
            Place("office-members", _("Members"), "office.see_members"),
            Place("finance", _("Finance"), "finance.see_books"),
            Place("office-gift-cards", _("Gift cards"), "finance.see_gift_cards"),
            Place("office-voices", _("Reviews"), "catalog.moderate_voices"),
        ],
    ),
    (
        _("Goods"),
        [
            Place("office-products", _("Products")),
            Place("office-brands", _("Brands")),
            Place("office-offers", _("Offers")),
            Place("office-price-lists", _("Price lists")),
            Place("office-taxes", _("Taxes")),
            Place("office-delivery", _("Delivery prices")),
            Place("office-pictures", _("Pictures"), "catalog.change_productpicture"),
            Place("office-imports", _("Imports"), "office.edit_products"),
            Place("office-stock", _("Stock")),
            Place("office-assortments", _("Assortments")),
            Place("office-nodes", _("Stores")),
        ],
    ),
    (
        _("House"),
        [
            Place("office-staff", _("Staff"), "office.manage_staff"),
            Place("office-changes", _("Changes"), "office.see_changes"),
            Place("office-cells", _("Cells")),
            Place("office-settings", _("Settings"), "office.manage_staff"),
            Place("admin:index", _("Tables")),
            Place("office-styleguide", _("Style guide")),
        ],
    ),
]


@dataclass(frozen=True, slots=True)
class Way:
    """A place as the menu shows it."""

    label: Any
    href: str
    here: bool


def for_desk(desk: Desk, path: str) -> list[tuple[Any, list[Way]]]:
    """The sections with the places that this person may see; the longest address that leads to `path` is `here`."""
    seen = [
        (title, [(place, reverse(place.address)) for place in places if desk.may(place.right)])
        for title, places in SECTIONS
    ]
    fitting = [href for _title, found in seen for _place, href in found if path == href or path.startswith(f"{href}/")]
    here = max(fitting, key=len, default="")
    return [(title, [Way(place.label, href, href == here) for place, href in found]) for title, found in seen if found]
