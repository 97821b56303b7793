"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from newretail.office.imports import views

urlpatterns = [
    path("imports", views.imports, name="office-imports"),
    path("imports/template", views.template, name="office-import-template"),
    path("imports/<int:import_id>", views.one, name="office-import"),
    path("imports/<int:import_id>/progress", views.progress, name="office-import-progress"),
    path("imports/<int:import_id>/again", views.again, name="office-import-again"),
    path("imports/<int:import_id>/publish", views.publish, name="office-import-publish"),
    path("imports/<int:import_id>/errors", views.faults, name="office-import-faults"),
]
