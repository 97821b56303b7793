"""Address of the palette's search."""

from __future__ import annotations

from django.urls import path

from newretail.office.palette import views

urlpatterns = [path("find", views.find, name="office-find")]
