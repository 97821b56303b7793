"""Addresses of delivery prices."""

from __future__ import annotations

from django.urls import path

from newretail.office.delivery import views

urlpatterns = [
    path("delivery", views.tariffs, name="office-delivery"),
    path("delivery/<str:market_code>/<slug:way>", views.tariff, name="office-tariff"),
]
