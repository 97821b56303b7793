"""Finance in the office: for clerks only, every figure the ledger's, files that tie out, four eyes."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newretail.kit.ids import uuid7
from newretail.office.finance import reads
from newretail.office.finance.tests.finance_work import NOW, SEOUL, TWO_DAYS_AGO, clerk, sell
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.people.models import Member
from newretail.trade import api as trade

PAGES = [
    *("", "search", "search?q=4.20", "trial-balance", "trial-balance?of=1-kr", "statements", "statements?of=1-kr"),
    *("payouts", "provider-payouts", "months", "terms", "trial-balance?of=1-kr&day=2026-01-01"),
]


def closed_day() -> str:
    return settlement.day_of(TWO_DAYS_AGO, SEOUL.time_zone).isoformat()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_every_page_opens_for_a_clerk_and_for_nobody_else(books, page, language):
    path = f"/office/finance/{page}"
    answer = clerk("see_books", "pay_out", "set_terms").get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    assert answer.content.count(b"<h1") == 1
    assert clerk().get(path).status_code == 403
    assert Client().get(path).status_code == 302


BUSY_PAGES = ["", "trial-balance?of=1-kr", "statements", "payouts", "search?q=3450", "months", "suspense", "terms"]


@pytest.mark.parametrize("path", [*BUSY_PAGES, "provider-payouts"])
def test_no_page_asks_the_database_more_when_there_is_more_to_show(books, paid_order, path):
    boss = clerk("see_books")
    boss.get(f"/office/finance/{path}")
    with CaptureQueriesContext(connection) as few:
        boss.get(f"/office/finance/{path}")
    for _ in range(4):
        sell(books, NOW, 2, pay.Chart.PROVIDER_CLEARING, 3_450)
    with CaptureQueriesContext(connection) as many:
        boss.get(f"/office/finance/{path}")
    assert len(many) == len(few) <= 12


def test_today_is_what_the_quarters_of_today_say(books):
    settlement.follow(books)
    before = next(day for day in reads.today(NOW) if day.merchant.key == "1-kr")
    sell(books, NOW, 2, pay.Chart.PROVIDER_CLEARING, 700)
    settlement.follow(books)
    after = next(day for day in reads.today(NOW) if day.merchant.key == "1-kr")
    assert (after.captured_minor - before.captured_minor, after.captures - before.captures) == (700, 1)
    assert sum(row["captured_minor"] for row in after.by_tender) == after.captured_minor


def test_the_trial_balance_balances_and_leads_to_every_account(books):
    boss = clerk("see_books")
    page = boss.get("/office/finance/trial-balance?of=1-kr").content.decode()
    assert "It balances." in page
    found = reads.trial_balance(("pages_kr",), None)
    assert sum(row["debits_minor"] - row["credits_minor"] for row in found) == 0
    tax = books.account(pay.Chart.TAX_PAYABLE)
    settlement.follow(books)
    account = boss.get(f"/office/finance/accounts/pages_kr/{tax}").content.decode()
    assert "Day close: tax" in account
    assert "₩1,333" in account
    assert boss.get("/office/finance/accounts/pages_kr/7").status_code == 404


def test_an_accounts_postings_are_paged_by_key_each_once(books):
    sales = pay.sales_account(books.ledger, 5)
    for amount in range(1, 8):
        sell(books, NOW, 5, pay.Chart.PROVIDER_CLEARING, amount)
    settlement.follow(books)
    first = reads.statement_of_account("pages_kr", sales, 4, (1 << 63) - 1, reads.LAST_ID)
    sell(books, NOW, 5, pay.Chart.PROVIDER_CLEARING, 99)
    settlement.follow(books)
    last = first[-1]
    second = reads.statement_of_account("pages_kr", sales, 4, last["batch_number"], last["transfer_id"])
    assert [-row["amount_minor"] for row in first + second] == [7, 6, 5, 4, 3, 2, 1]
    assert [row["balance_minor"] for row in second] == [-6, -3, -1]


def test_page_csv_and_pdf_of_a_statement_say_the_ledgers_figures(books):
    """Captured 14,660: tax 1,333, commission 666 of 13,327, fee 330 of what the provider captured."""
    boss, path = clerk("see_books"), f"/office/finance/statements/1-kr/{closed_day()}"
    text = boss.get(f"{path}?as=csv").content.decode("utf-8-sig")
    rows = {row["channel"]: row for row in csv.DictReader(io.StringIO(text))}
    total = {name: int(value) for name, value in rows["total"].items() if name != "channel"}
    assert total == {
        "captured_minor": 14_660,
        "refunded_minor": 0,
        "tax_minor": 1_333,
        "commission_minor": 666,
        "fees_minor": 330,
        "payable_minor": 12_331,
    }
    for name, amount in total.items():
        assert amount == sum(int(row[name]) for channel, row in rows.items() if channel != "total")
    charts = {pay.Chart.TAX_PAYABLE: 0, pay.Chart.COMMISSION: 0, pay.Chart.MERCHANT_PAYABLE: 1}
    of_chart = {chart: books.account(chart, owner) for chart, owner in charts.items()}
    there = pay.balances(books.connection, books.cell, list(of_chart.values()))
    owed = {chart: there[id_].credits_posted - there[id_].debits_posted for chart, id_ in of_chart.items()}
    assert list(owed.values()) == [total["tax_minor"], total["commission_minor"], total["payable_minor"]]
    page = boss.get(path).content.decode()
    for language in ("en", "ko", "zh-hans"):
        pdf = boss.get(f"{path}?as=pdf", headers={"accept-language": language})
        assert pdf.headers["Content-Type"] == "application/pdf"
        printed = pypdfium2.PdfDocument(pdf.content)[0].get_textpage().get_text_range().replace("￦", "₩")
        for amount in total.values():
            assert f"₩{amount:,}" in printed
            assert f"₩{amount:,}" in page


def test_days_that_are_not_closed_have_no_statement(books):
    boss = clerk("see_books")
    for path in (f"1-kr/{NOW.date() + timedelta(days=2)}", "1-kr/never", "9-zz/2026-01-01"):
        assert boss.get(f"/office/finance/statements/{path}").status_code == 404


def test_any_payment_is_found_in_two_clicks(books, paid_order):
    """By the id of the order, of a transfer, by amount and by buyer; the page shows every posting."""
    boss = clerk("see_books")
    for words in (paid_order, pay.transfer_id(paid_order, 0)):
        assert boss.get(f"/office/finance/search?q={words}").headers["Location"].startswith("/office/finance/orders/")
    for words in ("3450", "3,450", "901"):
        page = boss.get(f"/office/finance/search?q={words}").content.decode()
        assert str(paid_order)[:-2] in page
    page = boss.get(f"/office/finance/orders/{paid_order}").content.decode()
    assert "Payment provider · stripe" in page
    assert "Sales · Web shop" in page
    assert boss.get(f"/office/finance/orders/{uuid7()}").status_code == 404
    assert "Nothing was found" in boss.get("/office/finance/search?q=nobody@example.com").content.decode()


def test_a_payment_is_found_by_its_amount_and_by_the_buyers_mail(books, small_market):
    """An order that waits for its card moved nothing yet: it is found by what it is to pay, and by whom."""
    boss = clerk("see_books")
    buyer = Member.objects.create_user("Min@Example.com", None, name="Min")
    small_market.set_stock("milk", 1000, (90_003, small_market.korean_store))
    order_id = uuid7()
    asked = trade.OrderRequest(
        order_id=order_id,
        buyer_id=buyer.pk,
        node=small_market.korean_store,
        lines=[trade.OrderLine(small_market.sku["milk"], 7)],
        channel="web",
        pay=[trade.TenderRequest("card", provider="bank")],
    )
    verdict = trade.place(asked)
    assert verdict.accepted, verdict.detail
    for words in (f"{verdict.total_minor:,}", "min@example.com", "MIN@EXAMPLE.COM"):
        page = boss.get("/office/finance/search", {"q": words}).content.decode()
        assert str(order_id)[:-2] in page, words
    assert str(order_id)[:-2] not in boss.get("/office/finance/search?q=someone@example.com").content.decode()
    declined = pay.ProviderEvent(
        *("bank", str(uuid7()), pay.EventKind.DECLINED, pay.payment_id(order_id, 0)),
        *(verdict.total_minor, "KRW", "ref"),
        *(NOW, None, "insufficient_funds"),
    )
    assert trade.pay_events([declined])[0].outcome == pay.Outcome.APPLIED
    page = boss.get(f"/office/finance/orders/{order_id}").content.decode()
    assert "<code>insufficient_funds</code>" in page


def test_a_payout_is_proposed_approved_and_sent_by_two_people(books):
    anna, boris = clerk("see_books", "pay_out", "approve_payout"), clerk("see_books", "approve_payout")
    assert clerk("see_books").post("/office/finance/payouts/pages_kr/propose").status_code == 403
    anna.post("/office/finance/payouts/pages_kr/propose")
    found = books.connection.execute("SELECT payout_id, state FROM pages_kr.pay_payout").fetchall()
    assert [state for _, state in found] == [1]
    path = f"/office/finance/payouts/pages_kr/{found[0][0]}"
    said = anna.post(path, {"step": "approve"}, follow=True).content.decode()
    assert "Not possible" in said
    boris.post(path, {"step": "approve"})
    assert boris.post(path, {"step": "send"}).status_code == 403
    anna.post(path, {"step": "send", "note": "file 7"})
    assert anna.post(path, {"step": "burn"}).status_code == 404
    assert books.connection.execute("SELECT state FROM pages_kr.pay_payout").fetchall() == [(3,)]
    assert settlement.payable(books) == 0
    assert "staff" in anna.get("/office/finance/payouts?as=csv").content.decode()


def test_a_report_of_a_provider_is_taken_in_once(books):
    boss = clerk("see_books", "pay_out")
    report = "payout,paid_on,payment,gross,fee\npo_9,2026-11-12,pi_1,1000,30\n"

    def send(text: str) -> str:
        file = io.BytesIO(text.encode())
        file.name = "report.csv"
        values = {"provider": "stripe", "cell": "pages_kr", "report": file}
        return boss.post("/office/finance/provider-payouts", values, follow=True).content.decode()

    assert "1 of 1 payouts" in send(report)
    assert "0 of 1 payouts" in send(report)
    assert "Line 2" in send(report.replace("1000", "10.5"))
    assert (
        "at most 1 MB" in boss.post("/office/finance/provider-payouts", {"provider": "x"}, follow=True).content.decode()
    )


def test_terms_need_a_right_and_sensible_figures(books):
    values = {"of": "1-kr", "commission": "2.5", "fee": "3", "fixed": "100", "limit": "5000"}
    assert clerk("see_books").post("/office/finance/terms", values).status_code == 403
    boss = clerk("see_books", "set_terms")
    for wrong in ({"commission": "a lot"}, {"fee": "101"}, {"fixed": "0.5"}, {"limit": "-1"}):
        said = boss.post("/office/finance/terms", values | wrong, follow=True).content.decode()
        assert 'says error"' in said
    assert "hold from today" in boss.post("/office/finance/terms", values, follow=True).content.decode()
    assert settlement.terms_on(books, settlement.day_of(NOW, SEOUL.time_zone)).commission_basis_points == 250


def test_a_month_that_is_not_over_is_not_locked(books):
    path = f"/office/finance/months/1-kr/{NOW:%Y-%m}"
    page = clerk("see_books").get(path).content.decode()
    assert "The month is over" in page
    assert clerk("see_books").post(path).status_code == 403
    said = clerk("see_books", "close_month").post(path, {"note": "all is well"}, follow=True).content.decode()
    assert "Not yet" in said
    assert "captured_minor" in clerk("see_books").get(f"{path}?as=csv").content.decode()
    assert clerk("see_books").get("/office/finance/months/1-kr/soon").status_code == 404
