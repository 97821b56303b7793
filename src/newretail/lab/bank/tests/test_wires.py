"""Each adapter against the local provider server, over real sockets: the whole life of a payment, and its failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from newretail.kit.ports import free_port
from newretail.lab.bank.tests.conftest import ALIPAY_APP
from newretail.pay.api import CallKind, EventKind
from newretail.pay.providers.alipay_pages import Alipay
from newretail.pay.providers.demo_bank import DemoBank
from newretail.pay.providers.interface import End, Standing
from newretail.pay.providers.stripe_cards import Stripe

LONG_AGO = datetime.now(UTC) - timedelta(hours=1)
CREATE, CAPTURE, VOID, REFUND = CallKind.CREATE, CallKind.CAPTURE, CallKind.VOID, CallKind.REFUND


def shopper_decides(bank, page: str, decision: str, why: str = "") -> httpx.Response:
    """Open the page as a browser does, press a button, and come back."""
    url = page if page.startswith("http") else bank.url + page
    with httpx.Client(follow_redirects=False, trust_env=False) as browser:
        shown = browser.get(url)
        if shown.status_code == 303:
            url = bank.url + shown.headers["location"]
            shown = browser.get(url)
        assert shown.status_code == 200
        return browser.post(url, data={"decision": decision, "why": why})


def standings_of(provider, create) -> list[Standing]:
    return [one for one in provider.standings(LONG_AGO, []) if one.payment_id == create.call.payment_id]


def kinds_of(told) -> list[EventKind]:
    return [one.event.kind for one in told]


@pytest.mark.parametrize("name", ["bank", "stripe"])
def test_a_card_payment_is_authorised_captured_and_refunded_in_parts(bank, shop, adapters, ask, name):
    provider = adapters[name]
    create = ask(CREATE, 1230)
    [made] = provider.send([create])
    assert made.end == End.DONE
    assert shopper_decides(bank, made.redirect_url, "approve").headers["location"] == create.return_url
    [authorised] = shop.wait_for(provider, create, 1)
    ref = authorised.event.provider_ref
    capture = ask(CAPTURE, 1000, of=create, ref=ref)
    refunds = [ask(REFUND, 300, of=create, ref=ref), ask(REFUND, 700, of=create, ref=ref)]
    assert [answer.end for answer in provider.send([capture])] == [End.DONE]
    assert [answer.end for answer in provider.send(refunds)] == [End.DONE, End.DONE]
    told = shop.wait_for(provider, create, 4)
    said = {(one.event.kind, one.event.amount_minor, one.event.call_id) for one in told}
    assert said == {
        (EventKind.AUTHORISED, 1230, None),
        (EventKind.CAPTURED, 1000, capture.call.call_id),
        (EventKind.REFUNDED, 300, refunds[0].call.call_id),
        (EventKind.REFUNDED, 700, refunds[1].call.call_id),
    }
    assert {(one.cell, one.event.payment_id, one.event.currency) for one in told} == {
        ("cell_us", create.call.payment_id, "USD")
    }
    # What was told is what stands in the provider's list, under the same ids.
    listed = [one for one in provider.events(LONG_AGO, []) if one.event.payment_id == create.call.payment_id]
    assert {one.event.event_id for one in listed} == {one.event.event_id for one in told}
    [standing] = standings_of(provider, create)
    assert (standing.captured_minor, standing.refunded_minor, standing.is_open) == (1000, 1000, False)


@pytest.mark.parametrize("name", ["bank", "stripe"])
def test_asking_again_with_the_same_key_does_nothing_twice(bank, shop, adapters, ask, name):
    provider = adapters[name]
    create = ask(CREATE, 500)
    first, second = provider.send([create])[0], provider.send([create])[0]
    assert (first.provider_ref, first.redirect_url) == (second.provider_ref, second.redirect_url)
    shopper_decides(bank, first.redirect_url, "approve")
    [authorised] = shop.wait_for(provider, create, 1)
    capture = ask(CAPTURE, 500, of=create, ref=authorised.event.provider_ref)
    refund = ask(REFUND, 200, of=create, ref=authorised.event.provider_ref)
    for again in (capture, capture, refund, refund):
        assert provider.send([again])[0].end == End.DONE
    [standing] = standings_of(provider, create)
    assert (standing.captured_minor, standing.refunded_minor) == (500, 200)


@pytest.mark.parametrize("name", ["bank", "stripe"])
def test_what_a_provider_refuses_is_refused_for_certain(bank, shop, adapters, ask, name):
    provider = adapters[name]
    create = ask(CREATE, 500)
    [made] = provider.send([create])
    shopper_decides(bank, made.redirect_url, "approve")
    ref = shop.wait_for(provider, create, 1)[0].event.provider_ref
    assert provider.send([ask(CAPTURE, 501, of=create, ref=ref)])[0].end == End.REFUSED
    assert provider.send([ask(REFUND, 1, of=create, ref=ref)])[0].end == End.REFUSED
    assert provider.send([ask(CAPTURE, 500, ref=f"pi_{uuid4().hex}")])[0].end == End.REFUSED
    assert provider.send([ask(VOID, 500, of=create, ref=ref)])[0].end == End.DONE
    assert provider.send([ask(CAPTURE, 500, of=create, ref=ref)])[0].end == End.REFUSED


@pytest.mark.parametrize("name", ["bank", "stripe"])
def test_a_declined_card_may_be_tried_again_and_a_void_ends_it(bank, shop, adapters, ask, name):
    provider = adapters[name]
    create = ask(CREATE, 500)
    [made] = provider.send([create])
    shopper_decides(bank, made.redirect_url, "decline", why="expired_card")
    told = shop.wait_for(provider, create, 1)
    assert [(one.event.kind, one.event.detail) for one in told] == [(EventKind.DECLINED, "expired_card")]
    assert provider.send([ask(VOID, 500, of=create, ref=made.provider_ref)])[0].end == End.DONE
    assert shopper_decides(bank, made.redirect_url, "approve").status_code == 409
    assert kinds_of(shop.wait_for(provider, create, 2))[1] in (EventKind.VOIDED, EventKind.EXPIRED)


def test_stripe_finds_whose_payment_a_dispute_is_about(bank, shop, adapters, ask):
    provider = adapters["stripe"]
    create = ask(CREATE, 900)
    [made] = provider.send([create])
    shopper_decides(bank, made.redirect_url, "approve")
    ref = shop.wait_for(provider, create, 1)[0].event.provider_ref
    dispute = {"id": "dp_1", "payment_intent": ref, "amount": 900, "currency": "usd", "metadata": {}}
    event = {"type": "charge.dispute.funds_withdrawn", "created": 1_700_000_000, "data": {"object": dispute}}
    told = provider._told(event)
    assert (told.cell, told.event.payment_id, told.event.kind) == (
        "cell_us",
        create.call.payment_id,
        EventKind.CHARGED_BACK,
    )


def test_alipay_is_paid_on_its_page_and_refunded_in_parts(bank, shop, adapters, ask):
    provider = adapters["alipay"]
    create = ask(CREATE, 1230, currency="CNY")
    [made] = provider.send([create])
    assert provider.send([ask(CAPTURE, 1230, of=create)])[0].end == End.REFUSED  # nobody has opened the page
    assert shopper_decides(bank, made.redirect_url, "approve").headers["location"] == create.return_url
    told = shop.wait_for(provider, create, 2)
    assert [(one.event.kind, one.event.amount_minor, one.cell) for one in told] == [
        (EventKind.AUTHORISED, 1230, "cell_us"),
        (EventKind.CAPTURED, 1230, "cell_us"),
    ]
    capture = provider.send([ask(CAPTURE, 1230, of=create)])[0]
    assert (capture.end, [one.event.event_id for one in capture.told]) == (
        End.DONE,
        [one.event.event_id for one in told],
    )
    refund = ask(REFUND, 405, of=create)
    first, second = provider.send([refund])[0], provider.send([refund])[0]
    assert first.told[0].event.event_id == second.told[0].event.event_id
    assert provider.send([ask(REFUND, 826, of=create)])[0].end == End.REFUSED
    last = provider.send([ask(REFUND, 825, of=create)])[0]
    heard = {one.event.event_id: one.event.amount_minor for one in shop.wait_for(provider, create, 4)[2:]}
    assert heard == {first.told[0].event.event_id: 405, last.told[0].event.event_id: 825}
    [standing] = provider.standings(LONG_AGO, [create.call.payment_id])
    assert (standing.captured_minor, standing.refunded_minor) == (1230, 1230)
    assert kinds_of(provider.events(LONG_AGO, [create.call.payment_id])) == [EventKind.AUTHORISED, EventKind.CAPTURED]


def test_an_alipay_trade_that_nobody_paid_is_closed(bank, shop, adapters, ask):
    provider = adapters["alipay"]
    never_opened, opened, paid = (ask(CREATE, 100, currency="CNY") for _ in range(3))
    pages = [answer.redirect_url for answer in provider.send([never_opened, opened, paid])]
    with httpx.Client(trust_env=False) as browser:
        browser.get(pages[1])
    shopper_decides(bank, pages[2], "approve")
    ends = [provider.send([ask(VOID, 100, of=one)])[0].end for one in (never_opened, opened, paid)]
    assert ends == [End.DONE, End.DONE, End.REFUSED]
    assert provider.send([ask(CREATE, 100, currency="USD")])[0].end == End.REFUSED


def test_a_page_that_somebody_changed_is_not_opened(bank, shop, adapters, ask):
    [made] = adapters["alipay"].send([ask(CREATE, 123456, currency="CNY")])
    cheaper = made.redirect_url.replace("1234.56", "0.01")
    assert cheaper != made.redirect_url
    assert httpx.get(cheaper, trust_env=False).status_code == 400


def test_nobody_there_is_certainly_no_effect(ask, rsa_keys):
    nowhere = f"http://127.0.0.1:{free_port()}"
    keys = (rsa_keys["app_private"], rsa_keys["alipay_public"])
    stripe, bank = Stripe("sk_test", "whsec", nowhere), DemoBank(nowhere, "secret")
    for provider in (stripe, bank, Alipay(ALIPAY_APP, *keys, "", f"{nowhere}/gateway.do")):
        assert provider.send([ask(REFUND, 100, currency="CNY", ref="pi_1")])[0].end == End.NO_EFFECT
    stripe.close()
    bank.close()
