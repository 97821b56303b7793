"""The directory of nodes for staff. What lies at a node is changed in the office, by receiving and counting."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from newretail.stock.models import Node


@admin.register(Node)
class NodeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ("code", "name", "kind", "city", "market_code", "cell")
    list_filter = ("market_code", "kind", "cell")
    search_fields = ("code", "name", "city")
    ordering = ("code",)
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: Node | None = None) -> tuple[str, ...]:
        """Orders and stock name a node by its id, in its cell: these never change once it is there."""
        return ("id", "code", "tenant_id", "cell", "market_code") if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Node, form: Any, change: bool) -> None:
        """A node trades in the market of its cell."""
        obj.market_code, obj.tenant_id = obj.cell.market_code, obj.cell.tenant_id
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Node | None = None) -> bool:
        """Never: orders and stock name it."""
        return False
