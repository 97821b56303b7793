"""The transactions of pictures: taking an upload, showing it for a product, changing and removing that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from newretail.catalog.media import files
from newretail.catalog.media.making import MASTER, NotAPicture, cut, key_of, make
from newretail.catalog.media.models import Picture, ProductPicture
from newretail.catalog.media.rules import LIMIT_OF_PRODUCT, MIDDLE, Focus, square_name
from newretail.catalog.models import Product
from newretail.catalog.work import catalog_change
from newretail.kit.sql import statements

SHOP = 0  # the owner of pictures that staff uploaded
FALLBACK = "en"
ALT_LIMIT = 240
DRAFT_HOURS = 24
TAKEN_A_DAY = 60  # of one member
SWEPT_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Description:
    """What a picture shows, by language (English is needed, the others fall back to it), and where to look."""

    alts: Mapping[str, str]
    focus: Focus = MIDDLE


def take(data: bytes, owner_id: int) -> Picture:
    """Make a picture of an upload; the same upload twice is one picture. Raises NotAPicture.

    A picture that shows nothing yet is a draft; drafts of yesterday are swept away here. A member takes so many a day.
    """
    since = timezone.now() - timedelta(hours=DRAFT_HOURS)
    if owner_id != SHOP and Picture.objects.filter(owner_id=owner_id, made_at__gt=since).count() >= TAKEN_A_DAY:
        raise NotAPicture(_("That is enough for one day. Upload more photos tomorrow."))
    (width, height), made = make(data)
    with transaction.atomic():
        values = {"owner_id": owner_id, "width": width, "height": height, "made_at": timezone.now()}
        # The row first: its lock keeps the sweeper of old drafts away until the files are there.
        picture, _made = Picture.objects.update_or_create(key=key_of(data, owner_id), defaults=values)
        files.keep(picture.key, made)
    sweep()
    return picture


def sweep() -> int:
    """Remove drafts that nobody used for a day, a few at a time; how many."""
    values: dict[str, Any] = {"before": timezone.now() - timedelta(hours=DRAFT_HOURS), "limit": SWEPT_AT_ONCE}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "media.sql")["sweep"], values)
        gone = [key for (key,) in cursor.fetchall()]
        for key in gone:  # before the commit: until then nobody can take the same picture anew
            files.forget(key)
    return len(gone)


def _alts(told: Mapping[str, str]) -> dict[str, str]:
    alts = {language: " ".join(text.split())[:ALT_LIMIT] for language, text in told.items()}
    if not alts.get(FALLBACK):
        raise ValueError(_("Say in English what the picture shows; other languages fall back to it."))
    return {language: text for language, text in alts.items() if text}


def _cut(key: str, focus: Focus) -> None:
    """Make the squares around a focus, where they are not there yet."""
    if files.is_there(key, square_name(key, focus)):
        return
    master = files.read(key, MASTER)
    if master is None:
        raise NotAPicture(_("The file of this picture is missing. Upload it again."))
    files.keep(key, cut(master, focus))


def _locked(product_id: int) -> Product:
    return Product.objects.select_for_update(no_key=True).get(pk=product_id)


def _put_in_order(product: Product, pictures: list[ProductPicture]) -> None:
    """Number the pictures and put the first one on the product's cards."""
    for place, shown in enumerate(pictures, 1):
        if shown.place != place:
            shown.place = place
            shown.save(update_fields=["place"])
    first = pictures[0] if pictures else None
    face = square_name(first.picture_id, Focus(first.focus_x, first.focus_y)) if first else ""
    if face != product.picture:
        with catalog_change():
            Product.objects.filter(pk=product.pk).update(picture=face)


def _ordered(product: Product) -> list[ProductPicture]:
    return list(ProductPicture.objects.filter(product=product).order_by("place", "id"))


def add_picture(product_id: int, data: bytes, told: Description, *, staff_id: int) -> ProductPicture:
    """Show an upload as the last picture of a product. Raises NotAPicture and ValueError, with what to do."""
    _alts(told.alts)
    return show_picture(product_id, take(data, SHOP).key, told, staff_id=staff_id)


def show_picture(product_id: int, key: str, told: Description, *, staff_id: int) -> ProductPicture:
    """Show a draft of the shop as the last picture of a product. Raises NotAPicture and ValueError, with what to do."""
    alts = _alts(told.alts)
    with transaction.atomic():
        product = _locked(product_id)
        before = _ordered(product)
        # Locked, so that the sweeper of drafts leaves it alone from here on.
        picture = Picture.objects.select_for_update().filter(key=key, owner_id=SHOP).first()
        if picture is None:
            raise NotAPicture(_("This upload is too old. Upload the picture again."))
        if any(shown.picture_id == picture.key for shown in before):
            raise NotAPicture(_("This picture is there already."))
        if len(before) >= LIMIT_OF_PRODUCT:
            raise NotAPicture(
                _("A product has at most %(limit)d pictures. Remove one first.") % {"limit": LIMIT_OF_PRODUCT}
            )
        shown = ProductPicture(product=product, picture=picture, place=len(before) + 1, alts=alts, added_by=staff_id)
        shown.focus_x, shown.focus_y, shown.added_at = told.focus.x, told.focus.y, timezone.now()
        _cut(key, told.focus)
        shown.save()
        _put_in_order(product, [*before, shown])
    return shown


def change_picture(product_id: int, shown_id: int, told: Description) -> None:
    """Change what is said of a picture and its focus, cutting new squares where that moved. Raises ValueError."""
    alts = _alts(told.alts)
    with transaction.atomic():
        product = _locked(product_id)
        pictures = _ordered(product)
        shown = next((shown for shown in pictures if shown.pk == shown_id), None)
        if shown is None:
            raise ValueError(_("This picture has been removed by somebody else."))
        if (shown.focus_x, shown.focus_y) != (told.focus.x, told.focus.y):
            _cut(shown.picture_id, told.focus)
        shown.alts, shown.focus_x, shown.focus_y = alts, told.focus.x, told.focus.y
        shown.save(update_fields=["alts", "focus_x", "focus_y"])
        _put_in_order(product, pictures)


def move_picture(product_id: int, shown_id: int, steps: int) -> None:
    """Move a picture towards the front (negative steps) or the end, as far as there is room."""
    with transaction.atomic():
        product = _locked(product_id)
        pictures = _ordered(product)
        at = next((at for at, shown in enumerate(pictures) if shown.pk == shown_id), None)
        if at is not None:
            pictures.insert(min(max(0, at + steps), len(pictures) - 1), pictures.pop(at))
        _put_in_order(product, pictures)


def remove_picture(product_id: int, shown_id: int) -> bool:
    """Show a picture no more; False when it was gone already. Its files go with the next sweep of drafts."""
    with transaction.atomic():
        product = _locked(product_id)
        gone, _what = ProductPicture.objects.filter(product=product, pk=shown_id).delete()
        _put_in_order(product, _ordered(product))
    return bool(gone)
