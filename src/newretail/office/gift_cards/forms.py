"""The form by which gift cards are issued."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newretail.cloud.api import CellPlace
from newretail.markets import api as markets
from newretail.office.gift_cards.work import end_of_cards
from newretail.pay import api as pay
from newretail.pay.settlement import api as settlement


class IssueForm(forms.Form):
    """How many cards, with how much on each, where they are good, and what for. `of`: the cells, each of one market."""

    cell = forms.ChoiceField(label=gettext_lazy("Market"))
    value = forms.CharField(
        label=gettext_lazy("On each card"), max_length=20, widget=forms.TextInput({"inputmode": "decimal"})
    )
    cards = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=settlement.MAX_CARDS, initial=1)
    last_day = forms.DateField(
        label=gettext_lazy("Can be used until"), required=False, widget=forms.DateInput({"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=240)

    def __init__(self, data: Any, of: list[CellPlace], market_code: str) -> None:
        self.of = {place.name: place for place in of}
        super().__init__(data, initial={"cell": next((p.name for p in of if p.market_code == market_code), "")})
        field = self.fields["cell"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(place.name, _place_name(place, of)) for place in of]

    def clean(self) -> dict[str, Any]:
        told, place = self.cleaned_data, self.of.get(self.cleaned_data.get("cell", ""))
        if place is not None and "value" in told:
            amount = markets.minor_of(told["value"], place.currency)
            if amount is None or amount <= 0:
                self.add_error("value", _("Write the amount in figures, for instance 12.50."))
            elif amount * told.get("cards", 1) > pay.MAX_AMOUNT_MINOR:
                self.add_error("value", _("All together this is more than can be posted at once. Make it less."))
            told["value_minor"] = amount
        if place is not None and "last_day" in told:
            now = datetime.now(UTC)
            told["expires_at"] = end_of_cards(markets.market(place.market_code), told["last_day"], now)
            if told["expires_at"] is not None and told["expires_at"] <= now:
                self.add_error("last_day", _("This day is over. Choose a later one, or none."))
        return told


def _place_name(place: CellPlace, of: list[CellPlace]) -> str:
    """The market with its currency; its cell too where it has several."""
    many = sum(1 for each in of if each.market_code == place.market_code) > 1
    return f"{place.market_code} · {place.currency}" + (f" · {place.name}" if many else "")
