"""What other rooms may ask of pictures. Needs Django, unlike `newretail.catalog.api`."""

from newretail.catalog.media.making import NotAPicture
from newretail.catalog.media.models import Picture, ProductPicture
from newretail.catalog.media.reads import File, Shown, file, own_keys, pictures_of, products_by, without_picture
from newretail.catalog.media.rules import BYTES_LIMIT, LIMIT_OF_PRODUCT, NAME, TYPES, Focus, square_name, whole_name
from newretail.catalog.media.work import (
    FALLBACK,
    SHOP,
    Description,
    add_picture,
    change_picture,
    move_picture,
    remove_picture,
    show_picture,
    sweep,
    take,
)

__all__ = [
    "BYTES_LIMIT",
    "FALLBACK",
    "LIMIT_OF_PRODUCT",
    "NAME",
    "SHOP",
    "TYPES",
    "Description",
    "File",
    "Focus",
    "NotAPicture",
    "Picture",
    "ProductPicture",
    "Shown",
    "add_picture",
    "change_picture",
    "file",
    "move_picture",
    "own_keys",
    "pictures_of",
    "products_by",
    "remove_picture",
    "show_picture",
    "square_name",
    "sweep",
    "take",
    "whole_name",
    "without_picture",
]
