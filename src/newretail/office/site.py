"""The admin site: our name, our sign-in page, and an index in the order that people work in."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

# Apps on the index, top to bottom; one that is not named comes after them.
ORDER = ("catalog", "stock", "people", "auth", "markets", "cloud")


class OfficeSite(AdminSite):
    site_title = _("newretail office")
    site_header = _("newretail office")
    index_title = _("Tables")
    site_url = "/office/"
    enable_nav_sidebar = False

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The apps whose tables this person may see, in working order."""
        apps = super().get_app_list(request, app_label)
        place = {label: number for number, label in enumerate(ORDER)}
        return sorted(apps, key=lambda app: (place.get(app["app_label"], len(ORDER)), app["name"]))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Staff sign in where everybody does; who is signed in without being staff may not come in."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()))
