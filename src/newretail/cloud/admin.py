"""The cloud's tables for staff: tenants; cells to look at; API keys, made once, shown once, then only revoked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from newretail.cloud.keys import SCOPES, create_key, revoke_key
from newretail.cloud.models import ApiKey, Cell, Tenant
from newretail.kit import settings


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ("name", "slug", "id")
    search_fields = ("name", "slug")

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        """Never: orders and stock name it."""
        return False


@admin.register(Cell)
class CellAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Read-only: `newretail cells` makes and drops cells, because a cell is also a schema with tables."""

    list_display = ("name", "tenant", "market_code", "currency", "where", "rehearsal_id", "opened_at")
    list_filter = ("market_code", "tenant")
    search_fields = ("name",)
    fields = ("name", "tenant", "market_code", "currency", "where", "shadow_of", "rehearsal_id", "opened_at")
    readonly_fields = ("where",)

    @admin.display(description="database")
    def where(self, cell: Cell) -> str:
        """Not the URL: it may hold a password."""
        return "another server" if cell.database_url else "home"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Cell | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Cell | None = None) -> bool:
        return False


class NewKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple, initial=list(SCOPES)
    )

    class Meta:
        model = ApiKey
        fields = ("name", "tenant", "scopes", "orders_per_second")


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = (
        "name",
        "prefix",
        "tenant",
        "scopes",
        "orders_per_second",
        "rehearsal_id",
        "created_at",
        "revoked_at",
    )
    list_filter = ("tenant", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "prefix")
    fields = ("name", "prefix", "tenant", "scopes", "orders_per_second", "rehearsal_id", "created_at", "revoked_at")
    actions = ("revoke",)

    def get_form(
        self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[ApiKey]]:
        if obj is None:
            return NewKeyForm
        form: type[forms.ModelForm[ApiKey]] = super().get_form(request, obj, change, **kwargs)
        return form

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return ("name", "tenant", "scopes", "orders_per_second") if obj is None else self.fields

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Keys are not edited; whoever may change them may revoke them from the list."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Never: a revoked key stays on record."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Make the key by the function that hashes it, and show the secret this one time."""
        secret = create_key(
            settings.DATABASE_URL.text,
            obj.name,
            tenant_id=obj.tenant_id,
            scopes=obj.scopes,
            orders_per_second=obj.orders_per_second,
        )
        obj.prefix = secret.split("_")[1]
        obj.refresh_from_db()
        text = _("The secret of “%(name)s” is %(secret)s. Copy it now: it is not kept and cannot be shown again.")
        messages.warning(request, text % {"name": obj.name, "secret": secret})

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        return self.response_post_save_add(request, obj)

    @admin.action(description="Revoke the chosen keys", permissions=["change"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        done = [key.prefix for key in chosen if revoke_key(settings.DATABASE_URL.text, key.prefix)]
        for key in chosen.filter(prefix__in=done):
            self.log_change(request, key, "Revoked")
        messages.success(request, _("Revoked: %(number)d.") % {"number": len(done)})
