"""A shopper pays: with what lies with us, at a bank's page, at the door; and what becomes of it when they do not."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from newretail.cloud import api as cloud
from newretail.kit.arrays import register
from newretail.kit.signing import secret_key
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.people.models import Attempt, Member, OutgoingMail
from newretail.shopfront import mails
from newretail.shopfront.tenders import Bill, Wish, plan
from newretail.shopfront.tests.test_browsing import text_of
from newretail.shopfront.tests.test_buying import WHO, fill
from newretail.shopfront.tests.test_deliveries import HOME, two_deliveries
from newretail.stock import api as stock
from newretail.trade import api as trade

US_CELL = "pages_us"
MILK = 269


@pytest.fixture
def client(small_market, demo_bank):
    """A guest in a shop with full shelves."""
    Member.objects.all().delete()
    Attempt.objects.all().delete()
    stock.expire_holds(datetime.now(UTC) + timedelta(minutes=20))
    for name in small_market.sku:
        small_market.set_stock(name, small_market.reserved(name) + 20)
    return Client(headers={"accept-language": "en-US"})


def credit(url: str, tender: pay.Tender, owner: int, amount: int) -> None:
    place = cloud.places(url)[US_CELL]
    with psycopg.connect(url, autocommit=True) as connection:
        register(connection)
        pay.credit(connection, place, tender, {owner: amount}, datetime.now(UTC))


def sign_up(client) -> Member:
    client.post("/sign-up", {"name": "Ann", "email": "ann@example.com", "password": "four words for you"})
    return Member.objects.get(email="ann@example.com")


def checkout(client, market, milk: int = 1) -> dict[str, str]:
    """A cart with milk at the checkout; the hidden fields of its form."""
    fill(client, market, milk=milk)
    html = client.post("/cart/change", {"checkout": "1"}, follow=True).content.decode()
    return {name: re.search(f'name="{name}" value="([^"]*)"', html)[1] for name in ("order_id", "total")}  # type: ignore[index]


def state_of(order_id: str) -> str:
    order = trade.find(UUID(order_id))
    assert order is not None
    return order.state


def free(market, tender: pay.Tender, owner: int) -> int:
    return trade.funds(market.store, [(tender, owner)])[1][tender, owner].free_minor


def mails_of(order_id: str) -> list[str]:
    return list(OutgoingMail.objects.filter(topic__contains=order_id).values_list("subject", flat=True))


def pay_by_card(client, form, **more: str) -> str:
    """Place the order and follow to the bank; the address of its page."""
    answer = client.post("/checkout", {**WHO, **form, "pay_with": "card", **more})
    where = answer.headers.get("Location", "")
    assert where.startswith("/bank/pay/"), text_of(answer)
    return str(where)


AMOUNT = st.integers(0, 500)


@given(st.lists(st.tuples(AMOUNT, st.sampled_from("ab")), max_size=4), AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.booleans())
def test_a_plan_pays_every_bill_exactly_and_no_account_more_than_it_has(bills, card, points, wished, wallet, use_it):
    asked = [Bill(number, total, cell) for number, (total, cell) in enumerate(bills, 1)]
    holders = {(pay.Tender.GIFT_CARD, 5): card, (pay.Tender.POINTS, 7): points, (pay.Tender.WALLET, 7): wallet}
    made = plan(asked, Wish((5,), wished, use_it), 7, {"a": holders, "b": {}})
    for bill in asked:
        share = made.shares[bill.number]
        assert sum(amount for _, amount in share) + made.rest[bill.number] == bill.total_minor
        assert all(amount > 0 for _, amount in share)
        assert bill.cell == "a" or not share
    for holder, there in holders.items():
        assert made.taken_minor(holder) <= there
    assert made.taken_minor((pay.Tender.POINTS, 7)) <= wished
    assert use_it or not made.taken_minor((pay.Tender.WALLET, 7))


def test_a_guest_pays_by_card(client, small_market, demo_bank):
    """To the bank, back while it is silent, then paid: each page says what the books know, and one mail goes."""
    form = checkout(client, small_market)
    page = pay_by_card(client, form, email="min@example.com")
    order = f"/orders/{form['order_id']}"
    assert state_of(form["order_id"]) == "unpaid"
    assert "$2.69 are not paid yet" in text_of(client.get(order))
    assert mails_of(form["order_id"]) == []
    assert demo_bank.decide(page, "back") == f"{order}/back?left=1"
    assert "You came back without paying" in text_of(client.get(f"{order}/back?left=1"))
    again = client.post(f"{order}/pay/now")
    assert again.headers["Location"] == page  # the same payment, not a second one
    assert demo_bank.decide(page, "approve") == f"{order}/back"
    assert "has not told us yet" in text_of(client.get(f"{order}/back"))
    before = client.get(f"{order}/state").json()
    demo_bank.tell()
    assert client.get(f"{order}/state").json() != before  # the waiting page looks again by this
    assert client.get(f"{order}/back").headers["Location"] == order
    shown = text_of(client.get(order))
    assert "Thank you. Your order is paid." in shown
    assert "reserved on your card" in shown
    assert mails_of(form["order_id"]) == ["Your order is placed"]
    assert mails.tell_of_money() == 0
    assert Client().get(f"{order}/back").status_code == 404


def test_a_declined_card_leaves_another_way(client, small_market, demo_bank):
    form = checkout(client, small_market)
    demo_bank.decide(pay_by_card(client, form, email="min@example.com"), "decline")
    demo_bank.tell()
    order = f"/orders/{form['order_id']}"
    assert client.get(f"{order}/back").headers["Location"] == f"{order}/pay"
    assert "The card was declined. Nothing was taken." in text_of(client.get(f"{order}/pay"))
    mails.tell_of_money()
    mails.tell_of_money()
    assert OutgoingMail.objects.filter(to="min@example.com", subject="Your payment was declined").count() == 1
    client.post(f"{order}/pay", {"pay_with": "on_delivery"})
    assert state_of(form["order_id"]) == "placed"
    shown = text_of(client.get(order))
    assert "to pay when you get your goods" in shown
    assert "declined" not in shown


def test_a_member_pays_with_gift_card_points_and_wallet_and_gets_it_back(client, small_market):
    """All three pay one order at once; cancelling says what goes back where, and does it to the cent."""
    ann, number = sign_up(client), pay.new_number()
    credit(small_market.url, pay.Tender.GIFT_CARD, number, 100)
    credit(small_market.url, pay.Tender.POINTS, ann.pk, 50)
    credit(small_market.url, pay.Tender.WALLET, ann.pk, 1000)
    form = checkout(client, small_market)
    code = pay.card_code(secret_key(), number)
    put = client.post("/checkout", {**WHO, **form, "pay_card": code.lower(), "pay_points": "20", "pay_wallet": "on"})
    assert put.headers["Location"] == "/checkout#payment"  # nothing is placed before what is left was seen
    assert trade.find(UUID(form["order_id"])) is None
    html = client.get("/checkout").content.decode()
    assert 'value="20"' in html
    assert "Kim Min-ji" in html
    assert "$1.49" in text_of(client.get("/checkout"))  # what the wallet has to pay
    told = client.post("/checkout/check", {**WHO, **form, "pay_points": "30", "pay_wallet": "on"}).json()
    assert "−$1.39" in told["pay"]  # seen while choosing
    form |= {"pay_points": "20", "pay_wallet": "on"}
    found = re.search(r'name="order_id" value="([^"]*)"', html)
    assert found is not None
    form["order_id"] = found[1]
    client.post("/checkout", {**WHO, **form})
    assert state_of(form["order_id"]) == "placed"
    left = [(pay.Tender.GIFT_CARD, number, 0), (pay.Tender.POINTS, ann.pk, 30), (pay.Tender.WALLET, ann.pk, 851)]
    assert [free(small_market, tender, owner) for tender, owner, _ in left] == [0, 30, 851]
    shown = text_of(client.get(f"/orders/{form['order_id']}"))
    for words in (f"Gift card •••• {code[-4:]}", "$1.00", "Points", "$0.20", "Wallet", "$1.49", "at once"):
        assert words in shown
    client.post(f"/orders/{form['order_id']}/cancel")
    assert [free(small_market, tender, owner) for tender, owner, _ in left] == [100, 50, 1000]
    with psycopg.connect(small_market.url, autocommit=True) as connection:
        register(connection)
        settlement.follow(settlement.CellBooks(connection, US_CELL, 1, pay.ledger_of("USD")))
    wallet = text_of(client.get("/account/money"))
    for words in ("$10.00", "50 points", "Given back for an order", "Paid for an order", "Topped up", "+$1.49"):
        assert words in wallet
    assert "Given back for an order" in text_of(client.get(f"/account/money/wallet-{US_CELL}"))
    assert f"•••• {code[-4:]}: $1.00" in text_of(client.post("/account/money", {"code": code}))


def test_a_wallet_that_has_too_little_pays_a_part_and_the_card_the_rest(client, small_market, demo_bank):
    ann = sign_up(client)
    credit(small_market.url, pay.Tender.WALLET, ann.pk, 69)
    form = checkout(client, small_market)
    assert "use $0.69 from the wallet" in text_of(client.get("/checkout"))
    page = pay_by_card(client, form, pay_wallet="on")
    assert "$2.00 are not paid yet" in text_of(client.get(f"/orders/{form['order_id']}"))
    assert free(small_market, pay.Tender.WALLET, ann.pk) == 0  # held while the card is waited for
    demo_bank.decide(page, "approve")
    demo_bank.tell()
    assert state_of(form["order_id"]) == "placed"
    fill(client, small_market, milk=1)
    html = client.post("/cart/change", {"checkout": "1"}, follow=True).content.decode()
    assert re.search(r'value="card" checked', html)  # what was chosen last is chosen again


def test_codes_cannot_be_guessed(client, small_market):
    """Ten wrong codes, then nobody looks at another one for a while, not even at a right one; the order waits."""
    number = pay.new_number()
    credit(small_market.url, pay.Tender.GIFT_CARD, number, 100)
    form = checkout(client, small_market)
    for _ in range(10):
        answer = client.post("/checkout", {**WHO, **form, "pay_card": "AAAA-BBBB-CCCC-DDDD"})
        assert answer.status_code == 422
        assert "no code of a gift card of ours" in text_of(answer)
        assert "AAAA-BBBB-CCCC-DDDD" in answer.content.decode()
    right = client.post("/checkout", {**WHO, **form, "pay_card": pay.card_code(secret_key(), number)})
    assert "Wait ten minutes" in text_of(right)
    assert trade.find(UUID(form["order_id"])) is None


def test_an_order_that_is_not_paid_gives_its_goods_back_and_late_money_too(client, small_market, demo_bank):
    before = small_market.reserved("milk")
    form = checkout(client, small_market)
    page = pay_by_card(client, form, email="min@example.com")
    assert small_market.reserved("milk") == before + 1
    with psycopg.connect(small_market.url) as books:  # its time is over
        books.execute(f"UPDATE {US_CELL}.pay_payment SET expires_at = now() - interval '1 second' WHERE state = 1")
    assert "The time is over" in text_of(client.get(f"/orders/{form['order_id']}"))
    demo_bank.decide(page, "approve")  # a second too late
    assert trade.expire_unpaid() == 1
    assert small_market.reserved("milk") == before
    mails.tell_of_money()
    assert mails_of(form["order_id"]) == ["Your order was not paid"]
    demo_bank.tell()
    shown = text_of(client.get(f"/orders/{form['order_id']}"))
    assert "Cancelled" in shown
    assert "nothing was taken" in shown
    listed = text_of(client.get("/orders"))
    assert "Cancelled" in listed
    assert "You pay nothing for it" in listed


def test_money_that_comes_too_late_is_told_with_the_order(client, small_market, demo_bank):
    """A provider that captures at once does so after the order was given up: it goes back, and the page says so."""
    form = checkout(client, small_market)
    pay_by_card(client, form)
    order_id = UUID(form["order_id"])
    with psycopg.connect(small_market.url) as books:
        books.execute(f"UPDATE {US_CELL}.pay_payment SET expires_at = now() - interval '1 second' WHERE state = 1")
    assert trade.expire_unpaid() == 1
    late = "Your payment came after the order had been given up."
    assert late not in text_of(client.get(f"/orders/{order_id}"))
    now, about = datetime.now(UTC), pay.payment_id(order_id, 0)
    event = pay.ProviderEvent("bank", str(order_id), pay.EventKind.CAPTURED, about, MILK, "USD", "late", now)
    assert trade.pay_events([event])[0].outcome == pay.Outcome.LATE
    shown = text_of(client.get(f"/orders/{order_id}"))
    assert late in shown
    assert "the money came too late" in shown
    assert "$2.69 on its way back to you" in shown
    again = pay.ProviderEvent("bank", f"{order_id}:back", pay.EventKind.REFUNDED, about, MILK, "USD", "late", now)
    assert trade.pay_events([again])[0].outcome == pay.Outcome.APPLIED
    assert "$2.69 given back" in text_of(client.get(f"/orders/{order_id}"))


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("expired_card", "it has expired"),
        ("incorrect_cvc", "its number, date or security code was not right"),
        ("fraudulent", "The card was declined. Nothing was taken."),
    ],
)
def test_a_decline_is_told_as_far_as_something_can_be_done_about_it(client, small_market, demo_bank, why, said):
    form = checkout(client, small_market)
    demo_bank.decide(pay_by_card(client, form), "decline", why)
    demo_bank.tell()
    shown = text_of(client.get(f"/orders/{form['order_id']}/pay"))
    assert said in shown
    assert why not in shown


def test_my_orders_tell_how_each_stands_with_its_money(client, small_market, demo_bank):
    ann = sign_up(client)
    credit(small_market.url, pay.Tender.WALLET, ann.pk, MILK)
    waiting = checkout(client, small_market)
    pay_by_card(client, waiting)
    from_wallet = checkout(client, small_market)
    client.post("/checkout", {**WHO, **from_wallet, "pay_wallet": "on"})
    at_the_door = checkout(client, small_market, 2)
    client.post("/checkout", {**WHO, **at_the_door, "pay_with": "on_delivery"})
    order_id = UUID(from_wallet["order_id"])
    assert trade.refund(trade.RefundAsk(order_id, order_id, "sour", "staff 1", (), 100)).done
    html = client.get("/orders").content.decode()
    shown = text_of(client.get("/orders"))
    for words in ("Paid by Wallet", "$1.00 given back", "You pay when you get your goods", "$2.69 are not paid yet"):
        assert words in shown
    assert f"/orders/{waiting['order_id']}/pay/now" in html


def test_the_list_of_orders_reads_the_money_of_all_of_them_at_once(client, small_market, demo_bank, monkeypatch):
    sign_up(client)
    cells: list[str] = []
    links = trade.house().links
    usual = links.cell

    def noted(place):
        cells.append(place.name)
        return usual(place)

    monkeypatch.setattr(links, "cell", noted)

    def journeys() -> int:
        cells.clear()
        assert client.get("/orders").status_code == 200
        return len(cells)

    pay_by_card(client, checkout(client, small_market))
    one = journeys()
    for _ in range(3):
        pay_by_card(client, checkout(client, small_market))
    assert journeys() == one


def test_two_deliveries_are_paid_one_after_the_other(client, small_market, demo_bank):
    form = two_deliveries(client, small_market)
    second = {f"d2-{name}": text for name, text in {"way": "delivery", **HOME}.items()}
    page = pay_by_card(client, form, **second)
    orders = [form["order_id"], form["d2-order_id"]]
    assert [state_of(order_id) for order_id in orders] == ["unpaid", "unpaid"]
    demo_bank.decide(page, "approve")
    demo_bank.tell()
    on = client.get(f"/orders/{orders[0]}/back").headers["Location"]
    assert on == f"/orders/together?ids={'~'.join(orders)}"
    shown = text_of(client.get(on))
    assert "1 of 2 paid" in shown
    assert "Pay $1.19 now" in shown
    page = client.post(f"/orders/{orders[1]}/pay/now").headers["Location"]
    demo_bank.decide(page, "approve")
    demo_bank.tell()
    done = text_of(client.get(client.get(f"/orders/{orders[1]}/back").headers["Location"]))
    assert "Thank you. Your orders are placed and paid." in done
    assert [state_of(order_id) for order_id in orders] == ["placed", "placed"]


def test_what_is_paid_at_the_door_is_in_the_books(client, small_market):
    form = checkout(client, small_market)
    client.post("/checkout", {**WHO, **form, "pay_with": "on_delivery"})
    order_id = UUID(form["order_id"])
    order = trade.find(order_id)
    assert order is not None
    assert (order.state, order.settlement) == ("placed", "on_delivery")
    for state in (trade.State.PICKING, trade.State.SHIPPED, trade.State.DELIVERED):
        trade.move(order_id, state, actor="test", reason="")
    money = trade.payments_of(order_id)
    assert money is not None
    assert [(payment.state, payment.captured_minor) for payment in money.payments] == [
        (pay.PaymentState.CAPTURED, MILK)
    ]
    assert "paid" in text_of(client.get(f"/orders/{order_id}"))


def test_a_bank_that_is_away_loses_no_order(client, small_market, demo_bank):
    """The order stands and holds its goods; the page says so and offers to try again."""
    form = checkout(client, small_market)
    demo_bank.running.process.send_signal(19)  # SIGSTOP: it does not answer
    port = pay.provider("bank")
    port.timeout_seconds = 0.2  # type: ignore[attr-defined]
    port._client.timeout = 0.2  # type: ignore[attr-defined]
    try:
        answer = client.post("/checkout", {**WHO, **form, "pay_with": "card"})
        assert answer.headers["Location"] == f"/orders/{form['order_id']}"
        assert "The bank does not answer just now" in text_of(client.get(answer.headers["Location"]))
    finally:
        demo_bank.running.process.send_signal(18)
    assert state_of(form["order_id"]) == "unpaid"
    page = client.post(f"/orders/{form['order_id']}/pay/now").headers["Location"]
    assert page.startswith("/bank/pay/")
