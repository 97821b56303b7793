"""Names: people can read every one of them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newretail.catalog.sizes import size_in
from newretail.lab.demo.names import (
    category_name,
    department_name,
    expand,
    other_names,
    phrases,
    product_name,
    type_name,
    words,
)
from newretail.lab.demo.places import own_names, sites
from newretail.lab.demo.sizes import is_a_crate, package_size, poured
from newretail.lab.demo.source import read_source

# Letters that no English word of these shelves is made of, and what is left of a text that was cut or bracketed.
LEFT_OVER = re.compile(
    r"\b[B-DF-HJ-NP-TV-XZ]{2,}\b|\b[b-df-hj-np-tv-xz]{3,}\b|[():_*\"]|\b(W/|W/O)\b|\s{2,}|,\s*$|&\s*$"
)
KNOWN_SHORT = {"TV", "DVD", "VHS", "CD", "SPF", "pt", "qt", "ml", "mm", "cm", "lb", "ct", "ft", "yd", "DVDs"}


@pytest.fixture(scope="module")
def source():
    return read_source()


@pytest.fixture(scope="module")
def names(source):
    columns = source.products
    keys = ("department", "product_category", "product_type", "package_size")
    return [
        product_name(department, category, type_, package_size(size))
        for department, category, type_, size in zip(*(columns[key] for key in keys), strict=True)
    ]


@pytest.mark.parametrize(
    ("department", "category", "type_", "size", "name"),
    [
        ("GROCERY", "FRZN ICE", "ICE - CRUSHED/CUBED", "22 LB", "Crushed or Cubed Ice, 22 lb"),
        ("GROCERY", "SOFT DRINKS", "SOFT DRINKS 12/18&15PK CAN CAR", "12 PK/12 OZ", "Soda Cans Multipack, 12 × 12 oz"),
        ("GROCERY", "BATH TISSUES", "TOILET TISSUE", "110 SQ FT", "Toilet Tissue, 110 sq ft"),
        ("MEAT", "BEEF", "LEAN", None, "Lean Beef"),
        ("GROCERY", "FRUIT - SHELF STABLE", "APPLE SAUCE", "50 OZ", "Apple Sauce, 50 oz"),
        ("DRUG GM", "GREETING CARDS/WRAP/PARTY SPLY", "CARDS EVERYDAY", None, "Greeting Card"),
        ("MISCELLANEOUS", None, None, None, "Sundries"),
        ("GROCERY", None, None, "4 OZ", "Other Grocery, 4 oz"),
    ],
)
def test_examples(department, category, type_, size, name):
    """Abbreviations are spelled out, adjectives get their noun, what has no type is still called something."""
    assert product_name(department, category, type_, package_size(size)) == name


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("FRZN PASTRY&COOKIES", "Frozen Pastry & Cookies"),
        ("EGGS - JUMBO", "Jumbo Eggs"),
        ("ROLLS: DINNER", "Dinner Rolls"),
        ("BAGS/TAGS/TISSUE/BOXES", "Bags, Tags, Tissue & Boxes"),
        ("GIFT BASKETS W/FOOD", "Gift Baskets with Food"),
        ("CHILDREN S MUSICAL INSTRUMENTS", "Children's Musical Instruments"),
        ("TRADITIONAL VODKA(42 UNDER PRO", "Traditional Vodka"),
        ("NUTS OTHER", "Other Nuts"),
        ("FOOD-MAGAZINE", "Food Magazine"),
    ],
)
def test_expand(text, expanded):
    """Word by word: what is after a dash describes what is before it; brackets and cut ends go."""
    assert expand(text) == expanded


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("22 LB", "22 lb"), (".5 L", "0.5 L"), ("1.0 OZ", "1 oz"), ("8 1/2 OZ", "8 1/2 oz"), ("1/2 GAL", "1/2 gal"),
        ("12 PK/12 OZ", "12 × 12 oz"), ("10/6.75 OZ", "10 × 6.75 oz"), ("24/4 OZ", "24 × 4 oz"), ("CTN", "carton"),
        ("(600) 4 LB", "4 lb"), ("L     8 OZ", "8 oz"), ("405    8 OZ", "8 oz"), ("16 OZ/6 PK", "16 oz, pack of 6"),
        ("1 DZ", "1 dozen"), ("2 L BTL", "2 L"), ("912808  PK", ""), ("83710413 OZ", ""), ("48-54 CT", ""), ("", ""),
        (None, ""),
    ],
)  # fmt: skip
def test_package_sizes(text, size):
    """Sizes are read whatever stands around them; article codes and ranges that slipped in are left out."""
    assert package_size(text) == size


@given(st.text(alphabet="0123456789./ -()XLBOZCTPKGA", max_size=14))
def test_any_size_is_read_or_left_out(text):
    """No text breaks the reading, and what is read has no stray blanks."""
    size = package_size(text)
    assert size == size.strip()
    assert "  " not in size


def test_the_crate_is_not_the_package():
    """Loose fruit carries the shop's crate as its size; nobody buys 40 pounds of bananas."""
    assert is_a_crate("PRODUCE", "BANANAS", "40 lb")
    assert is_a_crate("PRODUCE", "HEAD LETTUCE", "24 ct")
    assert not is_a_crate("PRODUCE", "POTATOES RUSSET (BULK&BAG)", "10 lb")
    assert not is_a_crate("PRODUCE", "STRAWBERRIES", "16 oz")
    assert not is_a_crate("GROCERY", "CAT LITTER", "40 lb")


