"""Alipay by `python-alipay-sdk`: a page to pay on, queries, refunds, and notifications signed with RSA2.

Alipay counts in major units with two digits ("12.30") and takes Chinese yuan here. Money is taken as soon as the
shopper has paid: there is nothing to capture, so CAPTURE only asks whether it is so. It keeps no list of events to be
asked for: the payments that we know are asked about one by one. See https://opendocs.alipay.com/open/270.
"""

from __future__ import annotations

import urllib.error
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

from newretail.pay.payments.messages import CallKind, EventKind, ProviderEvent
from newretail.pay.providers.interface import (
    MAX_SKEW_SECONDS,
    BadSignature,
    End,
    Letter,
    ProviderAway,
    Reply,
    Standing,
    Told,
    TooOld,
    UnknownEvent,
    Unreadable,
    WebhookProblem,
    sound,
)

NAME = "alipay"
CURRENCY = "CNY"
GATEWAY = "https://openapi.alipay.com/gateway.do"
BEIJING = timezone(timedelta(hours=8))
TIME = "%Y-%m-%d %H:%M:%S"
SIDE_BY_SIDE = 8
# Business codes after which the same request may still come out well: https://opendocs.alipay.com/common/02km9f
_AGAIN = {"ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "isp.unknow-error"}
_PAID = ("TRADE_SUCCESS", "TRADE_FINISHED")


@dataclass(slots=True)
class Alipay:
    """The adapter; keys are PEM: our private one, Alipay's public one. `gateway` is empty for Alipay itself."""

    app_id: str
    private_key: str
    alipay_public_key: str
    notify_url: str
    gateway: str = ""
    timeout_seconds: float = 15.0
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    name: str = NAME
    acknowledgement: bytes = b"success"
    _client: Any = field(init=False)

    def __post_init__(self) -> None:
        self._client = AliPay(
            appid=self.app_id,
            app_notify_url=self.notify_url,
            app_private_key_string=self.private_key,
            alipay_public_key_string=self.alipay_public_key,
            sign_type="RSA2",
            config=AliPayConfig(timeout=self.timeout_seconds),
        )
        if self.gateway:
            self._client._gateway = self.gateway  # the SDK knows only Alipay's two own addresses

    def send(self, letters: Sequence[Letter]) -> list[Reply]:
        with ThreadPoolExecutor(min(SIDE_BY_SIDE, max(1, len(letters)))) as threads:
            return list(threads.map(self._send, letters))

    def _send(self, letter: Letter) -> Reply:
        call = letter.call
        if call.currency != CURRENCY:
            return Reply(call.call_id, End.REFUSED, detail=f"Alipay takes {CURRENCY} here, not {call.currency}.")
        if call.kind == CallKind.CREATE:
            return self._page(letter)
        if call.kind == CallKind.CAPTURE:
            return self._captured(letter)
        if call.kind == CallKind.VOID:
            return self._close(letter)
        return self._refund(letter)

    def _close(self, letter: Letter) -> Reply:
        """Close a trade that nobody has paid; a paid one is refused, and its money comes as an event."""
        call = letter.call
        answer, said = self._call("alipay.trade.close", {"out_trade_no": call.payment_id.hex}, call.call_id)
        never_opened = said.get("sub_code") == "ACQ.TRADE_NOT_EXIST"
        if answer.end != End.DONE and not never_opened:
            return answer
        event = self._event_of(letter, EventKind.VOIDED, "closed")
        return Reply(call.call_id, End.DONE, call.payment_id.hex, told=(event,))

    def _refund(self, letter: Letter) -> Reply:
        """The answer is the only place where every refund is told. The same `out_request_no` refunds once."""
        call = letter.call
        content = {
            "out_trade_no": call.payment_id.hex,
            "refund_amount": to_yuan(call.amount_minor),
            "out_request_no": call.call_id.hex,
        }
        answer, _ = self._call("alipay.trade.refund", content, call.call_id)
        if answer.end != End.DONE:
            return answer
        event = self._event_of(letter, EventKind.REFUNDED, call.call_id.hex)
        return replace(answer, told=(event,))

    def _event_of(self, letter: Letter, kind: EventKind, mark: str) -> Told:
        fields = {"out_trade_no": letter.call.payment_id.hex, "passback_params": letter.cell}
        at = self.clock().astimezone(BEIJING).strftime(TIME)
        return _event(kind, fields, letter.call.amount_minor, at, mark, letter.call.call_id)

    def _page(self, letter: Letter) -> Reply:
        """Signed here and opened by the shopper's browser: Alipay hears of the trade when the page is opened."""
        call = letter.call
        content = {
            "out_trade_no": call.payment_id.hex,
            "total_amount": to_yuan(call.amount_minor),
            "subject": call.subject,
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "passback_params": letter.cell,
        }
        query = self._client.client_api(
            "alipay.trade.page.pay", content, return_url=letter.return_url, notify_url=self.notify_url, **self._stamp()
        )
        url = f"{self._client._gateway}?{query}"
        return Reply(call.call_id, End.DONE, call.payment_id.hex, url)

    def _captured(self, letter: Letter) -> Reply:
        call = letter.call
        answer, said = self._call("alipay.trade.query", {"out_trade_no": call.payment_id.hex}, call.call_id)
        if answer.end != End.DONE:
            return answer
        paid = said.get("trade_status") in _PAID and from_yuan(said.get("total_amount", "0")) == call.amount_minor
        if not paid:
            return Reply(call.call_id, End.REFUSED, call.payment_id.hex, detail=str(said.get("trade_status", "")))
        told = tuple(_of_query({**said, "passback_params": letter.cell}))
        return Reply(call.call_id, End.DONE, call.payment_id.hex, told=told)

    def _call(self, method: str, content: dict[str, str], call_id: UUID) -> tuple[Reply, dict[str, Any]]:
        """Letter the gateway; the answer says how it ended, the dictionary what it said."""
        try:
            said: dict[str, Any] = self._client.server_api(method, content, **self._stamp())
        except (AliPayException, AliPayValidationError) as error:  # an answer that Alipay has not signed says nothing
            return Reply(call_id, End.UNKNOWN, detail=f"{type(error).__name__}: {error}"[:500]), {}
        except urllib.error.URLError as error:
            end = End.NO_EFFECT if isinstance(error.reason, ConnectionRefusedError) else End.UNKNOWN
            return Reply(call_id, end, detail=str(error)[:500]), {}
        except (OSError, ValueError) as error:
            return Reply(call_id, End.UNKNOWN, detail=f"{type(error).__name__}: {error}"[:500]), {}
        return Reply(call_id, end_of(said), content["out_trade_no"], detail=str(said.get("sub_code", ""))), said

    def _stamp(self) -> dict[str, str]:
        # Alipay reads times as Beijing's; the SDK would write the machine's.
        return {"timestamp": self.clock().astimezone(BEIJING).strftime(TIME)}

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> list[Told]:
        try:
            fields = dict(parse_qsl(body.decode(), strict_parsing=True, keep_blank_values=True))
        except ValueError as error:
            raise Unreadable(f"The body is not a form: {error}.") from None
        signature = fields.pop("sign", "")
        try:
            good = self._client.verify(dict(fields), signature)
        except (AliPayException, ValueError):
            good = False
        if not good or fields.get("app_id") != self.app_id:
            raise BadSignature("The signature does not fit the notification, or it is for another app.")
        try:
            # A notification that Alipay repeats (for up to 25 hours) keeps its id and gets a new notify_time.
            if abs(now - _moment(fields["notify_time"])) > timedelta(seconds=MAX_SKEW_SECONDS):
                raise TooOld(f"It was signed more than {MAX_SKEW_SECONDS} seconds from now.")
            told = [self._refunded(fields)] if fields.get("gmt_refund") else _notified(fields)
            return [sound(one) for one in told]
        except (KeyError, ValueError) as error:
            if isinstance(error, WebhookProblem):
                raise
            raise Unreadable(f"It is signed, and not a notification as Alipay describes it: {error}.") from None

    def _refunded(self, fields: Mapping[str, str]) -> Told:
        """The notification says what all refunds of the trade come to; what this one moved is asked for."""
        request = UUID(fields["out_biz_no"])
        content = {"out_trade_no": fields["out_trade_no"], "out_request_no": request.hex}
        answer, said = self._call("alipay.trade.fastpay.refund.query", content, request)
        if answer.end != End.DONE or "refund_amount" not in said:
            raise ProviderAway(f"Alipay did not say what the refund came to: {answer.detail}")
        at = fields["gmt_refund"].partition(".")[0]
        return _event(EventKind.REFUNDED, fields, from_yuan(said["refund_amount"]), at, request.hex, request)

    def events(self, since: datetime, known: Sequence[UUID]) -> Iterator[Told]:
        """What the trades of `known` say of being paid and closed; refunds are told in the answers to their calls."""
        for said in self._asked_about(known):
            yield from _of_query(said)

    def standings(self, since: datetime, known: Sequence[UUID]) -> Iterator[Standing]:
        for said in self._asked_about(known):
            paid = from_yuan(said["total_amount"]) if said["trade_status"] in _PAID else 0
            refunded = from_yuan(said.get("refund_fee") or "0")
            if said["trade_status"] == "TRADE_CLOSED" and refunded:
                paid = from_yuan(said["total_amount"])  # wholly refunded
            is_open = said["trade_status"] == "WAIT_BUYER_PAY"
            yield Standing(
                "", UUID(said["out_trade_no"]), said["out_trade_no"], CURRENCY, paid, paid, refunded, is_open
            )

    def _asked_about(self, known: Sequence[UUID]) -> Iterator[dict[str, Any]]:
        def look(payment_id: UUID) -> tuple[Reply, dict[str, Any]]:
            return self._call("alipay.trade.query", {"out_trade_no": payment_id.hex}, payment_id)

        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            for answer, said in threads.map(look, known):
                if answer.end in (End.UNKNOWN, End.NO_EFFECT):
                    raise ProviderAway(f"Alipay did not say how a trade stands: {answer.detail}")
                if answer.end == End.DONE:
                    yield said


def to_yuan(amount_minor: int) -> str:
    """`1230` → `12.30`, exactly."""
    if amount_minor < 0:
        raise ValueError("an amount is never negative")
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def from_yuan(text: str) -> int:
    """`12.30` → `1230`, exactly. Raises ValueError for anything but digits with at most two behind the point."""
    whole, point, rest = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 12 and len(rest) <= 2):
        raise ValueError(f"{text!r} is no amount in yuan")
    if point and not (rest.isascii() and rest.isdigit()):
        raise ValueError(f"{text!r} is no amount in yuan")
    return int(whole) * 100 + int(rest.ljust(2, "0") or "0")


