"""What fits nothing: money in suspense, what providers said that no order knows, and where they disagree with us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.kit.ids import uuid7
from newretail.markets import api as markets
from newretail.office.desk import desk_of, require
from newretail.office.finance import reads, words
from newretail.office.finance.asking import keep, reason_of, request_id_of
from newretail.office.finance.desk import REFUND, books_of, clerk_only, finance_page
from newretail.office.finance.views import uuid_of
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement
from newretail.trade import api as trade

SHOWN = 100
COMPARED = timedelta(days=7)
INTO_SUSPENSE = (pay.Why.LATE, pay.Why.REFUND_FAILED, pay.Why.UNCOLLECTED, pay.Why.GIVEN_BACK)
WAYS = {
    "provider": settlement.RefundWay.TO_PROVIDER,
    "wallet": settlement.RefundWay.TO_WALLET,
    "order": settlement.RefundWay.TO_ORDER,
}


@clerk_only
@require_GET
def worklist(request: HttpRequest) -> HttpResponse:
    """Everything that somebody must look into, the oldest first."""
    currencies = reads.currencies()
    limit = {"limit": SHOWN}
    stuck = reads.rows("suspense", limit) if currencies else []
    why = _why([row["order_id"] for row in stuck])
    for row in stuck:
        row |= {"currency": currencies[row["cell"]], "why": words.why_in_suspense(why.get(row["order_id"], 0))}
    return finance_page(
        request,
        "suspense.html",
        stuck=stuck,
        events=reads.rows("odd_events", limit) if currencies else [],
        disagreements=reads.rows("disagreements", limit) if currencies else [],
        providers=pay.configured(),
        limit=SHOWN,
    )


def _why(order_ids: list[UUID]) -> dict[UUID, int]:
    """The code of the transfer that last brought money of an order into suspense."""
    if not order_ids:
        return {}
    ranges = [pay.id_range(order_id) for order_id in order_ids]
    values = {"firsts": [first for first, _ in ranges], "lasts": [last for _, last in ranges]}
    found = reads.rows("why_in_suspense", values | {"codes": [int(code) for code in INTO_SUSPENSE]})
    return {row["subject_id"]: row["code"] for row in found}


def _payment(cell: str, payment_id: UUID) -> reads.Row:
    found = reads.rows("payment", {"cell": cell, "payment_id": payment_id}) if reads.currencies() else []
    if not found:
        raise Http404
    return found[0]


@clerk_only
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, cell: str, payment_id: UUID) -> HttpResponse:
    """One payment's money in suspense: where it came from, and a form that sends it on."""
    payment = _payment(cell, payment_id)
    currency = reads.currencies()[cell]
    with books_of(cell) as books:
        asked = settlement.suspense_asked(books, payment_id)
        free = max(payment["suspense_minor"] - asked, 0)
        if request.method == "POST":
            require(request, REFUND)
            wish, fault = _wish(request, payment, currency, free)
            if wish is None:
                messages.error(request, fault)
                return redirect("finance-suspense-one", cell=cell, payment_id=payment_id)
            keep(request, books, wish, reason_of(request))
            return redirect("finance-order", order_id=payment["order_id"])
    order, money = trade.find(payment["order_id"]), trade.payments_of(payment["order_id"])
    why = _why([payment["order_id"]]).get(payment["order_id"], 0)
    context = {"payment": payment, "order": order, "currency": currency, "free": free, "asked": asked}
    context["buyer_id"] = money.buyer_id if money is not None else 0
    return finance_page(request, "suspense_one.html", **context, why=words.why_in_suspense(why), ask_id=uuid7())


def _wish(
    request: HttpRequest, payment: reads.Row, currency: str, free: int
) -> tuple[settlement.RefundWish | None, str]:
    """What the form asks for, or what is wrong with it."""
    request_id, way = request_id_of(request), WAYS.get(request.POST.get("way", ""))
    amount = markets.minor_of(request.POST.get("amount", ""), currency)
    to_order: trade.OrderView | None = None
    if way is None:
        return None, _("Choose where the money goes.")
    if amount is None or amount <= 0:
        return None, _("Write the amount in figures, for instance 12.50.")
    if amount > free:
        return None, _("More than what is in suspense cannot be sent on.")
    if not reason_of(request):
        return None, _("Write why the money goes there: the buyer and the books will ask.")
    if way == settlement.RefundWay.TO_ORDER:
        to_id = uuid_of(request.POST.get("to_order", "").strip())
        to_order = trade.find(to_id) if to_id is not None else None
        fault = _cannot_match(payment, to_order, amount)
        if fault:
            return None, fault
    wish = settlement.RefundWish(
        *(request_id, payment["order_id"], amount, (), way, payment["payment_id"]),
        to_order.order_id if to_order is not None else None,
    )
    return wish, ""


