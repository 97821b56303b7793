"""Sheets come in and go out: every fault is told, nothing is half-done, and what goes out comes in unchanged."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from newretail.catalog import api as catalog
from newretail.catalog.models import Price, Product, Sku
from newretail.kit.ids import uuid7
from newretail.office.imports import reader, sheet
from newretail.office.lists import sheets
from newretail.office.models import Change, Import
from newretail.people.models import Member


@pytest.fixture
def boss(small_market):
    client = Client(headers={"accept-language": "en"})
    client.force_login(Member.objects.create_superuser(f"{uuid7()}@example.com", None))
    yield client
    Import.objects.all().delete()


@pytest.fixture
def new_goods():
    """Removes what a test has imported beyond the small market."""
    before = set(Sku.objects.values_list("id", flat=True))
    yield
    made = Sku.objects.exclude(id__in=before)
    products = list(made.values_list("product_id", flat=True))
    Price.objects.filter(sku__in=made).delete()
    made.delete()
    Product.objects.filter(id__in=products).exclude(id__in=Sku.objects.values("product_id")).delete()


def send(client: Client, content: bytes, name: str = "goods.csv") -> Import:
    answer = client.post("/office/imports", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])


def packed(heads, rows) -> bytes:
    with sheets.xlsx_file(heads, rows) as file:
        return bytes(file.read())


def revision() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(revision) FROM catalog_catalogrevision")
        return cursor.fetchone()[0] or 1


def test_a_sheet_is_checked_then_published_at_once(boss, small_market, new_goods):
    """New and changed products together; the engine hears of it once, the trail of each line."""
    code = small_market.sku["milk"]
    text = f'sku,name,category,price_US,price_KR\n{code},,,3.10,\nN-1,Oat Drink,small-dairy,2.50,"2,900"\n'
    record = send(boss, text.encode())
    assert (record.state, record.added, record.changed, record.faults) == ("checked", 1, 1, [])
    assert "Oat Drink" not in catalog.lines(["N-1"])
    before = revision()
    boss.post(f"/office/imports/{record.pk}/publish")
    record.refresh_from_db()
    assert record.state == "published"
    assert revision() == before + 1
    lines = catalog.lines([code, "N-1"])
    assert lines[code].prices == {"US": 310, "KR": 3070}
    assert (lines["N-1"].name, lines["N-1"].prices) == ("Oat Drink", {"US": 250, "KR": 2900})
    told = Change.objects.filter(note__contains=f"· {record.pk}").values_list("subject_key", "action")
    assert set(told) == {(code, "change"), ("N-1", "add")}
    assert catalog.find_skus("oat drink"), "the search finds it"
    boss.post(f"/office/imports/{record.pk}/publish")
    assert revision() == before + 1, "publishing twice publishes once"
    boss.post("/office/imports", {"file": SimpleUploadedFile("back.csv", f"sku,price_US\n{code},2.69\n".encode())})
    boss.post(f"/office/imports/{Import.objects.latest('id').pk}/publish")
    assert catalog.lines([code])[code].prices["US"] == 269


def test_names_in_other_languages_come_and_go_with_the_sheet(boss, small_market):
    """`name_ko` and `name_zh_hans`: an empty cell leaves them, `-` empties them, too long a one is a fault."""
    milk, eggs = small_market.sku["milk"], small_market.sku["eggs"]
    text = f"sku,name_ko,name_zh_hans\n{eggs},특란,{'蛋' * 201}\n"
    (fault,) = send(boss, text.encode()).faults
    assert (fault[0], fault[1]) == (2, "name_zh_hans")
    assert catalog.lines([eggs])[eggs].names == {}
    record = send(boss, f"sku,name_ko,name_zh_hans\n{eggs},특란,\n{milk},-,鲜牛奶\n".encode())
    boss.post(f"/office/imports/{record.pk}/publish")
    lines = catalog.lines([eggs, milk])
    assert (lines[eggs].names, lines[milk].names) == ({"ko": "특란"}, {"zh-hans": "鲜牛奶"})
    told = Change.objects.get(subject_key=eggs, note__contains=f"· {record.pk}")
    assert told.before is not None
    assert (told.before["name_ko"], told.after) == ("", {"name_ko": "특란"})
    row = sheet.row_of(lines[milk], [])
    assert row[2:5] == ["White Milk, 1 gal", "", "鲜牛奶"], "an export says them in the columns of an import"
    back = send(boss, f'sku,name_ko,name_zh_hans\n{eggs},-,\n{milk},"흰 우유, 3.79L",纯牛奶 3.79升\n'.encode())
    boss.post(f"/office/imports/{back.pk}/publish")


def test_every_fault_is_told_with_its_place_and_nothing_is_changed(boss, small_market, new_goods):
    code = small_market.sku["milk"]
    rows = [
        "sku;name;category;sold;cap_per_buyer;price_US;product",
        f"{code};;;maybe;0;free;",
        ";Nameless;small-dairy;yes;;1,00;",
        "N 2;Spaces;small-dairy;;;1,00;",
        "N-3;;nowhere;;;-1;",
        "N-4;Good;small-dairy;yes;2;1,00;",
        "N-4;Twice;small-dairy;;;;",
        f"{small_market.sku['eggs']};;;;;;1",
        "N-5;Variant;;;;;999999",
    ]
    record = send(boss, "\n".join(rows).encode())
    assert record.state == "faulty"
    places = {(row, column) for row, column, _value, _text in record.faults}
    assert places >= {
        (2, "sold"), (2, "cap_per_buyer"), (2, "price_us"), (3, "sku"), (4, "sku"), (5, "name"), (5, "category"),
        (5, "price_us"), (7, "sku"), (8, "product"), (9, "product"),
    }  # fmt: skip
    assert all(len(text) > 10 for _row, _column, _value, text in record.faults)
    assert not catalog.lines(["N-4"])
    boss.post(f"/office/imports/{record.pk}/publish")
    assert not catalog.lines(["N-4"]), "a sheet with errors cannot be published"
    page = boss.get(f"/office/imports/{record.pk}").content.decode()
    assert "errors: nothing was changed" in page
    download = boss.get(f"/office/imports/{record.pk}/errors")
    lines = list(csv.DictReader(io.StringIO(b"".join(download).decode("utf-8-sig"))))
    assert [line["sku"] for line in lines][:2] == [code, ""]
    assert "sold:" in lines[0]["error"]
    assert lines[4]["error"] == ""
    again = send(boss, b"".join(boss.get(f"/office/imports/{record.pk}/errors")))
    assert again.faults_total == record.faults_total, "the column error is not in the way"


def test_columns_that_nobody_knows_are_told_at_once(boss):
    record = send(boss, b"code,price_US,price_XX,price_US\nA,1,1,1\n")
    assert {(row, column) for row, column, *_ in record.faults} == {
        (1, "code"), (1, "price_xx"), (1, "price_us"), (1, "sku"),
    }  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x", b"PK\x03\x04nonsense"])
def test_what_is_no_sheet_is_told_kindly(boss, content):
    answer = boss.post("/office/imports", {"file": SimpleUploadedFile("x.xlsx", content)})
    if answer.status_code == 302:  # an empty file is refused by the form already
        assert Import.objects.latest("id").state == "faulty"
    else:
        assert answer.status_code == 200
        assert "error" in answer.content.decode()


def test_excel_files_with_numbers_are_read(boss, small_market):
    """Codes and prices that Excel made numbers of, dates aside; an unchanged sheet changes nothing."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.write_row(0, 0, ["SKU", "Price US", "Cap-per-buyer"])
    page.write_row(1, 0, [int(small_market.sku["milk"]), 2.69])
    page.write_row(2, 0, [float(small_market.sku["eggs"]), 1.1900000000000002])
    book.close()
    record = send(boss, out.getvalue(), "goods.xlsx")
    assert (record.state, record.rows_total, record.unchanged) == ("checked", 2, 2)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_goes_out_comes_in_unchanged(boss, small_market, form):
    """The export of the list is a sheet for the import: nothing would change."""
    answer = boss.get(f"/office/products?category=small-food&format={form}")
    record = send(boss, b"".join(answer), f"goods.{form}")
    answer.close()
    assert (record.state, record.rows_total, record.unchanged) == ("checked", 4, 4), record.faults


