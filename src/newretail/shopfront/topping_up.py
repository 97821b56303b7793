"""Adding money to one's wallet: choose an amount and a way, pay on the provider's page, and see what became of it.

Only what the books know is said, whatever the address says that the browser came back by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from newretail.kit.ids import uuid7
from newretail.kit.paper import Sheet, printed
from newretail.markets import api as markets
from newretail.pay import api as pay
from newretail.shopfront.account import member_of
from newretail.shopfront.paid import PaidRow, decline_words, name_of, paid_rows
from newretail.shopfront.tenders import Way, ways_to_top_up
from newretail.shopfront.visit import page
from newretail.trade import api as trade

OWN = "own"  # the choice of an amount of one's own


class WayForm(forms.Form):
    """How a top-up is paid."""

    pay_with = forms.ChoiceField(label=gettext_lazy("How do you pay?"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, market: markets.Market, **more: Any) -> None:
        self.currency = market.currency
        self.ways = {way.key: way for way in ways_to_top_up(market)}
        super().__init__(data, **more)
        field = self.fields["pay_with"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(way.key, way.label) for way in self.ways.values()]
        field.initial = next(iter(self.ways), "")
        field.error_messages = {name: gettext_lazy("Choose a way to pay.") for name in ("required", "invalid_choice")}

    @property
    def way(self) -> Way | None:
        return self.ways.get(str(self["pay_with"].value() or ""))


class TopUpForm(WayForm):
    """How much is added: one of the amounts offered, or an own one. `key`: of which the top-up's id is made."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.ChoiceField(label=gettext_lazy("How much?"), widget=forms.RadioSelect)
    own = forms.CharField(
        label=gettext_lazy("Own amount"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "transaction-amount"}),
    )
    field_order = ("amount", "own", "pay_with", "key")

    def __init__(self, data: Any = None, *, market: markets.Market, **more: Any) -> None:
        super().__init__(data, market=market, **more)
        self.amounts = pay.top_up_amounts(market.currency)
        field = self.fields["amount"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*((str(minor), self.said(minor)) for minor in self.amounts.offered), (OWN, _("Own amount"))]
        field.initial = str(self.amounts.offered[1])
        self.fields["own"].must = True  # type: ignore[attr-defined]  # where it shows, it is not optional
        field.error_messages = {name: _("Choose an amount.") for name in ("required", "invalid_choice")}

    def said(self, minor: int) -> str:
        return markets.format_money(minor, self.currency, get_language() or "en")

    def clean(self) -> dict[str, Any]:
        """The amount is in `amount_minor`; what is wrong with an own one is said at its field."""
        told = super().clean() or self.cleaned_data
        chosen = told.get("amount")
        if chosen == OWN:
            minor = markets.minor_of(told.get("own", ""), self.currency)
            if minor is None:
                self.add_error("own", _("Write an amount in figures, for example %s.") % self._example())
            elif not self.amounts.allows(minor):
                limits = {"least": self.said(self.amounts.least_minor), "most": self.said(self.amounts.most_minor)}
                self.add_error("own", _("You can add from %(least)s to %(most)s at once.") % limits)
            else:
                told["amount_minor"] = minor
        elif chosen:
            told["amount_minor"] = int(chosen)
        return told

    def _example(self) -> str:
        digits = markets.minor_digits(self.currency)
        return "25" + (f".{'50'[:digits]}" if digits else "000")


@dataclass(frozen=True, slots=True)
class Standing:
    """A top-up as its page shows it."""

    top_up: trade.TopUpView
    rows: list[PaidRow]
    ends_at: datetime | None
    by: pay.Payment | None
    declined: str

    @property
    def missing_minor(self) -> int:
        return max(self.top_up.money.missing_minor, 0)

    @property
    def state(self) -> str:
        """waiting, over (its time), underway (authorised, on its way into the wallet), done, cancelled, nothing."""
        if self.top_up.stage == pay.Stage.WAITING:
            return "over" if self.ends_at is not None and self.ends_at <= datetime.now(UTC) else "waiting"
        if self.top_up.was_cancelled:
            return "cancelled"
        return {pay.Stage.STANDING: "underway", pay.Stage.GONE: "done"}.get(self.top_up.stage, "nothing")

    @property
    def back_minor(self) -> int:
        """What was given back, or is on its way."""
        return sum(payment.refunded_minor for payment in self.top_up.money.payments)

    @property
    def mark(self) -> str:
        """Changes when there is something new to show."""
        payments = self.top_up.money.payments
        return "-".join([self.state, *(f"{p.state:d}.{p.captured_minor}.{p.refunded_minor}" for p in payments)])


