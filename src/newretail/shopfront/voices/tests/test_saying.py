"""Reviews, questions and pictures as a shopper meets them."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from newretail.catalog.media import api as media
from newretail.catalog.voices import api as voices
from newretail.catalog.voices.models import Question, Review
from newretail.kit import settings
from newretail.kit.ids import uuid7
from newretail.people.models import Member
from newretail.shopfront.voices import look
from newretail.trade import api as trade

BANANAS, MILK, CHEESE, EGGS = 90_001, 90_002, 90_003, 90_004
SAID = {"rating": "4", "title": "Fresh", "text": "Kept for a week.", "author": "Min-ji"}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def own_files(tmp_path, monkeypatch):
    monkeypatch.setenv(settings.VAR.name, str(tmp_path))


@pytest.fixture
def said_nothing(small_market):
    """Whatever a test says is gone after it: the market is shared by the module."""
    yield small_market
    Review.objects.all().delete()
    Question.objects.all().delete()


def member(**rights) -> tuple[Client, Member]:
    who = Member.objects.create_user(f"{uuid7()}@example.com", None, name="Min-ji", **rights)
    client = Client(headers={"accept-language": "en"})
    client.force_login(who)
    return client, who


def photo(name="photo.png", colour="red", size=200) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (size, size), colour).save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), "image/png")


def publish(review: Review) -> None:
    voices.decide([voices.Ref(voices.Kind.REVIEW, review.pk)], voices.State.PUBLISHED, staff_id=1)


def product_page(client: Client, path: str = "/p/90002/white-milk-1-gal") -> str:
    return client.get(path).content.decode()


def facts(html: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert match
    found = json.loads(match[1])
    assert isinstance(found, dict)
    return found


def bought(market, buyer: Member, name: str) -> None:
    """An order of theirs that has been handed over."""
    order_id = uuid7()
    lines = [trade.OrderLine(market.sku[name], 1)]
    trade.place(trade.OrderRequest(order_id=order_id, buyer_id=buyer.pk, node=market.store, lines=lines, channel="web"))
    for state in (trade.State.PICKING, trade.State.SHIPPED, trade.State.DELIVERED):
        assert trade.move(order_id, state, actor="test", reason="test").done


def test_a_product_nobody_reviewed_invites_and_claims_nothing(said_nothing):
    """No stars out of thin air, neither on the page nor for search engines."""
    html = product_page(Client(headers={"accept-language": "en"}))
    assert "Write the first review" in html
    assert "aggregateRating" not in facts(html)
    assert "gallery.js" not in html


def test_a_review_is_told_to_everybody_once_it_is_published(said_nothing):
    client, _who = member()
    answer = client.post(f"/reviews/{MILK}/write", SAID)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/p/90002/white-milk-1-gal#reviews")
    stranger = Client(headers={"accept-language": "en"})
    assert "Kept for a week." not in product_page(stranger)
    assert "waits to be looked over" in product_page(client)
    publish(Review.objects.get())
    look.forget()  # strangers see it within a second
    html = product_page(stranger)
    assert "Kept for a week." in html
    assert facts(html)["aggregateRating"] == {"@type": "AggregateRating", "ratingValue": "4.0", "reviewCount": 1}
    assert "Kept for a week." in stranger.get(f"/reviews/{MILK}?stars=4").content.decode()
    assert "No review fits" in stranger.get(f"/reviews/{MILK}?stars=1").content.decode()


def test_nothing_that_was_typed_or_chosen_is_lost_by_an_error(said_nothing):
    """Text comes back, photos are kept as drafts of the writer, and the second try sends them along."""
    client, _who = member()
    answer = client.post(f"/reviews/{MILK}/write", {**SAID, "rating": "", "photos": [photo()]})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Kept for a week." in html
    match = re.search(r'name="kept" value="([0-9a-f]{32})" checked', html)
    assert match
    assert client.post(f"/reviews/{MILK}/write", {**SAID, "kept": [match[1]]}).status_code == 302
    assert [shown.picture_id for shown in Review.objects.get().photos.all()] == [match[1]]


def test_what_a_visitor_types_survives_signing_in(said_nothing):
    client = Client(headers={"accept-language": "en"})
    answer = client.post(f"/reviews/{MILK}/write", SAID)
    assert answer.headers["Location"].startswith("/sign-in?next=/reviews/")
    assert not Review.objects.exists()
    new = {"name": "Min-ji", "email": f"{uuid7()}@example.com", "password": "four words for you"}
    client.post("/sign-up", {**new, "next": f"/reviews/{MILK}/write"})
    html = client.get(f"/reviews/{MILK}/write").content.decode()
    assert "Kept for a week." in html
    assert re.search(r'value="4"[^>]*checked', html)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("evil.svg", b"<svg/>"),
        ("page.html", b"<script>"),
        ("..%2f..%2fx.png", b"x"),
        ("half.png", b"\x89PNG\r\n\x1a\n"),
    ],
)
def test_a_file_that_is_no_photo_is_named_and_refused(said_nothing, name, content):
    client, _who = member()
    answer = client.post(f"/reviews/{MILK}/write", {**SAID, "photos": [SimpleUploadedFile(name, content), photo()]})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "no picture that we can read" in html
    assert html.count('name="kept"') == 1, "the good one is kept"
    assert not Review.objects.exists()


def test_five_photos_are_one_too_many(said_nothing):
    client, _who = member()
    photos = [photo(colour=colour) for colour in ("red", "green", "blue", "white", "black")]
    answer = client.post(f"/reviews/{MILK}/write", {**SAID, "photos": photos})
    assert answer.status_code == 422
    assert answer.content.decode().count('name="kept"') == 4


@pytest.mark.parametrize("field", ["title", "text", "author"])
def test_markup_is_shown_and_never_run(said_nothing, field):
    """In the page, in the structured data, in the form that is shown again."""
    client, _who = member()
    client.post(f"/reviews/{MILK}/write", {**SAID, field: EVIL})
    publish(Review.objects.get())
    voices.answer(
        voices.ask(MILK, voices.Writer(5, EVIL[:60], "en"), EVIL).pk, voices.Writer(6, "s", "en", is_staff=True), EVIL
    )
    pages = [
        f"/reviews/{MILK}",
        f"/questions/{MILK}",
        f"/questions/{MILK}?words=%3Cscript%3E",
        "/p/90002/white-milk-1-gal",
    ]
    for html in [*(product_page(client, page) for page in pages), product_page(client, f"/reviews/{MILK}/write")]:
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_nobody_touches_the_review_of_another(said_nothing):
    """One's own is found by who is signed in, never by a number in the address; photos of others are not taken."""
    client, _who = member()
    client.post(f"/reviews/{MILK}/write", {**SAID, "photos": [photo()]})
    key = Review.objects.get().photos.get().picture_id
    other, _other = member()
    assert "Kept for a week." not in other.get(f"/reviews/{MILK}/write").content.decode()
    other.post(f"/reviews/{MILK}/withdraw")
    assert Review.objects.count() == 1
    other.post(f"/reviews/{MILK}/write", {**SAID, "text": "Mine.", "kept": [key]})
    assert Review.objects.get(text="Mine.").photos.count() == 0
    assert Review.objects.get(text="Kept for a week.").photos.count() == 1
    client.post(f"/reviews/{MILK}/withdraw")
    assert [review.text for review in Review.objects.all()] == ["Mine."]


