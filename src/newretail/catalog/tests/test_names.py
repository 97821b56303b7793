"""Names by language: read in the reader's, written with the rest of a line, found in their own letters."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from newretail.catalog import api, work
from newretail.catalog.editing import LONGEST_NAME
from newretail.catalog.models import Category, Price, Product, Sku
from newretail.catalog.sizes import METRIC

GOODS = [  # English, size, Korean, Chinese, units bought
    ("White Milk, 1 gal", "1 gal", "흰 우유, 3.79L", "纯牛奶 3.79升", 900),
    ("White Milk, 1 qt", "1 qt", "흰 우유, 946ml", "纯牛奶 946毫升", 500),
    ("Organic Milk", "", "유기농 우유", "有机牛奶", 200),
    ("Infant Formula Milk Base", "", "우유 분유", "牛奶婴儿配方奶粉", 1500),
    ("Pears", "", "배", "梨", 300),
    ("Cabbage", "", "양배추", "卷心菜", 3000),
    ("Chocolate Bars", "", "초코바", "巧克力棒", 800),
    ("Chocolate Chips", "", "초코칩", "巧克力豆", 200),
    ("Oat Cookies", "", "", "", 700),
]


@pytest.fixture
def shop(in_rollback):
    """Milk, pears and sweets; the cookies have no name but the English one."""
    Product.objects.all().delete()
    shelf = Category.objects.create(slug="milk", name="Milk & Cream")
    greens = Category.objects.create(slug="greens", name="Greens")
    sweets = Category.objects.create(slug="sweets", name="Candy & Gum")
    for number, (name, size, korean, chinese, bought) in enumerate(GOODS, 1):
        names = {"ko": korean, "zh-hans": chinese} if korean else {}
        values = {"name": name, "package_size": size, "names": names, "popularity": bought, "brand": "Maker 7"}
        product = Product.objects.create(
            id=number, category=shelf if number < 5 else greens if number < 7 else sweets, **values
        )
        sku = Sku.objects.create(id=number, code=f"N-{number}", product=product)
        Price.objects.create(sku=sku, market_code="KR", currency="KRW", amount_minor=1000)
    work.refresh_search()


def found(words: str, language: str = "ko") -> list[str]:
    index = api.index("KR")
    with override(language):
        return [ware.name for ware in api.by_products("KR", index.product_id[api.find(index, words)].tolist())]


@pytest.mark.parametrize(
    ("size", "korean", "chinese"),
    [
        ("16 oz", "454g", "454克"),
        ("64 oz", "1.81kg", "1.81千克"),
        ("12 × 12 fl oz", "355ml×12개", "355毫升×12"),
        ("1 gal", "3.79L", "3.79升"),
        ("1 1/2 lb", "680g", "680克"),
        ("1/2 pt", "237ml", "237毫升"),
        ("12 ct", "12개입", "12个装"),
        ("1 dozen", "12개입", "12个装"),
        ("pack of 6", "6개 묶음", "6件装"),
        ("8 × 10 in", "20cm×25cm", "20厘米×25厘米"),
        ("40 loads", "40회분", "40次用量"),
        ("33.8 fl oz, 1 L", "1L", "1升"),
        ("king size", "킹 사이즈", "特大床用"),
        ("a handful", "a handful", "a handful"),
        ("", "", ""),
    ],
)
def test_sizes_are_said_as_the_reader_measures(size, korean, chinese):
    assert (api.size_in(size, "ko"), api.size_in(size, "zh-hans"), api.size_in(size, "en")) == (korean, chinese, size)


@given(st.fractions(min_value="0.01", max_value=2000, max_denominator=100), st.sampled_from(sorted(METRIC)))
def test_no_measure_is_off_by_more_than_its_last_digit(amount, unit):
    """Three digits that count: what is said is what is in it, by one part in a hundred (five where it is tiny)."""
    said = api.size_in(f"{float(amount):.4f} {unit}", "ko")
    read = re.fullmatch(r"([\d.]+)(\D+)", said)
    assert read, said
    number, name = read.groups()
    factor, _ = METRIC[unit]
    one = {"kg": 1000, "L": 1000, "m": 100}.get(name, 1)
    exact = float(round(float(amount), 4)) * float(factor)
    assert float(number) * one == pytest.approx(exact, rel=0.05, abs=0.006)


def test_lists_are_read_in_the_language_of_whoever_reads(shop):
    """Name and size in it, the address always of the English name, and not one query more."""
    with (
        override("ko"),
        CaptureQueriesContext(
            connection,
        ) as asked,
    ):
        milk, cookies = api.by_products("KR", [2, 9])
    assert len(asked) == 1
    assert (milk.name, milk.package_size, milk.slug) == ("흰 우유, 946ml", "946ml", "white-milk-1-qt")
    assert (milk.base_name, milk.base_size) == ("White Milk, 1 qt", "1 qt")
    assert cookies.name == "Oat Cookies", "without a name of its own it is called what everybody calls it"
    with override("zh-hans"):
        assert api.wares("KR", ["N-2"])["N-2"].name == "纯牛奶 946毫升"
        assert api.sku_names([2, 9]) == {2: ("N-2", "纯牛奶 946毫升"), 9: ("N-9", "Oat Cookies")}
        detail = api.product("KR", 2)
    assert detail is not None
    assert (detail.name, detail.package_size, detail.slug) == ("纯牛奶 946毫升", "946毫升", "white-milk-1-qt")
    assert api.by_products("KR", [2])[0].name == "White Milk, 1 qt"
    label = api.label(2)
    assert label is not None
    assert label[0] == "White Milk, 1 qt", "pictures are drawn by the English name"
    assert (api.brand_name("Maker 7", "ko"), api.brand_name("Nongshim", "ko")) == ("제조사 7", "Nongshim")


def test_names_are_written_with_the_line(shop):
    """They are fields of the trail; an emptied one is gone; one that is too long changes nothing."""
    line = api.lines(["N-9"])["N-9"]
    wanted = api.Line(**{**_fields(line), "names": {"ko": "귀리 쿠키", "zh-hans": "燕麦曲奇"}})
    (edit,) = api.change_lines([wanted], {"KR": "KRW"})
    assert edit.before == {"name_ko": "", "name_zh_hans": ""}
    assert edit.after == {"name_ko": "귀리 쿠키", "name_zh_hans": "燕麦曲奇"}
    assert found("귀리") == ["귀리 쿠키"], "the next reader of the index finds it"
    api.change_lines([api.Line(**{**_fields(line), "names": {"ko": "귀리 쿠키", "zh-hans": ""}})], {"KR": "KRW"})
    assert Product.objects.get(pk=9).names == {"ko": "귀리 쿠키"}
    for names in ({"ko": "가" * (LONGEST_NAME + 1)}, {"fr": "Biscuits"}):
        with pytest.raises(api.Unsound):
            api.change_lines([api.Line(**{**_fields(line), "names": names})], {"KR": "KRW"})
    assert Product.objects.get(pk=9).names == {"ko": "귀리 쿠키"}


def _fields(line: api.Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in api.Line.__slots__}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        # What is milk comes before what is only made of it, though that is bought more often.
        ("우유", ["흰 우유, 3.79L", "흰 우유, 946ml", "유기농 우유", "우유 분유"]),
        ("유기농 우유", ["유기농 우유"]),
        ("유기농우유", ["유기농 우유"]),
        ("우유 흰", ["흰 우유, 3.79L", "흰 우유, 946ml"]),
        ("배", ["배"]),  # one syllable is no part of 양배추
        ("초코", ["초코바", "초코칩"]),
        ("껌", ["초코바", "Oat Cookies", "초코칩"]),  # by the category
        ("우유 초코", []),
    ],
)
def test_korean_finds_what_it_names(shop, words, names):
    assert found(words) == names


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("牛奶", ["纯牛奶 3.79升", "纯牛奶 946毫升", "有机牛奶", "牛奶婴儿配方奶粉"]),
        ("牛奶有机", ["有机牛奶"]),  # no spaces, and the other way round
        ("巧克力", ["巧克力棒", "巧克力豆"]),
        ("厂商 7 梨", ["梨"]),
    ],
)
def test_chinese_finds_what_it_names(shop, words, names):
    found_names = found(words, "zh-hans")
    assert [name for name in found_names if name in names] == names
    assert found_names[: len(names)] == names


def test_names_are_found_without_a_query_and_whatever_language_the_page_is_in(shop):
    index = api.index("KR")
    with CaptureQueriesContext(connection) as asked:
        assert len(api.find(index, "우유")) == 4
    assert len(asked) == 0
    assert found("우유", "en")[0] == "White Milk, 1 gal"
    assert found("milk", "ko"), "English words are found as ever"


@pytest.mark.parametrize(
    ("words", "language", "first"),
    [("우", "ko", "우유 분유"), ("초콬", "ko", ""), ("흰 웅", "ko", "흰 우유"), ("牛", "zh-hans", "牛奶婴儿配方奶粉"),
     ("milk", "zh-hans", "牛奶婴儿配方奶粉"), ("choc", "ko", "초코바"), ("oat", "ko", "Oat Cookies")],
)  # fmt: skip
def test_suggestions_while_somebody_writes(shop, words, language, first):
    """Half a syllable is enough; who writes in Latin letters is offered the names of the page's language."""
    offered = api.suggest(api.index("KR"), words, language)
    assert (offered.phrases or [""])[0] == first


@pytest.mark.parametrize(
    ("written", "meant"),
    [("초코빠", "초코바"), ("양배주", "양배추"), ("巧克里棒", "巧克力棒"), ("巧克里", "巧克力"), ("우유", "")],
)
def test_what_was_meant(shop, written, meant):
    """One letter wrong in a syllable, or one Chinese letter of three."""
    assert api.corrected(api.index("KR"), written) == meant


def test_people_who_work_here_find_names_in_every_language(shop):
    assert api.find_skus("유기농") == [3]
    assert api.find_skus("有机") == [3]
    assert api.find_skus("100%") == []


def test_a_market_without_names_is_read_in_english(shop):
    Product.objects.update(names={})
    assert found("milk", "ko")[0] == "Infant Formula Milk Base"
    assert api.suggest(api.index("KR"), "milk", "ko").phrases
    by_category = ["Infant Formula Milk Base", "White Milk, 1 gal", "White Milk, 1 qt", "Organic Milk"]
    assert found("우유") == by_category, "which has a name in Korean"
