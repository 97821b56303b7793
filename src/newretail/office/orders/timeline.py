"""What happened to one order, from everybody who knows something of it, in the order of time.

A provider is a function from an order to what it knows. A room that has more to tell (payments, messages, parcels) adds
its function to PROVIDERS where the office is put together; the page asks them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from newretail.markets import api as markets
from newretail.office.audit.trail import changes_of
from newretail.office.finance import words
from newretail.office.orders.listing import state_name
from newretail.people import api as people
from newretail.stock import api as stock
from newretail.trade import api as trade


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. `kind`: state, stock, money, message or note; `href`: where more of it is."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    actor: str = ""
    href: str = ""


Provider = Callable[[trade.OrderView], Iterable[Happening]]


def states(order: trade.OrderView) -> Iterable[Happening]:
    """The order itself: placed, and every move with who and why."""
    first = order.moves[0].from_state if order.moves else order.state
    yield Happening(order.placed_at, "state", state_name(first))
    for move in order.moves:
        yield Happening(move.moved_at, "state", state_name(move.to_state), move.reason, actor_name(move.actor))


def movements(order: trade.OrderView) -> Iterable[Happening]:
    """What the order did to the stock: reserved at once, then taken off the shelf or given back."""
    node = stock.node(order.node_id)
    where = node.node_name if node else str(order.node_id)
    units = sum(line.quantity for line in order.lines)
    text = ngettext("%(num)d unit reserved at %(store)s", "%(num)d units reserved at %(store)s", units)
    yield Happening(order.placed_at, "stock", text % {"num": units, "store": where})
    for move in order.moves:
        if trade.leaves_stock(move.from_state, move.to_state):
            if move.to_state == "cancelled":
                text = ngettext(
                    "%(num)d unit is free again at %(store)s", "%(num)d units are free again at %(store)s", units
                )
            else:
                text = ngettext("%(num)d unit left %(store)s", "%(num)d units left %(store)s", units)
            yield Happening(move.moved_at, "stock", text % {"num": units, "store": where})


def money(order: trade.OrderView) -> Iterable[Happening]:
    """How it was paid, and what went back."""
    found = trade.payments_of(order.order_id)
    if found is None or order.settlement == "outside":
        return
    href = reverse("finance-order", args=[order.order_id])
    language = get_language() or "en"
    for payment in found.payments:
        amount = markets.format_money(payment.amount_minor, order.currency, language)
        title = f"{words.tender_text(payment.tender)} {amount}: {words.payment_state(payment.state)}"
        yield Happening(payment.updated_at, "money", title, href=href)
    for refund in found.refunds:
        amount = markets.format_money(refund.amount_minor, order.currency, language)
        title = _("%(amount)s given back") % {"amount": amount}
        yield Happening(refund.refunded_at, "money", title, refund.reason, actor_name(refund.actor), href)


def told(order: trade.OrderView) -> Iterable[Happening]:
    """What the buyer wrote."""
    contact = people.contact(order.order_id)
    if contact is not None and contact.note:
        yield Happening(contact.written_at, "message", _("The buyer wrote"), contact.note)


def deeds(order: trade.OrderView) -> Iterable[Happening]:
    """What staff did in the office that the order's own log does not say."""
    for change in changes_of("order", order.order_id):
        if change.action != "cancel":  # the move says it already
            yield Happening(change.changed_at, "note", change.label, change.note, change.staff_email)


def actor_name(actor: str) -> str:
    """Who moved it, as a person reads it: the e-mail address of staff, else what the log says."""
    kind, _space, number = actor.partition(" ")
    member = people.member(int(number)) if kind == "staff" and number.isdigit() else None
    return member.email if member else actor


PROVIDERS: list[Provider] = [states, movements, money, told, deeds]


def timeline(order: trade.OrderView) -> list[Happening]:
    """Everything that happened, the first thing first; what happened at one moment stays in the providers' order."""
    return sorted((happening for provider in PROVIDERS for happening in provider(order)), key=lambda each: each.at)
