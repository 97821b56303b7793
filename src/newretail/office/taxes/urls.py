"""Addresses of taxes."""

from __future__ import annotations

from django.urls import path

from newretail.office.taxes import views

urlpatterns = [
    path("taxes", views.taxes, name="office-taxes"),
    path("taxes/new", views.new, name="office-tax-new"),
    path("taxes/<int:rate_id>", views.rate, name="office-tax"),
    path("taxes/<int:rate_id>/take-back", views.take_back, name="office-tax-take-back"),
]
