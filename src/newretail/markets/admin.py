"""Markets in the office: what stored amounts depend on is written once and then only read."""

# mypy: disable-error-code="type-arg"
# (Django's admin classes are generic for the checker only.)

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from newretail.markets.models import Currency, ExchangeRate, Market, ShippingTariff, TaxRate


@admin.register(Currency)
class CurrencyAdmin(admin.ModelAdmin):
    list_display = ("code", "symbol", "minor_digits", "price_step_minor")
    search_fields = ("code",)
    ordering = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Currency | None = None) -> tuple[str, ...]:
        """Every stored amount means something else with other digits, so they are set once."""
        return ("code", "minor_digits") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Currency | None = None) -> bool:
        return False


@admin.register(Market)
class MarketAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "currency", "time_zone", "tax_per_cent", "prices_include_tax")
    list_select_related = ("currency",)
    search_fields = ("code", "name")
    autocomplete_fields = ("currency",)

    @admin.display(description="tax %", ordering="tax_basis_points")
    def tax_per_cent(self, market: Market) -> str:
        return f"{market.tax_basis_points / 100:g}"

    def get_readonly_fields(self, request: HttpRequest, obj: Market | None = None) -> tuple[str, ...]:
        """Cells, orders and prices name the market and trade in its currency."""
        return ("code", "currency") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Market | None = None) -> bool:
        return False


@admin.register(TaxRate)
class TaxRateAdmin(admin.ModelAdmin):
    """Append-only: another rate begins on a later day."""

    list_display = ("market", "tax_class", "from_day", "per_cent")
    list_select_related = ("market",)
    list_filter = ["market", "tax_class"]
    autocomplete_fields = ("market",)

    @admin.display(description="%", ordering="basis_points")
    def per_cent(self, rate: TaxRate) -> str:
        return f"{rate.basis_points / 100:g}"

    def has_change_permission(self, request: HttpRequest, obj: TaxRate | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TaxRate | None = None) -> bool:
        return False


@admin.register(ShippingTariff)
class ShippingTariffAdmin(admin.ModelAdmin):
    """The trade engine reads tariffs again every second: an edit needs nothing else."""

    list_display = ("market", "way", "fee_minor", "free_from_minor", "is_taxed")
    list_select_related = ("market",)
    list_filter = ["market"]
    autocomplete_fields = ("market",)

    def get_readonly_fields(self, request: HttpRequest, obj: ShippingTariff | None = None) -> tuple[str, ...]:
        return ("market", "way") if obj else ()


@admin.register(ExchangeRate)
class ExchangeRateAdmin(admin.ModelAdmin):
    """Append-only: a rate that was wrong is followed by a right one of a later day, never written over."""

    list_display = ("on_date", "base", "quote", "rate", "source")
    list_select_related = ("base", "quote")
    list_filter = ["base", "quote"]
    search_fields = ("base__code", "quote__code", "source")
    date_hierarchy = "on_date"
    autocomplete_fields = ("base", "quote")

    def has_change_permission(self, request: HttpRequest, obj: ExchangeRate | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ExchangeRate | None = None) -> bool:
        return False
