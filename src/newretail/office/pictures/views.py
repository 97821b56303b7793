"""A product's pictures: upload, words in every language, focal point, order, removal; all of it without a script."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from newretail.catalog import api as catalog
from newretail.catalog.media import api as media
from newretail.office.desk import desk_of, page, require, staff_only
from newretail.office.pictures.cards import Card, cards_of, drafts_of

KEEP_PICTURES = "catalog.change_productpicture"
FOUND_SIZE = 50


@staff_only
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Find a product by words, number or SKU code; without words, the most bought ones that have no picture."""
    require(request, KEEP_PICTURES)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    found = media.products_by(words, FOUND_SIZE) if words else []
    without = [] if words else media.without_picture(FOUND_SIZE)
    return page(request, "pictures/index.html", words=words, found=found, without=without)


@staff_only
@require_http_methods(["GET", "POST"])
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """Every button saves what is typed, then does its own; what cannot be saved is shown again as it was typed."""
    require(request, KEEP_PICTURES)
    name = catalog.name_of(product_id)
    if name is None:
        raise Http404
    cards = cards_of(product_id)
    errors: list[str] = []
    if request.method == "POST":
        staff_id = desk_of(request).staff.pk
        cards += drafts_of(request.POST.getlist("draft")[: media.LIMIT_OF_PRODUCT])
        removed = request.POST.get("remove", "")
        cards = [card for card in cards if not (card.ref == removed and _remove(request, product_id, card))]
        unsaved = [card for card in cards if not _save(request, product_id, card, staff_id)]
        fresh, errors = _uploads(request)
        if not unsaved and not fresh and not errors:
            _move(request, product_id)
            messages.success(request, _("Saved."))
            return redirect("office-product-pictures", product_id=product_id)
        # What is saved by now is read anew; what is not stays as it was typed.
        typed = {card.ref: card for card in unsaved}
        cards = [typed.get(card.ref, card) for card in cards_of(product_id)]
        cards += [card for card in unsaved if card.is_draft] + [card for card in fresh if card.ref not in typed]
    return page(
        request,
        "pictures/product.html",
        status=422 if errors or any(card.error for card in cards) else 200,
        product_id=product_id,
        name=name,
        cards=cards,
        errors=errors,
        fallback=media.FALLBACK,
        limit=media.LIMIT_OF_PRODUCT,
        limit_mb=media.BYTES_LIMIT >> 20,
    )


def _save(request: HttpRequest, product_id: int, card: Card, staff_id: int) -> bool:
    """Save one card as it was typed; what is wrong stands on the card."""
    card.read(request.POST.dict())
    try:
        if card.is_draft:
            media.show_picture(product_id, card.ref, card.told(), staff_id=staff_id)
        else:
            media.change_picture(product_id, int(card.ref), card.told())
    except ValueError as error:
        card.error = str(error)
    return not card.error


def _remove(request: HttpRequest, product_id: int, card: Card) -> bool:
    """Take one picture away; a draft is just not shown again."""
    return card.is_draft or media.remove_picture(product_id, int(card.ref))


def _move(request: HttpRequest, product_id: int) -> None:
    for name, steps in (("earlier", -1), ("later", 1)):
        ref = request.POST.get(name, "")
        if ref.isascii() and ref.isdigit() and len(ref) < 19:
            media.move_picture(product_id, int(ref), steps)


def _uploads(request: HttpRequest) -> tuple[list[Card], list[str]]:
    """The new files as drafts that want their words, and what is wrong with the others."""
    keys: list[str] = []
    errors: list[str] = []
    files = request.FILES.getlist("files")
    for file in files[: media.LIMIT_OF_PRODUCT]:
        try:
            keys.append(media.take(file.read(media.BYTES_LIMIT + 1), media.SHOP).key)
        except media.NotAPicture as error:
            errors.append(f"{file.name}: {error}")
    if left := len(files[media.LIMIT_OF_PRODUCT :]):
        errors.append(ngettext("%(num)d file too many.", "%(num)d files too many.", left) % {"num": left})
    return drafts_of(keys), errors
