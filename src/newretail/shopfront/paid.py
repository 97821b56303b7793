"""How an order is paid, in words: its tenders, what went back, what cancelling gives back, what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from django.utils.translation import gettext as _

from newretail.pay import api as pay
from newretail.shopfront.tenders import card_name, tender_label
from newretail.trade import api as trade

Tone = Literal["", "good", "bad", "soft"]
S = pay.PaymentState


@dataclass(frozen=True, slots=True)
class PaidRow:
    """One tender as the order's page shows it. `notes`: what became of its money since."""

    name: str
    amount_minor: int
    says: str
    tone: Tone
    notes: tuple[tuple[str, int], ...] = ()


def name_of(payment: pay.Payment) -> str:
    """A tender by name; a gift card by the end of its code too."""
    label = tender_label(payment.tender, payment.provider)
    if payment.tender == pay.Tender.GIFT_CARD:
        return f"{label} {card_name(pay.parts_of(payment.account_id)[2])}"
    return label


def paid_rows(money: trade.OrderMoney) -> list[PaidRow]:
    """The order's tenders. Tries that came to nothing are left out; a declined one is said while the order waits."""
    settled = money.stage not in (pay.Stage.WAITING, pay.Stage.CANCELLED)
    nothing = {S.VOIDED, S.DECLINED} if settled else {S.VOIDED}
    return [
        PaidRow(name_of(payment), payment.asked_minor, *_says(payment), notes=tuple(_notes(payment)))
        for payment in money.payments
        if payment.state not in nothing or _moved(payment) or _alone(money)
    ]


def _alone(money: trade.OrderMoney) -> bool:
    return len(money.payments) == 1


def _moved(payment: pay.Payment) -> bool:
    return bool(payment.received_minor or payment.captured_minor)


def _says(payment: pay.Payment) -> tuple[str, Tone]:
    if payment.state == S.CREATED:
        if payment.tender == pay.Tender.ON_DELIVERY:
            return _("to pay when you get your goods"), "soft"
        return _("not paid yet"), "soft"
    if payment.state == S.AUTHORISED:
        if payment.by_provider:
            if pay.is_top_up(payment.payment_id):
                return _("on its way into your wallet"), "good"
            return _("reserved on your card; taken when the goods leave"), "good"
        return _("held for this order"), "good"
    words: dict[pay.PaymentState, tuple[str, Tone]] = {
        S.CAPTURED: (_("paid"), "good"),
        S.REFUNDED: (_("given back"), "soft"),
        S.DECLINED: (_("declined"), "bad"),
        S.VOIDED: (_("nothing was taken"), "soft"),
        S.EXPIRED: (_("not paid in time; nothing was taken"), "soft"),
        S.CHARGED_BACK: (_("taken back through your bank"), "soft"),
    }
    if payment.state in (S.EXPIRED, S.VOIDED) and payment.received_minor:
        return _("the money came too late"), "bad"
    return words[payment.state]


def _notes(payment: pay.Payment) -> Iterable[tuple[str, int]]:
    """Money on its way back, and money that is back, each with its amount."""
    underway = max(payment.on_its_way_back_minor, 0) if payment.by_provider else 0
    if payment.suspense_minor > 0:
        yield _("we look after it: the bank could not give it back yet"), payment.suspense_minor
    if underway:
        yield _("on its way back to you, it takes some days"), underway
    if payment.returned_minor:
        yield _("given back"), payment.returned_minor


def goes_back(money: trade.OrderMoney) -> list[tuple[str, int, str]]:
    """What a cancellation gives back: (where, minor units, when and how)."""
    found = []
    for payment in money.payments:
        if payment.held_minor:
            when = _("was only reserved: it is free again, at once or in some days, as your bank does it")
            found.append((name_of(payment), payment.held_minor, when if payment.by_provider else _("at once")))
        if payment.kept_minor > 0:
            when = _("in three to five days") if payment.by_provider else _("at once")
            found.append((name_of(payment), payment.kept_minor, when))
    return found


