"""As much of Alipay's gateway as our adapter speaks: signed queries in, signed JSON out, signed notifications.

Only a trade whose page was opened exists here, as at Alipay. See https://opendocs.alipay.com/open/270.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15

from newretail.lab.bank.book import Book, Event, Payment, Refused, new_payment
from newretail.pay.providers.alipay_pages import BEIJING, TIME, from_yuan, to_yuan

WIRE = "alipay"
_STATUS = {"open": "WAIT_BUYER_PAY", "captured": "TRADE_SUCCESS", "voided": "TRADE_CLOSED"}
NOTIFIED = ("captured", "unknown", "refunded", "expired", "declined")


@dataclass(frozen=True, slots=True)
class Keys:
    """PEM texts: Alipay's own private key, and the app's public one."""

    private: str
    app_public: str


def signature(private: str, text: str) -> str:
    return b64encode(pkcs1_15.new(RSA.import_key(private)).sign(SHA256.new(text.encode()))).decode()


def _is_good(public: str, fields: dict[str, str], signed: str) -> bool:
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
    try:
        pkcs1_15.new(RSA.import_key(public)).verify(SHA256.new(text.encode()), b64decode(signed))
    except ValueError:
        return False
    return True


def query_of(query: bytes) -> dict[str, str]:
    return dict(parse_qsl(query.decode(), keep_blank_values=True))


def page(book: Book, keys: Keys, query: dict[str, str], now: float) -> Payment | None:
    """The trade of a page that a shopper's browser opens; None for a bad signature. Raises Refused."""
    fields = dict(query)
    if not _is_good(keys.app_public, fields, fields.pop("sign", "")):
        return None
    content = json.loads(fields["biz_content"])
    payment = str(UUID(content["out_trade_no"]))
    made = new_payment(
        ref=f"al_{uuid4().hex}",
        wire=WIRE,
        payment=payment,
        order_id=content["subject"],
        cell=content.get("passback_params", ""),
        amount=from_yuan(content["total_amount"]),
        currency="CNY",
        notify_url=fields.get("notify_url", ""),
        return_url=fields.get("return_url", ""),
        now=now,
    )
    with book.transaction():
        return book.open(made)


def gateway(book: Book, keys: Keys, query: dict[str, str], now: float) -> bytes:
    """Answer a call of the gateway; every answer is signed, also a refusal."""
    fields = dict(query)
    method = fields.get("method", "")
    if not _is_good(keys.app_public, fields, fields.pop("sign", "")):
        said: dict[str, Any] = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
    else:
        with book.transaction():
            said = _do(book, method, json.loads(fields["biz_content"]), now)
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    name = method.replace(".", "_") + "_response"
    return f'{{"{name}":{text},"sign":"{signature(keys.private, text)}"}}'.encode()


def _do(book: Book, method: str, content: dict[str, Any], now: float) -> dict[str, Any]:
    one = book.payment_of(WIRE, str(UUID(content["out_trade_no"])))
    if one is None:
        return _refused("ACQ.TRADE_NOT_EXIST")
    fine = {"code": "10000", "msg": "Success", "out_trade_no": content["out_trade_no"], "trade_no": one.ref}
    try:
        if method == "alipay.trade.query":
            return {**fine, **_trade(one)}
        if method == "alipay.trade.close":
            book.void(one.ref, None, now, "expired")
            return fine
        request = str(UUID(content.get("out_request_no", one.payment)))
        before = book.refund_of(one.ref, request)
        if method == "alipay.trade.fastpay.refund.query":
            return fine if before is None else {**fine, "refund_amount": to_yuan(before[1])}
        if method == "alipay.trade.refund":
            if before is None:
                book.refund(one.ref, from_yuan(content["refund_amount"]), request, now)
            refunded = book.payment(one.ref)
            total = to_yuan(refunded.refunded if refunded else 0)
            return {**fine, "refund_fee": total, "fund_change": "N" if before else "Y"}
    except Refused:
        return _refused("ACQ.TRADE_STATUS_ERROR")
    return {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-method"}


def _refused(sub_code: str) -> dict[str, Any]:
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code}


def _trade(one: Payment) -> dict[str, Any]:
    status = "TRADE_CLOSED" if one.captured and one.refunded == one.captured else _STATUS[one.state]
    said = {"total_amount": to_yuan(one.amount), "trade_status": status}
    if one.captured:
        said["send_pay_date"] = _moment(one.created_at)
    if one.refunded:
        said["refund_fee"] = to_yuan(one.refunded)
    return said


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING).strftime(TIME)


def webhook(event: Event, one: Payment, keys: Keys, app_id: str, now: float) -> tuple[dict[str, str], bytes]:
    """A notification, signed as Alipay signs: over all fields but the signature and its type."""
    number = uuid4() if event.kind == "unknown" else UUID(one.payment)
    closed = event.kind in ("expired", "declined")
    fields = {
        "app_id": app_id,
        "charset": "utf-8",
        "gmt_payment": _moment(event.at),
        "notify_id": event.id,
        "notify_time": _moment(now),
        "out_trade_no": number.hex,
        "passback_params": one.cell,
        "total_amount": to_yuan(one.amount),
        "trade_no": one.ref,
        "trade_status": "TRADE_CLOSED" if closed else "TRADE_SUCCESS",
        "version": "1.0",
    }
    if event.kind == "refunded":
        fields |= {"gmt_refund": _moment(event.at) + ".120", "out_biz_no": UUID(event.call or one.payment).hex}
        fields |= {"refund_fee": to_yuan(one.refunded)}
    text = "&".join(f"{name}={value}" for name, value in sorted(fields.items()))
    signed = {**fields, "sign": signature(keys.private, text), "sign_type": "RSA2"}
    return {"content-type": "application/x-www-form-urlencoded"}, urlencode(signed).encode()
