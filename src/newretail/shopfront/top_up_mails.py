"""Mails about money that members add to their wallets: it is there, it came to nothing, it goes back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from newretail.markets import api as markets
from newretail.pay import api as pay
from newretail.people import api as people
from newretail.shopfront.letters import write
from newretail.shopfront.paid import decline_words, paid_rows
from newretail.trade import api as trade


def tell_of_top_ups(since: datetime) -> int:
    """Write the mails of top-ups that ended since then, or one try of which was declined; each once. How many."""
    written = 0
    for top_up_id, buyer_id in trade.top_ups_ended_since(since):
        if not people.was_mailed(f"top-up:{top_up_id}"):
            written += _tell_ended(top_up_id, buyer_id)
    for top_up_id, buyer_id, payment_id in trade.top_ups_declined():
        if not people.was_mailed(f"declined:{payment_id}"):
            written += _tell_declined(top_up_id, buyer_id, payment_id)
    return written


def _tell_ended(top_up_id: UUID, buyer_id: int) -> bool:
    member, top_up = people.member(buyer_id), trade.find_top_up(top_up_id)
    if member is None or top_up is None or top_up.was_cancelled:
        return False  # who gave it up knows
    with override(member.language or "en"):
        came = top_up.stage == pay.Stage.GONE
        letter = _came(member, top_up) if came else _came_to_nothing(member, top_up)
        return people.queue_mail(f"top-up:{top_up_id}", member.email, letter, member)


def _money(minor: int, top_up: trade.TopUpView) -> str:
    return markets.format_money(minor, top_up.currency, get_language() or "en")


def _came(member: people.Member, top_up: trade.TopUpView) -> people.Letter:
    """The receipt: what came, and by what."""
    came = sum(payment.captured_minor for payment in top_up.money.payments)
    rows = [(f"{row.name} ({row.says})", _money(row.amount_minor, top_up)) for row in paid_rows(top_up.money)]
    return write(
        _("Your wallet is topped up"),
        [
            _("Hello %(name)s,") % {"name": member},
            _("%(amount)s are in your wallet. You can pay with it at once.") % {"amount": _money(came, top_up)},
        ],
        (_("See it and its receipt"), f"/account/money/top-ups/{top_up.top_up_id}"),
        [*rows, (_("Added to the wallet"), _money(came, top_up))],
    )


def _came_to_nothing(member: people.Member, top_up: trade.TopUpView) -> people.Letter:
    return write(
        _("Your wallet was not topped up"),
        [
            _("Hello %(name)s,") % {"name": member},
            _("the money for your wallet did not come in time, or the bank did not give it. You pay nothing."),
            _("What still comes goes back to you by itself."),
        ],
        (_("Add money"), f"/account/money/top-ups/new/{top_up.cell}"),
    )


def _tell_declined(top_up_id: UUID, buyer_id: int, payment_id: UUID) -> bool:
    member, money = people.member(buyer_id), trade.payments_of(top_up_id)
    payment = next((one for one in money.payments if one.payment_id == payment_id), None) if money is not None else None
    if member is None or payment is None:
        return False
    with override(member.language or "en"):
        letter = write(
            _("Your payment was declined"),
            [
                _("Hello %(name)s,") % {"name": member},
                decline_words(payment),
                _("You can pay another way for some minutes more."),
            ],
            (_("Pay another way"), f"/account/money/top-ups/{top_up_id}"),
        )
        return people.queue_mail(f"declined:{payment_id}", member.email, letter, member)


def tell_refunded(top_up_id: UUID, refund_id: UUID, amount_minor: int) -> None:
    """Money of a top-up is on its way back out of the wallet. Once a refund."""
    top_up = trade.find_top_up(top_up_id)
    member = people.member(top_up.buyer_id) if top_up is not None else None
    if top_up is None or member is None:
        return
    with override(member.language or "en"):
        letter = write(
            _("Your money is on its way back"),
            [
                _("Hello %(name)s,") % {"name": member},
                _("we give %(amount)s out of your wallet back to you, to where you paid it from.")
                % {"amount": _money(amount_minor, top_up)},
                _("A bank takes some days."),
            ],
            (_("See the top-up"), f"/account/money/top-ups/{top_up_id}"),
        )
        people.queue_mail(f"refunded:{refund_id}", member.email, letter, member)
