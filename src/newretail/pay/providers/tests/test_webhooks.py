"""Each rule of webhooks, for each provider: who says it, when, what, and whether it means anything."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

import pytest
import stripe
from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15
from hypothesis import given
from hypothesis import strategies as st

from newretail.pay.ledger.rules import MAX_AMOUNT_MINOR
from newretail.pay.payments.messages import EventKind
from newretail.pay.providers.alipay_pages import BEIJING, TIME, Alipay, from_yuan, to_yuan
from newretail.pay.providers.demo_bank import SIGNATURE, DemoBank, sign
from newretail.pay.providers.interface import BadSignature, TooOld, UnknownEvent, Unreadable
from newretail.pay.providers.stripe_cards import Stripe, from_stripe, to_stripe

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
ALIPAY_KEY, APP_KEY = RSA.generate(2048), RSA.generate(2048)
PAYMENT = uuid4()


class BankWire:
    adapter = DemoBank("http://127.0.0.1:9", "secret")

    def post(self, kind="captured", signed_at=NOW, **change):
        event = {"id": "e1", "kind": kind, "payment": str(PAYMENT), "amount_minor": 100, "currency": "USD"}
        event |= {"reference": "bp_1", "at": NOW.isoformat(), "cell": "cell_us", **change}
        return self.signed(json.dumps({"events": [event]}).encode(), signed_at)

    def signed(self, body, at=NOW):
        return {SIGNATURE: sign("secret", body, int(at.timestamp()))}, body


class StripeWire:
    adapter = Stripe("sk_test", "whsec_x", "http://127.0.0.1:9")
    kinds = {"captured": "payment_intent.succeeded", "nonsense": "customer.created"}

    def post(self, kind="captured", signed_at=NOW, **change):
        metadata = {"payment_id": str(PAYMENT), "cell": "cell_us"}
        intent = {"id": "pi_1", "amount_received": 100, "currency": "usd", "metadata": metadata, **change}
        event = {"type": self.kinds[kind], "created": int(NOW.timestamp()), "data": {"object": intent}}
        return self.signed(json.dumps(event).encode(), signed_at)

    def signed(self, body, at=NOW):
        text = body.decode("utf-8", "replace")
        header = stripe.WebhookSignature.generate_signature_header(text, "whsec_x", int(at.timestamp()))
        return {"stripe-signature": header}, body


class AlipayWire:
    adapter = Alipay("app", APP_KEY.export_key().decode(), ALIPAY_KEY.public_key().export_key().decode(), "")
    kinds = {"captured": "TRADE_SUCCESS", "nonsense": "WAIT_BUYER_PAY"}

    def post(self, kind="captured", signed_at=NOW, **change):
        fields = {"app_id": "app", "notify_time": signed_at.astimezone(BEIJING).strftime(TIME), "total_amount": "1.00"}
        fields |= {
            "out_trade_no": PAYMENT.hex,
            "trade_status": self.kinds[kind],
            "passback_params": "cell_us",
            **change,
        }
        return self.signed(urlencode(fields).encode())

    def signed(self, body, at=NOW):
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
        signature = b64encode(pkcs1_15.new(ALIPAY_KEY).sign(SHA256.new(text.encode()))).decode()
        return {}, body + b"&" + urlencode({"sign": signature, "sign_type": "RSA2"}).encode()


WIRES = [BankWire(), StripeWire(), AlipayWire()]
by_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.adapter.name)


@by_wire
def test_a_good_webhook_is_read_as_it_was_meant(wire):
    told = wire.adapter.read_webhook(*wire.post(), NOW)[-1]
    event = told.event
    assert (told.cell, event.kind, event.payment_id, event.amount_minor) == (
        "cell_us",
        EventKind.CAPTURED,
        PAYMENT,
        100,
    )
    assert event.provider == wire.adapter.name
    assert event.currency == ("CNY" if wire.adapter.name == "alipay" else "USD")


@by_wire
def test_the_same_webhook_again_is_the_same_event(wire):
    first = wire.adapter.read_webhook(*wire.post(), NOW)
    again = wire.adapter.read_webhook(*wire.post(signed_at=NOW + timedelta(seconds=60)), NOW)
    assert [one.event.event_id for one in first] == [one.event.event_id for one in again]


@by_wire
def test_what_nobody_signed_is_not_taken(wire):
    headers, body = wire.post()
    unsigned = body.partition(b"&sign=")[0]
    for bad in ({}, dict.fromkeys(headers, "nonsense"), dict.fromkeys(headers, "t=1,v1=zz")):
        with pytest.raises(BadSignature):
            wire.adapter.read_webhook(bad, unsigned, NOW)


@by_wire
@given(data=st.data())
def test_a_webhook_that_was_changed_on_its_way_is_not_taken(wire, data):
    """Any one byte changed: never read, and never an error of another kind."""
    headers, body = wire.post()
    place = data.draw(st.integers(0, body.find(b"&sign") - 1 if b"&sign" in body else len(body) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda value: value != body[place]))
    changed = body[:place] + bytes([new]) + body[place + 1 :]
    if wire.adapter.name == "alipay" and dict(parse_qsl(changed.decode("latin-1"))) == dict(
        parse_qsl(body.decode("latin-1"))
    ):
        return  # another spelling of the same form, e.g. `%3A` and `%3a`
    with pytest.raises((BadSignature, Unreadable)):
        wire.adapter.read_webhook(headers, changed, NOW)


@by_wire
@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_a_webhook_outside_the_replay_window_is_not_taken(wire, seconds):
    with pytest.raises(TooOld):
        wire.adapter.read_webhook(*wire.post(signed_at=NOW + timedelta(seconds=seconds)), NOW)


@by_wire
@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_inside_the_window_clocks_may_differ(wire, seconds):
    assert wire.adapter.read_webhook(*wire.post(signed_at=NOW + timedelta(seconds=seconds)), NOW)


@by_wire
def test_an_event_of_another_kind_is_told_apart_from_nonsense(wire):
    with pytest.raises(UnknownEvent):
        wire.adapter.read_webhook(*wire.post("nonsense"), NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"events":7}', b'{"type":1}', b"\xff\xfe", b"a"])
@by_wire
def test_signed_nonsense_is_unreadable(wire, body):
    with pytest.raises((Unreadable, UnknownEvent, BadSignature)):
        wire.adapter.read_webhook(*wire.signed(body), NOW)


@pytest.mark.parametrize(
    ("wire", "change"),
    [
        (WIRES[0], {"payment": "none"}),
        (WIRES[0], {"amount_minor": "12.5"}),
        (WIRES[0], {"amount_minor": -1}),
        (WIRES[0], {"amount_minor": 10**30}),
        (WIRES[0], {"currency": "dollars"}),
        (WIRES[0], {"cell": "x; drop schema"}),
        (WIRES[0], {"id": "i" * 300}),
        (WIRES[0], {"at": "2026-11-11T12:00:00"}),
        (WIRES[1], {"metadata": {"payment_id": "none", "cell": "cell_us"}}),
        (WIRES[1], {"amount_received": 10**30}),
        (WIRES[1], {"amount_received": "12"}),
        (WIRES[1], {"currency": "US dollars"}),
        (WIRES[2], {"total_amount": "1.005"}),
        (WIRES[2], {"total_amount": "-1.00"}),
        (WIRES[2], {"out_trade_no": "12"}),
        (WIRES[2], {"notify_time": "today"}),
    ],
)
def test_signed_events_that_cannot_be_are_unreadable(wire, change):
    """What a provider signs is still only input: nothing of it may break the books' tables."""
    with pytest.raises(Unreadable):
        wire.adapter.read_webhook(*wire.post(**change), NOW)


def test_a_payment_of_somebody_else_on_the_same_account_has_no_meaning():
    wire = StripeWire()
    headers, body = wire.post(metadata={})
    with pytest.raises(UnknownEvent, match="somebody else"):
        wire.adapter.read_webhook(headers, body, NOW)


@given(st.integers(0, MAX_AMOUNT_MINOR))
def test_yuan_are_exact(amount):
    assert from_yuan(to_yuan(amount)) == amount


@pytest.mark.parametrize("text", ["", ".", "1.", "1.2.3", "1e3", "١", " 1", "1.005", "+1", "-1", "1_0"])
def test_only_plain_decimals_are_yuan(text):
    with pytest.raises(ValueError, match="no amount in yuan"):
        from_yuan(text)


@given(st.integers(0, 10**12), st.sampled_from(["USD", "KRW", "ISK", "JPY", "UGX"]))
def test_stripe_units_are_exact(amount, currency):
    assert from_stripe(to_stripe(amount, currency), currency) == amount