def test_a_photo_is_seen_by_its_owner_until_it_is_published(said_nothing):
    client, _who = member()
    client.post(f"/reviews/{MILK}/write", {**SAID, "photos": [photo()]})
    review = Review.objects.get()
    path = f"/media/{review.photos.get().picture_id}/at-50-50-320.avif"
    mine = client.get(path)
    assert (mine.status_code, mine.headers["Cache-Control"]) == (200, "private, no-store")
    assert Client().get(path).status_code == 404
    assert member()[0].get(path).status_code == 404
    publish(review)
    shown = Client().get(path)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/avif")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in shown.headers["Cache-Control"]
    again = Client().get(path, headers={"if-none-match": shown.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/../../secret_key",
        "/media/..%2f..%2fsecret_key/whole-320.jpg",
        f"/media/{'a' * 32}/whole-320.jpg",
        f"/media/{'a' * 32}/master.webp",
        f"/media/{'a' * 32}/..%2fmaster.webp",
        f"/media/{'A' * 32}/whole-320.jpg",
        f"/media/{'a' * 31}²/whole-320.jpg",
        f"/media/{'a' * 32}/whole-320.html",
    ],
)
def test_no_address_leads_to_another_file(said_nothing, path):
    assert Client().get(path).status_code == 404


def test_the_master_is_never_served(said_nothing):
    key = media.take(photo().read(), 0).key
    shown = media.add_picture(CHEESE, photo().read(), media.Description({"en": "Cheese"}), staff_id=1)
    assert Client().get(f"/media/{shown.picture_id}/whole-320.jpg").status_code == 200
    for name in ("master.webp", "whole-2560.jpg", "whole-320.jpg/..", ".x"):
        assert Client().get(f"/media/{key}/{name}").status_code == 404
        assert Client().get(f"/media/{shown.picture_id}/{name}").status_code == 404
    media.remove_picture(CHEESE, shown.pk)