def end_of(said: Mapping[str, Any]) -> End:
    """10000 is done; 20000 and system errors may have been done; all other codes refuse."""
    code, sub_code = str(said.get("code", "")), str(said.get("sub_code", ""))
    if code == "10000":
        return End.DONE
    if code == "20000" or sub_code in _AGAIN or code == "10003":
        return End.UNKNOWN
    return End.REFUSED if code in ("40001", "40002", "40004", "40006") else End.UNKNOWN


def _moment(text: str) -> datetime:
    return datetime.strptime(text, TIME).replace(tzinfo=BEIJING).astimezone(UTC)


def _event(
    kind: EventKind, fields: Mapping[str, str], amount: int, at: str, mark: str = "", call_id: UUID | None = None
) -> Told:
    """Ids are made of the trade and what became of it: a query and a notification of the same thing are one event."""
    payment_id = UUID(fields["out_trade_no"])
    return Told(
        fields.get("passback_params", ""),
        ProviderEvent(
            provider=NAME,
            event_id=f"{payment_id.hex}:{mark or kind.name.lower()}",
            kind=kind,
            payment_id=payment_id,
            amount_minor=amount,
            currency=CURRENCY,
            provider_ref=payment_id.hex,
            occurred_at=_moment(at),
            call_id=call_id,
        ),
    )


