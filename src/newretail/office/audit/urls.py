"""Address of the trail."""

from __future__ import annotations

from django.urls import path

from newretail.office.audit import views

urlpatterns = [path("changes", views.changes, name="office-changes")]
