"""Stock held for the cart while its owner is at the checkout: one hold a delivery, given back when the cart changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from newretail.kit.ids import uuid7
from newretail.people import api as people
from newretail.shopfront.deliveries import Delivery, choose_store, deliveries
from newretail.shopfront.visit import GUEST_KEY, visit_of
from newretail.stock import api as stock

KEY = "holds"
HOLD_MINUTES = 15


@dataclass(frozen=True, slots=True)
class CartHold:
    hold_id: UUID
    node_code: str
    expires_at: datetime
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.expires_at <= datetime.now(UTC)

    def covers(self, part: Delivery) -> bool:
        """Is this what the delivery wants, and still held?"""
        at_home = part.node is not None and part.node.node_code == self.node_code
        return at_home and self.lines == part.wanted and not self.is_over


def current(request: HttpRequest) -> dict[int, CartHold]:
    """The session's holds by number of the delivery, though their time may be over."""
    kept = request.session.get(KEY, {})
    return {
        int(number): CartHold(UUID(h["id"]), h["node"], datetime.fromisoformat(h["expires_at"]), h["lines"])
        for number, h in kept.items()
    }


def drop(request: HttpRequest) -> None:
    """Give the held units back, where there are any."""
    for number, hold in current(request).items():
        forget(request, number)
        stock.release_hold(hold.hold_id, hold.node_code)


def forget(request: HttpRequest, number: int) -> None:
    """The order has taken the hold over."""
    kept = {other: hold for other, hold in request.session.get(KEY, {}).items() if other != str(number)}
    request.session[KEY] = kept


def buyer_of(request: HttpRequest) -> people.Member:
    """Who buys: the member, or the session's guest account, which is opened here when there is none."""
    shop = visit_of(request)
    if shop.buyer is not None:
        return shop.buyer
    node = shop.node
    guest = people.open_guest(shop.market.code, shop.language, node.node_id if node else None)
    request.session[GUEST_KEY] = guest.pk
    shop.__dict__["guest"] = guest
    return guest


def start(request: HttpRequest, anew: bool = False) -> HttpResponse:
    """Hold every delivery at its store and go to the checkout; or say why not. `anew`: the clock starts again."""
    for part in deliveries(visit_of(request)):
        hold = current(request).get(part.number)
        if (anew or hold is None or not hold.covers(part)) and not _hold(request, part, part.node):
            return redirect("cart")
    return redirect("checkout")


def move(request: HttpRequest, part: Delivery, node_code: str) -> HttpResponse:
    """Hold a delivery at another store; where that has not enough, the old one keeps it and the reason is said."""
    shop = visit_of(request)
    node = stock.node_of_market(shop.market.code, node_code)
    if node is None:
        messages.error(request, _("This store is not there any more. Choose another one."))
    elif _hold(request, part, node):
        choose_store(shop, part.number, node)
    return redirect("checkout")


def _hold(request: HttpRequest, part: Delivery, node: stock.NodeView | None) -> bool:
    if node is None:
        messages.error(request, _("No store of this market is open yet."))
        return False
    before = current(request).get(part.number)
    if before is not None and before.node_code == node.node_code:
        forget(request, part.number)  # its own units must not stand in its way
        stock.release_hold(before.hold_id, before.node_code)
        before = None
    hold_id, buyer = uuid7(), buyer_of(request)
    verdict = stock.place_hold(hold_id, buyer.pk, node.node_code, list(part.wanted.items()), HOLD_MINUTES)
    if not verdict.held or verdict.expires_at is None:
        _say_why_not(request, part, node, verdict)
        return False
    if before is not None:
        stock.release_hold(before.hold_id, before.node_code)
    kept = {"id": str(hold_id), "node": node.node_code, "expires_at": verdict.expires_at.isoformat()}
    request.session[KEY] = {**request.session.get(KEY, {}), str(part.number): {**kept, "lines": part.wanted}}
    return True


def _say_why_not(request: HttpRequest, part: Delivery, node: stock.NodeView, verdict: stock.HoldVerdict) -> None:
    shop = visit_of(request)
    short = next((line.ware for line in part.lines if line.ware.sku_id == verdict.sku_id), None)
    if short is None:
        text = _("%(store)s cannot serve this cart now. Choose another store or try again.")
        messages.error(request, text % {"store": node.node_name})
        return
    left = next(
        (at.available for at in stock.stock_of(short.sku_id, shop.market.code) if at.node_id == node.node_id), 0
    )
    if left > 0:
        text = _("%(store)s has only %(left)d of %(name)s. Take fewer, or choose another store.")
    else:
        text = _("%(store)s has no %(name)s now. Take it out, or choose another store.")
    messages.error(request, text % {"store": node.node_name, "left": left, "name": short.name})
