"""Stock held for the cart while its owner is at the checkout: one hold a session, given back when the cart changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from newretail.catalog import api as catalog
from newretail.kit.ids import uuid7
from newretail.people import api as people
from newretail.shopfront.visit import GUEST_KEY, NODE_KEY, visit_of
from newretail.stock import api as stock

KEY = "hold"
HOLD_MINUTES = 15


@dataclass(frozen=True, slots=True)
class CartHold:
    hold_id: UUID
    node_code: str
    expires_at: datetime

    @property
    def is_over(self) -> bool:
        return self.expires_at <= datetime.now(UTC)


def current(request: HttpRequest) -> CartHold | None:
    """The session's hold, though its time may be over."""
    kept = request.session.get(KEY)
    if not kept:
        return None
    return CartHold(UUID(kept["id"]), kept["node"], datetime.fromisoformat(kept["expires_at"]))


def drop(request: HttpRequest) -> None:
    """Give the held units back, where there are any."""
    hold = current(request)
    if hold is not None:
        forget(request)
        stock.release_hold(hold.hold_id, hold.node_code)


def forget(request: HttpRequest) -> None:
    """The order has taken the hold over."""
    request.session.pop(KEY, None)


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


def start(request: HttpRequest, node_code: str | None = None) -> HttpResponse:
    """Hold the cart at a store (the visitor's own when none is named) and go to the checkout; or say why not."""
    shop = visit_of(request)
    node = stock.near_node(shop.market.code, code=node_code) if node_code else shop.node
    if node is None:
        messages.error(request, _("No store of this market is open yet."))
        return redirect("cart")
    before = current(request)
    if before is not None and before.node_code == node.node_code:
        drop(request)  # its own units must not stand in its way
        before = None
    buyer = buyer_of(request)
    hold_id = uuid7()
    verdict = stock.place_hold(hold_id, buyer.pk, node.node_code, list(shop.cart.lines.items()), HOLD_MINUTES)
    if not verdict.held or verdict.expires_at is None:
        _say_why_not(request, node, verdict)
        return redirect("checkout" if before is not None else "cart")
    if before is not None:
        stock.release_hold(before.hold_id, before.node_code)
    request.session[KEY] = {
        "id": str(hold_id),
        "node": node.node_code,
        "expires_at": verdict.expires_at.isoformat(),
    }
    request.session[NODE_KEY] = node.node_code
    return redirect("checkout")


def _say_why_not(request: HttpRequest, node: stock.NodeView, verdict: stock.HoldVerdict) -> None:
    shop = visit_of(request)
    wares = catalog.wares(shop.market.code, list(shop.cart.lines))
    short = next((ware for ware in wares.values() if ware.sku_id == verdict.sku_id), None)
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
