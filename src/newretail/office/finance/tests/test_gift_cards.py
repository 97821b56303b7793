"""Gift cards at the desk: issued with a trail, found by their last letters, blocked, void, shown whole once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newretail.kit.ids import uuid7
from newretail.kit.signing import secret_key
from newretail.office.finance.tests.finance_work import NOW, clerk
from newretail.office.models import Change
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.people.models import Member
from newretail.trade import api as trade

SEE, HANDLE = ("see_gift_cards",), ("see_gift_cards", "handle_gift_cards")
APPROVE = ("see_gift_cards", "approve_gift_cards")
CELL, MOST_QUERIES = "pages_kr", 12


def issue(client: Client, value: str = "3,000", cards: int = 1, reason: str = "Spring fair") -> tuple[str, str]:
    """The page of what was issued, and where it is."""
    told = {"request": str(uuid7()), "cell": CELL, "value": value, "cards": cards, "reason": reason}
    page = client.post("/office/gift-cards/issue", told, follow=True)
    assert page.redirect_chain, page.content.decode()
    return page.content.decode(), page.redirect_chain[0][0]


def codes_at(client: Client, path: str) -> list[str]:
    html = client.post(f"{path}/codes", {"as": "page"}).content.decode()
    return re.findall(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>", html)


def text_of(download: Any) -> str:
    return b"".join(download.streaming_content).decode("utf-8-sig")


def path_of(code: str) -> str:
    number = pay.card_number(secret_key(), code)
    assert number is not None
    return f"/office/gift-cards/{CELL}/{pay.account_id(pay.ledger_of('KRW'), pay.Chart.GIFT_CARD, number)}"


def do(client: Client, path: str, deed: str, reason: str = "stolen") -> str:
    told = {"deed": deed, "reason": reason, "request": str(uuid7())}
    return str(client.post(path, told, follow=True).content.decode())


def test_a_card_is_issued_shown_once_found_by_its_end_and_spent(books, small_market) -> None:
    anna = clerk(*HANDLE)
    page, path = issue(anna)
    assert "told once" in page
    (code,) = codes_at(anna, path)
    assert codes_at(anna, path) == []
    assert "kept nowhere" in anna.get(path).content.decode()
    found = anna.get(f"/office/gift-cards?q={code[-4:]}&state=good").content.decode()
    assert path_of(code) in found
    assert path_of(code) not in anna.get("/office/gift-cards?q=ZZZZ").content.decode()
    hits = anna.get(f"/office/find?q={code[-4:]}&format=json").json()["found"]
    assert path_of(code) in [hit["href"] for hit in hits]
    everything = [
        found,
        anna.get(path_of(code)).content.decode(),
        str(list(Change.objects.values_list("after", "label"))),
    ]
    assert all(code not in text for text in everything)
    small_market.set_stock("bananas", 10, (90_003, small_market.korean_store))
    order_id = uuid7()
    asked = trade.OrderRequest(
        order_id=order_id,
        buyer_id=903,
        node=small_market.korean_store,
        lines=[trade.OrderLine(small_market.sku["bananas"], 1)],
        channel="web",
        pay=[trade.TenderRequest("gift_card", account=code)],
    )
    verdict = trade.place(asked)
    assert verdict.accepted, verdict.detail
    settlement.follow(books)
    assert f"/office/orders/{order_id}" in anna.get(path_of(code)).content.decode()


def test_a_sheet_of_codes_is_downloaded_once_and_the_list_never_has_them(books) -> None:
    anna = clerk(*HANDLE)
    _page, path = issue(anna, "100", cards=30)
    sheet = anna.post(f"{path}/codes", {"as": "csv"})
    lines = text_of(sheet).splitlines()
    assert len(lines) == 31
    codes = [line.split(",")[0] for line in lines[1:]]
    again = anna.post(f"{path}/codes", {"as": "csv"}, follow=True)
    assert "taken already" in again.content.decode()
    batch = UUID(path.rsplit("/", 1)[1])
    export = text_of(anna.get(f"/office/gift-cards?batch={batch}&format=csv"))
    assert len(export.splitlines()) == 31
    assert not any(code in export for code in codes)
    assert Change.objects.filter(subject="gift_cards", subject_key=str(batch), action="take_codes").count() == 1


def test_a_large_batch_waits_for_somebody_else(books) -> None:
    anna, boris = clerk(*HANDLE), clerk(*APPROVE)
    page, path = issue(anna, "3000", cards=2)
    assert "a second person must approve it" in page
    assert "You asked for it" in anna.get(path).content.decode()
    assert anna.post(f"{path}/decide", {"answer": "approve"}).status_code == 403
    assert path in boris.get("/office/gift-cards").content.decode(), "it is on the list of what waits"
    assert "Approved and done" in boris.post(f"{path}/decide", {"answer": "approve"}, follow=True).content.decode()
    assert boris.post(f"{path}/codes", {"as": "page"}).status_code == 403
    assert len(codes_at(anna, path)) == 2
    _page, path = issue(anna, "3000", cards=2, reason="a slip of the hand")
    anna.post(f"{path}/decide", {"answer": "withdraw"})
    for language, said in (("en", "withdrawn"), ("ko", "철회함")):
        assert said in anna.get(path, headers={"accept-language": language}).content.decode()
    assert "Not possible" in boris.post(f"{path}/decide", {"answer": "approve"}, follow=True).content.decode()


def test_a_card_past_its_end_pays_nobody_and_says_so_to_staff_shopper_and_till(books, small_market) -> None:
    anna, shopper = clerk(*HANDLE), Client()
    today, now = NOW.date(), NOW - timedelta(days=9)
    last_day = today - timedelta(days=3)
    ended = settlement.end_of(last_day, "Asia/Seoul")
    wish = settlement.CardWish(uuid7(), settlement.CardDeed.ISSUE, 1, 2_000, expires_at=ended)
    settlement.ask_cards(books, wish, "a fair", "staff 1", today, now)
    settlement.carry_out_cards(books, wish.request_id, secret_key(), now)
    (code,) = settlement.take_codes(books, wish.request_id, secret_key(), "staff 1", now)
    page = anna.get(path_of(code)).content.decode()
    assert "Past its end" in page
    assert f"Could be used until {last_day:%A, %B} {last_day.day}, {last_day.year}" in page
    assert path_of(code) in anna.get("/office/gift-cards?state=ended").content.decode()
    shopper.force_login(Member.objects.create_user("kim@example.com", "four words for you", name="Kim"))
    assert "It could be used until" in shopper.post("/account/money", {"code": code}).content.decode()
    line = trade.OrderLine(small_market.sku["bananas"], 1)
    pays = [trade.TenderRequest("gift_card", account=code)]
    at_a_till = trade.OrderRequest(
        order_id=uuid7(), buyer_id=903, node=small_market.korean_store, lines=[line], channel="till", pay=pays
    )
    answer = trade.place(at_a_till)
    assert (answer.reason, "its time is over" in answer.detail) == ("account_closed", True)
    assert settlement.end_cards(books, "Asia/Seoul", NOW) == 1
    settlement.follow(books)
    assert "Left at the end of a gift card" in anna.get(path_of(code)).content.decode()
    told = {
        "request": str(uuid7()),
        "cell": CELL,
        "value": "500",
        "cards": 1,
        "reason": "fair",
        "last_day": "2020-01-01",
    }
    refused = anna.post("/office/gift-cards/issue", told)
    assert (refused.status_code, "This day is over" in refused.content.decode()) == (422, True)


def test_a_card_is_blocked_let_go_and_void_each_with_a_reason_and_a_trail(books) -> None:
    anna = clerk(*HANDLE)
    _page, path = issue(anna)
    card = path_of(codes_at(anna, path)[0])
    assert "Write why" in do(anna, card, "block", reason="")
    for deed, shown in (("block", "Blocked"), ("let_go", "Can be spent"), ("void", "Void")):
        do(anna, card, deed)
        assert shown in anna.get(card).content.decode()
    assert "cannot be done" in do(anna, card, "block")
    done = Change.objects.filter(subject="gift_card", subject_key=card.rsplit("/", 1)[1]).order_by("id")
    assert list(done.values_list("action", "note")) == [(deed, "stolen") for deed in ("block", "let_go", "void")]
    assert anna.post(card, {"deed": "burn", "reason": "x", "request": str(uuid7())}).status_code == 404
    assert anna.get(f"/office/gift-cards/{CELL}/1").status_code == 404
    assert anna.get(f"/office/gift-cards/nowhere/{card.rsplit('/', 1)[1]}").status_code == 404


def test_who_may_only_look_changes_nothing_and_others_see_nothing(books) -> None:
    anna, carla = clerk(*HANDLE), clerk(*SEE)
    _page, path = issue(anna)
    card = path_of(codes_at(anna, path)[0])
    for each in ("/office/gift-cards", path, card):
        assert carla.get(each).status_code == 200
        assert clerk("see_books").get(each).status_code == 403
    assert carla.get("/office/gift-cards/issue").status_code == 403
    assert carla.post(card, {"deed": "block", "reason": "x", "request": str(uuid7())}).status_code == 403
    assert carla.post(f"{path}/codes").status_code == 403


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"value": "much"}, "in figures"),
        ({"value": "0"}, "in figures"),
        ({"value": "12.50"}, "in figures"),  # the won has no cents
        ({"cards": "5001"}, "less than or equal to 5000"),
        ({"reason": ""}, "This field is required"),
        ({"cell": "pages_xx"}, "Select a valid choice"),
        ({"value": "9000000000", "cards": "5000"}, "more than can be posted"),
    ],
)
def test_a_slip_in_the_form_is_told_where_it_is_and_nothing_is_issued(books, told, fault) -> None:
    good = {"request": str(uuid7()), "cell": CELL, "value": "100", "cards": "1", "reason": "Fair"}
    before = books.connection.execute("SELECT count(*) FROM pages_kr.pay_card_request").fetchone()
    answer = clerk(*HANDLE).post("/office/gift-cards/issue", {**good, **told})
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert books.connection.execute("SELECT count(*) FROM pages_kr.pay_card_request").fetchone() == before


def test_pages_cost_few_queries_however_many_cards_there_are(books) -> None:
    anna = clerk(*HANDLE)
    _page, path = issue(anna, "10", cards=60)
    _page, one = issue(anna)
    for each in ("/office/gift-cards", path, path_of(codes_at(anna, one)[0])):
        with CaptureQueriesContext(connection) as asked:
            assert anna.get(each).status_code == 200
        assert len(asked) <= MOST_QUERIES, "\n".join(query["sql"][:120] for query in asked)
