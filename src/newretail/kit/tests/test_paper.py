"""What is printed can be read again, in every language, whatever letters a name has."""

from __future__ import annotations

import pypdfium2
import pytest

from newretail.kit.paper import Sheet, printed


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_every_letter_is_printed_in_every_language(language):
    names = ["Milk & bread <1 l>", "우유 1리터", "牛奶 简体", "Crème brûlée"]
    sheet = Sheet("表 목록", ["Name", "₩"], [[name, "₩3,660"] for name in names], totals=1)
    text = text_of(printed("Receipt 영수증", [("Store", "마포")], [sheet], language=language, foot="foot", page="Page"))
    for part in (*names, "Receipt 영수증", "마포", "表 목록", "foot", "Page 1"):
        assert part.replace(" ", "") in text.replace(" ", "")
    assert text.count("￦3,660") == 4


def test_a_long_table_goes_on_with_its_columns_on_the_next_page():
    sheet = Sheet("Sales", ["Column of names", "Amount"], [[f"row {n}", str(n)] for n in range(120)])
    pdf = printed("Long", [], [sheet], language="en", foot="", page="Page")
    assert len(pypdfium2.PdfDocument(pdf)) > 1
    text = text_of(pdf)
    assert text.count("Column of names") == len(pypdfium2.PdfDocument(pdf))
    assert all(f"row {n}" in text for n in range(120))


def test_the_same_page_is_the_same_file():
    sheet = Sheet("Sales", ["A", "B"], [["x", "1"]])
    assert len({printed("Same", [], [sheet], language="ko", foot="", page="") for _ in range(2)}) == 1
