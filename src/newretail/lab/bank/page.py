"""The page on which a shopper pays: one card, two buttons, three languages. Nothing inline, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from jinja2 import Environment, FileSystemLoader, select_autoescape

from newretail.lab.bank.book import Payment

HTML = "text/html; charset=utf-8"
FILES = {"bank.css": "text/css; charset=utf-8"}
GUARDS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
# Currencies without cents, of those that markets here use.
_WHOLE = {"KRW", "JPY", "VND", "CLP", "ISK"}
# Why a card is declined, in the word that is told to whoever asked for the money.
REASONS = ("card_declined", "insufficient_funds", "expired_card", "incorrect_cvc", "fraudulent")
WORDS = {
    "en": {
        "title": "Pay",
        "demo": "Demo bank. No real money moves here.",
        "to_pay": "To pay",
        "order": "Order",
        "top_up": "Wallet top-up",
        "why": "If it is declined, because of:",
        "card_declined": "No reason given",
        "insufficient_funds": "Too little money",
        "expired_card": "Expired card",
        "incorrect_cvc": "Wrong security code",
        "fraudulent": "Suspected fraud",
        "approve": "Pay now",
        "decline": "Decline the card",
        "back": "Back to the shop",
        "paid": "This is paid.",
        "closed": "This payment is closed.",
        "problem": "That is not possible any more.",
        "nothing": "There is no such payment. Go back to the shop and start again.",
    },
    "ko": {
        "title": "결제",
        "demo": "데모 은행입니다. 실제 돈은 오가지 않습니다.",
        "to_pay": "결제 금액",
        "order": "주문",
        "top_up": "지갑 충전",
        "why": "거절할 때의 사유:",
        "card_declined": "사유 없음",
        "insufficient_funds": "잔액 부족",
        "expired_card": "카드 유효기간 만료",
        "incorrect_cvc": "보안 코드 오류",
        "fraudulent": "부정 사용 의심",
        "approve": "결제하기",
        "decline": "카드 거절하기",
        "back": "상점으로 돌아가기",
        "paid": "결제가 완료되었습니다.",
        "closed": "종료된 결제입니다.",
        "problem": "더 이상 할 수 없습니다.",
        "nothing": "해당 결제를 찾을 수 없습니다. 상점으로 돌아가 다시 시작해 주세요.",
    },
    "zh": {
        "title": "付款",
        "demo": "演示银行，不会发生真实扣款。",
        "to_pay": "应付金额",
        "order": "订单",
        "top_up": "钱包充值",
        "why": "拒绝时的原因：",
        "card_declined": "不说明原因",
        "insufficient_funds": "余额不足",
        "expired_card": "卡片已过期",
        "incorrect_cvc": "安全码错误",
        "fraudulent": "疑似欺诈",
        "approve": "立即付款",
        "decline": "拒绝此卡",
        "back": "返回商店",
        "paid": "已付款。",
        "closed": "此付款已关闭。",
        "problem": "现在无法再进行此操作。",
        "nothing": "找不到这笔付款。请返回商店重新开始。",
    },
}


@cache
def _pages() -> Environment:
    folder = resources.files("newretail.lab.bank")
    return Environment(loader=FileSystemLoader(str(folder)), autoescape=select_autoescape(default=True))


@cache
def file(name: str) -> tuple[str, bytes]:
    return FILES[name], resources.files("newretail.lab.bank").joinpath("static", name).read_bytes()


def language_of(headers: Mapping[str, str]) -> str:
    """The language chosen in the shop, or else the browser's."""
    cookies = dict(part.strip().partition("=")[::2] for part in headers.get("cookie", "").split(";"))
    wanted = cookies.get("django_language") or headers.get("accept-language", "")
    short = wanted.strip().lower()[:2]
    return short if short in WORDS else "en"


def amount_of(one: Payment) -> str:
    if one.currency in _WHOLE:
        return f"{one.currency} {one.amount:,}"
    return f"{one.currency} {one.amount // 100:,}.{one.amount % 100:02d}"


def pay(one: Payment, language: str, *, problem: bool = False) -> bytes:
    template = _pages().get_template("pay.html")
    shown = {"one": one, "amount": amount_of(one), "language": language, "problem": problem, "words": WORDS[language]}
    return template.render(**shown, reasons=REASONS, is_top_up=_is_top_up(one)).encode()


def _is_top_up(one: Payment) -> bool:
    """Whether it pays for a wallet and not for an order: its id is of version 8, or its subject says so."""
    return one.order_id[14:15] == "8" or one.order_id == "Wallet top-up"


def nothing(language: str) -> bytes:
    template = _pages().get_template("pay.html")
    return template.render(one=None, language=language, words=WORDS[language], problem=False).encode()
