"""`/search/suggest?q=`: what the search field offers while somebody writes. Says nothing of who asks."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from newretail.catalog import api as catalog
from newretail.shopfront.reader import drawing_of
from newretail.shopfront.visit import Visit, visit_of

LONGEST = 60  # letters that are looked at
Option = dict[str, str]


@require_GET
def suggest(request: HttpRequest) -> JsonResponse:
    """Groups of options, each with its text and where it leads; and what a screen reader says of them."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST]
    shop = visit_of(request)
    found = catalog.suggest(catalog.index(shop.market.code), words, shop.language)
    groups = [
        {"label": _("Searches"), "options": [_search(phrase) for phrase in found.phrases]},
        {"label": _("Categories"), "options": [_category(place, shop) for place in found.categories]},
        {"label": _("Brands"), "options": [_brand(brand, shop) for brand in found.brands]},
        {"label": _("Products"), "options": [_product(ware, shop) for ware in _wares(shop, found)]},
    ]
    groups = [group for group in groups if group["options"]]
    count = sum(len(group["options"]) for group in groups)
    said = (
        ngettext("%(num)d suggestion", "%(num)d suggestions", count) % {"num": count} if count else _("No suggestions")
    )
    note = _("Did you mean “%(words)s”?") % {"words": found.instead} if found.instead else ""
    response = JsonResponse({"groups": groups, "said": said, "note": note})
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


def _wares(shop: Visit, found: catalog.Suggestions) -> list[catalog.Ware]:
    return catalog.by_products(shop.market.code, found.products)


def _search(phrase: str) -> Option:
    return {"text": phrase, "to": f"{reverse('search')}?{urlencode({'q': phrase.lower()})}"}


def _category(place: catalog.Place, shop: Visit) -> Option:
    text = catalog.category_name(place.name, shop.language)
    return {
        "text": text,
        "to": reverse("category", args=[place.slug]),
        "picture": reverse("shelf-art", args=[place.slug]),
    }


def _brand(brand: str, shop: Visit) -> Option:
    return {"text": shop.brand(brand), "to": f"{reverse('search')}?{urlencode({'q': brand, 'brand': brand})}"}


def _product(ware: catalog.Ware, shop: Visit) -> Option:
    return {
        "text": ware.name,
        "more": " · ".join(
            part
            for part in (shop.brand(ware.brand), shop.money(shop.on_shelf(ware).price_minor, ware.currency))
            if part
        ),
        "to": shop.path_of(ware),
        "picture": drawing_of(ware.product_id),
    }
