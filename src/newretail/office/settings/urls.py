"""Addresses of the settings."""

from __future__ import annotations

from django.urls import path

from newretail.office.settings import views

urlpatterns = [
    path("settings", views.all_settings, name="office-settings"),
    path("settings/reviews", views.moderation, name="office-moderation"),
    path("settings/markets/<str:code>", views.market, name="office-market"),
]
