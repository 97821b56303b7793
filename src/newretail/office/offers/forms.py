"""The form of an offer, and what it shares with that of a price list: a market, a channel, and a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newretail.catalog import api as catalog
from newretail.catalog.offers import api as pricing
from newretail.markets import api as markets
from newretail.office.imports import sheet
from newretail.office.offers import words
from newretail.office.products.listing import category_choices

LATEST_YEAR = 2199


class MomentField(forms.CharField):
    """A day and a time as the clock of a market shows it; cleaned to a naive datetime, None where empty."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, widget=forms.TextInput(attrs={"type": "datetime-local"}))

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            told = datetime.fromisoformat(text)
        except ValueError:
            told = None
        if told is None or told.tzinfo is not None or not 2000 <= told.year <= LATEST_YEAR:
            raise forms.ValidationError(_("Write a day and a time, such as 2026-11-11 00:00."))
        return told


def clock(moment: datetime | None, zone: str) -> str:
    """A moment as the field shows it; seconds only where there are some."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


class PeriodForm(forms.Form):
    """What offers and price lists share. `there`: what is there already; its market stays."""

    name = forms.CharField(label=gettext_lazy("Offer name"), max_length=80)
    market = forms.ChoiceField(label=gettext_lazy("Market"))
    channel = forms.TypedChoiceField(label=gettext_lazy("Channel"), coerce=int)
    starts_at = MomentField(gettext_lazy("Begins"))
    until = MomentField(gettext_lazy("Ends"))
    is_on = forms.BooleanField(label=gettext_lazy("Switched on"), required=False)

    def __init__(self, data: Any, of: Sequence[markets.Market], there: Any, initial: dict[str, Any]) -> None:
        self.markets = {market.code: market for market in of}
        self.there = there
        if there is not None:
            zone = self.markets[there.market_code].time_zone
            initial |= {"name": there.name, "channel": there.channel, "is_on": there.is_on}
            initial |= {"starts_at": clock(there.starts_at, zone), "until": clock(there.until, zone)}
        super().__init__(data, initial={"channel": 0, "is_on": True, **initial})
        self._choose("channel", words.channel_choices())
        self._choose("market", [(market.code, f"{market.code} · {market.currency}") for market in of])
        if there is not None:
            del self.fields["market"]

    def _choose(self, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def of(self) -> markets.Market | None:
        """The market; None where the form names none."""
        return self.markets.get(self.there.market_code if self.there else self.cleaned_data.get("market", ""))

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if self.of is not None:
            for name in ("starts_at", "until"):
                if told.get(name) is not None:
                    told[name] = self._moment(name, told[name], self.of.time_zone)
        if told.get("starts_at") and told.get("until") and told["until"] <= told["starts_at"]:
            self.add_error("until", _("It must end after it begins."))
        return told

    def _moment(self, name: str, told: datetime, zone: str) -> datetime | None:
        old: datetime | None = getattr(self.there, name) if self.there else None
        if old is not None and clock(old, zone) == told.isoformat(timespec="seconds" if told.second else "minutes"):
            return old  # with its parts of a second
        moment = told.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != told:
            self.add_error(name, _("This time does not exist: clocks go forward then. Choose another one."))
            return None
        return moment

    def _price(self, name: str, text: str) -> int:
        """An amount in minor units of the market's currency."""
        market = self.of
        if market is None:
            return 0
        try:
            return sheet.price(text, markets.minor_digits(market.currency))
        except sheet.Wrong as wrong:
            self.add_error(name, str(wrong))
            return 0


GOODS = {
    "all": gettext_lazy("Everything"),
    "category": gettext_lazy("A category"),
    "product": gettext_lazy("A product with all its SKUs"),
    "sku": gettext_lazy("One SKU"),
}


