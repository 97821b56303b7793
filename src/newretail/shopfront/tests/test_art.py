"""Pictures of products: always one, small, safe, quick, and the same for the same product."""

from __future__ import annotations

import re
import time
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from newretail.shopfront.art import Subject, draw, draw_face
from newretail.shopfront.art.choose import Kind, _tables, kind_of
from newretail.shopfront.art.draw import _picture, drawings, marks
from newretail.shopfront.art.palette import brightness, light, mix, shade

LIMIT = 3000


def safe(drawn: str) -> None:
    """Well formed; nothing that runs, is styled inline, or comes from elsewhere."""
    root = ET.fromstring(drawn)  # noqa: S314  # made by ourselves, a line above
    assert root.get("viewBox") == "0 0 200 200"
    assert len(drawn.encode()) <= LIMIT
    assert not re.search(r"<script|<style|style=|href|\son\w+=|url\(|<image|<foreignObject", drawn)


@given(st.integers(1, 10**8), st.text(), st.text(), st.text(), st.text(), st.text())
def test_any_product_has_a_safe_picture(product_id, name, brand, size, category, department):
    clean = [re.sub(r"[^\x20-\ud7ff]", "", text) for text in (name, brand, size, category, department)]
    safe(draw(Subject(product_id, *clean)))


@pytest.mark.parametrize("drawing", sorted(drawings()))
def test_every_drawing_fits_its_size(drawing):
    """With the longest mark and a size, of our own brand and of another's."""
    longest = max(marks(), key=lambda name: len(marks()[name]))
    for brand in ("Own Brand", "Maker 7"):
        safe(_picture(Subject(7, "Anything", brand, "15.25 oz"), Kind(drawing, "#cf3b3b", longest)))


def test_every_row_names_drawings_and_marks_that_exist():
    rows, groups = _tables()
    for row in [*rows, *(row for group in groups.values() for row in group)]:
        name, _, mark = row.kind
        assert name in drawings() or name.removeprefix("=") in groups, name
        assert mark in {"", "=flavour", "=veg"} or mark in marks(), mark


@pytest.mark.parametrize(
    ("name", "category", "department", "drawing"),
    [
        ("Bananas", "Tropical Fruit", "Fruit & Vegetables", "banana"),
        ("White Milk, 1 gal", "Milk & Cream", "Grocery", "jug"),
        ("White Milk", "Milk & Cream", "Grocery", "gable"),
        ("White Bread, 20 oz", "Bread, Buns & Rolls", "Grocery", "loafbag"),
        ("Hamburger Buns, 12 oz", "Bread, Buns & Rolls", "Grocery", "bun"),
        ("Tuna, 6 oz", "Canned Seafood", "Grocery", "shortcan"),
        ("Diecast Cars", "Toys and Games", "Health, Home & More", "toy"),
        ("Grape Tomatoes, 1 pt", "Tomatoes", "Fruit & Vegetables", "berries"),
        ("Something new", "Never heard of", "", "tag"),
    ],
)
def test_words_choose_the_drawing(name, category, department, drawing):
    assert kind_of(name, category, department).drawing == drawing


def test_the_same_product_looks_the_same_and_others_differ():
    milk = Subject(1, "White Milk", "Maker 1", "1 gal", "Milk & Cream", "Grocery")
    assert draw(milk) == draw(milk)
    assert draw(milk) != draw(milk._replace(brand="Maker 2"))
    assert draw(milk) != draw(milk._replace(size="2 gal"))


def test_a_picture_takes_less_than_a_millisecond():
    shelf = ("15 oz", "Canned Vegetables", "Grocery")
    subjects = [Subject(number, f"Canned Corn {number}", f"Maker {number}", *shelf) for number in range(200)]
    draw(subjects[0])
    started = time.process_time()
    for subject in subjects:
        draw(subject)
    assert (time.process_time() - started) / len(subjects) < 0.001


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_shades_are_what_they_say(colour):
    assert brightness(shade(colour)) <= brightness(colour) + 0.06
    assert brightness(light(colour)) >= brightness(colour)
    assert mix(colour, "#000000", 0) == colour


def test_pictures_are_files_that_browsers_keep(small_market):
    client = Client()
    first = client.get("/art/90002.svg")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "image/svg+xml")
    assert "max-age=604800" in first.headers["Cache-Control"]
    again = client.get("/art/90002.svg", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    safe(first.content.decode())
    safe(client.get("/art/shelf/small-dairy.svg").content.decode())
    assert client.get("/art/99999999.svg").status_code == 404
    assert ">8 oz<" in client.get("/art/90003.svg").content.decode()
    assert ">227g<" in client.get("/art/90003.ko.svg").content.decode()
    assert client.get("/art/90002.fr.svg").status_code == 404
    assert client.get("/art/shelf/no-such-shelf.svg").status_code == 404
    safe(draw_face("grocery", "Grocery"))