def test_a_publish_that_breaks_changes_nothing(boss, small_market, monkeypatch, new_goods):
    """The trail cannot be written: the products stay as they were, and the import can be tried again."""
    from newretail.office.imports import work

    def breaks(*of):
        raise RuntimeError("no disk left")

    record = send(boss, b"sku,name,category\nN-9,Broken,small-dairy\n")
    before = revision()
    monkeypatch.setattr(work, "write_down", breaks)
    boss.post(f"/office/imports/{record.pk}/publish")
    record.refresh_from_db()
    assert record.state == "broken"
    assert not catalog.lines(["N-9"])
    assert revision() == before
    monkeypatch.undo()
    boss.post(f"/office/imports/{record.pk}/again")
    boss.post(f"/office/imports/{record.pk}/publish")
    assert catalog.lines(["N-9"])["N-9"].name == "Broken"


def test_only_who_may_edit_products_imports(small_market):
    client = Client()
    client.force_login(Member.objects.create_user(f"{uuid7()}@example.com", None, is_staff=True))
    assert client.get("/office/imports").status_code == 403
    assert client.post("/office/imports", {}).status_code == 403


@pytest.mark.parametrize(
    ("text", "digits", "minor"),
    [
        ("2.69", 2, 269), ("2,69", 2, 269), ("$2.69", 2, 269), ("1,234.50", 2, 123450), ("1.234,50", 2, 123450),
        ("1,234", 2, 123400), ("₩3,660", 0, 3660), ("3 660원", 0, 3660), ("1'000", 2, 100000), ("USD 5", 2, 500),
        ("1.000.000", 0, 1_000_000), ("0.01", 2, 1), ("20000000", 2, 2_000_000_000),
    ],
)  # fmt: skip
def test_prices_are_read_as_people_write_them(text, digits, minor):
    assert sheet.price(text, digits) == minor