def _notified(fields: Mapping[str, str]) -> list[Told]:
    status, total = fields["trade_status"], from_yuan(fields["total_amount"])
    if status in _PAID:
        return _paid(fields, total, fields.get("gmt_payment") or fields["notify_time"])
    if status == "TRADE_CLOSED":
        at = fields.get("gmt_close") or fields["notify_time"]
        return [_event(EventKind.EXPIRED, fields, total, at, "closed")]
    raise UnknownEvent(f"A trade in the state {status} says nothing about money.")


def _paid(fields: Mapping[str, str], total: int, at: str) -> list[Told]:
    return [_event(EventKind.AUTHORISED, fields, total, at), _event(EventKind.CAPTURED, fields, total, at)]


def _of_query(said: Mapping[str, str]) -> list[Told]:
    total = from_yuan(said["total_amount"])
    at = said.get("send_pay_date") or "2000-01-01 00:00:00"
    if said["trade_status"] in _PAID or (said["trade_status"] == "TRADE_CLOSED" and said.get("refund_fee")):
        return _paid(said, total, at)
    if said["trade_status"] == "TRADE_CLOSED":
        return [_event(EventKind.EXPIRED, said, total, at, "closed")]
    return []


def plain_key(pem_or_base64: str, *, private: bool) -> str:
    """A key as PEM: Alipay's console shows keys as bare base64."""
    if "BEGIN" in pem_or_base64:
        return pem_or_base64
    what = "RSA PRIVATE" if private else "PUBLIC"
    return f"-----BEGIN {what} KEY-----\n{pem_or_base64.strip()}\n-----END {what} KEY-----"