def test_an_uploaded_picture_is_on_page_and_card_at_no_further_query(said_nothing):
    """In the reader's language or else in English; search engines get it too."""
    client = Client(headers={"accept-language": "en"})
    client.get("/c/small-dairy")
    with CaptureQueriesContext(connection) as before:
        client.get("/c/small-dairy")
    shown = [
        media.add_picture(CHEESE, photo(colour=colour).read(), media.Description(alts), staff_id=1)
        for colour, alts in (("red", {"en": "Front", "ko": "앞"}), ("blue", {"en": "Back"}))
    ]
    client.get("/c/small-dairy")  # the first look after a change reads the catalogue anew
    with CaptureQueriesContext(connection) as after:
        html = client.get("/c/small-dairy").content.decode()
    assert len(after) == len(before)
    assert f"/media/{shown[0].picture_id}/at-50-50-320.avif 320w" in html
    page = product_page(client, "/p/90003/shredded-cheese-8-oz")
    assert 'alt="Front"' in page
    assert 'href="#picture-2"' in page
    assert facts(page)["image"][0].endswith(f"{shown[0].picture_id}/whole-1280.jpg")
    korean = product_page(Client(headers={"accept-language": "ko"}), "/p/90003/shredded-cheese-8-oz")
    assert 'alt="앞"' in korean
    assert 'alt="Back"' in korean
    for one in shown:
        media.remove_picture(CHEESE, one.pk)
    assert "/art/90003.svg" in product_page(client, "/p/90003/shredded-cheese-8-oz")


def test_who_bought_it_is_marked_and_may_answer(said_nothing):
    client, who = member()
    question = voices.ask(EGGS, voices.Writer(5, "Asker", "en"), "How large?")
    voices.decide([voices.Ref(voices.Kind.QUESTION, question.pk)], voices.State.PUBLISHED, staff_id=1)
    path = f"/questions/{EGGS}/answer/{question.pk}"
    assert "can answer" in client.get(path).content.decode()
    assert client.post(path, {"text": "Very.", "author": "M"}).status_code == 422
    bought(said_nothing, who, "eggs")
    client.post(path, {"text": "Very.", "author": "M"})
    assert question.answers.get().state == "waiting"
    client.post(f"/reviews/{EGGS}/write", SAID)
    client.post(f"/reviews/{BANANAS}/write", SAID)
    assert dict(Review.objects.values_list("product_id", "is_verified")) == {EGGS: True, BANANAS: False}


def test_votes_and_reports_come_from_members_only(said_nothing):
    client, _who = member()
    client.post(f"/reviews/{MILK}/write", SAID)
    review = Review.objects.get()
    publish(review)
    stranger = Client()
    assert stranger.post(f"/reviews/vote/{review.pk}").headers["Location"].startswith("/sign-in")
    other, _other = member()
    for helpful, count in (("1", 1), ("1", 1), ("0", 0)):
        other.post(f"/reviews/vote/{review.pk}", {"helpful": helpful, "next": f"/reviews/{MILK}"})
        assert Review.objects.get().helpful == count
    other.post(f"/reviews/report/review-{review.pk}", {"reason": "insult"})
    assert Review.objects.get().reports == 1
    assert other.post(f"/reviews/report/review-{review.pk}", {"reason": "nonsense"}).status_code == 422
    for ref in ("review-0", "review-x", "thing-1", f"answer-{review.pk}"):
        assert other.get(f"/reviews/report/{ref}").status_code == 404
    assert other.get("/reviews/vote/0").status_code == 404


@pytest.mark.parametrize(
    "query", ["sort=x&stars=9&photos=2&page=x", "stars=²", "page=999", "words=%00%25", "words=a" * 9]
)
def test_no_query_breaks_the_lists(said_nothing, query):
    client = Client()
    assert client.get(f"/reviews/{MILK}?{query}").status_code == 200
    assert client.get(f"/questions/{MILK}?{query}").status_code == 200
    assert client.get(f"/reviews/404404?{query}").status_code == 404


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_every_page_has_a_title_one_heading_and_labels(said_nothing, language):
    client, _who = member()
    question = voices.ask(MILK, voices.Writer(5, "Asker", "en"), "How large?")
    voices.answer(question.pk, voices.Writer(6, "Shop", "en", is_staff=True), "Large.")
    client.post(f"/reviews/{MILK}/write", {**SAID, "photos": [photo()]})
    publish(Review.objects.get())
    report = f"/reviews/report/question-{question.pk}"
    pages = [f"/reviews/{MILK}", f"/reviews/{MILK}/write", f"/questions/{MILK}", f"/questions/{MILK}/ask", report]
    for path in [*pages, f"/questions/{MILK}/answer/{question.pk}", "/p/90002/white-milk-1-gal"]:
        with CaptureQueriesContext(connection) as asked:
            html = client.get(path, headers={"accept-language": language}).content.decode()
        assert len(asked) <= 14, path  # two are the session's and the member's
        assert len(re.findall("<h1[ >]", html)) == 1, path
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html), path
        labels = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
        for field in re.findall(r"<(?:input|textarea)[^>]*>", html):
            found = re.search(r' id="([^"]+)"', field)
            if found and 'type="hidden"' not in field and 'type="radio"' not in field:
                assert found[1] in labels, field
