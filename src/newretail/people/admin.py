"""Members in the office: accounts are looked after here; what was imported or told for one order is only read."""

# mypy: disable-error-code="type-arg"
# (Django's admin classes are generic for the checker only.)

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from newretail.people.models import Consent, Household, Member, OrderContact, OutgoingMail


class ReadOnly:
    """Neither added nor changed nor deleted by hand."""

    def has_add_permission(self, request: HttpRequest, *of: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class HouseholdLines(ReadOnly, admin.StackedInline):
    """What the source of an imported member says; empty for everybody else."""

    model = Household
    extra = 0


class MemberForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = Member
        fields = "__all__"  # the admin's fieldsets choose


class NewMemberForm(AdminUserCreationForm):
    class Meta:
        model = Member
        fields = ("email", "name")


@admin.register(Member)
class MemberAdmin(UserAdmin):
    form = MemberForm
    add_form = NewMemberForm
    list_display = ("email", "name", "market_code", "is_guest", "is_staff", "is_active", "joined_at")
    list_filter = ["market_code", "is_guest", "is_staff", "is_active"]
    search_fields = ("email", "name", "=id")
    search_help_text = _("E-mail, name or buyer id")
    ordering = ("-joined_at", "id")
    readonly_fields = ("id", "home_node_id", "is_guest", "last_login", "joined_at", "email_confirmed_at")
    filter_horizontal = ("groups", "user_permissions")
    show_full_result_count = False
    inlines = [HouseholdLines]
    fieldsets = [
        (None, {"fields": ("id", "email", "password", "name")}),
        (_("Where they buy"), {"fields": ("market_code", "language", "home_node_id", "is_guest")}),
        (_("What they may do"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Dates"), {"fields": ("joined_at", "email_confirmed_at", "last_login")}),
    ]
    add_fieldsets = [
        (None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")})
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        """Orders name the buyer for ever; an account that is closed is set inactive."""
        return False


@admin.register(OrderContact)
class OrderContactAdmin(ReadOnly, admin.ModelAdmin):
    """What a buyer told us so that one order reaches them."""

    list_display = ("order_id", "way", "name", "city", "written_at")
    list_filter = ["way"]
    search_fields = ("=order_id", "name", "email", "phone")
    date_hierarchy = "written_at"
    ordering = ("-written_at",)
    show_full_result_count = False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly, admin.ModelAdmin):
    """What was mailed or waits for the post."""

    list_display = ("topic", "to", "subject", "state", "tries", "last_error", "queued_at", "due_at")
    list_filter = ["state", "language"]
    search_fields = ("to", "topic")
    ordering = ("-queued_at",)
    show_full_result_count = False


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin):
    """Who allowed what, when, and which wording they saw."""

    list_display = ("member", "purpose", "given", "text_version", "said_at")
    list_filter = ["purpose", "given"]
    search_fields = ("member__email", "=member__id")
    list_select_related = ["member"]
    ordering = ("-said_at",)
    show_full_result_count = False
