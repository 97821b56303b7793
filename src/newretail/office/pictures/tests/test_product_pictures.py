"""A product's pictures in the office: uploaded, told about, aimed, ordered, removed; without a script."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from newretail.catalog.media import api as media
from newretail.catalog.media.models import ProductPicture
from newretail.kit import settings
from newretail.kit.ids import uuid7
from newretail.people.models import Member

CHEESE = 90_003
PATH = f"/office/pictures/{CHEESE}"


@pytest.fixture
def clerk(small_market, tmp_path, monkeypatch):
    monkeypatch.setenv(settings.VAR.name, str(tmp_path))
    member = Member.objects.create_user(f"{uuid7()}@example.com", None, is_staff=True)
    member.user_permissions.add(Permission.objects.get(codename="change_productpicture"))
    client = Client(headers={"accept-language": "en"})
    client.force_login(member)
    yield client
    for shown in media.pictures_of(CHEESE):
        media.remove_picture(CHEESE, shown.pk)


def photo(colour="red", width=400, height=300) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return SimpleUploadedFile(f"{colour}.jpg", file.getvalue(), "image/jpeg")


def upload(clerk: Client, *colours: str) -> list[str]:
    """Upload and say what they show; the keys of the drafts."""
    html = clerk.post(PATH, {"files": [photo(colour) for colour in colours]}).content.decode()
    keys = re.findall(r'name="draft" value="([0-9a-f]{32})"', html)
    told = {f"alt-en-{key}": f"Cheese {number}" for number, key in enumerate(keys, 1)}
    assert clerk.post(PATH, {"draft": keys, **told, "save": "1"}).status_code == 302
    return keys


def shown() -> list[tuple[int, str]]:
    return [(one.pk, one.alts["en"]) for one in media.pictures_of(CHEESE)]


def test_pictures_need_the_right(clerk):
    member = Member.objects.create_user(f"{uuid7()}@example.com", None, is_staff=True)
    other = Client()
    other.force_login(member)
    assert other.get(PATH).status_code == 403
    assert other.post(PATH, {"files": [photo()]}).status_code == 403
    assert other.get("/office/pictures").status_code == 403
    assert clerk.get("/office/pictures/404404").status_code == 404


def test_uploads_are_shown_once_they_are_told_about(clerk):
    html = clerk.post(PATH, {"files": [photo("red"), photo("blue")]}).content.decode()
    keys = re.findall(r'name="draft" value="([0-9a-f]{32})"', html)
    assert len(keys) == 2
    assert shown() == []
    answer = clerk.post(PATH, {"draft": keys, f"alt-en-{keys[0]}": "Cheese", f"x-{keys[1]}": "10", "save": "1"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Say in English" in html
    assert html.count('name="draft"') == 1, "the one that was told about is shown, the other waits"
    assert 'value="10"' in html
    assert [alt for _pk, alt in shown()] == ["Cheese"]


def test_words_focus_order_and_removal(clerk):
    upload(clerk, "red", "blue", "green")
    (one, _), (two, _), (three, _) = shown()
    clerk.post(PATH, {f"alt-ko-{two}": "치즈", f"x-{two}": "5", f"y-{two}": "95", "later": str(one)})
    assert [pk for pk, _alt in shown()] == [two, one, three]
    first = media.pictures_of(CHEESE)[0]
    assert (first.alts, first.focus_x, first.focus_y) == ({"en": "Cheese 2", "ko": "치즈"}, 5, 95)
    assert f"/media/{first.picture_id}/at-5-95-320.avif" in clerk.get("/c/small-dairy").content.decode()
    clerk.post(PATH, {"remove": str(two)})
    assert [pk for pk, _alt in shown()] == [one, three]


@pytest.mark.parametrize(("x", "y"), [("101", "50"), ("-1", "50"), ("x", "50"), ("", "50"), ("5e1", "50")])
def test_a_focus_outside_the_picture_is_said_and_kept_as_typed(clerk, x, y):
    upload(clerk, "red")
    ((one, _alt),) = shown()
    answer = clerk.post(PATH, {f"x-{one}": x, f"y-{one}": y, f"alt-en-{one}": "Cheddar", "save": "1"})
    assert answer.status_code == 422
    assert "Cheddar" in answer.content.decode()
    assert ProductPicture.objects.get().focus_x == 50


def test_bad_files_are_named_and_good_ones_taken(clerk):
    bad = SimpleUploadedFile("evil.svg", b"<svg/>")
    answer = clerk.post(PATH, {"files": [bad, photo()]})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "evil.svg: This is no picture" in html
    assert html.count('name="draft"') == 1


def test_nobody_elses_draft_becomes_a_product_picture(clerk):
    key = media.take(photo().read(), 5).key
    clerk.post(PATH, {"draft": [key], f"alt-en-{key}": "Stolen", "save": "1"})
    assert shown() == []


def test_products_are_found_and_those_without_a_picture_listed(clerk):
    assert "Shredded Cheese" in clerk.get("/office/pictures").content.decode()
    upload(clerk, "red")
    assert "Shredded Cheese" not in clerk.get("/office/pictures").content.decode()
    for words in ("shredded", str(CHEESE), "842140"):
        assert "1 picture" in clerk.get("/office/pictures", {"q": words}).content.decode()
    assert clerk.get("/office/pictures?q=%00'").status_code == 200
