"""What the palette finds: pages, orders, products, members, stores, gift cards. As JSON, as a page without scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.office import navigation
from newretail.office.desk import (
    EDIT_PRICING,
    EDIT_PRODUCTS,
    HANDLE_GIFT_CARDS,
    MANAGE_STAFF,
    SEE_GIFT_CARDS,
    SEE_MEMBERS,
    Desk,
    desk_of,
    page,
    staff_only,
)
from newretail.office.gift_cards.listing import ENDING, GIFT_CARDS, to_card
from newretail.office.lists import ask as asking
from newretail.office.members.listing import MEMBERS
from newretail.stock import api as stock
from newretail.trade import api as trade

FOUND_OF_EACH = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: what it is called, what it is, where it leads."""

    label: str
    kind: str
    href: str


def pages(desk: Desk, words: str) -> list[Hit]:
    """Pages of the menu, and what can be done at once."""
    ways = [way for _title, found in navigation.for_desk(desk, "") for way in found]
    hits = [Hit(str(way.label), _("Page"), way.href) for way in ways]
    deeds = [
        (EDIT_PRODUCTS, _("Add a product"), "office-product-new"),
        (EDIT_PRICING, _("Add an offer"), "office-offer-new"),
        (EDIT_PRICING, _("Add a price list"), "office-price-list-new"),
        (EDIT_PRICING, _("Add a tax rate"), "office-tax-new"),
        (HANDLE_GIFT_CARDS, _("Issue gift cards"), "office-gift-cards-issue"),
        (MANAGE_STAFF, _("Invite a colleague"), "office-invite"),
    ]
    hits += [Hit(label, _("Do"), reverse(name)) for right, label, name in deeds if desk.may(right)]
    return [hit for hit in hits if words.lower() in hit.label.lower()]


def orders(desk: Desk, words: str) -> list[Hit]:
    """An order by its id; the orders of a buyer by number or e-mail."""
    try:
        order_id = UUID(words)
    except ValueError:
        if (words.isascii() and words.isdigit()) or "@" in words:
            label = _("Orders of %(words)s") % {"words": words}
            return [Hit(label, _("Order"), f"{reverse('office-orders')}?q={words}")]
        return []
    found = trade.find(order_id)
    return [Hit(str(order_id), _("Order"), reverse("office-order", args=[order_id]))] if found else []


def products(desk: Desk, words: str) -> list[Hit]:
    lines = catalog.lines_of_skus(catalog.find_skus(words, FOUND_OF_EACH))
    return [
        Hit(f"{line.name} · {line.sku_code}", _("Product"), reverse("office-product", args=[line.product_id]))
        for line in lines
    ]


def members(desk: Desk, words: str) -> list[Hit]:
    if not desk.may(SEE_MEMBERS):
        return []
    query = QueryDict(mutable=True)
    query["q"] = words
    rows = asking.rows(asking.read(MEMBERS, query, desk), desk, FOUND_OF_EACH)
    return [
        Hit(f"{row['who']} {row['name']}".strip(), _("Member"), reverse("office-member", args=[row["id"]]))
        for row in rows
    ]


def nodes(desk: Desk, words: str) -> list[Hit]:
    found = [node for node in stock.all_nodes() if words.lower() in f"{node.node_code} {node.node_name}".lower()]
    return [
        Hit(f"{node.node_name} · {node.node_code}", _("Store"), reverse("office-node", args=[node.node_code]))
        for node in found[:FOUND_OF_EACH]
    ]


def gift_cards(desk: Desk, words: str) -> list[Hit]:
    """Cards by the last four letters of their code; longer words are no end of one, and a whole code is for nobody."""
    if not desk.may(SEE_GIFT_CARDS) or len(words) != ENDING or not words.isalnum():
        return []
    query = QueryDict(mutable=True)
    query["q"] = words
    rows = asking.rows(asking.read(GIFT_CARDS, query, desk), desk, FOUND_OF_EACH)
    return [Hit(f"{row['name']} · {row['market_code']}", _("Gift card"), to_card(row)) for row in rows]


FINDERS: list[Callable[[Desk, str], list[Hit]]] = [pages, orders, products, members, nodes, gift_cards]


def hits(desk: Desk, words: str) -> list[Hit]:
    """What fits the words, as far as this person may see it; without words, the pages."""
    return [hit for find in (FINDERS if len(words) > 1 else FINDERS[:1]) for hit in find(desk, words)]


@staff_only
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    desk, words = desk_of(request), request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = hits(desk, words)
    if request.GET.get("format") == "json":
        return JsonResponse({"found": [asdict(hit) for hit in found]})
    return page(request, "find.html", desk=desk, words=words, found=found)
