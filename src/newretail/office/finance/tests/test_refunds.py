"""Refunds from the office, on orders that were really paid: a reason, a limit, two people, and money back once."""

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


@pytest.fixture
def paid(small_market, books) -> UUID:
    """Six gallons of milk for 18,420 won, paid in cash at a till in Seoul."""
    small_market.set_stock("milk", 1000, (90_003, small_market.korean_store))
    order_id = uuid7()
    asked = trade.OrderRequest(
        order_id=order_id,
        buyer_id=902,
        node=small_market.korean_store,
        lines=[trade.OrderLine(small_market.sku["milk"], 6)],
        channel="till",
        pay=[trade.TenderRequest("cash")],
    )
    verdict = trade.place(asked)
    assert verdict.accepted, verdict.detail
    return order_id


def ask(client, order_id: UUID, amount: str, reason: str = "broken", request: UUID | None = None) -> str:
    values = {"request": str(request or uuid7()), "amount": amount, "reason": reason}
    page = client.post(f"/office/finance/orders/{order_id}/refund", values, follow=True)
    return str(page.content.decode())


def refunded(order_id: UUID) -> int:
    money = trade.payments_of(order_id)
    assert money is not None
    return sum(refund.amount_minor for refund in money.refunds)


def requests_of(books, order_id: UUID) -> list[tuple[UUID, int]]:
    query = "SELECT request_id, state FROM pages_kr.pay_refund_request WHERE order_id = %s ORDER BY requested_at"
    return [(request_id, state) for request_id, state in books.connection.execute(query, [order_id])]


def test_a_small_refund_is_given_at_once_and_once(books, paid) -> None:
    anna, request = clerk(*ASK), uuid7()
    assert "goes back" in ask(anna, paid, "3,070", request=request)
    ask(anna, paid, "3,070", request=request)
    assert refunded(paid) == 3_070
    assert requests_of(books, paid) == [(request, settlement.RefundState.DONE)]
    page = anna.get(f"/office/finance/orders/{paid}").content.decode()
    assert "Refund" in page
    assert "₩15,350" in page  # what is kept


def test_a_large_refund_waits_for_somebody_else(books, paid) -> None:
    anna, boris = clerk(*DECIDE), clerk(*DECIDE)
    assert "second person" in ask(anna, paid, "18420", "never came")
    (request, state), *_ = requests_of(books, paid)
    assert state == settlement.RefundState.WAITING
    assert "never came" in boris.get("/office/finance/").content.decode()
    path = f"/office/finance/refunds/pages_kr/{request}"
    assert "somebody else must approve" in anna.get(f"/office/finance/orders/{paid}").content.decode()
    assert "Not possible" in anna.post(path, {"answer": "approve"}, follow=True).content.decode()
    assert refunded(paid) == 0
    assert clerk(*ASK).post(path, {"answer": "approve"}).status_code == 403
    assert "goes back" in boris.post(path, {"answer": "approve"}, follow=True).content.decode()
    assert refunded(paid) == 18_420
    assert requests_of(books, paid) == [(request, settlement.RefundState.DONE)]


def test_what_the_books_do_not_allow_is_told_in_the_language_of_whoever_reads(books, paid) -> None:
    """A large refund waits, and meanwhile some of the money goes back on another way."""
    ask(clerk(*ASK), paid, "18420")
    (request, _), *_ = requests_of(books, paid)
    assert trade.refund(trade.RefundAsk(uuid7(), paid, "sour", "staff 1", (), 5_000)).done
    boris = clerk(*DECIDE)
    path = f"/office/finance/refunds/pages_kr/{request}"
    said = boris.post(path, {"answer": "approve"}, headers={"accept-language": "ko"}, follow=True).content.decode()
    assert "이 주문에서 지금 환불할 수 있는 금액은 ₩13,420입니다." in said
    page = boris.get(f"/office/finance/orders/{paid}").content.decode()
    assert "Only ₩13,420 of this order can be given back now." in page, "it is kept with the request"
    assert requests_of(books, paid) == [(request, settlement.RefundState.FAILED)]
    assert refunded(paid) == 5_000


def test_what_was_declined_is_not_given_back(books, paid) -> None:
    ask(clerk(*ASK), paid, "10000")
    (request, _), *_ = requests_of(books, paid)
    boris = clerk(*DECIDE)
    said = boris.post(f"/office/finance/refunds/pages_kr/{request}", {"answer": "decline"}, follow=True)
    assert "Declined" in said.content.decode()
    boris.post(f"/office/finance/refunds/pages_kr/{request}/again")
    assert refunded(paid) == 0


@pytest.mark.parametrize(
    ("amount", "reason", "said"),
    [
        ("nothing", "broken", "in figures"),
        ("0", "broken", "in figures"),
        ("10.5", "broken", "in figures"),
        ("18421", "broken", "More than what was paid"),
        ("100", "  ", "Write why"),
    ],
)
def test_a_refund_that_cannot_be_says_what_is_wrong(books, paid, amount, reason, said) -> None:
    assert said in ask(clerk(*ASK), paid, amount, reason)
    assert requests_of(books, paid) == []


def test_what_waits_counts_as_given_back(books, paid) -> None:
    """Two requests cannot ask for the same money."""
    anna = clerk(*ASK)
    ask(anna, paid, "12000")
    assert "More than what was paid" in ask(anna, paid, "12000")
    assert len(requests_of(books, paid)) == 1