def _cannot_match(payment: reads.Row, order: trade.OrderView | None, amount: int) -> str:
    """Why an order cannot be paid with this money; empty when it can."""
    if order is None or order.cell != payment["cell"]:
        return _("There is no such order in this market.")
    if order.state != "unpaid":
        return _("That order does not wait for its money. Credit the buyer’s wallet instead.")
    money = trade.payments_of(order.order_id)
    if money is None or money.missing_minor > amount:
        return _("That order lacks more than this. Credit the buyer’s wallet: it can be paid with the rest.")
    return ""


@clerk_only
@require_POST
def close_event(request: HttpRequest, cell: str) -> HttpResponse:
    """Take an event that fits nothing off the worklist, or tell it to the books again, now that its payment is here."""
    require(request, REFUND)
    values = {"cell": cell, "provider": request.POST.get("provider", ""), "event_id": request.POST.get("event", "")}
    found = reads.rows("odd_event", values) if reads.currencies() else []
    note = request.POST.get("note", "").strip()[:240]
    if not found:
        messages.error(request, _("Somebody has looked into it already."))
        return redirect("finance-suspense")
    if request.POST.get("step") == "again":
        note = _tell_again(found[0])
        if not note:
            messages.error(request, _("The books still cannot take it. Look at the payment at the provider."))
            return redirect("finance-suspense")
    with books_of(cell) as books:
        try:
            settlement.close_event(
                books, values["provider"], values["event_id"], desk_of(request).actor, datetime.now(UTC), note
            )
        except settlement.Refused as refused:
            messages.error(request, desk_of(request).said(refused.said))
        else:
            messages.success(request, _("Off the list. What you wrote is kept with it."))
    return redirect("finance-suspense")


def _tell_again(row: reads.Row) -> str:
    """Tell the books an event once more, under a name made of its own: what came of it, empty when nothing did."""
    event = pay.ProviderEvent(
        provider=row["provider"],
        event_id=f"{row['event_id']}:again",
        kind=pay.EventKind(row["kind"]),
        payment_id=row["payment_id"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        provider_ref=row["provider_ref"],
        occurred_at=row["occurred_at"],
        call_id=row["call_id"],
    )
    verdict = trade.pay_events([event])[0]
    taken = (pay.Outcome.APPLIED, pay.Outcome.DUPLICATE, pay.Outcome.LATE)
    return words.outcome_text(verdict.outcome) if verdict.outcome in taken else ""


@clerk_only
@require_POST
def explain(request: HttpRequest, cell: str) -> HttpResponse:
    """Say why a provider and the books differ, so that nobody looks into it twice."""
    require(request, REFUND)
    payment_id, what = uuid_of(request.POST.get("payment", "")), request.POST.get("what", "")
    if payment_id is None or not what.isdigit():
        raise Http404
    note = request.POST.get("note", "").strip()[:240]
    with books_of(cell) as books:
        try:
            about = (request.POST.get("provider", ""), payment_id, int(what))
            settlement.explain(books, *about, desk_of(request).actor, datetime.now(UTC), note)
        except settlement.Refused as refused:
            messages.error(request, desk_of(request).said(refused.said))
        else:
            messages.success(request, _("Explained. It is open again when its amounts change."))
    return redirect("finance-suspense")


@clerk_only
@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Compare the last week with a provider now: what we missed is heard, what cannot be mended is listed."""
    require(request, REFUND)
    name = request.POST.get("provider", "")
    if name not in pay.configured():
        raise Http404
    try:
        done = trade.reconcile(name, datetime.now(UTC) - COMPARED)
    except (pay.ProviderAway, trade.Busy, trade.Unavailable, trade.DatabaseAway):
        messages.error(request, _("The provider does not answer now. Try again in a few minutes."))
    else:
        said = _("%(payments)d payments compared, %(repaired)d repaired, %(open)d open.")
        counted = {"payments": done.payments, "repaired": done.repaired, "open": len(done.open)}
        messages.success(request, said % counted)
    return redirect("finance-suspense")
