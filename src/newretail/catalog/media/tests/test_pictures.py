"""Uploaded pictures: what is taken, what comes of it, and what cannot get in."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ObjectDoesNotExist
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from newretail.catalog import api as catalog
from newretail.catalog.media import api, files, making, rules, work
from newretail.catalog.media.models import Picture
from newretail.catalog.models import Category, Price, Product, Sku
from newretail.kit import settings

ENGLISH = api.Description({"en": "A red bowl"})


def upload(width=400, height=300, colour="red", format_="JPEG", mode="RGB", **options) -> bytes:
    file = BytesIO()
    Image.new(mode, (width, height), colour).save(file, format_, **options)
    return file.getvalue()


@pytest.fixture
def product(in_rollback, tmp_path, monkeypatch):
    monkeypatch.setenv(settings.VAR.name, str(tmp_path))
    Picture.objects.all().delete()  # what other rooms' tests left
    category = Category.objects.create(slug="bowls", name="Bowls")
    product = Product.objects.create(id=9001, name="Bowl", category=category)
    sku = Sku.objects.create(id=9001, code="BOWL", product=product)
    Price.objects.create(sku=sku, market_code="US", currency="USD", amount_minor=100)
    return product


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def test_every_size_in_every_format(product):
    """Whole in three widths and square in two, as AVIF, WebP and JPEG; nothing is made larger than it was."""
    shown = api.add_picture(product.pk, upload(1600, 800), ENGLISH, staff_id=1)
    for name, (width, height) in {
        "whole-320": (320, 160),
        "whole-1280": (1280, 640),
        "at-50-50-640": (640, 640),
    }.items():
        for type_, format_ in {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}.items():
            content = files.read(shown.picture_id, f"{name}.{type_}")
            assert content is not None
            image = opened(content)
            assert (image.format, image.size) == (format_, (width, height))
    small = api.add_picture(product.pk, upload(200, 400), ENGLISH, staff_id=1)
    content = files.read(small.picture_id, "whole-1280.jpg")
    assert content is not None
    assert opened(content).size == (200, 400)


def test_a_picture_is_turned_upright_and_forgets_where_it_was_taken(product):
    """The camera's orientation is applied; place, camera, profile and notes are in none of the files."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of Min-ji"
    exif.get_ifd(0x8825)[2] = (37.0, 33.0, 12.0)  # latitude
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = upload(400, 300, exif=exif, icc_profile=profile)
    assert b"Camera of Min-ji" in data
    shown = api.add_picture(product.pk, data, ENGLISH, staff_id=1)
    folder = files.folder(shown.picture_id)
    made = sorted(folder.iterdir())
    assert len(made) == 3 * (3 + 2) + 1
    for file in made:
        content = file.read_bytes()
        image = opened(content)
        assert dict(image.getexif()) == {}, file.name
        assert not {"icc_profile", "xmp", "exif", "comment"} & set(image.info), file.name
        assert b"Camera" not in content
    upright = files.read(shown.picture_id, "whole-640.jpg")
    assert upright is not None
    assert opened(upright).size == (300, 400)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_kind_of_png_is_taken(product, mode):
    picture = api.take(upload(200, 200, 0, "PNG", mode), 5)
    assert files.read(picture.key, "whole-320.avif")


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has very many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7 \xff\xd8\xff",
        b"GIF89a" + b"\0" * 100,
        upload()[:300],
        upload(format_="PNG")[:60],
        upload(100, 100),
        _bomb(30_000, 30_000),
        _bomb(9_000, 9_000),
        _bomb(400, 400),
        b"\xff\xd8" + b"\0" * rules.BYTES_LIMIT,
    ],
    ids=["empty", "text", "svg", "pdf", "gif", "half-jpeg", "half-png", "tiny", "bomb", "large", "hollow", "heavy"],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(product, data):
    with pytest.raises(api.NotAPicture):
        api.add_picture(product.pk, data, ENGLISH, staff_id=1)
    assert Picture.objects.count() == 0
    assert not (settings.VAR.path / "media").exists()


def test_a_file_that_is_two_things_comes_out_as_a_picture_only(product):
    """A picture with a page behind it: what is served was encoded by us, and the page is gone."""
    data = upload() + b"<html><script>alert(1)</script></html>"
    picture = api.take(data, 7)
    for file in files.folder(picture.key).iterdir():
        assert b"<script" not in file.read_bytes()


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "/..", "%2e%2e"])
def test_no_key_leads_out_of_the_folder(key):
    with pytest.raises(ValueError, match="not the key"):
        files.folder(key)