def test_giving_back_needs_a_right(books, paid) -> None:
    values = {"request": str(uuid7()), "amount": "1", "reason": "broken"}
    assert clerk("see_books").post(f"/office/finance/orders/{paid}/refund", values).status_code == 403
    assert "Give money back" not in clerk("see_books").get(f"/office/finance/orders/{paid}").content.decode()


def lines(client, order_id: UUID, told: dict[str, str], request: UUID | None = None) -> str:
    values = {"request": str(request or uuid7()), "by": "lines", "reason": "broken", **told}
    page = client.post(f"/office/finance/orders/{order_id}/refund", values, follow=True)
    return str(page.content.decode())


def test_units_of_a_line_are_given_back_at_what_they_cost(books, paid) -> None:
    """The engine reckons the amount; the line says how many units are left, and no more than those go back."""
    anna, request = clerk(*ASK), uuid7()
    page = anna.get(f"/office/finance/orders/{paid}").content.decode()
    assert 'name="line-1" min="0" max="6"' in page
    assert "goes back" in lines(anna, paid, {"line-1": "1"}, request)
    lines(anna, paid, {"line-1": "1"}, request)
    assert refunded(paid) == 3_070
    assert requests_of(books, paid) == [(request, settlement.RefundState.DONE)]
    money = trade.payments_of(paid)
    assert money is not None
    assert money.refunds[0].lines == ((1, 1, 3_070),)
    assert 'max="5"' in anna.get(f"/office/finance/orders/{paid}").content.decode()
    assert "5 units can still" in lines(anna, paid, {"line-1": "6"})
    assert refunded(paid) == 3_070


def test_units_that_wait_for_a_second_person_cannot_be_asked_for_again(books, paid) -> None:
    anna, boris = clerk(*DECIDE), clerk(*DECIDE)
    assert "second person" in lines(anna, paid, {"line-1": "4"})
    assert "2 units can still" in lines(anna, paid, {"line-1": "3"})
    (request, _state), *_ = requests_of(books, paid)
    boris.post(f"/office/finance/refunds/pages_kr/{request}", {"answer": "approve"})
    assert refunded(paid) == 4 * 3_070
    assert "Line 1 × 4" in anna.get(f"/office/finance/orders/{paid}").content.decode()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"line-1": ""}, "how many units of which product"),
        ({"line-1": "0"}, "how many units of which product"),
        ({"line-1": "two"}, "whole numbers"),
        ({"line-1": "-1"}, "whole numbers"),
        ({"line-9": "1"}, "0 units can still"),
        ({"line-0": "1"}, "0 units can still"),
    ],
)
def test_lines_that_cannot_be_given_back_say_what_is_wrong(books, paid, told, said) -> None:
    assert said in lines(clerk(*ASK), paid, told)
    assert requests_of(books, paid) == []


def test_a_top_up_is_found_and_given_back_as_far_as_the_wallet_holds_it(books, small_market) -> None:
    """By the buyer, the amount and its id; what was spent since cannot go back, whoever approves it."""
    anna, boris, buyer = clerk(*ASK), clerk(*DECIDE), 907
    top_up_id = pay.top_up_id(uuid7())
    wish = pay.TopUpAsk(top_up_id, buyer, 43_210, pay.Tender.CARD, "bank")
    assert trade.top_up("pages_kr", wish).done
    for kind in (pay.EventKind.AUTHORISED, pay.EventKind.CAPTURED):
        now, about = datetime.now(UTC), pay.payment_id(top_up_id, 0)
        event = pay.ProviderEvent("bank", str(uuid7()), kind, about, 43_210, "KRW", f"ref-{top_up_id}", now)
        assert trade.pay_events([event])[0].outcome == pay.Outcome.APPLIED
    for words in (str(buyer), "43,210", f"ref-{top_up_id}"):
        assert str(top_up_id)[:-2] in anna.get("/office/finance/search", {"q": words}).content.decode(), words
    small_market.set_stock("milk", 1000, (90_003, small_market.korean_store))
    spent = trade.OrderRequest(
        order_id=uuid7(),
        buyer_id=buyer,
        node=small_market.korean_store,
        lines=[trade.OrderLine(small_market.sku["milk"], 10)],
        channel="web",
        pay=[trade.TenderRequest("wallet")],
    )
    total = trade.place(spent).total_minor
    page = anna.get(f"/office/finance/orders/{top_up_id}").content.decode()
    assert "Money of a wallet top-up" in page
    assert f"₩{43_210 - total:,}" in page
    assert "goes back" in ask(anna, top_up_id, "3,000")
    assert refunded(top_up_id) == 3_000
    assert "The wallet holds only" in ask(anna, top_up_id, "40,000")
    too_much = uuid7()
    assert "second person" in ask(anna, top_up_id, "9,000", request=too_much)
    spent.order_id, spent.lines[0].quantity = uuid7(), 1
    assert trade.place(spent).accepted
    said = boris.post(
        f"/office/finance/refunds/pages_kr/{too_much}", {"answer": "approve"}, follow=True
    ).content.decode()
    assert "The wallet holds only" in said
    assert refunded(top_up_id) == 3_000
