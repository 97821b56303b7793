"""All addresses of the pages process. What begins with /v1, /healthz, /readyz or /metrics never comes here."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

handler400 = "newretail.shopfront.errors.bad_request"
handler403 = "newretail.shopfront.errors.forbidden"
handler404 = "newretail.shopfront.errors.not_found"
handler500 = "newretail.shopfront.errors.broken"

urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url="/static/icon.svg", permanent=True)),
    path("admin/", admin.site.urls),
    path("office/", include("newretail.office.urls")),
    path("", include("newretail.office.wall.urls")),
    path("", include("newretail.shopfront.urls")),
]
