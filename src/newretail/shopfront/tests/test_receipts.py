"""Receipts: for the buyer only; lines, tax, tenders and refunds, the same on the page and on paper."""

from __future__ import annotations

from uuid import UUID

import pypdfium2
import pytest
from django.test import Client

from newretail.kit.ids import uuid7
from newretail.markets.models import Market
from newretail.people.models import Member
from newretail.trade import api as trade


def visitor() -> tuple[Client, Member]:
    member = Member.objects.create_user(f"{uuid7()}@example.com", None)
    client = Client(headers={"accept-language": "en"})
    client.force_login(member)
    return client, member


def bought(market, buyer: Member, pay: list[trade.TenderRequest] | None) -> UUID:
    """Two gallons of milk and one pack of bananas in Seoul: 7,290 won."""
    lines = [trade.OrderLine(market.sku["milk"], 2), trade.OrderLine(market.sku["bananas"], 1)]
    ids = {"order_id": uuid7(), "buyer_id": buyer.pk, "node": market.korean_store}
    verdict = trade.place(trade.OrderRequest(**ids, lines=lines, channel="till", pay=pay))
    assert verdict.accepted, verdict.detail
    return verdict.order_id


@pytest.fixture
def ten_per_cent(small_market):
    Market.objects.filter(code="KR").update(tax_basis_points=1000)
    yield
    Market.objects.filter(code="KR").update(tax_basis_points=0)


@pytest.mark.usefixtures("ten_per_cent")
@pytest.mark.parametrize("language", ["en", "ko", "zh-hans"])
def test_page_and_paper_say_the_same(small_market, language):
    client, buyer = visitor()
    order_id = bought(small_market, buyer, [trade.TenderRequest("till_card", 5_000), trade.TenderRequest("cash")])
    ask = trade.RefundAsk(uuid7(), order_id, "one was sour", "staff 1", amount_minor=290)
    assert trade.refund(ask).done
    path, headers = f"/orders/{order_id}/receipt", {"accept-language": language}
    page = client.get(path, headers=headers).content.decode()
    pdf = client.get(f"{path}?as=pdf", headers=headers).content
    paper = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().replace("￦", "₩")
    # Lines, total, the tax in it (7,290 / 11), the two tenders, what went back.
    for amount in ("₩6,140", "₩1,150", "₩7,290", "₩663", "₩5,000", "₩2,290", "₩290"):
        assert amount in page
        assert amount in paper
    assert str(order_id) in paper


def test_an_order_that_is_not_paid_says_so(small_market):
    client, buyer = visitor()
    order_id = bought(small_market, buyer, None)
    assert "Not paid yet" in client.get(f"/orders/{order_id}/receipt").content.decode()


def test_nobody_sees_the_receipt_of_another(small_market):
    _, buyer = visitor()
    order_id = bought(small_market, buyer, None)
    stranger, _ = visitor()
    for client in (stranger, Client()):
        assert client.get(f"/orders/{order_id}/receipt").status_code == 404
        assert client.get(f"/orders/{order_id}/receipt?as=pdf").status_code == 404
