"""The shop's mails: what each says, in the reader's language. They wait in the outbox of people until they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from newretail.catalog import api as catalog
from newretail.kit.ids import uuid7
from newretail.markets import api as markets
from newretail.pay import api as pay
from newretail.people import api as people
from newretail.shopfront import top_up_mails
from newretail.shopfront.letters import write
from newretail.shopfront.paid import decline_words, paid_rows
from newretail.shopfront.summary import of_order
from newretail.stock import api as stock
from newretail.trade import api as trade

LOG = structlog.get_logger("newretail.mail")
SETTLED_AFTER, LOOKED_BACK = timedelta(minutes=1), timedelta(days=1)
REFUNDS_LOOKED_BACK = timedelta(minutes=10)
WAITED_AT_MOST = timedelta(hours=1)  # an order waits for its money for minutes; what is older is catch_up's


def tell_placed(order_id: UUID, language: str | None = None) -> None:
    """What became of placing an order, by one mail: it stands, or it was not paid in time. Nothing while it waits.

    Where that fails now, `catch_up` does it later; it also tells of orders that a provider's word placed.
    """
    try:
        order, told = trade.find(order_id), people.contact(order_id)
        if order is not None and order.state != "unpaid" and told is not None and told.email:
            money = trade.payments_of(order_id)
            with override(language or get_language() or "en"):
                given_up = order.state == "cancelled" and all(move.from_state == "unpaid" for move in order.moves)
                letter = _given_up(order, told) if given_up else _placed(order, told, money)
                people.queue_mail(f"placed:{order_id}", told.email, letter, told.member)
    except (DatabaseError, trade.DatabaseAway) as error:
        LOG.warning("mail later", order_id=str(order_id), error=str(error))


def _given_up(order: trade.OrderView, told: people.OrderContact) -> people.Letter:
    return write(
        _("Your order was not paid"),
        [
            _("Hello %(name)s,") % {"name": told.name},
            _("your order was not paid in time, so its goods are free for others again. You pay nothing for it."),
            _("What you had paid a part of it with goes back to where it came from by itself."),
            _("If you still want the goods, put them into your cart again: one button on the order's page does it."),
        ],
        (_("See the order"), f"/orders/{order.order_id}"),
        _rows(order),
    )


def tell_declined(order_id: UUID, payment: pay.Payment, language: str | None = None) -> None:
    """A payment came to nothing and the order still waits: why, what to do, and until when. Once a payment."""
    order, told = trade.find(order_id), people.contact(order_id)
    if order is None or order.state != "unpaid" or told is None or not told.email:
        return
    with override(language or get_language() or "en"):
        letter = write(
            _("Your payment was declined"),
            [
                _("Hello %(name)s,") % {"name": told.name},
                decline_words(payment),
                _("Your goods are held for you for some minutes more: pay another way on the order's page."),
            ],
            (_("Pay another way"), f"/orders/{order_id}/pay"),
            _rows(order),
        )
        people.queue_mail(f"declined:{payment.payment_id}", told.email, letter, told.member)


def tell_refunded(order_id: UUID, refund_id: UUID, amount_minor: int, language: str | None = None) -> None:
    """Money of an order is on its way back. Once a refund."""
    order, told = trade.find(order_id), people.contact(order_id)
    if order is None or told is None or not told.email:
        return
    with override(language or told.member.language or "en"):
        amount = markets.format_money(amount_minor, order.currency, get_language() or "en")
        letter = write(
            _("Your money is on its way back"),
            [
                _("Hello %(name)s,") % {"name": told.name},
                _("we give %(amount)s of your order back to you, to where you paid it from.") % {"amount": amount},
                _("In your wallet, points and on gift cards it is there at once. A bank takes some days."),
            ],
            (_("See the order"), f"/orders/{order_id}"),
        )
        people.queue_mail(f"refunded:{refund_id}", told.email, letter, told.member)


def tell_cancelled(order_id: UUID, language: str | None = None, back: Sequence[tuple[str, int, str]] = ()) -> None:
    """The order is cancelled, by whomever. `back`: where money goes back to, how much, and when."""
    order, told = trade.find(order_id), people.contact(order_id)
    if order is not None and told is not None and told.email:
        with override(language or get_language() or "en"):
            paid = [
                f"{markets.format_money(amount, order.currency, get_language() or 'en')}: {where} ({when})"
                for where, amount, when in back
            ]
            what = _("your order is cancelled. This goes back to you:") if back else ""
            letter = write(
                _("Your order is cancelled"),
                [
                    _("Hello %(name)s,") % {"name": told.name},
                    what or _("your order is cancelled. You pay nothing for it."),
                    *paid,
                ],
                (_("See the order"), f"/orders/{order_id}"),
                _rows(order),
            )
            people.queue_mail(f"cancelled:{order_id}", told.email, letter, told.member)


def _rows(order: trade.OrderView) -> list[tuple[str, str]]:
    names = catalog.sku_names([line.sku_id for line in order.lines])
    language = get_language() or "en"
    rows = [
        (
            f"{line.quantity} × {names.get(line.sku_id, ('', line.sku))[1]}",
            markets.format_money(line.quantity * line.unit_price_minor, order.currency, language),
        )
        for line in order.lines
    ]
    told = of_order(order, language).summary
    sums = [(name, -minor) for name, minor in told.discounts]
    sums += [(_("Delivery"), told.shipping_minor)] if told.shipping_minor else []
    sums += [(_("Tax"), told.tax_minor)] if told.tax_is_on_top and told.tax_minor else []
    sums.append((_("Total"), order.total_minor))
    return [*rows, *((name, markets.format_money(minor, order.currency, language)) for name, minor in sums)]


def _placed(order: trade.OrderView, told: people.OrderContact, money: trade.OrderMoney | None) -> people.Letter:
    node = stock.node(order.node_id)
    if told.way == "pick_up":
        where = _("You pick it up at %(store)s.") % {"store": node.node_name if node else ""}
    else:
        parts = {name: getattr(told, name) for name in people.ADDRESS_LIMITS}
        where = _("It is delivered to: %(address)s") % {"address": ", ".join(people.address_lines(told.country, parts))}
    return write(
        _("Your order is placed"),
        [_("Hello %(name)s,") % {"name": told.name}, _("thank you. Your order is placed."), where],
        (_("See the order and its receipt"), f"/orders/{order.order_id}"),
        [*_rows(order), *_paid(order, money)],
    )


def _paid(order: trade.OrderView, money: trade.OrderMoney | None) -> list[tuple[str, str]]:
    """How the order is paid, a line a tender."""
    language = get_language() or "en"
    rows = paid_rows(money) if money is not None else []
    return [
        (f"{row.name} ({row.says})", markets.format_money(row.amount_minor, order.currency, language)) for row in rows
    ]


def tell_reset(member: people.Member, path: str) -> None:
    paragraphs = [
        _("Hello %(name)s,") % {"name": member},
        _("somebody, we hope you, asked to set a new password for your account. The link is good for two hours."),
        _("If it was not you, do nothing: your password stays as it is."),
    ]
    letter = write(_("Set a new password"), paragraphs, (_("Set a new password"), path))
    people.queue_mail(f"reset:{uuid7()}", member.email, letter, member)


def tell_confirm(member: people.Member, email: str, path: str) -> None:
    """To the address that is to be confirmed: the account's own, or the one that it shall change to."""
    paragraphs = [
        _("Hello %(name)s,") % {"name": member},
        _("please confirm that this address is yours. The link is good for three days."),
        _("If you know nothing of this, do nothing."),
    ]
    letter = write(_("Confirm your e-mail address"), paragraphs, (_("Confirm"), path))
    people.queue_mail(f"confirm:{uuid7()}", email, letter, member)