def test_every_product_has_a_readable_name(names):
    """No name is empty, shouted, or longer than the column."""
    assert all(3 <= len(name) <= 120 for name in names)
    assert all(name[0].isupper() or name[0].isdigit() for name in names)
    assert not [name for name in names if name.isupper() and len(name) > 5]


def test_no_abbreviation_is_left_among_what_sells_most(source, names):
    """The 500 most bought products, and every category, show no left-over of the source's abbreviations."""
    bought = np.bincount(source.lines.product, minlength=len(names))
    most = [names[place] for place in np.argsort(-bought)[:500]]
    columns = source.products
    pairs = set(zip(columns["department"], columns["product_category"], strict=True))
    shelves = [category_name(*pair) for pair in pairs] + [department_name(pair[0]) for pair in pairs]
    left = {
        text: match.group() for text in [*most, *shelves]
        for match in LEFT_OVER.finditer(text) if match.group() not in KNOWN_SHORT
    }  # fmt: skip
    assert left == {}


def test_the_dictionary_is_used(source):
    """Every entry of the dictionary for types and categories is one that the source has: no dead words."""
    columns = source.products
    assert set(words()["types"]) - set(columns["product_type"]) == set()
    assert set(words()["categories"]) - set(columns["product_category"]) == set()
    assert set(words()["nouns"]) - set(columns["product_category"]) == set()


def test_adjectives_without_a_category_noun_still_read(source):
    """A type that only describes gets the category's own name where no noun is known."""
    assert type_name("GROCERY", "OLIVES", "PREMIUM") == "Premium Olives"


SCRIPTS = {"ko": re.compile(r"[가-힣]"), "zh-hans": re.compile(r"[\u4e00-\u9fff]")}
LATIN = re.compile(r"[A-Za-z]+")
UNITS = {"g", "kg", "ml", "L", "cm", "m", "W"}


@pytest.fixture(scope="module")
def kinds(source):
    columns = source.products
    return set(zip(*(columns[key] for key in ("department", "product_category", "product_type")), strict=True))


def test_every_phrase_of_the_source_is_said_in_korean_and_chinese(kinds):
    """In letters of the language, none empty; Latin ones only where the English has them too: brands and models."""
    made = {type_name(*kind) for kind in kinds}
    assert made == phrases().keys(), "a phrase is missing, or one is there that nothing makes any more"
    for english, said in phrases().items():
        for text, script in zip(said, SCRIPTS.values(), strict=True):
            assert script.search(text), (english, text)
            left = [word for word in LATIN.findall(text) if word.lower() not in english.lower() and word not in UNITS]
            assert left == [], (english, text)
            assert text == " ".join(text.split())


def test_every_size_of_the_source_is_said_in_korean_and_chinese(source):
    """No ounce, pound, gallon or inch is left, and nothing in English."""
    for size in {package_size(text) for text in source.products["package_size"]} - {""}:
        assert not set(LATIN.findall(size_in(size, "ko"))) - UNITS, size
        assert not LATIN.search(size_in(size, "zh-hans")), size


@pytest.mark.parametrize(
    ("category", "type_", "size", "said"),
    [
        ("SOFT DRINKS", "ENERGY DRINK", "16.9 oz", "16.9 fl oz"),
        ("BEERS/ALES", "BEERALEMALT LIQUORS", "12 × 12 oz", "12 × 12 fl oz"),
        ("ISOTONIC DRINKS", "ISOTONIC DRINKS POWDERED", "18 oz", "18 oz"),
        ("LAUNDRY DETERGENTS", "LIQUID LAUNDRY DETERGENTS", "50 oz", "50 fl oz"),
        ("CHEESE", "SHREDDED CHEESE", "8 oz", "8 oz"),
        ("WATER", "SPRING WATER", "8 fl oz", "8 fl oz"),
    ],
)
def test_what_is_poured_is_measured_by_volume(category, type_, size, said):
    assert poured(category, type_, size) == said


def test_names_are_written_as_shops_there_write_them():
    assert other_names("Strawberries", "16 oz") == {"ko": "딸기, 454g", "zh-hans": "草莓 454克"}
    assert other_names("Bananas", "") == {"ko": "바나나", "zh-hans": "香蕉"}
    assert own_names("KR", "Incheon", 4) == ({"ko": "인천 4호점"}, {"ko": "인천"})
    assert own_names("CN", "Yunfu", None) == ({"zh-hans": "云浮店"}, {"zh-hans": "云浮市"})
    assert own_names("US", "Chicago", 2) == ({}, {})


def test_every_store_is_named_in_the_letters_of_its_country():
    """As many stores as the demo has there."""
    for country, count, language in (("KR", 92, "ko"), ("CN", 91, "zh-hans")):
        found = sites(country, count)
        for site in found:
            assert SCRIPTS[language].search(site.names[language]), site
            assert SCRIPTS[language].search(site.city_names[language]), site
        assert len({site.names[language] for site in found}) == count