def standing_of(top_up: trade.TopUpView) -> Standing:
    """How a top-up stands; a decline is told for as long as the last try was the one."""
    payments = top_up.money.payments
    ends = [payment.expires_at for payment in payments if payment.expires_at is not None]
    last = payments[-1] if payments else None
    by = last if last is not None and last.state == pay.PaymentState.CREATED else None
    declined = decline_words(last) if last is not None and last.state == pay.PaymentState.DECLINED else ""
    return Standing(top_up, paid_rows(top_up.money), max(ends) if ends else None, by, declined)


def own_top_up(request: HttpRequest, top_up_id: UUID) -> trade.TopUpView:
    """The top-up, when it is the member's own; to everybody else it does not exist."""
    member = member_of(request)
    top_up = trade.find_top_up(top_up_id) if pay.is_top_up(top_up_id) else None
    if top_up is None or top_up.buyer_id != member.pk:
        raise Http404
    return top_up


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, cell: str) -> HttpResponse:
    """Choose how much and how; then to the provider's page."""
    member = member_of(request)
    place = next((place for place in trade.places_to_top_up() if place.name == cell), None)
    if place is None or not ways_to_top_up(markets.market(place.market_code)):
        raise Http404
    form = TopUpForm(request.POST or None, market=markets.market(place.market_code), initial={"key": uuid7()})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        top_up_id = pay.top_up_id(told["key"])
        way = form.ways[told["pay_with"]]
        fault = _ask(cell, _wish(top_up_id, member.pk, told["amount_minor"], way))
        if not fault:
            return to_provider(request, top_up_id)
        form.add_error(None, fault)
        form.data = {**request.POST.dict(), "key": str(uuid7())}  # the old one may be what is wrong
    return page(request, "account/top_up_new.html", status=422 if form.errors else 200, form=form, place=place)


def _wish(top_up_id: UUID, buyer_id: int, amount_minor: int, way: Way) -> pay.TopUpAsk:
    return pay.TopUpAsk(top_up_id, buyer_id, amount_minor, pay.Tender[way.tender.upper()], way.provider or "")


def _ask(cell: str, wish: pay.TopUpAsk) -> str:
    """Ask for it; what went wrong, or nothing."""
    try:
        verdict = trade.top_up(cell, wish)
    except (trade.Busy, trade.Unavailable, trade.DatabaseAway):
        return _("Very many people are paying now. Press the button again in a few seconds.")
    return (
        "" if verdict.done else _("This does not work any more. Look over what you chose, and press the button again.")
    )


def to_provider(request: HttpRequest, top_up_id: UUID) -> HttpResponse:
    """To the provider's page; to the top-up's own, with a word, when the provider is away or has no page."""
    try:
        address = trade.pay_page(top_up_id)
    except (trade.Busy, trade.Unavailable, trade.DatabaseAway):
        messages.warning(request, _("The bank does not answer just now. Nothing was taken: try again in a moment."))
        address = ""
    return redirect(address) if address else redirect("top-up", top_up_id=top_up_id)


@never_cache
@login_required
@require_GET
def one(request: HttpRequest, top_up_id: UUID) -> HttpResponse:
    """What became of a top-up, and what can be done about it; its receipt with `?as=pdf`."""
    top_up = own_top_up(request, top_up_id)
    if request.GET.get("as") == "pdf" and top_up.stage == pay.Stage.GONE:
        name = f'attachment; filename="top-up-{top_up_id}.pdf"'
        headers = {"Content-Disposition": name}
        return HttpResponse(as_pdf(top_up, get_language() or "en"), content_type="application/pdf", headers=headers)
    return _show(request, top_up)


