"""The form of a tax rate. Rates are never changed: another one begins on a later day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newretail.markets import api as markets
from newretail.office.offers.forms import LATEST_YEAR
from newretail.office.taxes.listing import class_choices


class RateForm(forms.Form):
    """A rate of a class in a market from a day on, by that market's clock."""

    market = forms.ChoiceField(label=gettext_lazy("Market"))
    tax_class = forms.ChoiceField(label=gettext_lazy("Tax class"))
    percent = forms.DecimalField(
        label=gettext_lazy("Rate, per cent"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2
    )
    from_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any, of: Sequence[markets.Market], initial: dict[str, Any]) -> None:
        self.markets = {market.code: market for market in of}
        super().__init__(data, initial=initial)
        for name, choices in (
            ("market", [(market.code, f"{market.code} · {market.name}") for market in of]),
            ("tax_class", class_choices()),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_from_day(self) -> date:
        day: date = self.cleaned_data["from_day"]
        market = self.markets.get(self.cleaned_data.get("market", ""))
        if market is not None and day < markets.today_in(market.time_zone):
            raise forms.ValidationError(_("It cannot begin in the past: what was sold kept the rate of its time."))
        if day.year > LATEST_YEAR:
            raise forms.ValidationError(_("Choose a day that people will live to see."))
        return day

    def wanted(self) -> markets.RateSheet:
        told = self.cleaned_data
        return markets.RateSheet(told["market"], told["tax_class"], told["from_day"], int(told["percent"] * 100))
