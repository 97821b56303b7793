"""The form of one product: what belongs to it, and for each SKU whether it is sold, its cap, its prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newretail.catalog import api as catalog
from newretail.markets import api as markets
from newretail.office.imports import sheet
from newretail.office.products.listing import category_choices


class PriceField(forms.CharField):
    """An amount in units of a currency, as people write it; empty: not sold in that market."""

    def __init__(self, currency: str, label: str) -> None:
        self.digits = markets.minor_digits(currency)
        widget = forms.TextInput(attrs={"inputmode": "decimal" if self.digits else "numeric"})
        super().__init__(label=label, required=False, max_length=20, widget=widget)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return sheet.price(text, self.digits)
        except sheet.Wrong as wrong:
            raise forms.ValidationError(str(wrong)) from None


class ProductForm(forms.Form):
    """A product with its SKUs; without lines it is a new one, with the code of its first SKU."""

    name = forms.CharField(label=gettext_lazy("Product name"), max_length=200)
    name_ko = forms.CharField(label=gettext_lazy("Product name in Korean"), max_length=200, required=False)
    name_zh_hans = forms.CharField(label=gettext_lazy("Product name in Chinese"), max_length=200, required=False)
    brand = forms.CharField(label=gettext_lazy("Brand"), max_length=60, required=False)
    package_size = forms.CharField(label=gettext_lazy("Package size"), max_length=40, required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"))

    def __init__(self, data: Any, lines: Sequence[catalog.Line], of: Sequence[markets.Market]) -> None:
        self.lines = list(lines)
        self.markets = list(of)
        super().__init__(data, initial=self._told() if lines else {})
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        category.choices = [("", _("Choose a category")), *category_choices()]
        if not lines:
            self.fields["code"] = forms.CharField(label=_("SKU code"), max_length=40)
        for place in range(max(len(lines), 1)):
            self._add_sku(place)

    def _add_sku(self, place: int) -> None:
        self.fields[f"sold_{place}"] = forms.BooleanField(label=_("On sale"), required=False, initial=True)
        cap = forms.IntegerField(label=_("Cap per buyer"), required=False, min_value=1, max_value=sheet.HIGHEST_CAP)
        self.fields[f"cap_{place}"] = cap
        for market in self.markets:
            label = _("Price %(market)s") % {"market": f"{market.code} ({market.currency})"}
            self.fields[f"price_{place}_{market.code}"] = PriceField(market.currency, label)

    def _told(self) -> dict[str, Any]:
        first = self.lines[0]
        told: dict[str, Any] = {key: getattr(first, key) for key in ("name", "brand", "package_size", "category")}
        told |= {column: first.name_in(language) for column, language in sheet.NAMES.items()}
        for place, line in enumerate(self.lines):
            told |= {f"sold_{place}": line.is_sold, f"cap_{place}": line.cap_per_buyer}
            for market in self.markets:
                amount = line.prices.get(market.code)
                digits = markets.minor_digits(market.currency)
                told[f"price_{place}_{market.code}"] = "" if amount is None else Decimal(amount).scaleb(-digits)
        return told

    def clean_code(self) -> str:
        try:
            code = sheet.code(self.cleaned_data["code"])
        except sheet.Wrong as wrong:
            raise forms.ValidationError(str(wrong)) from None
        if catalog.lines([code]):
            raise forms.ValidationError(_("There is a SKU with this code already."))
        return code

    def skus(self) -> list[dict[str, Any]]:
        """The fields of each SKU, for the template."""
        return [
            {
                "code": self.lines[place].sku_code if self.lines else "",
                "sold": self[f"sold_{place}"],
                "cap": self[f"cap_{place}"],
                "prices": [self[f"price_{place}_{market.code}"] for market in self.markets],
            }
            for place in range(max(len(self.lines), 1))
        ]

    def wanted(self) -> list[catalog.Line]:
        """The lines as the form wants them."""
        told = self.cleaned_data
        new = [catalog.Line(told["code"], None, "", "", "", "")] if not self.lines else self.lines
        return [
            replace(
                line,
                **{key: told[key] for key in ("name", "brand", "package_size", "category")},
                names={**line.names, **{language: told[column] for column, language in sheet.NAMES.items()}},
                is_sold=told[f"sold_{place}"],
                cap_per_buyer=told[f"cap_{place}"],
                prices={market.code: told[f"price_{place}_{market.code}"] for market in self.markets},
            )
            for place, line in enumerate(new)
        ]


class BulkForm(forms.Form):
    """One change for many products; what is left empty stays as it is."""

    market = forms.ChoiceField(label=gettext_lazy("Prices of"), required=False)
    percent = forms.DecimalField(
        label=gettext_lazy("Change prices by per cent"),
        required=False,
        min_value=Decimal(-95),
        max_value=Decimal(1000),
        decimal_places=2,
    )
    step = forms.CharField(label=gettext_lazy("Round to steps of"), required=False, max_length=20)
    category = forms.ChoiceField(label=gettext_lazy("Put into category"), required=False)
    sold = forms.ChoiceField(
        label=gettext_lazy("On sale"),
        required=False,
        choices=[("", gettext_lazy("As it is")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
    )

    def __init__(self, data: Any, of: Sequence[markets.Market], market: str) -> None:
        self.currencies = {each.code: each.currency for each in of}
        super().__init__(data, initial={"market": market})
        for name, choices in (
            ("market", [(each.code, f"{each.code} · {each.currency}") for each in of]),
            ("category", [("", _("As it is")), *category_choices()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if not self.errors and not any([told.get("percent"), told.get("category"), told.get("sold")]):
            raise forms.ValidationError(_("Say what shall change: prices, category, or whether it is on sale."))
        told["step_minor"] = self._step(told.get("market") or "", told.get("step") or "")
        return told

    def _step(self, market: str, text: str) -> int:
        """The step in minor units; empty: the step of the currency."""
        currency = self.currencies.get(market)
        if currency is None:
            return 1
        if not text:
            return markets.price_step(currency)
        try:
            return sheet.price(text, markets.minor_digits(currency))
        except sheet.Wrong as wrong:
            self.add_error("step", str(wrong))
            return 1
