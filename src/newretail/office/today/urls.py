"""Addresses of the first page and of the cells."""

from __future__ import annotations

from django.urls import path

from newretail.office.today import views

urlpatterns = [
    path("", views.today, name="office"),
    path("cells", views.cells, name="office-cells"),
    path("styleguide", views.styleguide, name="office-styleguide"),
]
