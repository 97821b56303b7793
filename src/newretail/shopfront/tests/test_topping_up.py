"""A member adds money to the wallet: chooses, pays at a bank's page, and reads what the books know at every step."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newretail.kit.arrays import register
from newretail.kit.ids import uuid7
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.people.models import Attempt, Member, OutgoingMail
from newretail.shopfront import mails
from newretail.shopfront.tests.test_browsing import text_of
from newretail.trade import api as trade

CELL, KOREAN_CELL = "pages_us", "pages_kr"
NEW = f"/account/money/top-ups/new/{CELL}"


@pytest.fixture
def member(small_market, demo_bank):
    Member.objects.all().delete()
    Attempt.objects.all().delete()
    OutgoingMail.objects.all().delete()
    return Member.objects.create_user("ann@example.com", "four words for you", name="Ann")


@pytest.fixture
def client(member):
    client = Client(headers={"accept-language": "en-US"})
    client.force_login(member)
    return client


def choose(client, amount: str, own: str = "", way: str = "card", path: str = NEW, key: str = ""):
    """Fill the form in as it came and send it."""
    html = client.get(path).content.decode()
    found = re.search(r'name="key" value="([^"]+)"', html)
    assert found is not None
    return client.post(path, {"key": key or found[1], "amount": amount, "own": own, "pay_with": way})


def begin(client, amount: str = "5000", **more: str) -> tuple[str, UUID]:
    """The bank's page for a top-up that was just asked for, and the top-up's id."""
    answer = choose(client, amount, **more)
    where = answer.headers.get("Location", "")
    assert where.startswith("/bank/pay/"), text_of(answer)
    return where, trade.top_ups_of(Member.objects.get(name="Ann").pk, only_waiting=True)[0].top_up_id


def page_of(top_up_id: UUID) -> str:
    return f"/account/money/top-ups/{top_up_id}"


def in_wallet(member, cell: str = CELL) -> int:
    holder = (pay.Tender.WALLET, member.pk)
    there = next((one for one in trade.funds_everywhere([holder]) if one.cell == cell), None)
    return there.funds[holder].free_minor if there is not None else 0


def subjects() -> list[str]:
    return list(OutgoingMail.objects.order_by("queued_at").values_list("subject", flat=True))


def settle(bank) -> None:
    """Until the bank has nothing more to say: it authorises, is asked to capture, and captures."""
    bank.tell()
    bank.tell()


def test_money_is_added_by_card(client, member, demo_bank, small_market):
    """To the bank, back while it is silent, then in the wallet: each page says what the books know; one mail goes."""
    wallet = text_of(client.get("/account/money"))
    assert "Add money to a wallet in USD" in wallet
    at_bank, top_up_id = begin(client)
    assert "Wallet top-up" not in subjects()
    assert "$50.00 for your wallet are not paid yet" in text_of(client.get("/account/money"))
    assert demo_bank.decide(at_bank, "back") == f"{page_of(top_up_id)}/back?left=1"
    assert "You came back without paying" in text_of(client.get(f"{page_of(top_up_id)}/back?left=1"))
    assert client.post(f"{page_of(top_up_id)}/pay").headers["Location"] == at_bank, "the same payment, not a second one"
    assert demo_bank.decide(at_bank, "approve") == f"{page_of(top_up_id)}/back"
    assert "has not told us yet" in text_of(client.get(f"{page_of(top_up_id)}/back"))
    assert in_wallet(member) == 0
    before = client.get(f"{page_of(top_up_id)}/state").json()
    settle(demo_bank)
    assert client.get(f"{page_of(top_up_id)}/state").json() != before, "the waiting page looks again by this"
    assert in_wallet(member) == 5000
    assert "$50.00 are in your wallet" in text_of(client.get(f"{page_of(top_up_id)}/back"))
    for _ in range(2):
        mails.tell_of_money()
    assert subjects() == ["Your wallet is topped up"]
    with psycopg.connect(small_market.url, autocommit=True) as link:
        register(link)
        settlement.follow(settlement.CellBooks(link, CELL, 1, pay.ledger_of("USD")))
    wallet = client.get("/account/money").content.decode()
    for words in ("Topped up", "+$50.00", f"{page_of(top_up_id)}", "Add money"):
        assert words in wallet
    receipt = client.get(f"{page_of(top_up_id)}?as=pdf")
    assert receipt.content.startswith(b"%PDF")


def test_a_declined_card_says_why_and_leaves_another_way(client, member, demo_bank):
    at_bank, top_up_id = begin(client, "2000")
    demo_bank.decide(at_bank, "decline", "insufficient_funds")
    demo_bank.tell()
    shown = text_of(client.get(page_of(top_up_id)))
    assert "there is not enough money on it. Nothing was taken." in shown
    for _ in range(2):
        mails.tell_of_money()
    assert subjects() == ["Your payment was declined"]
    again = client.post(f"{page_of(top_up_id)}/pay", {"pay_with": "bank"}).headers["Location"]
    assert again.startswith("/bank/pay/")
    assert again != at_bank
    demo_bank.decide(again, "approve")
    settle(demo_bank)
    assert in_wallet(member) == 2000


def test_what_is_not_paid_in_time_is_told_and_can_be_begun_again(client, member, demo_bank, small_market):
    _at_bank, top_up_id = begin(client)
    with psycopg.connect(small_market.url) as books:  # its time is over
        books.execute(f"UPDATE {CELL}.pay_payment SET expires_at = now() - interval '1 second' WHERE state = 1")
    assert "The time is over" in text_of(client.get(page_of(top_up_id)))
    assert trade.expire_unpaid() == 1
    shown = client.get(page_of(top_up_id)).content.decode()
    assert "Nothing was added to your wallet" in shown
    assert NEW in shown
    mails.tell_of_money()
    assert subjects() == ["Your wallet was not topped up"]
    assert client.post(f"{page_of(top_up_id)}/pay").headers["Location"] == page_of(top_up_id)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("", "Write an amount in figures"),
        ("a lot", "Write an amount in figures"),
        ("4.99", "from $5.00 to $1,000.00"),
        ("1000.01", "from $5.00 to $1,000.00"),
        ("12.345", "Write an amount in figures"),
        ("-20", "from $5.00 to $1,000.00"),
    ],
)
def test_an_own_amount_keeps_to_the_limits(client, own, said):
    answer = choose(client, "own", own)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert f'value="{own}"' in answer.content.decode() or not own, "nothing that was typed is lost"


def test_a_member_cancels_what_waits_and_pays_nothing(client, member, demo_bank):
    _where, top_up_id = begin(client)
    assert "Cancel this top-up" in client.get(page_of(top_up_id)).content.decode()
    told = client.post(f"{page_of(top_up_id)}/cancel", follow=True)
    assert "You cancelled this top-up" in text_of(told)
    settle(demo_bank)
    mails.tell_of_money()
    assert (in_wallet(member), subjects()) == (0, [])
    stranger = Client()
    stranger.force_login(Member.objects.create_user("bob@example.com", "four words for you"))
    assert stranger.post(f"{page_of(top_up_id)}/cancel").status_code == 404


def test_an_own_amount_is_taken_to_the_minor_unit(client):
    _, top_up_id = begin(client, "own", own="1,000.00")
    found = trade.find_top_up(top_up_id)
    assert found is not None
    assert found.amount_minor == 100_000


def test_won_has_no_cents(client, member):
    path = NEW.replace(CELL, KOREAN_CELL)
    assert "Write an amount in figures" in text_of(choose(client, "own", "12000.5", path=path))
    at_bank = choose(client, "own", "12,000", path=path).headers["Location"]
    assert at_bank.startswith("/bank/pay/")
    assert trade.top_ups_of(member.pk, only_waiting=True)[0].amount_minor == 12_000


def test_a_form_that_is_sent_twice_asks_once(client, member):
    key = str(uuid7())
    first, second = (choose(client, "2000", key=key).headers["Location"] for _ in range(2))
    assert first == second
    assert len(trade.top_ups_of(member.pk, only_waiting=True)) == 1
    changed = choose(client, "5000", key=key)
    assert changed.status_code == 422
    assert "does not work any more" in text_of(changed)
    html = changed.content.decode()
    assert key not in html, "and the next press is a new one"


def test_a_top_up_is_its_members_own(client, demo_bank):
    _, top_up_id = begin(client)
    stranger = Client()
    stranger.force_login(Member.objects.create_user("bob@example.com", "four other words", name="Bob"))
    for path in ("", "/back", "/state"):
        assert stranger.get(f"{page_of(top_up_id)}{path}").status_code == 404
        assert Client().get(f"{page_of(top_up_id)}{path}").headers["Location"].startswith("/sign-in")
    assert stranger.post(f"{page_of(top_up_id)}/pay").status_code == 404
    assert client.get(page_of(pay.top_up_id(uuid7()))).status_code == 404
    assert client.get("/account/money/top-ups/new/nowhere").status_code == 404


def test_money_given_back_is_told(client, member, demo_bank):
    at_bank, top_up_id = begin(client)
    demo_bank.decide(at_bank, "approve")
    settle(demo_bank)
    assert trade.refund(trade.RefundAsk(uuid7(), top_up_id, "wrong amount", "staff 1", (), 1500)).done
    assert in_wallet(member) == 3500
    assert "$15.00 of it were given back" in text_of(client.get(page_of(top_up_id)))
    mails.tell_of_money(datetime.now(UTC) + timedelta(seconds=1))
    assert "Your money is on its way back" in subjects()


@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_the_pages_keep_the_rules_of_all_pages(client, language):
    _, top_up_id = begin(client)
    client.cookies["django_language"] = language
    for path in (NEW, page_of(top_up_id), f"{page_of(top_up_id)}/back"):
        html = client.get(path).content.decode()
        assert len(re.findall("<h1[ >]", html)) == 1
        assert not re.search(r"<script(?! type=\"module\" src=)|<style|\sstyle=|\son\w+=", html)


def test_no_page_about_money_asks_the_database_too_much(client, member, demo_bank):
    at_bank, top_up_id = begin(client)
    demo_bank.decide(at_bank, "approve")
    settle(demo_bank)
    begin(client, "2000")
    for path in ("/account/money", NEW, page_of(top_up_id), "/orders"):
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        assert len(asked) <= 12, path


def test_an_account_with_money_in_its_wallet_is_not_closed(client, member, demo_bank):
    """Nobody could ask for it any more; what the member takes along says what was added."""
    at_bank, top_up_id = begin(client)
    password = {"current": "four words for you"}
    assert "money of yours" in text_of(client.post("/account/privacy", password)), "it may still come"
    demo_bank.decide(at_bank, "approve")
    settle(demo_bank)
    assert "money of yours" in text_of(client.post("/account/privacy", password))
    taken = json.loads(client.get("/account/my-data.json").content)["top_ups"]
    assert [(one["top_up_id"], one["asked_minor"], one["added_minor"]) for one in taken] == [
        (str(top_up_id), 5000, 5000)
    ]
    assert trade.refund(trade.RefundAsk(uuid7(), top_up_id, "leaves us", "staff 1", (), 5000)).done
    assert client.post("/account/privacy", password).headers["Location"] == "/"
