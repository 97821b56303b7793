"""Addresses of brands. A brand may have a slash in it."""

from __future__ import annotations

from django.urls import path

from newretail.office.brands import views

urlpatterns = [
    path("brands", views.brands, name="office-brands"),
    path("brands/<path:name>", views.brand, name="office-brand"),
]
