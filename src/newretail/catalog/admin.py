"""The catalogue in the office. Whatever the trade engine must see is written inside `catalog_change`."""

# mypy: disable-error-code="type-arg"
# (Django's admin classes are generic for the checker only.)

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, get_currency_precision
from django.contrib import admin
from django.db.models import Max, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from newretail.catalog import work
from newretail.catalog.models import Category, ListPrice, Offer, Price, PriceList, Product, Sku


def next_id(model: type[Model]) -> int:
    """The next dense id; two people adding at one moment: the primary key refuses the second, who saves again."""
    return (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


class SeenByTheEngine(admin.ModelAdmin):
    """An admin whose every write tells the trade engine that the catalogue changed."""

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        """Django saves the object, then calls this for its inlines, all in one transaction."""
        with work.catalog_change():
            super().save_related(request, form, formsets, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with work.catalog_change():
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        with work.catalog_change():
            super().delete_queryset(request, queryset)


class DepartmentFilter(admin.SimpleListFilter):
    """Departments only: hundreds of categories would not fit beside the list."""

    title = _("department")
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(Category.objects.filter(parent=None).order_by("name").values_list("id", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(category__parent_id=self.value()) if self.value() else queryset


@admin.register(Category)
class CategoryAdmin(SeenByTheEngine):
    list_display = ("name", "parent", "slug", "source_name")
    list_select_related = ("parent",)
    list_filter = [("parent", admin.EmptyFieldListFilter)]
    search_fields = ("name", "slug", "source_name")
    autocomplete_fields = ("parent",)
    readonly_fields = ("source_name",)
    fields = ("name", "slug", "parent", "tax_class", "source_name")
    prepopulated_fields = {"slug": ("name",)}
    ordering = ("name",)

    def save_model(self, request: HttpRequest, obj: Category, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"name", "parent"} & set(form.changed_data):
            work.refresh_search(category_id=obj.pk)


class SkuLines(admin.TabularInline):
    """What is sold of a product; a SKU's own page has its prices."""

    model = Sku
    fields = ("code", "is_sold", "cap_per_buyer")
    readonly_fields = ("code",)
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        return False


@admin.register(Product)
class ProductAdmin(SeenByTheEngine):
    list_display = ("name", "brand", "package_size", "category", "popularity")
    list_select_related = ("category",)
    list_filter = [DepartmentFilter]
    search_fields = ("name", "=brand", "=skus__code")
    search_help_text = _("Name, brand or the code of a SKU")
    autocomplete_fields = ("category",)
    readonly_fields = ("id", "source_name", "popularity")
    fields = ("id", "name", "brand", "package_size", "category", "manufacturer_code", "source_name", "popularity")
    inlines = [SkuLines]
    ordering = ("-popularity", "id")
    show_full_result_count = False
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: Product, form: ModelForm, change: bool) -> None:
        if not change:
            obj.id = next_id(Product)
        super().save_model(request, obj, form, change)
        work.refresh_search(product_id=obj.id)

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        """Orders name its SKUs for ever; a product that is gone is taken off sale."""
        return False


class PriceLines(admin.TabularInline):
    model = Price
    fields = ("market_code", "currency", "amount_minor")
    extra = 0


@admin.register(Sku)
class SkuAdmin(SeenByTheEngine):
    list_display = ("code", "product", "is_sold", "cap_per_buyer")
    list_select_related = ("product",)
    list_filter = ["is_sold", ("cap_per_buyer", admin.EmptyFieldListFilter)]
    search_fields = ("=code", "product__name")
    search_help_text = _("Code or product name")
    autocomplete_fields = ("product",)
    fields = ("id", "code", "product", "is_sold", "cap_per_buyer")
    inlines = [PriceLines]
    ordering = ("id",)
    show_full_result_count = False
    actions = ["put_on_sale", "take_off_sale"]

    def get_readonly_fields(self, request: HttpRequest, obj: Sku | None = None) -> tuple[str, ...]:
        """Callers know a SKU by its code, orders by its id: both stay."""
        return ("id", "code", "product") if obj else ("id",)

    def save_model(self, request: HttpRequest, obj: Sku, form: ModelForm, change: bool) -> None:
        if not change:
            obj.id = next_id(Sku)
        super().save_model(request, obj, form, change)
        if not change:
            work.refresh_search(product_id=obj.product_id)

    def has_delete_permission(self, request: HttpRequest, obj: Sku | None = None) -> bool:
        """Orders name it for ever, and ids stay dense; a SKU that is gone is taken off sale."""
        return False

    @admin.action(description=_("Put on sale"), permissions=["change"])
    def put_on_sale(self, request: HttpRequest, queryset: QuerySet[Sku]) -> None:
        with work.catalog_change():
            queryset.update(is_sold=True)

    @admin.action(description=_("Take off sale"), permissions=["change"])
    def take_off_sale(self, request: HttpRequest, queryset: QuerySet[Sku]) -> None:
        with work.catalog_change():
            queryset.update(is_sold=False)


@admin.register(Price)
class PriceAdmin(SeenByTheEngine):
    list_display = ("sku", "product", "market_code", "amount")
    list_select_related = ("sku__product",)
    list_filter = ["market_code"]
    search_fields = ("=sku__code", "sku__product__name")
    search_help_text = _("Code of a SKU or product name")
    autocomplete_fields = ("sku",)
    fields = ("sku", "market_code", "currency", "amount_minor")
    ordering = ("sku", "market_code")
    show_full_result_count = False
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Price | None = None) -> tuple[str, ...]:
        return ("sku", "market_code", "currency") if obj else ()

    @admin.display(description=_("product"))
    def product(self, price: Price) -> str:
        return price.sku.product.name

    @admin.display(description=_("price"), ordering="amount_minor")
    def amount(self, price: Price) -> str:
        digits = get_currency_precision(price.currency)
        return format_currency(Decimal(price.amount_minor).scaleb(-digits), price.currency, locale="en")


@admin.register(Offer)
class OfferAdmin(SeenByTheEngine):
    list_display = ("name", "market_code", "kind", "value", "starts_at", "until", "is_on")
    list_filter = ["market_code", "kind", "is_on"]
    search_fields = ("name", "=sku__code", "product__name", "category__name")
    autocomplete_fields = ("sku", "product", "category")
    exclude = ("tenant_id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> tuple[str, ...]:
        return ("market_code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Offer | None = None) -> bool:
        """Orders name it for ever; an offer that is over is ended."""
        return False


@admin.register(PriceList)
class PriceListAdmin(SeenByTheEngine):
    list_display = ("name", "market_code", "priority", "channel", "starts_at", "until", "is_on")
    list_filter = ["market_code", "channel", "is_on"]
    search_fields = ("name",)
    exclude = ("tenant_id",)

    def get_readonly_fields(self, request: HttpRequest, obj: PriceList | None = None) -> tuple[str, ...]:
        """Its prices are in the market's currency."""
        return ("market_code",) if obj else ()


@admin.register(ListPrice)
class ListPriceAdmin(SeenByTheEngine):
    list_display = ("sku", "price_list", "amount_minor")
    list_select_related = ("sku", "price_list")
    list_filter = ["price_list"]
    search_fields = ("=sku__code", "sku__product__name")
    autocomplete_fields = ("sku", "price_list")
    show_full_result_count = False
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: ListPrice | None = None) -> tuple[str, ...]:
        return ("sku", "price_list") if obj else ()