@pytest.mark.parametrize(
    "text", ["", "free", "1E+05", "2.695", "1.234", "-1", "0", "0.004", "1/2", "20000000.01", "1 2 3 x 4", "--5", "."]
)
def test_what_is_no_price_is_refused(text):
    """A dot before three digits could be thousands or a slip of the pen; a guess would be a wrong price."""
    with pytest.raises(sheet.Wrong):
        sheet.price(text, 2)


@given(st.integers(1, 2_000_000_000), st.sampled_from([0, 2, 3]))
def test_a_price_goes_out_and_comes_in(minor, digits):
    assert sheet.price(str(Decimal(minor).scaleb(-digits)), digits) == minor


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=5))
@settings(deadline=None)
def test_any_text_goes_out_and_comes_in(rows):
    """Whatever people call their goods, =cmd() and 'quoted' too, a CSV and an XLSX of it read the same."""
    rows = [["k", *(cell.replace("\u00a0", " ").strip() for cell in row)] for row in rows]
    rows = [[sheets.without_apostrophe(cell) for cell in row] for row in rows]
    heads = ["key", "one", "two"]
    text = "".join(sheets.csv_lines(heads, rows)).encode()
    assert [cells for _number, cells in reader.read("a.csv", text).rows] == rows
    content = packed(heads, rows)
    found = [[*cells, "", ""][:3] for _number, cells in reader.read("a.xlsx", content).rows]
    assert found == [[sheets.without_apostrophe(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_export_carries_a_formula(start):
    """What a spreadsheet would run is text in both forms."""
    evil = f"{start}cmd|'/c calc'!A1"
    line = "".join(sheets.csv_lines(["a", "b"], [["x", evil]])).splitlines(keepends=True)[1]
    assert f"'{start}" in line
    book = CalamineWorkbook.from_filelike(io.BytesIO(packed(["a"], [[evil]])))
    assert str(book.get_sheet_by_index(0).to_python()[1][0]).strip() == evil.strip()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_separators_are_found_out(encoding, mark):
    text = mark.join(["sku", "name"]) + "\n" + mark.join(["A1", "흰 우유 일 갤런"]) + "\n"
    assert reader.read("x.csv", text.encode(encoding)).rows == [(2, ["A1", "흰 우유 일 갤런"])]


def test_chinese_excel_files_are_read():
    """GB 18030 where it is no valid Korean code page; line breaks and quotes inside of cells."""
    text = 'sku,name\nA1,"纯牛奶 ""一升""\n双行 鞦韆䶮"\n'
    rows = reader.read("x.csv", text.encode("gb18030")).rows
    assert rows[0][1][1].startswith('纯牛奶 "一升"')


def test_thousands_of_rows_go_in_at_once(boss, small_market, new_goods):
    """A sheet of that size is one transaction, and the same sheet again changes nothing."""
    rows = "".join(f"T-{number},Thing {number},small-food,{number % 90 + 1}.50\n" for number in range(3_000))
    text = f"sku,name,category,price_US\n{rows}".encode()
    record = send(boss, text)
    for _ in range(600):
        record.refresh_from_db()
        if record.state != "checking":
            break
        boss.get(f"/office/imports/{record.pk}/progress")
    assert (record.state, record.added) == ("checked", 3_000)
    from newretail.office.imports import work

    assert work.may_publish(record.pk)
    work.publish(record.pk, Member.objects.filter(is_superuser=True).latest("id"))
    record.refresh_from_db()
    assert (record.state, record.added) == ("published", 3_000)
    assert Sku.objects.filter(code__startswith="T-").count() == 3_000
