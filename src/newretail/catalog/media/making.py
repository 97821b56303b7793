"""From what somebody uploads to files that are safe to show: decoded, turned upright, stripped, resized, encoded anew.

Nothing of the upload itself is ever served, so whatever else hides in the file (a script, a place on earth) is gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

from newretail.catalog.media.rules import (
    BYTES_LIMIT,
    MASTER_SIDE,
    MIDDLE,
    PIXELS_LIMIT,
    SHORTEST_SIDE,
    SQUARES,
    WIDTHS,
    Focus,
    fitted,
    square_around,
)

RECIPE = "1"  # goes into the key: a new way of making makes new addresses
MASTER = "master.webp"  # what other squares are cut from; never served
TAKEN = ("JPEG", "PNG", "WEBP", "AVIF")
_ENCODERS: dict[str, tuple[str, dict[str, Any]]] = {
    "avif": ("AVIF", {"quality": 60, "speed": 8, "max_threads": 1}),
    "webp": ("WEBP", {"quality": 78, "method": 4}),
    "jpg": ("JPEG", {"quality": 82, "progressive": True, "optimize": True}),
}
# One picture at a time in a process: a decoded one may take 160 MB.
_one = threading.Lock()


class NotAPicture(ValueError):
    """What was uploaded cannot be shown; the message says why and what to do."""


def key_of(data: bytes, owner_id: int) -> str:
    """The address of a picture: its content, its owner (nobody meets another's draft) and the way it is made."""
    return hashlib.sha256(f"{RECIPE} {owner_id} ".encode() + data).hexdigest()[:32]


def make(data: bytes) -> tuple[tuple[int, int], list[tuple[str, bytes]]]:
    """Width and height, and every file by name, of what was uploaded. Raises NotAPicture."""
    if len(data) > BYTES_LIMIT:
        raise NotAPicture(
            _("The file is larger than %(limit)d MB. Choose a smaller one.") % {"limit": BYTES_LIMIT >> 20}
        )
    with _one:
        image = _decode(data)
        files = [
            (MASTER, _encode(image, "WEBP", {"quality": 90, "method": 2})),
            *_whole(image),
            *_squares(image, MIDDLE),
        ]
        return image.size, files


def cut(master: bytes, focus: Focus) -> list[tuple[str, bytes]]:
    """The squares around another focus."""
    with _one, Image.open(BytesIO(master), formats=("WEBP",)) as image:
        return list(_squares(image, focus))


def _decode(data: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(data), formats=TAKEN) as image:
            width, height = image.size
            if width * height <= PIXELS_LIMIT:
                image.draft("RGB", (MASTER_SIDE, MASTER_SIDE))  # a large JPEG is read at a fraction of its size
                image.load()
                upright = _in_srgb(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        width, height = PIXELS_LIMIT, 2
    except Exception as error:  # a broken file can make a decoder stumble in any way
        raise NotAPicture(_("This is no picture that we can read. Choose a JPEG, PNG, WebP or AVIF file.")) from error
    if width * height > PIXELS_LIMIT:
        limit = {"limit": PIXELS_LIMIT // 1_000_000}
        raise NotAPicture(_("The picture has more than %(limit)d megapixels. Make it smaller first.") % limit)
    if min(width, height) < SHORTEST_SIDE:
        raise NotAPicture(_("The picture is too small: each side needs %(limit)d pixels.") % {"limit": SHORTEST_SIDE})
    upright.thumbnail(fitted(*upright.size, MASTER_SIDE), Image.Resampling.LANCZOS)
    return upright


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture in the colours that every screen knows, and nothing but the picture: no profile, place or camera."""
    profile = image.info.get("icc_profile")
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    if profile and not has_alpha:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # a broken profile: colours as they are
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = turned or image
    clean = image.convert("RGBA" if has_alpha else "RGB")
    clean.info = {}
    return clean


def _encode(image: Image.Image, format_: str, options: dict[str, Any]) -> bytes:
    if format_ == "JPEG" and image.mode == "RGBA":  # it knows no transparency
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    file = BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def _encoded(image: Image.Image, name: str) -> Iterator[tuple[str, bytes]]:
    for type_, (format_, options) in _ENCODERS.items():
        yield f"{name}.{type_}", _encode(image, format_, options)


def _whole(image: Image.Image) -> Iterator[tuple[str, bytes]]:
    for longest in WIDTHS:
        size = fitted(*image.size, longest)
        yield from _encoded(image.resize(size, Image.Resampling.LANCZOS), f"whole-{longest}")


def _squares(image: Image.Image, focus: Focus) -> Iterator[tuple[str, bytes]]:
    square = image.crop(square_around(*image.size, focus))
    for side in SQUARES:
        small = square.resize((side, side), Image.Resampling.LANCZOS)
        yield from _encoded(small, f"at-{focus.x}-{focus.y}-{side}")
