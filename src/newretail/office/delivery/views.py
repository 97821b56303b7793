"""The pages of delivery prices: the list, and what one way costs in one market."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from newretail.markets import api as markets
from newretail.markets.terms.api import Tariff, Way
from newretail.office.audit.trail import Deed, changes_of, write_down
from newretail.office.audit.words import differences
from newretail.office.delivery.listing import TARIFFS, way_name
from newretail.office.desk import EDIT_PRICING, Desk, desk_of, page, require, staff_only
from newretail.office.finance.words import figures
from newretail.office.lists.views import show
from newretail.office.offers.views import seen
from newretail.office.offers.words import in_language
from newretail.office.taxes import preview

LARGEST_FEE_MINOR, LARGEST_FREE_FROM_MINOR = 20_000_000, 10**13


class TariffForm(forms.Form):
    """A flat fee, and from how much of goods on it is free; amounts in the market's currency."""

    fee = forms.CharField(label=gettext_lazy("Costs"), max_length=20, widget=forms.TextInput({"inputmode": "decimal"}))
    free_from = forms.CharField(
        label=gettext_lazy("Free from"), max_length=20, required=False, widget=forms.TextInput({"inputmode": "decimal"})
    )
    is_taxed = forms.BooleanField(label=gettext_lazy("Taxed as the goods are"), required=False)

    def __init__(self, data: Any, currency: str, there: Tariff | None) -> None:
        self.currency = currency
        start: dict[str, Any] = {"fee": figures(0, currency), "is_taxed": True}
        if there is not None:
            start = {"fee": figures(there.fee_minor, currency), "is_taxed": there.is_taxed}
            start["free_from"] = figures(there.free_from_minor, currency) if there.free_from_minor else ""
        super().__init__(data, initial=start)

    def _amount(self, text: str, largest: int) -> int:
        amount = markets.minor_of(text, self.currency)
        if amount is None or amount < 0:
            raise forms.ValidationError(_("Write the amount in figures, for instance 12.50."))
        if amount > largest:
            top = Decimal(figures(largest, self.currency))
            raise forms.ValidationError(_("At most %(amount)s.") % {"amount": f"{top:,} {self.currency}"})
        return amount

    def clean_fee(self) -> int:
        return self._amount(self.cleaned_data["fee"], LARGEST_FEE_MINOR)

    def clean_free_from(self) -> int | None:
        text = self.cleaned_data["free_from"].strip()
        amount = self._amount(text, LARGEST_FREE_FROM_MINOR) if text else None
        if amount == 0:
            raise forms.ValidationError(_("From nothing on it would always be free: let it cost 0 instead."))
        return amount

    def wanted(self, way: Way) -> Tariff:
        told = self.cleaned_data
        return Tariff(int(way), told["fee"], told["free_from"], told["is_taxed"])


@staff_only
@require_GET
def tariffs(request: HttpRequest) -> HttpResponse:
    return show(request, TARIFFS)


@staff_only
@require_http_methods(["GET", "POST"])
def tariff(request: HttpRequest, market_code: str, way: str) -> HttpResponse:
    """What one way costs in one market: looked at on baskets, then saved. Staff without the right see it."""
    if request.method == "POST":
        require(request, EDIT_PRICING)
    desk = desk_of(request)
    market = next((each for each in desk.markets if each.code == market_code), None)
    if market is None or way not in {each.slug for each in Way}:
        raise Http404
    number = Way[way.upper()]
    there = markets.tariff(market_code, number)
    form = TariffForm(request.POST if request.method == "POST" else None, market.currency, there)
    looked_at = there
    if request.method == "POST":
        looked_at = form.wanted(number) if form.is_valid() else None
        if looked_at is not None and request.POST.get("do") == "save":
            if request.POST.get("seen") != seen(there):
                form.add_error(None, _("Somebody changed it in the meantime. Look at it again, then save."))
            else:
                is_new = _save(desk, market_code, looked_at)
                messages.success(
                    request, _("Saved. The shop reckons with it now.") if is_new else _("Nothing was different.")
                )
                return redirect("office-tariff", market_code=market_code, way=way)
    history = changes_of("tariff", f"{market_code}/{way}")
    context = {
        "form": form,
        "market": market,
        "way_name": way_name(number),
        "seen": seen(there),
        "compared": preview.of_tariff(market_code, looked_at) if looked_at and not form.errors else [],
        "is_changed": looked_at != there,
        "name_of": in_language,
        "history": [(each, differences(each.before, each.after, desk)) for each in history],
    }
    return page(request, "delivery/one.html", status=422 if form.errors else 200, desk=desk, **context)


def _save(desk: Desk, market_code: str, wanted: Tariff) -> bool:
    """Save what a way costs and write it down; whether anything was different."""
    with transaction.atomic():
        before, after = markets.set_tariff(market_code, wanted)
        if not after:
            return False

        def side(fields: dict[str, Any] | None) -> dict[str, Any] | None:
            named = {"fee_minor": f"fee_{market_code}", "free_from_minor": f"free_from_{market_code}"}
            return None if fields is None else {named.get(key, key): value for key, value in fields.items()}

        slug = Way(wanted.way).slug
        action = "add" if before is None else "change"
        key, label = f"{market_code}/{slug}", f"{market_code} {slug}"
        write_down(desk.staff, [Deed(action, "tariff", key, label, side(before), side(after))])
    return True
