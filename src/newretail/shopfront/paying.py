"""After an order is placed: to the provider's page and back, and other ways to pay while the order waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.pay import api as pay
from newretail.shopfront import mails
from newretail.shopfront.orders import own_order
from newretail.shopfront.paid import Wait, wait_of
from newretail.shopfront.tenders import (
    CARDS_KEY,
    Bill,
    PayForm,
    cards_of,
    demo_code,
    drop_card,
    funds_of,
    last_way,
    put_card,
    remember_way,
    tender_choice,
)
from newretail.shopfront.visit import page, visit_of
from newretail.stock import api as stock
from newretail.trade import api as trade

PAYING_KEY = "paying"  # ids of orders that were placed together and wait for a provider, in the session


def begin(request: HttpRequest, waiting: list[UUID], together: list[str]) -> HttpResponse:
    """Send the browser to pay the first of the orders that wait."""
    request.session[PAYING_KEY] = together
    return to_provider(request, waiting[0])


def to_provider(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """To the provider's page; to the order's own, with a word, when the provider is away or has no page."""
    try:
        address = trade.pay_page(order_id)
    except (trade.Busy, trade.Unavailable, trade.DatabaseAway):
        messages.warning(request, _("The bank does not answer just now. Your goods are held: try again in a moment."))
        return redirect("order", order_id=order_id)
    return redirect(address) if address else redirect("order", order_id=order_id)


@require_POST
def pay_now(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Go on to the provider's page of an order that waits."""
    own_order(request, order_id)
    return to_provider(request, order_id)


def siblings(request: HttpRequest, order_id: UUID) -> list[trade.OrderView]:
    """The orders that were placed with this one, itself among them, as they stand."""
    texts = request.session.get(PAYING_KEY, [])
    if str(order_id) not in texts:
        return []
    found = (trade.find(UUID(text)) for text in texts)
    return [order for order in found if order is not None and visit_of(request).may_see(order.buyer_id)]


@never_cache
@require_GET
def back(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Where browsers come back from a provider's page. Only what the books know is said, whatever the address says."""
    order = own_order(request, order_id)
    wait = wait_of(order)
    if wait is None:
        return _done(request, order)
    if wait.declined:
        return redirect("order-pay", order_id=order_id)
    left = "left" in request.GET and wait.by is not None
    return page(
        request, "pay/back.html", order=order, wait=wait, left=left, now=datetime.now(UTC), mark=mark_of(order, wait)
    )


def _done(request: HttpRequest, order: trade.OrderView) -> HttpResponse:
    """The order waits no more: on to the next that was placed with it, or to its page."""
    if order.state == "cancelled":
        return redirect("order", order_id=order.order_id)
    mails.tell_placed(order.order_id)
    together = siblings(request, order.order_id)
    if len(together) < 2:
        messages.success(request, _("Thank you. Your order is paid."))
        return redirect("order", order_id=order.order_id)
    if not any(other.state == "unpaid" for other in together):
        request.session.pop(PAYING_KEY, None)
        messages.success(request, _("Thank you. Your orders are placed and paid."))
    return redirect(f"/orders/together?ids={'~'.join(str(other.order_id) for other in together)}")


@never_cache
@require_GET
def state(request: HttpRequest, order_id: UUID) -> JsonResponse:
    """What a waiting page asks for again and again: a mark that changes when there is something new to show."""
    order = own_order(request, order_id)
    wait = wait_of(order)
    return JsonResponse({"mark": mark_of(order, wait)})


def mark_of(order: trade.OrderView, wait: Wait | None) -> str:
    payments = wait.money.payments if wait is not None else []
    return "-".join([order.state, *(f"{payment.state:d}" for payment in payments)])


@never_cache
@require_http_methods(["GET", "POST"])
def another_way(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Pay what an order lacks by other tenders; what was tried before comes to nothing, what is held for it stays."""
    order = own_order(request, order_id)
    wait = wait_of(order)
    if wait is None or wait.is_over:
        return redirect("order", order_id=order_id)
    node = stock.node(order.node_id)
    code = node.node_code if node is not None else None
    form = _form(request, wait, code)
    if request.method == "POST":
        answer = _card_wish(request, wait, form, code)
        if answer is not None:
            return answer
        if form.is_valid() and (answer := _open(request, wait, form)) is not None:
            return answer
    return _show(request, wait, form, code)


def _form(request: HttpRequest, wait: Wait, node: str | None) -> PayForm:
    shop, cards = visit_of(request), cards_of(request)
    shop.__dict__["market"] = next(m for m in shop.all_markets if m.code == wait.order.market_code)
    held = {payment.account_id for payment in wait.money.payments if payment.tender in pay.HOUSE}
    cells, funds = funds_of(shop, [node] if node else [], cards)
    ledger = pay.ledger_of(wait.order.currency)
    for there in funds.values():  # an account that pays a part of this order already cannot pay another
        for holder in [holder for holder in there if pay.tender_account(ledger, *holder) in held]:
            del there[holder]
    initial = {"pay_with": last_way(shop.member)} if shop.member else {}
    return PayForm(
        request.POST if request.method == "POST" else None,
        shop=shop,
        bills=[Bill(1, wait.missing_minor, cells.get(node or "", ""))],
        funds=funds,
        initial=initial,
        cards=cards,
    )


def _card_wish(request: HttpRequest, wait: Wait, form: PayForm, node: str | None) -> HttpResponse | None:
    if (place := request.POST.get("pay_drop_card")) is not None:
        drop_card(request, place)
    elif code := request.POST.get("pay_card", "").strip():
        fault = put_card(request, node, code)
        if fault:
            form.add_error("pay_card", fault)
            return _show(request, wait, form, node)
    elif "pay_use_card" in request.POST:
        form.add_error("pay_card", _("Write the code of the gift card."))
        return _show(request, wait, form, node)
    else:
        return None
    return redirect("order-pay", order_id=wait.order.order_id)


def _open(request: HttpRequest, wait: Wait, form: PayForm) -> HttpResponse | None:
    """Open the payments that were chosen; None, with the reason in the form, when they cannot be."""
    order_id, tenders = wait.order.order_id, form.plan.tenders(1, form.way) or []
    try:
        verdict = trade.open_payments(order_id, tenders)
    except (trade.Busy, trade.Unavailable, trade.DatabaseAway):
        form.add_error(None, _("Very many people are ordering now. Press the button again in a few seconds."))
        return None
    if not verdict.done:
        form.add_error(None, _("This does not work for this order. Choose another way, or cancel it and order again."))
        return None
    request.session.pop(CARDS_KEY, None)
    member = visit_of(request).member
    if member is not None and form.way is not None:
        remember_way(member, form.way.key)
    order = trade.find(order_id)
    if order is not None and order.state == "unpaid":
        return to_provider(request, order_id)
    return redirect("order-back", order_id=order_id)


def _show(request: HttpRequest, wait: Wait, form: PayForm, node: str | None) -> HttpResponse:
    context: dict[str, Any] = {"order": wait.order, "wait": wait, "now": datetime.now(UTC), "form": form}
    context |= {"demo_code": demo_code(visit_of(request), node), **tender_choice(form)}
    return page(request, "pay/another_way.html", status=422 if form.errors else 200, **context)
