"""What pages ask about pictures."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from newretail.catalog.media import files
from newretail.catalog.media.models import Picture, ProductPicture
from newretail.catalog.media.rules import Focus, square_name, whole_name
from newretail.catalog.names import named_so
from newretail.kit.reader import reader_language
from newretail.kit.sql import statements


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a page shows it: the names of its files without width and type, and what it shows in words."""

    whole: str
    square: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class File:
    """A file of a picture; `is_public` says whether everybody may see it, else its owner and moderators may."""

    content: bytes
    is_public: bool
    owner_id: int


def shown(key: str, focus_x: int, focus_y: int, alt: str, width: int, height: int) -> Shown:
    return Shown(whole_name(key), square_name(key, Focus(focus_x, focus_y)), alt, width, height)


def alt_in(alts: dict[str, str], language: str) -> str:
    """What a picture shows, in the reader's language or else in English."""
    return alts.get(language) or alts.get("en") or next(iter(alts.values()), "")


def file(key: str, name: str) -> File | None:
    """A file of a picture that is known; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "media.sql")["access"], {"key": key})
        row = cursor.fetchone()
    content = files.read(key, name) if row else None
    return File(content, row[1], row[0]) if row and content is not None else None


def own_keys(keys: list[str], owner_id: int) -> list[str]:
    """Those of the keys that name a picture of this owner, in their order."""
    found = set(Picture.objects.filter(key__in=keys, owner_id=owner_id).values_list("key", flat=True))
    return [key for key in dict.fromkeys(keys) if key in found]


def pictures_of(product_id: int) -> list[ProductPicture]:
    """The pictures of a product in their order, for those who look after them."""
    found = ProductPicture.objects.filter(product_id=product_id).select_related("picture")
    return list(found.order_by("place", "id"))


def without_picture(limit: int) -> list[tuple[int, str]]:
    """The most bought products without an uploaded picture: id and name."""
    with connection.cursor() as cursor:
        cursor.execute(
            statements("newretail.catalog", "media.sql")["without"], {"limit": limit, "language": reader_language()}
        )
        return list(cursor.fetchall())


def products_by(words: str, limit: int) -> list[tuple[int, str, str, int]]:
    """Products that fit the words, or have this id or SKU code: id, name, card picture, number of pictures."""
    words = words.replace("\0", " ").strip()[:200]
    number = int(words) if words.isascii() and words.isdigit() and len(words) < 10 else 0
    values: dict[str, str | int | None] = {"words": words, "number": number, "limit": limit, **named_so(words)}
    with connection.cursor() as cursor:
        cursor.execute(statements("newretail.catalog", "media.sql")["find"], values)
        return list(cursor.fetchall())