@given(width=st.integers(1, 3000), height=st.integers(1, 3000), x=st.integers(0, 100), y=st.integers(0, 100))
def test_a_square_lies_in_its_picture_and_holds_the_focus(width, height, x, y):
    left, top, right, bottom = rules.square_around(width, height, api.Focus(x, y))
    assert right - left == bottom - top == min(width, height)
    assert 0 <= left <= width * x / 100 + 0.5 <= right + 1
    assert 0 <= top <= height * y / 100 + 0.5 <= bottom + 1
    assert right <= width
    assert bottom <= height


def test_the_first_picture_is_on_the_cards(product):
    """Without one more query: the card's ware names it. Moving, cutting and removing change the card."""
    first = api.add_picture(product.pk, upload(colour="red"), ENGLISH, staff_id=1)
    second = api.add_picture(product.pk, upload(colour="blue"), ENGLISH, staff_id=1)

    def on_card() -> str:
        return catalog.wares("US", ["BOWL"])["BOWL"].picture

    assert on_card() == f"{first.picture_id}/at-50-50"
    api.move_picture(product.pk, second.pk, -1)
    assert on_card() == f"{second.picture_id}/at-50-50"
    api.change_picture(product.pk, second.pk, api.Description({"en": "Blue", "ko": "파랑"}, api.Focus(10, 90)))
    assert on_card() == f"{second.picture_id}/at-10-90"
    assert files.read(second.picture_id, "at-10-90-320.avif")
    assert api.remove_picture(product.pk, second.pk)
    assert not api.remove_picture(product.pk, second.pk)
    assert on_card() == f"{first.picture_id}/at-50-50"
    api.remove_picture(product.pk, first.pk)
    assert on_card() == ""


def test_a_picture_needs_its_words(product):
    """In English at least: whoever cannot see it is told what it shows."""
    for alts in ({}, {"en": "  "}, {"ko": "빨간 그릇"}):
        with pytest.raises(ValueError, match="English"):
            api.add_picture(product.pk, upload(), api.Description(alts), staff_id=1)
    with pytest.raises(ValueError, match="100"):
        api.Focus(101, 0)


def test_the_same_upload_twice_is_one_picture(product):
    api.add_picture(product.pk, upload(), ENGLISH, staff_id=1)
    with pytest.raises(api.NotAPicture, match="already"):
        api.add_picture(product.pk, upload(), ENGLISH, staff_id=1)
    assert api.take(upload(), 5).key != api.take(upload(), 6).key, "drafts of two members are two pictures"


def test_there_is_an_end_to_a_products_pictures(product):
    for number in range(rules.LIMIT_OF_PRODUCT):
        api.add_picture(product.pk, upload(160, 160, (number * 20, 0, 0)), ENGLISH, staff_id=1)
    with pytest.raises(api.NotAPicture, match="at most"):
        api.add_picture(product.pk, upload(160, 160, "white"), ENGLISH, staff_id=1)
    with pytest.raises(ObjectDoesNotExist):
        api.add_picture(404_404, upload(160, 160, "white"), ENGLISH, staff_id=1)


def test_a_member_uploads_so_many_a_day(product, monkeypatch):
    """Each costs the server a second of its time; the shop's own have no such end."""
    monkeypatch.setattr(work, "TAKEN_A_DAY", 2)
    for colour in ("red", "blue"):
        api.take(upload(colour=colour), 5)
    with pytest.raises(api.NotAPicture, match="tomorrow"):
        api.take(upload(colour="green"), 5)
    api.take(upload(colour="green"), 6)
    Picture.objects.update(owner_id=api.SHOP)
    assert api.take(upload(colour="white"), api.SHOP).owner_id == api.SHOP


def test_drafts_are_seen_by_nobody_else_and_swept_after_a_day(product):
    draft = api.take(upload(colour="green"), 5)
    kept = api.add_picture(product.pk, upload(colour="red"), ENGLISH, staff_id=1)
    found = api.file(draft.key, "whole-320.jpg")
    assert found is not None
    assert (found.is_public, found.owner_id) == (False, 5)
    shown = api.file(kept.picture_id, "whole-320.jpg")
    assert shown is not None
    assert shown.is_public
    assert api.sweep() == 0
    Picture.objects.update(made_at=draft.made_at - timedelta(hours=work.DRAFT_HOURS + 1))
    assert api.sweep() == 1
    assert api.file(draft.key, "whole-320.jpg") is None
    assert not files.folder(draft.key).exists()
    assert files.read(kept.picture_id, making.MASTER), "what shows a product stays"