class OfferForm(PeriodForm):
    """An offer. Only the fields of the chosen kind and of the chosen goods count; the others are not looked at."""

    name_ko = forms.CharField(label=gettext_lazy("Name in Korean"), max_length=80, required=False)
    name_zh_hans = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=80, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    percent = forms.DecimalField(
        label=gettext_lazy("Per cent off"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("99.99"),
        decimal_places=2,
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"), required=False, max_length=20, widget=forms.TextInput({"inputmode": "decimal"})
    )
    buy = forms.IntegerField(label=gettext_lazy("Of every … units"), required=False, min_value=2, max_value=1000)
    pay = forms.IntegerField(label=gettext_lazy("… are paid"), required=False, min_value=1, max_value=999)
    min_quantity = forms.IntegerField(label=gettext_lazy("From units of a line on"), min_value=1, max_value=10_000)
    goods = forms.ChoiceField(label=gettext_lazy("For"))
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    product = forms.IntegerField(label=gettext_lazy("Product number"), required=False, min_value=1, max_value=2**31 - 1)
    sku = forms.CharField(label=gettext_lazy("SKU code"), required=False, max_length=40)

    def __init__(
        self, data: Any, of: Sequence[markets.Market], there: pricing.OfferSheet | None, initial: dict[str, Any]
    ) -> None:
        super().__init__(data, of, there, {"min_quantity": 1, **(self._told(of, there) if there else initial)})
        self._choose("kind", [("", _("Choose what it does")), *words.KINDS.items()])
        self._choose("goods", [("", _("Choose what it is for")), *GOODS.items()])
        self._choose("category", [("", _("Choose a category")), *category_choices()])
        for name in ("percent", "amount", "buy", "pay", "category", "product", "sku"):
            self.fields[name].must = True  # type: ignore[attr-defined]  # where it shows, it is not optional

    @staticmethod
    def _told(of: Sequence[markets.Market], there: pricing.OfferSheet) -> dict[str, Any]:
        told: dict[str, Any] = {column: there.names.get(language, "") for column, language in sheet.NAMES.items()}
        told |= {"kind": words.kind_slug(there.kind), "min_quantity": there.min_quantity}
        told |= {"category": there.category, "product": there.product_id, "sku": there.sku_code}
        told["goods"] = next((name for name in ("category", "product", "sku") if told[name]), "all")
        if there.kind == catalog.OfferKind.PER_CENT:
            told["percent"] = f"{Decimal(there.value) / 100:f}".rstrip("0").rstrip(".")
        elif there.kind == catalog.OfferKind.BUY_PAY:
            told |= {"buy": there.buy, "pay": there.pay}
        else:
            currency = {market.code: market.currency for market in of}[there.market_code]
            told["amount"] = Decimal(there.value).scaleb(-markets.minor_digits(currency))
        return told

    def _sound(self, name: str, missing: str) -> Any:
        """What a field that counts says, None where that was faulty or missing, which is told at the field."""
        value = self.cleaned_data.get(name)
        if value in (None, "") and name not in self.errors:
            self.add_error(name, missing)
        return value or None

    def clean(self) -> dict[str, Any]:
        kind, goods = self.cleaned_data.get("kind"), self.cleaned_data.get("goods")
        counts = {"per_cent": ("percent",), "buy_pay": ("buy", "pay")}.get(kind or "", ("amount",))
        for name in ("percent", "amount", "buy", "pay", "category", "product", "sku"):
            if name not in counts and name != goods and name in self.errors:  # hidden, so it says nothing
                del self.errors[name]
        told = super().clean()
        told["value"], told["scope"] = self._value(kind), self._scope(goods)
        return told

    def _value(self, kind: str | None) -> int:
        if kind == "per_cent":
            percent = self._sound("percent", _("Write how many per cent it takes off."))
            return int(percent * 100) if percent else 0
        if kind in ("amount_off", "fixed_price"):
            amount = self._sound("amount", _("Write an amount in the currency of the market."))
            return self._price("amount", amount) if amount else 0
        if kind == "buy_pay":
            buy = self._sound("buy", _("Write how many units must be bought."))
            pay = self._sound("pay", _("Write how many of them are paid."))
            if buy and pay and pay >= buy:
                self.add_error("pay", _("Fewer must be paid than are bought."))
        return 0

    def _scope(self, goods: str | None) -> dict[str, Any]:
        if goods == "category":
            return {"category": self._sound("category", _("Choose a category."))}
        if goods == "product":
            number = self._sound("product", _("Write the number of the product."))
            if number and not catalog.lines_of_products([number]):
                self.add_error("product", _("There is no product with this number."))
            return {"product_id": number}
        if goods == "sku":
            code = self._sound("sku", _("Write the code of the SKU."))
            if code and not catalog.lines([code]):
                self.add_error("sku", _("There is no SKU with this code."))
            return {"sku_code": code}
        return {}

    def wanted(self) -> pricing.OfferSheet:
        """The offer as the form wants it."""
        told, market = self.cleaned_data, self.of
        assert market is not None
        by_number = told["kind"] == "buy_pay"
        names = {language: told[column] for column, language in sheet.NAMES.items() if told[column]}
        others = {} if self.there is None else self.there.names
        start = self.there or pricing.OfferSheet(market.code, "", 0)
        return replace(
            start,
            name=told["name"],
            names={key: name for key, name in others.items() if key not in sheet.NAMES.values()} | names,
            kind=int(catalog.OfferKind[told["kind"].upper()]),
            value=told["value"],
            buy=told["buy"] if by_number else 0,
            pay=told["pay"] if by_number else 0,
            **{name: told[name] for name in ("min_quantity", "channel", "starts_at", "until", "is_on")},
            **{"sku_code": None, "product_id": None, "category": None, **told["scope"]},
        )