def tell_changed(member: people.Member, email: str, what: str) -> None:
    """Something that guards the account changed; told to the address that was good until then."""
    paragraphs = [
        _("Hello %(name)s,") % {"name": member},
        what,
        _("If it was not you, set a new password at once and write to us."),
    ]
    letter = write(_("Your account was changed"), paragraphs, (_("Set a new password"), "/reset"))
    people.queue_mail(f"changed:{uuid7()}", email, letter, member)


def catch_up(settled_after: timedelta = SETTLED_AFTER) -> int:
    """Write the mails of orders whose process died between the order and its mail; return how many.

    For a worker every few minutes: it reads what was told in the last day. What waits for its money is left alone.
    """
    now, written = timezone.now(), 0
    for told in people.contacts_without_mail("placed", now - LOOKED_BACK, now - settled_after):
        order = trade.find(told.order_id)
        if order is None:
            continue
        if order.state != "unpaid":
            tell_placed(told.order_id, told.member.language)
            written += 1
    return written


def tell_of_money(at: datetime | None = None) -> int:
    """What happened to money without anybody at a page of ours; return how many mails there were to write.

    For a worker every few seconds: orders that a provider's word placed, that were not paid in time, whose payment was
    declined, and refunds. Each is told once, however often this runs.
    """
    now, written = at or timezone.now(), 0
    for told in people.contacts_without_mail("placed", now - WAITED_AT_MOST, now):
        order = trade.find(told.order_id)
        if order is None:
            continue
        if order.state != "unpaid":
            tell_placed(told.order_id, told.member.language)
            written += 1
        elif (money := trade.payments_of(told.order_id)) is not None:
            for payment in money.payments:
                if payment.by_provider and payment.state == pay.PaymentState.DECLINED:
                    tell_declined(told.order_id, payment, told.member.language)
    for order_id, refund_id, amount in trade.refunded_since(now - REFUNDS_LOOKED_BACK):
        if not people.was_mailed(f"refunded:{refund_id}"):
            (top_up_mails.tell_refunded if pay.is_top_up(order_id) else tell_refunded)(order_id, refund_id, amount)
    return written + top_up_mails.tell_of_top_ups(now - REFUNDS_LOOKED_BACK)


def send_due_mails() -> int:
    """What a worker does every few seconds: send what is due; return how many went."""
    return people.send_due_mails()