def decline_words(payment: pay.Payment) -> str:
    """Why nothing was taken, in words that say what to do next."""
    if payment.tender == pay.Tender.BANK:
        return _("The bank transfer was declined. Nothing was taken. Try again or pay another way.")
    told = _("The card was declined. Nothing was taken. Try again with another card or pay another way.")
    return _why_declined().get(pay.decline_of(payment.declined_for), told)


def _why_declined() -> dict[pay.Decline, str]:
    """What a shopper can do something about. Suspicion is not told: it reads like any other no."""
    return {
        pay.Decline.FUNDS: _(
            "The card was declined: there is not enough money on it. Nothing was taken. Pay another way."
        ),
        pay.Decline.EXPIRED_CARD: _(
            "The card was declined: it has expired. Nothing was taken. Try again with another card or pay another way."
        ),
        pay.Decline.WRONG_CODE: _(
            "The card was declined: its number, date or security code was not right. Nothing was taken. Try again."
        ),
        pay.Decline.LIMIT: _(
            "The card was declined: it has reached its limit. Nothing was taken. Try another card or pay another way."
        ),
        pay.Decline.NOT_ALLOWED: _(
            "The card was declined: it may not be used for this. Nothing was taken. Pay another way."
        ),
        pay.Decline.TRY_LATER: _(
            "The bank could not decide just now. Nothing was taken. Try again in a moment or pay another way."
        ),
    }


def came_late(money: trade.OrderMoney) -> bool:
    """Whether money came for an order that was given up; it goes back by itself."""
    return money.stage == pay.Stage.CANCELLED and any(
        payment.received_minor > payment.captured_minor for payment in money.payments if payment.by_provider
    )


@dataclass(frozen=True, slots=True)
class Wait:
    """An order that waits for its money: what is missing, until when, and whether a provider's page is open for it."""

    order: trade.OrderView
    money: trade.OrderMoney
    ends_at: datetime | None
    missing_minor: int
    by: pay.Payment | None
    declined: str

    @property
    def is_over(self) -> bool:
        return self.ends_at is not None and self.ends_at <= datetime.now(UTC)


def wait_of(order: trade.OrderView, money: trade.OrderMoney | None = None) -> Wait | None:
    """How an order waits for its money; None for one that does not."""
    if order.state != "unpaid":
        return None
    money = money or trade.payments_of(order.order_id)
    if money is None:
        return None
    ends = [payment.expires_at for payment in money.payments if payment.expires_at is not None]
    tried = [payment for payment in money.payments if payment.by_provider]
    open_ = [payment for payment in tried if payment.state == pay.PaymentState.CREATED]
    last = tried[-1] if tried else None
    declined = decline_words(last) if last and last.state == pay.PaymentState.DECLINED else ""
    by = open_[-1] if open_ else None
    return Wait(order, money, max(ends) if ends else None, max(money.missing_minor, 0), by, declined)


@dataclass(frozen=True, slots=True)
class Gist:
    """An order's money in a line of a list. `back_minor`: what was given back of it; `wait`: where it still waits."""

    says: str
    tone: Tone
    back_minor: int
    wait: Wait | None


def gist_of(order: trade.OrderView, money: trade.OrderMoney) -> Gist:
    """How an order stands with its money, in a few words."""
    wait = wait_of(order, money)
    back = sum(payment.refunded_minor for payment in money.payments)
    if wait is not None:
        return Gist(wait.declined, "bad" if wait.declined else "", 0, wait)
    if order.state == "cancelled":
        return Gist("" if back else _("You pay nothing for it"), "soft", back, None)
    there = [payment for payment in money.payments if payment.captured_minor or payment.held_minor]
    ways = ", ".join(dict.fromkeys(map(name_of, there)))
    if _is_to_come(money):
        later = _("You pay when you get your goods")
        return Gist(f"{later} · {_('Paid by %s') % ways}" if ways else later, "soft", back, None)
    return Gist(_("Paid by %s") % ways if ways else "", "soft", back, None)


def _is_to_come(money: trade.OrderMoney) -> bool:
    """Whether something is still to be paid at the door."""
    return any(
        payment.tender == pay.Tender.ON_DELIVERY and payment.state == S.CREATED and payment.amount_minor
        for payment in money.payments
    )
