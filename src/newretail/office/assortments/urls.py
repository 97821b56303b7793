"""Addresses of the assortments."""

from __future__ import annotations

from django.urls import path

from newretail.office.assortments import views

urlpatterns = [
    path("assortments", views.assortments, name="office-assortments"),
    path("assortments/change", views.change, name="office-assortment-change"),
    path("assortments/<str:code>", views.one, name="office-assortment"),
]