@never_cache
@login_required
@require_GET
def back(request: HttpRequest, top_up_id: UUID) -> HttpResponse:
    """Where browsers come back from a provider's page."""
    left = "left" in request.GET
    return _show(request, own_top_up(request, top_up_id), asked=not left, left=left)


def _show(
    request: HttpRequest,
    top_up: trade.TopUpView,
    form: WayForm | None = None,
    *,
    asked: bool = False,
    left: bool = False,
) -> HttpResponse:
    """The page of a top-up. `asked`, `left`: the browser comes from the bank's page, or left it without paying."""
    standing = standing_of(top_up)
    form = form or WayForm(market=markets.market(top_up.market_code))
    context = {"standing": standing, "top_up": top_up, "form": form, "now": datetime.now(UTC)}
    context |= {"asked": asked, "left": left}
    return page(request, "account/top_up.html", status=422 if form.errors else 200, **context)


@require_POST
@login_required
def pay_again(request: HttpRequest, top_up_id: UUID) -> HttpResponse:
    """Go on to the provider's page of a top-up that waits, or try once more in the way that was chosen."""
    top_up = own_top_up(request, top_up_id)
    if top_up.stage != pay.Stage.WAITING:
        return redirect("top-up", top_up_id=top_up_id)
    if "pay_with" in request.POST:
        form = WayForm(request.POST, market=markets.market(top_up.market_code))
        if not form.is_valid():
            return _show(request, top_up, form)
        way = form.ways[form.cleaned_data["pay_with"]]
        fault = _ask(top_up.cell, _wish(top_up_id, top_up.buyer_id, top_up.amount_minor, way))
        if fault:
            form.add_error(None, fault)
            return _show(request, top_up, form)
    return to_provider(request, top_up_id)


@require_POST
@login_required
def cancel(request: HttpRequest, top_up_id: UUID) -> HttpResponse:
    """Give up a top-up that waits; one whose money came meanwhile stands, and its page says so."""
    top_up = own_top_up(request, top_up_id)
    try:
        verdict = trade.cancel_top_up(top_up.cell, pay.TopUpCancelAsk(top_up_id, top_up.buyer_id))
        if not verdict.done:
            messages.warning(request, _("The money came meanwhile: it is in your wallet, or on its way there."))
    except (trade.Busy, trade.Unavailable, trade.DatabaseAway):
        messages.warning(request, _("Very many people are paying now. Press the button again in a few seconds."))
    return redirect("top-up", top_up_id=top_up_id)


@never_cache
@login_required
@require_GET
def state(request: HttpRequest, top_up_id: UUID) -> JsonResponse:
    """What a waiting page asks for again and again: a mark that changes when there is something new to show."""
    return JsonResponse({"mark": standing_of(own_top_up(request, top_up_id)).mark})


def as_pdf(top_up: trade.TopUpView, language: str) -> bytes:
    """The receipt to print: what was added to the wallet, how it was paid, and what went back."""

    def money(minor: int) -> str:
        return markets.format_money(minor, top_up.currency, language)

    zone = markets.market(top_up.market_code).time_zone
    facts = [
        (_("Date"), markets.moment_text(top_up.made_at, zone, language)),
        (_("Number"), str(top_up.top_up_id)),
    ]
    came = [one for one in top_up.money.payments if one.captured_minor]
    rows = [[name_of(one), money(one.captured_minor), money(one.refunded_minor)] for one in came]
    sums = [sum(one.captured_minor for one in came), sum(one.refunded_minor for one in came)]
    rows.append([_("Total"), *map(money, sums)])
    sheets = [Sheet("", [_("Paid by"), _("Added to the wallet"), _("Given back")], rows, totals=1)]
    title = _("Receipt of a wallet top-up")
    return printed(title, facts, sheets, language=language, foot="newretail", page=_("Page"))
