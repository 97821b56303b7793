"""What fits nothing, looked into by clerks: money in suspense, odd news, disagreements; the books balance all along."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from newretail.kit.ids import uuid7
from newretail.office.finance.tests.finance_work import clerk
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade

ASK = ("see_books", "refund")
DECIDE = ("see_books", "refund", "approve_refund")
LIST = "/office/finance/suspense"
E = pay.EventKind


def tell(order_id: UUID, kind: E, amount: int, call_id: UUID | None = None) -> pay.Outcome:
    now, its_id = datetime.now(UTC), pay.payment_id(order_id, 0)
    event = pay.ProviderEvent("bank", str(uuid7()), kind, its_id, amount, "KRW", f"ref-{order_id}", now, call_id)
    outcome = trade.pay_events([event], "pages_kr")[0].outcome
    assert outcome is not None
    return outcome


def by_card(market, units: int, buyer: int = 905) -> UUID:
    order_id = uuid7()
    market.set_stock("milk", 1000, (90_003, market.korean_store))
    told = [trade.OrderLine(market.sku["milk"], units)]
    pays = [trade.TenderRequest("card", provider="bank")]
    asked = trade.OrderRequest(
        order_id=order_id, buyer_id=buyer, node=market.korean_store, lines=told, channel="web", pay=pays
    )
    assert trade.place(asked).accepted
    return order_id


@pytest.fixture
def stuck(small_market, books) -> UUID:
    """Six gallons by card, 18,420 won; two went back, 6,140 won, and the refund could not be paid out."""
    order_id = by_card(small_market, 6)
    assert tell(order_id, E.AUTHORISED, 18_420) == pay.Outcome.APPLIED
    assert tell(order_id, E.CAPTURED, 18_420) == pay.Outcome.APPLIED
    assert trade.refund(trade.RefundAsk(uuid7(), order_id, "sour", "staff 1", ((1, 2, None),))).done
    call = next(
        c for c in trade.calls_due("pages_kr", 1000) if c.order_id == order_id and c.kind == pay.CallKind.REFUND
    )
    assert tell(order_id, E.REFUND_FAILED, 6_140, call.call_id) == pay.Outcome.APPLIED
    return order_id


def path_of(order_id: UUID) -> str:
    return f"{LIST}/pages_kr/{pay.payment_id(order_id, 0)}"


def send(client, order_id: UUID, way: str, amount: str, request: UUID | None = None, **more: str) -> str:
    values = {"request": str(request or uuid7()), "way": way, "amount": amount, "reason": "card was closed", **more}
    return str(client.post(path_of(order_id), values, follow=True).content.decode())


def in_suspense(order_id: UUID) -> int:
    money = trade.payments_of(order_id)
    assert money is not None
    return money.payments[0].suspense_minor


def wallet(books, buyer: int) -> int:
    account = pay.tender_account(books.ledger, pay.Tender.WALLET, buyer)
    found = pay.balances(books.connection, "pages_kr", [account]).get(account)
    return 0 if found is None else found.credits_posted - found.debits_posted


def balances(books) -> bool:
    query = "SELECT sum(debits_posted) = sum(credits_posted) FROM pages_kr.pay_account"
    return bool(books.connection.execute(query).fetchone()[0])


def test_it_is_listed_with_its_reason_and_credited_once(books, stuck) -> None:
    anna, request = clerk(*ASK), uuid7()
    page = anna.get(LIST).content.decode()
    assert str(pay.payment_id(stuck, 0)) in page
    assert "A refund could not be paid out" in page
    before = wallet(books, 905)
    assert "in the buyer’s wallet" in send(anna, stuck, "wallet", "4,000", request)
    send(anna, stuck, "wallet", "4,000", request)
    assert (in_suspense(stuck), wallet(books, 905) - before) == (2_140, 4_000)
    assert "cannot be sent on" in send(anna, stuck, "wallet", "2,141")
    assert "goes back" in send(anna, stuck, "provider", "2140")
    assert in_suspense(stuck) == 0
    assert str(pay.payment_id(stuck, 0)) not in anna.get(LIST).content.decode()
    assert balances(books)


def test_above_the_limit_a_second_person_decides(books, stuck) -> None:
    anna, boris = clerk(*DECIDE), clerk(*DECIDE)
    assert "second person" in send(anna, stuck, "wallet", "6140")
    assert in_suspense(stuck) == 6_140
    assert "asked for already" in anna.get(path_of(stuck)).content.decode()
    row = books.connection.execute(
        "SELECT request_id FROM pages_kr.pay_refund_request WHERE order_id = %s AND way = 2", [stuck]
    ).fetchone()
    path = f"/office/finance/refunds/pages_kr/{row[0]}"
    assert "Not possible" in anna.post(path, {"answer": "approve"}, follow=True).content.decode()
    assert "in the buyer’s wallet" in boris.post(path, {"answer": "approve"}, follow=True).content.decode()
    assert in_suspense(stuck) == 0
    assert settlement.suspense_asked(books, pay.payment_id(stuck, 0)) == 0


def test_it_pays_another_order_that_waits(small_market, books, stuck) -> None:
    anna, waiting = clerk(*ASK), by_card(small_market, 1)
    assert "lacks more" in send(anna, stuck, "order", "3,069", to_order=str(waiting))
    assert "no such order" in send(anna, stuck, "order", "4,000", to_order=str(uuid7()))
    assert "is paid with it" in send(anna, stuck, "order", "4,000", to_order=str(waiting))
    found = trade.find(waiting)
    assert found is not None
    assert found.state == "placed"
    assert "does not wait" in send(anna, stuck, "order", "100", to_order=str(waiting))
    assert in_suspense(stuck) == 2_140
    assert balances(books)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"way": ""}, "Choose where"),
        ({"amount": "much"}, "in figures"),
        ({"amount": "0"}, "in figures"),
        ({"reason": " "}, "Write why"),
    ],
)
def test_what_cannot_be_sent_on_says_what_is_wrong(books, stuck, told, said) -> None:
    answer = send(clerk(*ASK), stuck, **{"way": "wallet", "amount": "100", **told})
    assert said in answer
    assert in_suspense(stuck) == 6_140


def test_looking_is_not_moving(books, stuck) -> None:
    assert "Send it on" not in clerk("see_books").get(path_of(stuck)).content.decode()
    assert clerk("see_books").post(path_of(stuck), {}).status_code == 403
    assert clerk(*ASK).get(f"{LIST}/pages_kr/{uuid7()}").status_code == 404


def test_news_of_no_payment_is_looked_into_once(books) -> None:
    nobodys = uuid7()
    assert tell(nobodys, E.CAPTURED, 1_234) == pay.Outcome.UNKNOWN_PAYMENT
    anna = clerk(*ASK)
    assert f"ref-{nobodys}" in anna.get(LIST).content.decode()
    (event,) = books.connection.execute(
        "SELECT event_id FROM pages_kr.pay_event WHERE payment_id = %s", [pay.payment_id(nobodys, 0)]
    ).fetchone()
    told = {"provider": "bank", "event": event, "step": "close"}
    path = f"{LIST}/pages_kr/event"
    assert "Write what you found out" in anna.post(path, {**told, "note": " "}, follow=True).content.decode()
    assert "Off the list" in anna.post(path, {**told, "note": "a test of theirs"}, follow=True).content.decode()
    assert f"ref-{nobodys}" not in anna.get(LIST).content.decode()
    assert "looked into it already" in anna.post(path, {**told, "note": "me too"}, follow=True).content.decode()


def test_a_disagreement_is_explained_until_its_amounts_change(books, stuck) -> None:
    place, now = pay.payment_id(stuck, 0), datetime.now(UTC)

    def found(theirs: int) -> None:
        said = pay.Disagreement(place, "pages_kr", "ref-odd", pay.Difference.REFUNDED, theirs, 0, "KRW")
        pay.note_disagreements(books.connection, "pages_kr", "bank", now, [said], datetime.now(UTC))

    anna, path = clerk(*ASK), f"{LIST}/pages_kr/explain"
    told = {"provider": "bank", "payment": str(place), "what": str(int(pay.Difference.REFUNDED))}
    assert "They agree by now" in anna.post(path, {**told, "note": "why"}, follow=True).content.decode()
    found(500)
    assert "ref-odd" in anna.get(LIST).content.decode()
    assert "Explained" in anna.post(path, {**told, "note": "refunded by hand"}, follow=True).content.decode()
    found(500)
    assert "refunded by hand" in anna.get(LIST).content.decode()
    assert "Explain it" not in anna.get(LIST).content.decode()
    found(700)
    assert "Explain it" in anna.get(LIST).content.decode()
    books.connection.execute("DELETE FROM pages_kr.pay_disagreement")


def test_why_an_event_fits_nothing_is_told_in_the_language_of_whoever_reads(small_market, books) -> None:
    order_id = by_card(small_market, 1)
    assert tell(order_id, E.CAPTURED, 0) == pay.Outcome.CONTRADICTION
    anna = clerk(*ASK)
    for language, said in (
        ("en", "A capture of nothing."),
        ("ko", "매입 금액이 0입니다."),
        ("zh-hans", "请款金额为零。"),
    ):
        for path in (LIST, f"/office/finance/orders/{order_id}"):
            assert said in anna.get(path, headers={"accept-language": language}).content.decode()
